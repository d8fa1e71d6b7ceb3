import { Type } from '@sinclair/typebox';
import type { ResetEffect, ResetMark, ScheduledReset } from '../../core/ledger/usage-ledger.ts';
import type { AdminId, UserId } from '../../core/units/ids.ts';
import { Instant, MaybeInstant, MaybeString, Nullable, TrafficJson, trafficJson } from './common.ts';
import { ByJson } from './entries.ts';

const Scope = Type.Union([Type.Literal('all'), Type.Literal('owner'), Type.Literal('user')]);
const Half = Type.Union([Type.Literal('services'), Type.Literal('reports')], {
  description: 'Only what was metered on our own VPN services, or only what senders reported.',
});
/** Names by id, for people; unknown ids have none. */
export interface Names {
  readonly admins: ReadonlyMap<AdminId, string>;
  readonly users: ReadonlyMap<UserId, string>;
}

export const ResetJson = Type.Object(
  {
    id: Type.String(),
    scope: Scope,
    half: Nullable(Half),
    users: Type.Integer({ description: 'Users it applies to; 0 for all.' }),
    at: Instant,
    by: ByJson,
    reason: MaybeString,
    undoneAt: MaybeInstant,
  },
  { $id: 'Reset' },
);

export function resetJson({ by, ...mark }: ResetMark, { admins }: Pick<Names, 'admins'>) {
  return { ...mark, by: byJson(by, admins) };
}

const request = {
  scope: Scope,
  owner: Type.Optional(Type.String({ maxLength: 64, description: 'Name of the admin whose users are meant.' })),
  userIds: Type.Optional(Type.Array(Type.String({ maxLength: 128 }), { maxItems: 10_000 })),
  half: Type.Optional(Half),
  reason: Type.Optional(Type.String({ maxLength: 500 })),
};
export const NewReset = Type.Object(request);
export const NewScheduledReset = Type.Object({
  ...request,
  at: Type.String({
    format: 'date-time',
    description: 'Happens once, at this instant, also if the server is down then.',
  }),
});

export const ResetEffectJson = Type.Object(
  {
    users: Type.Integer({ description: 'Users whose shown usage changes.' }),
    shownBefore: TrafficJson,
    shownAfter: TrafficJson,
    unclaimedBefore: TrafficJson,
    unclaimedAfter: TrafficJson,
    most: Type.Array(
      Type.Object({
        userId: Type.String(),
        name: Type.String(),
        shownBefore: TrafficJson,
        shownAfter: TrafficJson,
      }),
      { description: 'The users whose usage changes most, at most 100.' },
    ),
    access: Type.Union(
      [
        Type.Object({
          restored: Type.Integer({ description: 'Users who have access again, everywhere or to a part.' }),
          cutOff: Type.Integer({ description: 'Users who lose access, everywhere or to a part.' }),
          names: Type.Array(Type.String(), { description: 'The first 100 of those.' }),
        }),
        Type.Null(),
      ],
      { description: 'Whose access follows, by their own quotas; null: too many users to look at.' },
    ),
  },
  { $id: 'ResetEffect' },
);

export function resetEffectJson(effect: ResetEffect, { users }: Pick<Names, 'users'>) {
  return {
    users: effect.users,
    shownBefore: trafficJson(effect.shownBefore),
    shownAfter: trafficJson(effect.shownAfter),
    unclaimedBefore: trafficJson(effect.unclaimedBefore),
    unclaimedAfter: trafficJson(effect.unclaimedAfter),
    most: effect.most.map(({ userId, shownBefore, shownAfter }) => ({
      userId,
      name: users.get(userId) ?? '',
      shownBefore: trafficJson(shownBefore),
      shownAfter: trafficJson(shownAfter),
    })),
    access: effect.access === null ? null : { ...effect.access, names: [...effect.access.names] },
  };
}

/** More are told by their number. */
export const USERS_NAMED = 10;

export const ScheduledResetJson = Type.Object(
  {
    id: Type.String(),
    scope: Scope,
    half: Nullable(Half),
    owner: MaybeString,
    userIds: Type.Array(Type.String()),
    userNames: Type.Array(Type.String(), { description: 'Of the first of these, at most 10.' }),
    at: Instant,
    createdAt: Instant,
    by: ByJson,
    reason: MaybeString,
    cancelledAt: MaybeInstant,
    resetId: Type.Unsafe<string | null>({ ...MaybeString, description: 'The mark that it has set.' }),
  },
  { $id: 'ScheduledReset' },
);

export function scheduledResetJson({ by, ownerId, userIds, ...reset }: ScheduledReset, { admins, users }: Names) {
  const owner = ownerId === null ? null : (admins.get(ownerId) ?? null);
  const userNames = userIds.slice(0, USERS_NAMED).flatMap((id) => users.get(id) ?? []);
  return { ...reset, owner, userIds: [...userIds], userNames, by: byJson(by, admins) };
}

function byJson(by: AdminId | null, admins: Names['admins']) {
  return by === null ? null : { id: by, name: admins.get(by) ?? null };
}
