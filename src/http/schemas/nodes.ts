import { type Static, Type } from '@sinclair/typebox';
import type {
  NodeSetup,
  NodeState,
  NodeView,
  Notice,
  ServiceView,
  SystemNotice,
  TestedNode,
} from '../../core/inventory/node-operations.ts';
import {
  Instant,
  MaybeInstant,
  MaybeInteger,
  MaybeNumber,
  MaybeString,
  Nullable,
  TrafficJson,
  trafficJson,
} from './common.ts';

const noticeFields = {
  code: Type.String(),
  message: Type.String(),
  hint: MaybeString,
  about: Type.Optional(
    Type.String({ description: 'VPN service on the node that it is about; absent: the node itself' }),
  ),
};

export const NoticeJson = Type.Object(noticeFields, { $id: 'Notice' });
export const NodeNoticeJson = Type.Object(
  {
    ...noticeFields,
    isInfo: Type.Boolean({ description: 'Worth knowing; the node is not degraded for it.' }),
  },
  { $id: 'NodeNotice' },
);
export const SystemNoticeJson = Type.Object(
  {
    code: Type.String(),
    severity: Type.Union([Type.Literal('warning'), Type.Literal('error')]),
    message: Type.String(),
    hint: MaybeString,
    nodeId: MaybeString,
    nodeName: MaybeString,
    since: MaybeInstant,
  },
  { $id: 'SystemNotice' },
);

export const KindJson = Type.String({
  minLength: 1,
  maxLength: 32,
  description: 'Integration, for example wireguard.',
});
/** Checked by the integration of that kind. */
export const OptionsJson = Type.Record(Type.String({ maxLength: 64 }), Type.Unknown(), {
  description:
    'How the node is read, by its kind. wireguard: {transport: "local"|"ssh"|"file", ssh?, identityFile?, hostKey?, interface?, path?}. ' +
    'Secret ones that a change leaves out stay as they are; null takes one away.',
});
export const OpeningJson = Type.Union([Type.Literal('baseline'), Type.Literal('count')]);
export const UsersPolicyJson = Type.Union([
  Type.Literal('from-comments'),
  Type.Literal('per-peer'),
  Type.Literal('none'),
]);
export const NodeNameJson = Type.String({ minLength: 1, maxLength: 64 });
/** Mbit/s; null: not told. */
export const LinkJson = Nullable(Type.Integer({ minimum: 1, maximum: 10_000_000 }));
export const IntervalJson = Type.Integer({ minimum: 1, maximum: 86_400 });

const ServiceJson = Type.Object({
  id: Type.String(),
  kind: Type.String(),
  name: Type.String(),
  listenPort: MaybeInteger,
  publicKey: Type.String(),
  peers: Type.Integer(),
  online: Type.Integer(),
  lastCompleteAt: MaybeInstant,
  silentSince: MaybeInstant,
});

export const NodeJson = Type.Object(
  {
    id: Type.String(),
    slug: Type.String({ description: 'The server_id of the seeds; fixed at creation.' }),
    name: Type.String(),
    description: Type.String(),
    kind: Type.String(),
    options: Type.Record(Type.String(), Type.Unknown(), { description: 'Without secrets.' }),
    secrets: Type.Record(
      Type.String(),
      Type.Union([Type.Literal('set'), Type.Literal('not-set'), Type.Literal('lost')]),
      { description: 'Passwords and tokens of its kind; lost: to be entered again. They are never shown.' },
    ),
    pollIntervalSeconds: Type.Number(),
    opening: OpeningJson,
    usersPolicy: UsersPolicyJson,
    createdAt: Instant,
    state: Type.Union((['up', 'degraded', 'down', 'error', 'unknown'] as const).map((state) => Type.Literal(state))),
    status: Type.Union((['online', 'offline', 'error', 'unknown'] as const).map((status) => Type.Literal(status))),
    reason: Nullable(NoticeJson),
    notices: Type.Array(NodeNoticeJson),
    linkMbit: MaybeInteger,
    tags: Type.Array(Type.String(), { description: 'Groups of nodes: quotas may be of them.' }),
    clockSkewMs: MaybeInteger,
    silentSince: MaybeInstant,
    lastPollAt: MaybeInstant,
    lastCompleteAt: MaybeInstant,
    lastPollDurationMs: MaybeNumber,
    failures: Type.Integer(),
    peers: Type.Object({ total: Type.Integer(), online: Type.Integer() }),
    rxBitsPerSecond: MaybeNumber,
    txBitsPerSecond: MaybeNumber,
    today: TrafficJson,
    beforeXpert: Nullable(TrafficJson),
    countingSince: Instant,
    services: Type.Array(ServiceJson),
    agent: Nullable(
      Type.Object(
        {
          state: Type.Union([Type.Literal('counting'), Type.Literal('standby')]),
          seenAt: Instant,
          address: Type.String(),
          version: Type.String(),
        },
        { description: 'Who brings its readings, or stands by while it is read in another way.' },
      ),
    ),
    openGap: Nullable(Type.Object({ from: Instant, reason: Type.String(), message: Type.String() })),
  },
  { $id: 'Node' },
);

/** The seeds' words for a state. */
export function seedStatus(state: NodeState): 'online' | 'offline' | 'error' | 'unknown' {
  if (state === 'up' || state === 'degraded') return 'online';
  return state === 'down' ? 'offline' : state;
}

/** `withOptions`: how the node is reached (host, user, key file) is for those who manage it. */
export function nodeJson(view: NodeView, withOptions: boolean): Static<typeof NodeJson> {
  const { node } = view;
  return {
    id: node.id,
    slug: node.slug,
    name: node.name,
    description: node.description,
    kind: node.source.kind,
    options: withOptions ? { ...node.source.options } : {},
    secrets: withOptions ? { ...view.secrets } : {},
    pollIntervalSeconds: node.pollIntervalMs / 1000,
    opening: node.opening,
    usersPolicy: node.usersPolicy,
    createdAt: node.createdAt,
    state: view.state,
    status: seedStatus(view.state),
    reason: view.reason,
    notices: view.notices.map(({ isInfo = false, ...notice }) => ({ ...notice, isInfo })),
    linkMbit: node.linkMbit,
    tags: [...node.tags],
    clockSkewMs: view.clockSkewMs,
    silentSince: view.silentSince,
    lastPollAt: view.lastPollAt,
    lastCompleteAt: view.lastCompleteAt,
    lastPollDurationMs: view.lastPollDurationMs,
    failures: view.failures,
    peers: view.peers,
    rxBitsPerSecond: view.rate?.rxBitsPerSecond ?? null,
    txBitsPerSecond: view.rate?.txBitsPerSecond ?? null,
    today: trafficJson(view.today),
    beforeXpert: view.beforeXpert === null ? null : trafficJson(view.beforeXpert),
    countingSince: view.countingSince,
    services: view.services.map(serviceJson),
    agent: view.agent,
    openGap: view.openGap,
  };
}

function serviceJson({ id, kind, name, listenPort, publicKey, peers, online, ...service }: ServiceView) {
  const { lastCompleteAt, silentSince } = service;
  return { id, kind, name, listenPort, publicKey, peers, online, lastCompleteAt, silentSince };
}

export function systemNoticeJson(notice: SystemNotice): Static<typeof SystemNoticeJson> {
  const { code, severity, message, hint, nodeId, nodeName, since } = notice;
  return { code, severity, message, hint, nodeId, nodeName, since };
}

export const SetupJson = Type.Object(
  {
    wrapper: Nullable(Type.Object({ path: Type.String(), content: Type.String() })),
    authorizedKeys: Type.String(),
    commands: Type.Array(Type.String()),
  },
  { $id: 'NodeSetup' },
);

export const NodeTestJson = Type.Object(
  {
    ok: Type.Boolean(),
    durationMs: Type.Number(),
    found: Nullable(
      Type.Object({
        services: Type.Array(
          Type.Object({ kind: Type.String(), name: Type.String(), listenPort: MaybeInteger, peers: Type.Integer() }),
        ),
        peers: Type.Integer(),
        bytes: TrafficJson,
        version: MaybeString,
        notes: Type.Array(NoticeJson),
      }),
    ),
    problems: Type.Array(
      Type.Object({
        code: Type.String(),
        message: Type.String(),
        hint: MaybeString,
        commands: Type.Array(Type.String()),
      }),
    ),
    setup: Nullable(SetupJson),
    hostKey: MaybeString,
    steps: Type.Array(
      Type.Object({
        step: Type.Union([Type.Literal('name'), Type.Literal('port'), Type.Literal('read')]),
        outcome: Type.Union([Type.Literal('done'), Type.Literal('failed'), Type.Literal('not-tried')]),
        detail: MaybeString,
        reason: Nullable(NoticeJson),
        durationMs: MaybeNumber,
      }),
      { description: 'The way to the counters: the name of the host, its port, then logging in and reading.' },
    ),
  },
  { $id: 'NodeTest' },
);

export function setupJson(setup: NodeSetup | null): Static<typeof SetupJson> | null {
  return setup === null ? null : { ...setup, commands: [...setup.commands] };
}

export function nodeTestJson(test: TestedNode): Static<typeof NodeTestJson> {
  const { ok, durationMs, found, problems, setup, hostKey, steps } = test;
  return {
    ok,
    durationMs,
    found:
      found === null
        ? null
        : {
            services: [...found.services],
            peers: found.peers,
            bytes: trafficJson(found.bytes),
            version: found.version,
            notes: [...found.notes],
          },
    problems: problems.map((item: Notice & { readonly commands: readonly string[] }) => {
      return { code: item.code, message: item.message, hint: item.hint, commands: [...item.commands] };
    }),
    setup: setupJson(setup),
    hostKey,
    steps: [...steps],
  };
}
