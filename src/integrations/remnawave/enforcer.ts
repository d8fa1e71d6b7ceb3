import type {
  AccessChange,
  Enforcer,
  EnforcerAbilities,
  EnforcerTarget,
  Outcome,
  Seen,
} from '../../core/access/enforcer.ts';
import { oneByOne } from '../../core/access/one-by-one.ts';
import type { RemnawaveClient } from './client.ts';
import { unexpected } from './failures.ts';

/** `status` of a user: DISABLED by an admin; LIMITED and EXPIRED are the panel's own doing. */
export const REMNAWAVE_ABILITIES: EnforcerAbilities = {
  code: 'access-remnawave',
  means: 'the user is disabled in the panel',
  liveSessions: 'stay',
  countsDropped: false,
  isShownInPolls: true,
  keepsSecrets: false,
  caveats: [
    'The token needs the right to change users, not only to read them.',
    'The panel takes the user away from its nodes; connections that are open stay until they end.',
  ],
};

/** Version 2 names a user by `uuid` in addresses, version 3 by `id` (and has no `uuid`). */
const USER = { id: 'value', uuid: 'value', status: 'value' } as const;
const ACTIVE = 'ACTIVE';
const DISABLED = 'DISABLED';

interface User {
  readonly path: string;
  readonly status: string;
}

/** Disables users of a Remnawave panel and enables them again (libs/contract/commands/users/actions). */
export class RemnawaveEnforcer implements Enforcer {
  readonly looksOneByOne = true;
  readonly #client: RemnawaveClient;

  constructor(client: RemnawaveClient) {
    this.#client = client;
  }

  async look(targets: readonly EnforcerTarget[], signal: AbortSignal): Promise<readonly Seen[]> {
    const seen: Seen[] = [];
    for (const { key } of targets) {
      const user = await this.#read(key, signal);
      if (user === null) seen.push({ state: 'absent' });
      else seen.push(user.status === ACTIVE ? { state: 'active', kept: ACTIVE } : { state: 'suspended' });
    }
    return seen;
  }

  suspend(changes: readonly AccessChange[], signal: AbortSignal): Promise<readonly Outcome[]> {
    return oneByOne(changes, ({ target }) => this.#act(target.key, ACTIVE, 'disable', signal));
  }

  /** Limited or expired since: that is the panel's, and ends with it. */
  restore(changes: readonly AccessChange[], signal: AbortSignal): Promise<readonly Outcome[]> {
    return oneByOne(changes, ({ target }) => this.#act(target.key, DISABLED, 'enable', signal));
  }

  async close(): Promise<void> {
    this.#client.close();
  }

  async #act(name: string, from: string, action: 'disable' | 'enable', signal: AbortSignal): Promise<Outcome> {
    const user = await this.#read(name, signal);
    if (user === null) return 'absent';
    if (user.status !== from) return 'changed';
    const done = await this.#client.act(`api/users/${user.path}/actions/${action}`, USER, signal);
    // Somebody was faster: the panel does not disable twice.
    if (done === 'refused') return 'changed';
    const { status } = asUser(done.response);
    const isDone = action === 'disable' ? status === DISABLED : status !== DISABLED;
    if (isDone) return 'done';
    const message = `The panel left the user as it was: ${status}.`;
    return { problem: { code: 'access-failed', message, hint: 'Look at the user in the panel.' } };
  }

  async #read(name: string, signal: AbortSignal): Promise<User | null> {
    const found = await this.#client.find(`api/users/by-username/${encodeURIComponent(name)}`, USER, signal);
    return found === null ? null : asUser(found.response);
  }
}

function asUser(response: unknown): User {
  const { id, uuid, status } = (response ?? {}) as Readonly<Record<string, unknown>>;
  const name = typeof uuid === 'string' ? uuid : id;
  if (typeof status !== 'string' || !/^[A-Z_]{1,32}$/.test(status)) throw unexpected('a user has no status');
  if (typeof name !== 'string' && typeof name !== 'bigint') throw unexpected('a user has no id');
  return { path: encodeURIComponent(String(name)), status };
}
