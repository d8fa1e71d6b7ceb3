import type {
  AccessChange,
  Enforcer,
  EnforcerAbilities,
  EnforcerTarget,
  Outcome,
  Seen,
} from '../../core/access/enforcer.ts';
import { oneByOne } from '../../core/access/one-by-one.ts';
import type { Notice } from '../../core/inventory/node-operations.ts';
import type { Clock } from '../../core/units/clock.ts';
import { aborted, garbled, timedOut } from './failures.ts';
import type { HandlerClient } from './handler-client.ts';
import { type ConfiguredUser, readServerConfig } from './server-config.ts';
import { type Family, type UserMessage, userMessage } from './user-messages.ts';
import { WireError } from './wire.ts';

export const XRAY_ABILITIES: EnforcerAbilities = {
  code: 'access-xray',
  means: 'the user is removed from the running server’s inbounds, and added again as it was',
  liveSessions: 'stay',
  countsDropped: false,
  isShownInPolls: false,
  keepsSecrets: true,
  caveats: [
    'Needs HandlerService among the services of its API.',
    'New connections are refused at once; those that are open stay until the client closes them.',
    'A server that restarts lets everybody in again who stands in its configuration, until the next reading.',
    'V2Ray, and Xray before 2025, do not tell whom they let in: give the path of their configuration, or nobody is cut.',
  ],
};

type Users = ReadonlyMap<string, readonly ConfiguredUser[]>;
interface Server {
  readonly family: Family;
  /** When it started, by our monotonic clock. */
  readonly startedMs: number;
  /** Null: it does not tell whom it lets in. */
  readonly tags: readonly string[] | null;
  /** Null: nobody named a configuration. */
  readonly config: Users | null;
}
/** One user of one inbound, base64. */
interface KeptUser {
  readonly tag: string;
  readonly user: string;
}

/** Running times are whole seconds. A server that is younger may have restarted without a difference to be seen. */
const SLACK_MS = 2_500;

/** Removes users from the inbounds of a running Xray or V2Ray, and adds them again. */
export class XrayEnforcer implements Enforcer {
  readonly #client: HandlerClient;
  readonly #configPath: string | null;
  readonly #clock: Pick<Clock, 'monotonicMs'>;
  /** What we did ourselves to a server that does not tell, and to which start of it. */
  readonly #known = new Map<string, { readonly isOff: boolean; readonly startedMs: number }>();

  constructor(client: HandlerClient, configPath: string | null, clock: Pick<Clock, 'monotonicMs'>) {
    this.#client = client;
    this.#configPath = configPath;
    this.#clock = clock;
  }

  async look(targets: readonly EnforcerTarget[], signal: AbortSignal): Promise<readonly Seen[]> {
    return await this.#reading(signal, async () => {
      const server = await this.#server(signal);
      const seen: Seen[] = [];
      for (const { key } of targets) seen.push(await this.#look(server, key, signal));
      return seen;
    });
  }

  async suspend(changes: readonly AccessChange[], signal: AbortSignal): Promise<readonly Outcome[]> {
    return await this.#reading(signal, async () => {
      const server = await this.#server(signal);
      return await oneByOne(changes, async ({ target: { key }, kept }) => {
        const seen = await this.#look(server, key, signal);
        if (seen.state === 'absent') return 'absent';
        if (seen.state === 'unusable') return { problem: seen.problem };
        if (seen.state === 'suspended' || (seen.state === 'active' && !isPartOf(seen.kept, kept))) return 'changed';
        for (const { tag } of parseKept(kept)) await this.#client.remove(server.family, tag, key, signal);
        this.#remember(server, key, true);
        return 'done';
      });
    });
  }

  async restore(changes: readonly AccessChange[], signal: AbortSignal): Promise<readonly Outcome[]> {
    return await this.#reading(signal, async () => {
      const server = await this.#server(signal);
      return await oneByOne(changes, async ({ target: { key }, kept }) => {
        // Somebody took the user out of the configuration meanwhile.
        if (server.config !== null && !server.config.has(key)) return 'absent';
        const isAdded = await this.#addAll(server, parseKept(kept), signal);
        this.#remember(server, key, false);
        return isAdded ? 'done' : 'changed';
      });
    });
  }

  /** Inbounds from which the user is gone already stay kept. */
  readonly join = (before: string, now: string): string => {
    const there = parseKept(now);
    const gone = parseKept(before).filter(({ tag }) => !there.some((one) => one.tag === tag));
    return gone.length === 0 ? now : JSON.stringify([...there, ...gone]);
  };

  async close(): Promise<void> {
    await this.#client.close();
  }

  /** @returns whether any of them was not there. @throws the first failure, when all were tried */
  async #addAll({ family }: Server, users: readonly KeptUser[], signal: AbortSignal): Promise<boolean> {
    let isAdded = false;
    const failures: unknown[] = [];
    for (const { tag, user } of users) {
      // An inbound that is gone must not keep the user out of the others.
      const altered = await this.#client
        .add(family, tag, Buffer.from(user, 'base64'), signal)
        .catch((error: unknown) => failures.push(error));
      isAdded ||= altered === 'altered';
    }
    if (failures.length > 0) throw failures[0];
    return isAdded;
  }

  async #server(signal: AbortSignal): Promise<Server> {
    const { family, seconds } = await this.#client.running(signal);
    const startedMs = this.#clock.monotonicMs() - seconds * 1000;
    const config = this.#configPath === null ? null : await readServerConfig(this.#configPath);
    return { family, startedMs, tags: await this.#client.tags(family, signal), config };
  }

  async #look(server: Server, email: string, signal: AbortSignal): Promise<Seen> {
    const found = await this.#usersNow(server, email, signal);
    const configured = server.config?.get(email);
    if (found === 'untold') return this.#lookUntold(server, email, configured);
    const isUnknown = server.config !== null && configured === undefined;
    if (found.length === 0) return isUnknown ? { state: 'absent' } : { state: 'suspended' };
    return isUnknown
      ? { state: 'unusable', problem: NOT_CONFIGURED }
      : { state: 'active', kept: JSON.stringify(found) };
  }

  #lookUntold(server: Server, email: string, configured: readonly ConfiguredUser[] | undefined): Seen {
    if (server.config === null) return { state: 'unusable', problem: CANNOT_RESTORE };
    if (configured === undefined) return { state: 'unusable', problem: NOT_CONFIGURED };
    const kept = JSON.stringify(
      configured.map(({ tag, level, account }) => keptOf(tag, userMessage(server.family, email, level, account))),
    );
    const known = this.#known.get(email);
    if (known === undefined || Math.abs(known.startedMs - server.startedMs) > SLACK_MS)
      return { state: 'untold', kept };
    return known.isOff ? { state: 'suspended' } : { state: 'active', kept };
  }

  /** The inbounds that let this user in. */
  async #usersNow(server: Server, email: string, signal: AbortSignal): Promise<readonly KeptUser[] | 'untold'> {
    if (server.tags === null) return 'untold';
    const users: KeptUser[] = [];
    for (const tag of server.tags) {
      const user = await this.#client.user(server.family, tag, email, signal);
      if (user === 'untold') return user;
      if (user !== null) users.push(keptOf(tag, user));
    }
    return users;
  }

  #remember(server: Server, email: string, isOff: boolean): void {
    if (this.#clock.monotonicMs() - server.startedMs > 2 * SLACK_MS)
      this.#known.set(email, { isOff, startedMs: server.startedMs });
  }

  async #reading<T>(signal: AbortSignal, work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      if (error instanceof WireError) throw garbled(error.message);
      if (!signal.aborted) throw error;
      throw signal.reason instanceof Error && signal.reason.name === 'TimeoutError' ? timedOut() : aborted();
    }
  }
}

function keptOf(tag: string, user: UserMessage): KeptUser {
  return { tag, user: user.toString('base64') };
}

/** True if all that is there now was kept as it is. */
function isPartOf(now: string, kept: string): boolean {
  const all = parseKept(kept);
  return parseKept(now).every((one) => all.some(({ tag, user }) => tag === one.tag && user === one.user));
}

function parseKept(kept: string): readonly KeptUser[] {
  return JSON.parse(kept) as KeptUser[];
}

const CANNOT_RESTORE: Notice = {
  code: 'cannot-restore',
  message: 'This server does not tell the accounts of its users, so that nobody who is removed could be added again.',
  hint: 'Name its configuration: xpert node change NAME --server-config /etc/v2ray/config.json. Until then nobody is cut.',
};

const NOT_CONFIGURED: Notice = {
  code: 'not-in-config',
  message:
    'The server counts this user, and the configuration that this node names does not have them with a tag and an email.',
  hint: 'Write the user into it (without a restart), or leave the path away where the server itself tells (Xray since 2025).',
};
