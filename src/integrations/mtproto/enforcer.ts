import type {
  AccessChange,
  CannotEnforce,
  Enforcer,
  EnforcerAbilities,
  EnforcerTarget,
  Outcome,
  Seen,
} from '../../core/access/enforcer.ts';
import { oneByOne } from '../../core/access/one-by-one.ts';
import type { MtprotoOptions } from './options.ts';
import type { TelemtControl, TelemtUser } from './telemt-control.ts';

export const TELEMT_ABILITIES: EnforcerAbilities = {
  code: 'access-telemt',
  means: 'the user is disabled in telemt',
  liveSessions: 'cut',
  countsDropped: false,
  isShownInPolls: true,
  keepsSecrets: false,
  caveats: ['Its control interface must not be read-only.'],
};

const NO_CONTROL: CannotEnforce = {
  cannot: {
    code: 'cannot-enforce',
    message: 'The metrics of telemt tell counters; nobody can be disabled through them.',
    hint: 'Name its control interface: xpert node change NAME --control-url http://127.0.0.1:9091',
  },
};

const OTHER_PROXY: CannotEnforce = {
  cannot: {
    code: 'cannot-enforce',
    message: 'This proxy lets nobody be disabled while it runs.',
    hint: 'Of the MTProto proxies telemt can do it.',
  },
};

export function abilitiesOf({ proxy, controlUrl }: Pick<MtprotoOptions, 'proxy' | 'controlUrl'>) {
  if (proxy !== 'telemt') return OTHER_PROXY;
  return controlUrl === undefined ? NO_CONTROL : TELEMT_ABILITIES;
}

const ENABLED = 'enabled';

/** Disables users of telemt, which closes their connections, and enables them again. */
export class TelemtEnforcer implements Enforcer {
  readonly #control: TelemtControl;

  constructor(control: TelemtControl) {
    this.#control = control;
  }

  async look(targets: readonly EnforcerTarget[], signal: AbortSignal): Promise<readonly Seen[]> {
    const users = new Map((await this.#control.users(signal)).map((user) => [user.name, user]));
    return targets.map(({ key }) => seenOf(users.get(key)));
  }

  suspend(changes: readonly AccessChange[], signal: AbortSignal): Promise<readonly Outcome[]> {
    return oneByOne(changes, ({ target }) => this.#set(target.key, false, signal));
  }

  restore(changes: readonly AccessChange[], signal: AbortSignal): Promise<readonly Outcome[]> {
    return oneByOne(changes, ({ target }) => this.#set(target.key, true, signal));
  }

  async close(): Promise<void> {
    this.#control.close();
  }

  /** The revision holds the two steps together: whoever changes the configuration in between makes the second one fail. */
  async #set(name: string, isEnabled: boolean, signal: AbortSignal): Promise<Outcome> {
    const found = await this.#control.user(name, signal);
    if (found === null) return 'absent';
    if (found.user.isEnabled === isEnabled) return 'changed';
    return await this.#control.setEnabled(name, isEnabled, found.revision, signal);
  }
}

function seenOf(user: TelemtUser | undefined): Seen {
  if (user === undefined) return { state: 'absent' };
  return user.isEnabled ? { state: 'active', kept: ENABLED } : { state: 'suspended' };
}
