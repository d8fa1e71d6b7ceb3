import { type Static, Type } from '@sinclair/typebox';
import type { ListedTarget } from '../../core/access/access-store.ts';
import type { AccessTarget } from '../../core/access/decide.ts';
import type { AccessOperations, AccessPreview, AccessState, NodeAccess } from '../../core/access/operations.ts';
import { OWN_PROBLEMS, STAY_REASONS } from '../../core/access/why.ts';
import type { Notice } from '../../core/inventory/node-operations.ts';
import type { UserStanding } from '../../core/quota/quota-store.ts';
import { USER_STATES, type UserState } from '../../core/quota/user-state.ts';
import { Bytes, Instant, MaybeInstant, MaybeString, Nullable } from './common.ts';

const literals = <T extends string>(...values: readonly T[]) => Type.Union(values.map((value) => Type.Literal(value)));

export const AccessModeJson = Type.Union([Type.Literal('read-only'), Type.Literal('enforce')]);

const NoticeJson = Type.Object({ code: Type.String(), message: Type.String(), hint: MaybeString });

const BlownJson = {
  cuts: Type.Integer({ description: 'Peers that are held.' }),
  allowed: Type.Integer({ description: 'So many may be cut without a person’s word.' }),
  since: Instant,
};

export const FuseLimitsJson = Type.Object({
  most: Type.Integer({ minimum: 0, maximum: 1_000_000, description: 'Never more peers in one pass.' }),
  percent: Type.Integer({ minimum: 0, maximum: 100, description: 'Of the peers that users own; three always pass.' }),
});

export const AccessStateJson = Type.Object(
  {
    standstill: Nullable(
      Type.Object({
        reason: literals('restored', 'by-hand', 'tracking-off', 'clock-suspect'),
        since: MaybeInstant,
      }),
    ),
    limits: FuseLimitsJson,
    fuses: Type.Array(Type.Object({ nodeId: Type.String(), ...BlownJson })),
  },
  { $id: 'AccessState' },
);

const AbilitiesJson = Type.Object({
  code: Type.String({ description: 'Of the words below, in any language.' }),
  means: Type.String({ description: 'What suspending is there.' }),
  liveSessions: literals('cut', 'stay', 'delayed'),
  caveats: Type.Array(Type.String()),
});

export const NodeAccessJson = Type.Object(
  {
    nodeId: Type.String(),
    mode: AccessModeJson,
    givingBack: Type.Boolean({
      description: 'Read-only, but for peers that were not there when everything was to be given back.',
    }),
    can: Nullable(AbilitiesJson),
    cannot: Nullable(NoticeJson),
    waiting: Type.Integer({ description: 'Peers whose access is to be off and is not yet.' }),
    suspended: Type.Integer(),
    failing: Type.Integer(),
    problem: Nullable(Type.Object({ ...NoticeJson.properties, retryAt: Instant })),
    fuse: Nullable(Type.Object(BlownJson)),
  },
  { $id: 'NodeAccess' },
);

const peerFields = {
  peerId: Type.String(),
  key: Type.String(),
  name: MaybeString,
  service: Type.String(),
  userId: MaybeString,
  userName: MaybeString,
  reason: Type.Unsafe<string | null>({
    type: ['string', 'null'],
    description:
      'Why access is to be off: the state of the user, or source-limit: the limit of the source itself is reached by all that the user moved. null: it may be on.',
  }),
};

export const AccessItemJson = Type.Object(
  {
    ...peerFields,
    nodeId: Type.String(),
    nodeName: Type.String(),
    mode: AccessModeJson,
    state: literals('waiting', 'held', 'suspending', 'suspended', 'off-by-others', 'returning', 'left'),
    wantedAt: MaybeInstant,
    appliedAt: MaybeInstant,
    overshootBytes: Bytes,
    droppedBytes: Bytes,
    failures: Type.Integer(),
    retryAt: MaybeInstant,
    problem: Nullable(NoticeJson),
  },
  { $id: 'AccessItem' },
);

export const AccessPreviewJson = Type.Object(
  {
    suspend: Type.Array(Type.Object(peerFields)),
    restore: Type.Array(Type.Object(peerFields)),
    left: Type.Array(Type.Object({ ...peerFields, why: NoticeJson })),
    allowed: Type.Integer({ description: 'More would blow the fuse.' }),
  },
  { $id: 'AccessPreview' },
);

export const UserAccessJson = Type.Object(
  {
    state: Type.Unsafe<UserState>({ type: 'string', enum: [...USER_STATES] }),
    usedUpByUnsignedReports: Type.Array(Type.String(), {
      description: 'Quotas that would be used up if unsigned reports of servers that are not trusted counted.',
    }),
    stays: Type.Array(
      Type.Object({
        ...peerFields,
        nodeId: Type.String(),
        nodeName: Type.String(),
        code: literals(...STAY_REASONS),
        message: Type.String(),
        hint: MaybeString,
      }),
      { description: 'Peers that have access, or something of it, although it is to be off; and why.' },
    ),
  },
  { $id: 'UserAccess' },
);

/** What a source says of a failure may name where it is: for those who may look at nodes. `code`: of the failure. */
function failureFor<T extends Notice>(ofFleet: boolean, problem: T, code: string): T {
  const hidden = { message: 'The node did not take the change; it is tried again.', hint: 'The owner sees why.' };
  return ofFleet || OWN_PROBLEMS.has(code) ? problem : { ...problem, ...hidden };
}

/** `ofFleet`: for somebody who may look at nodes. */
export function userAccessJson(
  state: UserState,
  standing: UserStanding | undefined,
  staying: Awaited<ReturnType<AccessOperations['staying']>>,
  ofFleet: boolean,
): Static<typeof UserAccessJson> {
  const doubted = standing?.evaluation.quotas.filter(({ isUsedUpByDoubt }) => isUsedUpByDoubt) ?? [];
  return {
    state,
    usedUpByUnsignedReports: doubted.map(({ quota }) => quota.name),
    stays: staying.map(({ target, why }) => {
      const { nodeId, nodeName, mark } = target;
      const shown = why.code === 'access-failing' ? failureFor(ofFleet, why, mark?.problem?.code ?? why.code) : why;
      return { ...peerJson(target), nodeId, nodeName, ...shown };
    }),
  };
}

export function stateJson({ standstill, limits, fuses }: AccessState): Static<typeof AccessStateJson> {
  return { standstill, limits, fuses: [...fuses] };
}

export function nodeAccessJson({ can, ...rest }: NodeAccess): Static<typeof NodeAccessJson> {
  if ('cannot' in can) return { ...rest, can: null, cannot: can.cannot };
  const { code, means, liveSessions, caveats } = can;
  return { ...rest, can: { code, means, liveSessions, caveats: [...caveats] }, cannot: null };
}

/** `ofFleet`: for somebody who may look at nodes. */
export function accessItemJson(target: ListedTarget, ofFleet: boolean): Static<typeof AccessItemJson> {
  const { mark, nodeId, nodeName, mode } = target;
  const problem = mark?.problem ?? null;
  return {
    ...peerJson(target),
    ...{ nodeId, nodeName, mode },
    state: stateOf(target),
    wantedAt: mark?.wantedAt ?? null,
    appliedAt: mark?.appliedAt ?? null,
    overshootBytes: mark?.overshoot ?? 0n,
    droppedBytes: mark?.dropped ?? 0n,
    failures: mark?.failures ?? 0,
    retryAt: mark?.retryAt ?? null,
    problem: problem && failureFor(ofFleet, problem, problem.code),
  };
}

export function previewJson({ suspend, restore, left, allowed }: AccessPreview): Static<typeof AccessPreviewJson> {
  return {
    suspend: suspend.map(peerJson),
    restore: restore.map(peerJson),
    left: left.map(({ target, why }) => ({ ...peerJson(target), why })),
    allowed,
  };
}

/** `left`: touched by Xpert, and nobody's since. */
function stateOf({ userId, reason, mark }: AccessTarget): Static<typeof AccessItemJson>['state'] {
  if (mark === null) return 'waiting';
  if (mark.phase === 'wanted') return mark.clearance === 'held' ? 'held' : 'waiting';
  if (userId === null) return 'left';
  if (reason === null) return 'returning';
  if (mark.phase === 'suspending') return 'suspending';
  return mark.kept === null ? 'off-by-others' : 'suspended';
}

function peerJson({ peerId, key, name, service, userId, userName, reason }: AccessTarget) {
  return { peerId, key, name, service, userId, userName, reason };
}
