import { InvalidInput, NotFound } from '../core/errors.ts';
import { type Actor, adminIdOf, authorize, ownsUser, visibilityOf } from '../core/identity/authorize.ts';
import type { ResetMark } from '../core/ledger/usage-ledger.ts';
import type { AdminId, ResetId, UserId } from '../core/units/ids.ts';
import type { HttpPorts } from './ports.ts';

const USERS_AT_ONCE = 1000;
/** Undoing is for the mistake just made. */
const MARKS_SEARCHED = 1000;

export interface WantedReset {
  readonly scope: 'all' | 'owner' | 'user';
  /** Name of the admin whose users are reset, for scope `owner`. */
  readonly owner?: string;
  readonly userIds?: readonly string[];
  readonly reason?: string;
}

/** Sets a reset mark for everybody (the owner's business), for an admin's users or for named users. */
export async function setReset(
  ports: Pick<HttpPorts, 'ledger' | 'inventory' | 'identity'>,
  actor: Actor,
  wanted: WantedReset,
): Promise<ResetMark> {
  if (wanted.scope === 'all') authorize(actor, 'change-all');
  const userIds = await usersOf(ports, actor, wanted);
  return ports.ledger.reset({
    scope: wanted.scope,
    userIds,
    by: adminIdOf(actor),
    reason: wanted.reason ?? null,
  });
}

/** @throws NotFound also for users and admins that the actor has nothing to do with */
async function usersOf(
  ports: Pick<HttpPorts, 'inventory' | 'identity'>,
  actor: Actor,
  wanted: WantedReset,
): Promise<UserId[]> {
  if (wanted.scope === 'all') return [];
  if (wanted.scope === 'user') {
    if (wanted.userIds === undefined || wanted.userIds.length === 0) {
      throw new InvalidInput('/userIds', 'Name the users whose usage is to start anew.');
    }
    return Promise.all(wanted.userIds.map((text) => ownUser(ports, actor, text)));
  }
  if (wanted.owner === undefined) throw new InvalidInput('/owner', 'Name the admin whose users are meant.');
  const admin = await ports.identity.adminByName(wanted.owner);
  if (admin === null || !ownsUser(actor, admin.id)) throw new NotFound('admin', wanted.owner);
  return usersOfAdmin(ports, admin.id);
}

async function ownUser({ inventory }: Pick<HttpPorts, 'inventory'>, actor: Actor, text: string): Promise<UserId> {
  const user = await inventory.findUser(text);
  if (user === null || !ownsUser(actor, user.ownerId)) throw new NotFound('user', text);
  return user.id;
}

/** Resellers undo the marks they set; the owner undoes any. @throws NotFound */
export async function undoReset(
  { ledger, history }: Pick<HttpPorts, 'ledger' | 'history'>,
  actor: Actor,
  id: ResetId,
): Promise<ResetMark> {
  const by = adminIdOf(actor);
  if (visibilityOf(actor).kind === 'owner') {
    const marks = await history.resets(MARKS_SEARCHED, null);
    if (!marks.items.some((mark) => mark.id === id && mark.by === by)) throw new NotFound('reset', id);
  }
  return ledger.undoReset(id, by);
}

/** All users of one admin. */
export async function usersOfAdmin({ inventory }: Pick<HttpPorts, 'inventory'>, ownerId: AdminId): Promise<UserId[]> {
  const ids: UserId[] = [];
  let cursor: string | null = null;
  do {
    const page: Awaited<ReturnType<typeof inventory.users>> = await inventory.users({
      ownerId,
      limit: USERS_AT_ONCE,
      cursor,
    });
    ids.push(...page.items.map(({ id }) => id));
    cursor = page.nextCursor;
  } while (cursor !== null);
  return ids;
}
