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
import type { UserOrder } from './dialects.ts';
import { unexpected } from './failures.ts';
import type { Fields } from './users.ts';

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

/** Disables users of a Marzban panel, or of one that came of it, and enables them again. */
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
      const { disable } = await this.#client.dialect(signal);
      return await this.#switch(target.key, disable, true, signal);
    });
  }

  restore(changes: readonly AccessChange[], signal: AbortSignal): Promise<readonly Outcome[]> {
    return oneByOne(changes, async ({ target, kept }) => {
      const { isDisabled, enable } = await this.#client.dialect(signal);
      const now = await this.#read(target.key, signal);
      if (now === 'absent') return 'absent';
      // Limited or expired since: that is the panel's, and ends with it.
      return isDisabled(now) ? await this.#switch(target.key, enable(kept), false, signal) : 'changed';
    });
  }

  async close(): Promise<void> {
    this.#client.close();
  }

  async #look(name: string, signal: AbortSignal): Promise<Seen> {
    const { seenOf } = await this.#client.dialect(signal);
    const now = await this.#read(name, signal);
    if (now === 'absent') return { state: 'absent' };
    const seen = seenOf(now);
    if (seen === null) throw unexpected('a user has no status');
    return seen;
  }

  async #read(name: string, signal: AbortSignal): Promise<Fields | 'absent'> {
    const { userShape } = await this.#client.dialect(signal);
    const user = await this.#client.user(name, userShape, signal);
    return user === 'conflict' ? 'absent' : user;
  }

  async #switch(name: string, order: UserOrder, isOff: boolean, signal: AbortSignal): Promise<Outcome> {
    const { userShape, isDisabled } = await this.#client.dialect(signal);
    const now = await this.#client.user(name, userShape, signal, order);
    if (now === 'absent') return 'absent';
    if (now === 'conflict') return 'changed';
    if (isDisabled(now) === isOff) return 'done';
    const message = `The panel left the user as it was${isOff ? '' : ', disabled'}.`;
    return { problem: { code: 'access-failed', message, hint: 'Look at the user in the panel.' } };
  }
}
