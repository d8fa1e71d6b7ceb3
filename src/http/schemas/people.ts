import { type Static, Type } from '@sinclair/typebox';
import { STATE_REASONS, type StateReason, USER_STATES, type UserState } from '../../core/quota/user-state.ts';
import { Instant, MaybeInstant, MaybeInteger, MaybeString, Nullable, TrafficJson } from './common.ts';
import { EntitlementJson } from './quotas.ts';

/** What a person may be given, by the API or by a file. */
export const TelegramIdJson = Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER });
export const EmailJson = Type.String({ minLength: 3, maxLength: 254, pattern: '^[^\\s@]+@[^\\s@]+$' });
export const NoteJson = Type.String({ maxLength: 2000 });
export const TagsJson = Type.Array(Type.String({ minLength: 1, maxLength: 32 }), { maxItems: 50, uniqueItems: true });

export const PeerJson = Type.Object(
  {
    id: Type.String(),
    key: Type.String({ description: 'Key within the VPN service: WireGuard public key, Xray email, …' }),
    name: MaybeString,
    nodeId: Type.String(),
    nodeName: MaybeString,
    serviceId: Type.String(),
    serviceName: MaybeString,
    protocol: MaybeString,
    allowedIps: Type.Array(Type.String()),
    endpoint: MaybeString,
    lastHandshakeAt: MaybeInstant,
    online: Type.Boolean(),
    userId: MaybeString,
    userName: MaybeString,
    traffic: TrafficJson,
    stale: Type.Boolean({ description: 'The node did not answer for 3 intervals: these are the last known totals.' }),
    beforeXpert: Nullable(TrafficJson),
    firstSeenAt: Instant,
    endedAt: MaybeInstant,
  },
  { $id: 'Peer' },
);
export type PeerBody = Static<typeof PeerJson>;

export const UserStateJson = Type.Unsafe<UserState>(Type.Union(USER_STATES.map((state) => Type.Literal(state))));

export const UserJson = Type.Object(
  {
    id: Type.String(),
    name: Type.String(),
    userToken: Type.String(),
    linkToken: Type.Optional(Type.String({ description: 'Secret; only for the owner and the user’s own reseller.' })),
    telegramId: MaybeInteger,
    role: Type.String(),
    email: MaybeString,
    note: Type.String(),
    tags: Type.Array(Type.String()),
    active: Type.Boolean({ description: 'false: suspended by an admin’s hand.' }),
    state: UserStateJson,
    stateReason: Type.Unsafe<StateReason | null>({ type: ['string', 'null'], enum: [...STATE_REASONS, null] }),
    stateSince: Instant,
    owner: Nullable(Type.Object({ id: Type.String(), name: Type.String() })),
    entitlement: Nullable(EntitlementJson),
    peers: Type.Integer(),
    traffic: TrafficJson,
    lastSeenAt: Type.Unsafe<Date | null>({
      ...MaybeInstant,
      description: 'The latest handshake of a peer (or its like), or bytes reported.',
    }),
    createdAt: Instant,
    deletedAt: MaybeInstant,
  },
  { $id: 'User' },
);
export type UserBody = Static<typeof UserJson>;

export const UnclaimedJson = Type.Object(
  {
    traffic: TrafficJson,
    tokens: Type.Array(
      Type.Object({ userToken: Type.String(), traffic: TrafficJson, firstAt: Instant, lastAt: Instant }),
    ),
    peers: Type.Array(
      Type.Object({
        peerId: Type.String(),
        name: MaybeString,
        key: Type.String(),
        nodeName: MaybeString,
        endedAt: Type.Unsafe<Date | null>({ ...MaybeInstant, description: 'The peer or its node is gone since.' }),
        traffic: TrafficJson,
        firstAt: Instant,
        lastAt: Instant,
      }),
    ),
  },
  { $id: 'Unclaimed' },
);

export const SuccessionJson = Type.Object(
  {
    userId: Type.String(),
    userName: Type.String(),
    nodeName: MaybeString,
    ended: Type.Object({ peerId: Type.String(), key: Type.String(), name: MaybeString, endedAt: Instant }),
    successor: Type.Object({ peerId: Type.String(), key: Type.String(), name: MaybeString, firstSeenAt: Instant }),
    because: Type.Array(Type.Union([Type.Literal('name'), Type.Literal('allowed-ips')])),
    only: Type.Boolean({ description: 'false: there are others for one of the two; look twice.' }),
  },
  { $id: 'Succession', description: 'To accept, assign the successor to the user with "countInCycle": true.' },
);

export type SuccessionBody = Static<typeof SuccessionJson>;

export const AssignmentJson = Type.Object(
  {
    users: Type.Array(
      Type.Object({
        name: Type.String(),
        existing: Type.Boolean(),
        peers: Type.Array(Type.Object({ peerId: Type.String(), key: Type.String(), name: MaybeString })),
      }),
    ),
    assigned: Type.Integer(),
  },
  { $id: 'AutomaticAssignment' },
);
