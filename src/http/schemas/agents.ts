import { Type } from '@sinclair/typebox';
import { Instant, MaybeString } from './common.ts';

const Counter = Type.String({ pattern: '^[0-9]{1,20}$', description: 'Bytes as a decimal text, up to 2^64-1.' });
const Traffic = {
  rx: Type.Optional(Counter),
  tx: Type.Optional(Counter),
  total: Type.Optional({ ...Counter, description: 'Instead of rx and tx where the source tells only a sum.' }),
};
const Peer = Type.Object({
  key: Type.String({ minLength: 1, maxLength: 512 }),
  connection: Type.Optional(Type.String({ minLength: 1, maxLength: 512 })),
  isOver: Type.Optional(Type.Boolean()),
  ...Traffic,
  startedAt: Type.Optional(Instant),
  name: Type.Optional(Type.String({ minLength: 1, maxLength: 512 })),
  allowedIps: Type.Optional(Type.Array(Type.String({ maxLength: 64 }), { maxItems: 256 })),
  endpoint: Type.Optional(Type.String({ minLength: 1, maxLength: 255 })),
  lastHandshakeAt: Type.Optional(Instant),
});
const Service = Type.Object({
  identity: Type.String({ minLength: 1, maxLength: 512 }),
  kind: Type.String({ minLength: 1, maxLength: 32 }),
  name: Type.String({ minLength: 1, maxLength: 255 }),
  listenPort: Type.Optional(Type.Integer({ minimum: 0, maximum: 65_535 })),
  startEvidence: Type.Optional(Type.String({ minLength: 1, maxLength: 512 })),
  age: Type.Optional(Type.Object({ minMs: Type.Integer(), maxMs: Type.Integer() })),
  own: Type.Optional(Type.Object(Traffic)),
  ownHeaders: Type.Optional(Type.Object({ least: Type.Object(Traffic), most: Type.Object(Traffic) })),
  peers: Type.Array(Peer, { maxItems: 200_000 }),
});
const Reading = Type.Object({
  sequence: Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER }),
  after: Type.Integer({ minimum: 0, description: 'Sequence of the reading before it; 0 = the first.' }),
  lostBefore: Type.Optional(Type.Boolean({ description: 'What lies between the position and this one is lost.' })),
  takenAt: Instant,
  clockSuspect: Type.Optional(Type.Boolean()),
  trackingPeriod: Type.Optional(
    Type.Integer({
      minimum: 0,
      description:
        'As the position told it before the reading began; 0 where none was told yet. Absent: not known, as of the present one.',
    }),
  ),
  durationMs: Type.Integer({ minimum: 0 }),
  failure: Type.Optional(
    Type.Object({
      code: Type.String({ minLength: 1, maxLength: 64 }),
      message: Type.String({ minLength: 1, maxLength: 1_000 }),
      hint: Type.Optional(Type.String({ minLength: 1, maxLength: 1_000 })),
    }),
  ),
  semantics: Type.Optional(
    Type.Object(
      { kind: Type.String(), falls: Type.String(), absence: Type.String() },
      { description: 'As a collector.' },
    ),
  ),
  complete: Type.Optional(Type.Boolean()),
  order: Type.Optional(Type.Object({ bootId: Type.String(), uptimeMs: Type.Integer({ minimum: 0 }) })),
  services: Type.Optional(Type.Array(Service, { maxItems: 1_000 })),
});

export const AgentBatchJson = Type.Object(
  {
    incarnation: Type.String({ minLength: 1, maxLength: 64, description: 'Names one life of the agent’s spool.' }),
    sentAt: { ...Instant, description: 'The clock of the agent now: the difference to ours moves its instants.' },
    version: Type.Optional(Type.String({ minLength: 1, maxLength: 64 })),
    readings: Type.Array(Reading, { maxItems: 1_000 }),
  },
  { $id: 'AgentBatch' },
);

export const PositionJson = Type.Object(
  {
    nodeId: Type.String(),
    nodeName: Type.String(),
    sequence: Type.Integer({ description: 'Last reading that was taken; 0 = none. Go on (or send again) after it.' }),
    state: Type.Union([Type.Literal('counting'), Type.Literal('standby')]),
    reason: MaybeString,
    intervalSeconds: Type.Number({ description: 'How often the node is to be read.' }),
    trackingPeriod: Type.Integer({ description: 'What readings that begin from here on are to bear.' }),
  },
  { $id: 'AgentPosition' },
);

export const EnrolmentJson = Type.Object(
  {
    line: Type.String({ description: 'The one line of configuration; holds the token, shown this once.' }),
    unit: Type.String({ description: 'systemd unit' }),
    commands: Type.Array(Type.String(), { description: 'All of it for a root shell on the node.' }),
  },
  { $id: 'AgentEnrolment' },
);
