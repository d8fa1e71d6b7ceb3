import { ExpectedError, InvalidInput, NotFound } from '../core/errors.ts';
import { type Actor, adminIdOf, authorize, ownsUser, visibilityOf } from '../core/identity/authorize.ts';
import type { UsageHalf } from '../core/ledger/segment.ts';
import type { ResetEffect, ResetMark, ResetRequest, ScheduledReset } from '../core/ledger/usage-ledger.ts';
import type { AdminId, ResetId, UserId } from '../core/units/ids.ts';
import type { HttpPorts } from './ports.ts';

const USERS_AT_ONCE = 1000;
export interface WantedReset {
  readonly scope: 'all' | 'owner' | 'user';
  /** Name of the admin whose users are reset, for scope `owner`. */
  readonly owner?: string;
  readonly userIds?: readonly string[];
  /** Only what our own VPN services metered, or only what senders reported. */
  readonly half?: UsageHalf;
  readonly reason?: string;
}

type ResetPorts = Pick<HttpPorts, 'ledger' | 'inventory' | 'identity' | 'adminLimits'>;

/** Sets a reset mark for everybody (the owner's business), for an admin's users or for named users. */
export async function setReset(ports: ResetPorts, actor: Actor, wanted: WantedReset): Promise<ResetMark> {
  const mark = await ports.ledger.reset(await requestOf(ports, actor, wanted));
  // A reseller's own resets leave their limit as it is.
  if (wanted.scope === 'owner' && wanted.half === undefined && visibilityOf(actor).kind === 'all') {
    const admin = await ports.identity.adminByName(wanted.owner ?? '');
    if (admin !== null) await ports.adminLimits.startAnew(admin.id, mark.id);
  }
  return mark;
}

/** What such a reset would do. */
export async function previewReset(ports: ResetPorts, actor: Actor, wanted: WantedReset): Promise<ResetEffect> {
  return ports.ledger.previewReset(await requestOf(ports, actor, wanted));
}

/** The same at an instant to come; an admin's users are those that the admin has then. */
export async function scheduleReset(
  ports: ResetPorts,
  actor: Actor,
  { at, ...wanted }: WantedReset & { readonly at: Date },
): Promise<ScheduledReset> {
  const request = await requestOf(ports, actor, wanted);
  const owner = wanted.scope === 'owner' ? await ports.identity.adminByName(wanted.owner ?? '') : null;
  const { half = null } = request;
  return ports.ledger.scheduleReset({ ...request, half, ownerId: owner?.id ?? null, at });
}

async function requestOf(ports: ResetPorts, actor: Actor, wanted: WantedReset): Promise<ResetRequest> {
  if (wanted.scope === 'all') authorize(actor, 'change-all');
  const { scope, half = null, reason = null } = wanted;
  return { scope, userIds: await usersOf(ports, actor, wanted), half, by: adminIdOf(actor), reason };
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

/** Resellers undo the marks they set, while all whom they reset are theirs; the owner undoes any. @throws NotFound, `owners-changed` */
export async function undoReset(
  ports: Pick<HttpPorts, 'ledger' | 'history'>,
  actor: Actor,
  id: ResetId,
): Promise<ResetMark> {
  await requireOwnMark(ports, actor, id);
  return ports.ledger.undoReset(id, adminIdOf(actor));
}

/** What undoing would do. @throws NotFound, `owners-changed` */
export async function previewUndoReset(
  ports: Pick<HttpPorts, 'ledger' | 'history'>,
  actor: Actor,
  id: ResetId,
): Promise<ResetEffect> {
  await requireOwnMark(ports, actor, id);
  return ports.ledger.previewUndoReset(id);
}

async function requireOwnMark({ history }: Pick<HttpPorts, 'history'>, actor: Actor, id: ResetId): Promise<void> {
  if (visibilityOf(actor).kind === 'all') return;
  const by = adminIdOf(actor);
  if ((await history.reset(id))?.by !== by) throw new NotFound('reset', id);
  if ((await history.reset(id, by)) !== null) return;
  const hint = 'Ask the owner to undo it.';
  throw new ExpectedError('owners-changed', 'Somebody whom it reset belongs to another admin by now.', { hint });
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
