import type {
  AccessChange,
  Enforcer,
  EnforcerAbilities,
  EnforcerTarget,
  Outcome,
  Seen,
} from '../../core/access/enforcer.ts';
import { oneByOne } from '../../core/access/one-by-one.ts';
import type { MarzbanClient } from './client.ts';
import { unexpected } from './failures.ts';

/** `status` of a user: `disabled` by an admin; `limited` and `expired` are the panel's own doing. */
export const MARZBAN_ABILITIES: EnforcerAbilities = {
  code: 'access-marzban',
  means: 'the user is disabled in the panel',
  liveSessions: 'stay',
  countsDropped: false,
  isShownInPolls: true,
  keepsSecrets: false,
  caveats: [
    'The account that Xpert logs in with must own the users, or be sudo.',
    'Xray takes the user away from new connections; those that are open stay until they end.',
  ],
};

const USER = { status: 'value', on_hold_expire_duration: 'value', on_hold_timeout: 'value' } as const;
const DISABLED = 'disabled';

/** Disables users of a Marzban panel and enables them again (app/routers/user.py of 0.8.4: PUT changes what it is told). */
export class MarzbanEnforcer implements Enforcer {
  readonly looksOneByOne = true;
  readonly #client: MarzbanClient;

  constructor(client: MarzbanClient) {
    this.#client = client;
  }

  async look(targets: readonly EnforcerTarget[], signal: AbortSignal): Promise<readonly Seen[]> {
    const seen: Seen[] = [];
    for (const { key } of targets) seen.push(await this.#look(key, signal));
    return seen;
  }

  suspend(changes: readonly AccessChange[], signal: AbortSignal): Promise<readonly Outcome[]> {
    return oneByOne(changes, async ({ target, kept }) => {
      const seen = await this.#look(target.key, signal);
      if (seen.state === 'absent') return 'absent';
      if (seen.state !== 'active' || seen.kept !== kept) return 'changed';
      return await this.#set(target.key, { status: DISABLED }, signal);
    });
  }

  restore(changes: readonly AccessChange[], signal: AbortSignal): Promise<readonly Outcome[]> {
    return oneByOne(changes, async ({ target, kept }) => {
      const now = await this.#read(target.key, signal);
      if (now === undefined) return 'absent';
      // Limited or expired since: that is the panel's, and ends with it.
      return now.status === DISABLED ? await this.#set(target.key, JSON.parse(kept), signal) : 'changed';
    });
  }

  async close(): Promise<void> {
    this.#client.close();
  }

  async #look(name: string, signal: AbortSignal): Promise<Seen> {
    const now = await this.#read(name, signal);
    if (now === undefined) return { state: 'absent' };
    const { status, on_hold_expire_duration: lasts, on_hold_timeout: timeout } = now;
    if (status === 'active') return { state: 'active', kept: JSON.stringify({ status }) };
    // The panel refuses to put a user on hold without the time that begins with the first use.
    if (status === 'on_hold')
      return {
        state: 'active',
        kept: JSON.stringify({
          status,
          ...(lasts == null ? {} : { on_hold_expire_duration: Number(lasts) }),
          ...(timeout == null ? {} : { on_hold_timeout: timeout }),
        }),
      };
    return { state: 'suspended' };
  }

  async #read(name: string, signal: AbortSignal): Promise<Readonly<Record<string, unknown>> | undefined> {
    const user = (await this.#client.user(name, USER, signal)) as Readonly<Record<string, unknown>> | undefined;
    if (user !== undefined && typeof user.status !== 'string') throw unexpected('a user has no status');
    return user;
  }

  async #set(name: string, change: Readonly<Record<string, unknown>>, signal: AbortSignal): Promise<Outcome> {
    const now = (await this.#client.user(name, USER, signal, change)) as { status?: unknown } | undefined;
    if (now === undefined) return 'absent';
    const isDone = change.status === DISABLED ? now.status === DISABLED : now.status !== DISABLED;
    if (isDone) return 'done';
    const message = `The panel left the user as it was: ${String(now.status)}.`;
    return { problem: { code: 'access-failed', message, hint: 'Look at the user in the panel.' } };
  }
}
