import type {
  AccessChange,
  Enforcer,
  EnforcerAbilities,
  EnforcerTarget,
  Outcome,
  Seen,
} from '../../core/access/enforcer.ts';
import { oneByOne } from '../../core/access/one-by-one.ts';
import { SourceFailure } from '../../core/errors.ts';
import type { IntegrationTools } from '../../core/metering/integration.ts';
import { notInTime } from './failures.ts';
import { askManager, type Question } from './manager-client.ts';
import { managerOf, type ShadowsocksOptions } from './options.ts';
import { ListReply, type PortSettings, WordReply } from './reply.ts';

export const SHADOWSOCKS_ABILITIES: EnforcerAbilities = {
  code: 'access-shadowsocks',
  means: 'the port is removed from the manager, and added again with its password and method',
  liveSessions: 'cut',
  countsDropped: false,
  isShownInPolls: false,
  vanishes: true,
  keepsSecrets: true,
  caveats: [
    'The password of a suspended port is kept here, sealed, until the port is back.',
    'libev tells only password and method: a port with a plugin or a mode of its own would come back without them.',
    'A port that somebody removes for good while it is suspended comes back with the access of its user.',
    'A manager that restarts has every port of its configuration again, until the next reading.',
  ],
};

const LIST: Question<ReadonlyMap<string, PortSettings>> = { text: 'list', reply: () => new ListReply(), attempts: 3 };

/** Removes ports from a Shadowsocks manager and adds them again (manager.c of libev, protocol.rs of rust). */
export class ShadowsocksEnforcer implements Enforcer {
  readonly #options: ShadowsocksOptions;
  readonly #tools: Pick<IntegrationTools, 'runDirectory'>;

  constructor(options: ShadowsocksOptions, tools: Pick<IntegrationTools, 'runDirectory'>) {
    this.#options = options;
    this.#tools = tools;
  }

  async look(targets: readonly EnforcerTarget[], signal: AbortSignal): Promise<readonly Seen[]> {
    const ports = await this.#ask(LIST, signal);
    return targets.map(({ key }) => {
      const settings = ports.get(key);
      return settings === undefined ? { state: 'suspended' } : { state: 'active', kept: JSON.stringify(settings) };
    });
  }

  async suspend(changes: readonly AccessChange[], signal: AbortSignal): Promise<readonly Outcome[]> {
    return await oneByOne(changes, async ({ target: { key }, kept }) => {
      const settings = (await this.#ask(LIST, signal)).get(key);
      if (settings === undefined) return 'absent';
      if (JSON.stringify(settings) !== kept) return 'changed';
      await this.#order('remove', { server_port: settings.server_port }, signal);
      return (await this.#ask(LIST, signal)).has(key) ? { problem: LEFT } : 'done';
    });
  }

  async restore(changes: readonly AccessChange[], signal: AbortSignal): Promise<readonly Outcome[]> {
    return await oneByOne(changes, async ({ target: { key }, kept }) => {
      if ((await this.#ask(LIST, signal)).has(key)) return 'changed';
      await this.#order('add', JSON.parse(kept) as PortSettings, signal);
      return (await this.#ask(LIST, signal)).has(key) ? 'done' : { problem: LEFT };
    });
  }

  async close(): Promise<void> {}

  /** Said once: what became of it is looked at, whatever the answer. */
  async #order(verb: 'add' | 'remove', what: object, signal: AbortSignal): Promise<void> {
    const text = `${verb}: ${JSON.stringify(what)}`;
    await this.#ask({ text, reply: () => new WordReply(), attempts: 1 }, signal).catch((error: unknown) => {
      if (!(error instanceof SourceFailure) || error.code !== 'manager-timeout') throw error;
    });
  }

  async #ask<T>(question: Question<T>, signal: AbortSignal): Promise<T> {
    const { manager, replyFolder = this.#tools.runDirectory } = this.#options;
    try {
      return await askManager({ address: managerOf(this.#options), where: manager, replyFolder }, question, signal);
    } catch (error) {
      if (error instanceof SourceFailure || !signal.aborted) throw error;
      throw notInTime(signal.reason);
    }
  }
}

const LEFT = {
  code: 'access-failed',
  message: 'The manager left the port as it was.',
  hint: 'Its log says why: the port may be in use by something else.',
};
