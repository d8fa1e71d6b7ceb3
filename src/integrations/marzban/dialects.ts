import type { Seen } from '../../core/access/enforcer.ts';
import type { PeerReading } from '../../core/metering/collector.ts';
import type { JsonQuestion } from '../../lib/http-client/json-api.ts';
import type { Shape } from '../../lib/json-picker.ts';
import type { WholeList } from '../../lib/read-pages.ts';
import { type AskPage, type Fields, readMarzbanUsers, readMarzneshinUsers } from './users.ts';

/** What an order to switch a user asks: below the user's own address. */
export type UserOrder = Pick<JsonQuestion, 'method' | 'json'> & { readonly tail?: string };

/** What differs between the panels of this family. */
export interface PanelDialect {
  readonly panel: 'Marzban' | 'Marzneshin';
  readonly loginPath: string;
  readonly userPath: (name: string) => string;
  readonly readUsers: (ask: AskPage) => Promise<WholeList<PeerReading>>;
  /** What tells how a user stands. */
  readonly userShape: Shape;
  /** Null: the answer tells nothing of a user. */
  readonly seenOf: (user: Fields) => Seen | null;
  /** Switched off by hand: ours, or an admin's. */
  readonly isDisabled: (user: Fields) => boolean;
  readonly disable: UserOrder;
  /** `kept`: what `seenOf` told of the user when it was active. */
  readonly enable: (kept: string) => UserOrder;
}

/**
 * app/routers/user.py of 0.8.4: PUT changes what it is told; `disabled` is an admin's, `limited` and `expired` are the
 * panel's own doing. PasarGuard (app/routers/user.py of 1 to 5) kept these routes and fields.
 */
export const MARZBAN: PanelDialect = {
  panel: 'Marzban',
  loginPath: 'api/admin/token',
  userPath: (name) => `api/user/${encodeURIComponent(name)}`,
  readUsers: readMarzbanUsers,
  userShape: { status: 'value', on_hold_expire_duration: 'value', on_hold_timeout: 'value' },
  seenOf: seenInMarzban,
  isDisabled: ({ status }) => status === 'disabled',
  disable: { method: 'PUT', json: { status: 'disabled' } },
  enable: (kept) => ({ method: 'PUT', json: JSON.parse(kept) }),
};

/** app/routes/user.py of 0.7: `enabled` is an admin's; `is_active` says whether the panel's own limits let the user in, too. */
export const MARZNESHIN: PanelDialect = {
  panel: 'Marzneshin',
  loginPath: 'api/admins/token',
  userPath: (name) => `api/users/${encodeURIComponent(name)}`,
  readUsers: readMarzneshinUsers,
  userShape: { enabled: 'value', is_active: 'value' },
  seenOf: ({ enabled, is_active: isActive }) => {
    if (typeof enabled !== 'boolean' || typeof isActive !== 'boolean') return null;
    return enabled && isActive ? { state: 'active', kept: '{"enabled":true}' } : { state: 'suspended' };
  },
  isDisabled: ({ enabled }) => enabled === false,
  disable: { method: 'POST', tail: 'disable' },
  enable: () => ({ method: 'POST', tail: 'enable' }),
};

/** Tried in this order: who does not know the first one's login is the other. */
export const DIALECTS = [MARZBAN, MARZNESHIN] as const;

function seenInMarzban({ status, on_hold_expire_duration: lasts, on_hold_timeout: timeout }: Fields): Seen | null {
  if (typeof status !== 'string') return null;
  if (status === 'active') return { state: 'active', kept: JSON.stringify({ status }) };
  if (status !== 'on_hold') return { state: 'suspended' };
  // The panel refuses to put a user on hold without the time that begins with the first use.
  const kept = {
    status,
    ...(lasts == null ? {} : { on_hold_expire_duration: Number(lasts) }),
    ...(timeout == null ? {} : { on_hold_timeout: timeout }),
  };
  return { state: 'active', kept: JSON.stringify(kept) };
}
