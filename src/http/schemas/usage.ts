import { Type } from '@sinclair/typebox';
import type { CarrierUsage, Gap, HolderUsage, SeriesResult, UsageSummary } from '../../core/ledger/usage-history.ts';
import { codeOfGap } from '../../core/metering/gap-words.ts';
import { QUALITIES } from '../../core/metering/quality.ts';
import { billedOf } from '../../core/units/bytes.ts';
import {
  Instant,
  MaybeBytes,
  MaybeInstant,
  MaybeInteger,
  MaybeString,
  Nullable,
  TrafficJson,
  trafficJson,
} from './common.ts';

export const SummaryJson = Type.Object(
  {
    users: Type.Integer({ description: 'Distinct users and unclaimed tokens and peers with bytes.' }),
    servers: Type.Integer(),
    protocols: Type.Integer(),
    connections: Type.Integer({ description: '(user, server, port) that carried bytes in an hour.' }),
    traffic: TrafficJson,
    unclaimed: TrafficJson,
    from: Instant,
    to: Instant,
  },
  { $id: 'Summary' },
);

export function summaryJson(summary: UsageSummary, { from, to }: { from: Date; to: Date }) {
  const { users, servers, protocols, connections, traffic, unclaimed } = summary;
  return {
    users,
    servers,
    protocols,
    connections,
    traffic: trafficJson(traffic),
    unclaimed: trafficJson(unclaimed),
    from,
    to,
  };
}

export const HolderJson = Type.Object(
  {
    userId: MaybeString,
    userToken: MaybeString,
    peerId: MaybeString,
    name: Type.String(),
    deleted: Type.Boolean({
      description: 'The user was deleted; of a peer without one: it is gone, or its node was deleted. The usage stays.',
    }),
    unclaimed: Type.Boolean(),
    traffic: TrafficJson,
    connections: Type.Integer(),
    servers: Type.Integer(),
    lastUsedAt: MaybeInstant,
  },
  { $id: 'Holder' },
);

export function holderJson(holder: HolderUsage) {
  return {
    userId: holder.userId,
    userToken: holder.userToken,
    peerId: holder.peerId,
    name: holder.name,
    deleted: holder.deleted,
    unclaimed: holder.userId === null,
    traffic: trafficJson(holder.traffic),
    connections: holder.connections,
    servers: holder.servers,
    lastUsedAt: holder.lastUsedAt,
  };
}

export const CarrierJson = Type.Object(
  {
    server: Type.String(),
    port: Type.Integer(),
    protocol: Type.String(),
    nodeId: MaybeString,
    serviceId: MaybeString,
    deleted: Type.Boolean({ description: 'The node was deleted; the usage stays.' }),
    traffic: TrafficJson,
    connections: Type.Integer(),
    lastUsedAt: Instant,
  },
  { $id: 'Carrier' },
);

export function carrierJson(carrier: CarrierUsage) {
  return {
    server: carrier.server,
    port: carrier.port,
    protocol: carrier.protocol,
    nodeId: carrier.nodeId,
    serviceId: carrier.serviceId,
    deleted: carrier.deleted,
    traffic: trafficJson(carrier.traffic),
    connections: carrier.connections,
    lastUsedAt: carrier.lastUsedAt,
  };
}

export const GapJson = Type.Object(
  {
    nodeId: Type.String(),
    nodeName: MaybeString,
    from: Instant,
    to: MaybeInstant,
    reason: Type.String(),
    code: Nullable(Type.String({ description: 'Of the message, where nothing was asked of the node; else null.' })),
    message: Type.String(),
  },
  { $id: 'Gap' },
);

export function gapJson(gap: Gap, nodeNames: ReadonlyMap<string, string>) {
  const { nodeId, from, to, reason, message } = gap;
  return { nodeId, nodeName: nodeNames.get(nodeId) ?? null, from, to, reason, code: codeOfGap(message), message };
}

export const QualityJson = Type.Union(
  QUALITIES.map((quality) => Type.Literal(quality)),
  { $id: 'Quality', description: 'How well an interval is known; the worst word that holds.' },
);

/** Columns instead of a row per bucket: a year of a chart is a third of the size. */
export const SeriesJson = Type.Object(
  {
    bucketSeconds: Type.Integer(),
    from: Type.Array(Instant, { description: 'Start of each bucket.' }),
    series: Type.Array(
      Type.Object({
        id: Type.String(),
        name: Type.String(),
        deleted: Type.Boolean({ description: 'The node or user was deleted; the usage stays.' }),
        rxBytes: Type.Array(MaybeBytes),
        txBytes: Type.Array(MaybeBytes),
        totalBytes: Type.Array(MaybeBytes, { description: 'null: nothing is known of this bucket.' }),
        billedBytes: Type.Array(MaybeBytes, { description: 'What is billed for them; null as above.' }),
        flags: Type.Array(Type.Integer({ description: 'Quality of the bucket as a bit mask; 0 = measured.' })),
        quality: Type.Array(QualityJson),
      }),
    ),
    gaps: Type.Array(GapJson),
    marks: Type.Array(Type.Object({ at: Instant, kind: Type.String(), label: Type.String() })),
  },
  { $id: 'Series' },
);

export function seriesJson(result: SeriesResult, nodeNames: ReadonlyMap<string, string>) {
  return {
    bucketSeconds: result.bucketSeconds,
    from: result.from,
    series: result.series.map(({ id, name, deleted, traffic, flags, quality }) => ({
      id,
      name,
      deleted,
      rxBytes: traffic.map((bucket) => bucket?.rx ?? null),
      txBytes: traffic.map((bucket) => bucket?.tx ?? null),
      totalBytes: traffic.map((bucket) => bucket?.total ?? null),
      billedBytes: traffic.map((bucket) => (bucket === null ? null : billedOf(bucket))),
      flags,
      quality,
    })),
    gaps: result.gaps.map((gap) => gapJson(gap, nodeNames)),
    marks: result.marks.map(({ at, kind, label }) => ({ at, kind, label })),
  };
}

export const ActivePeersJson = Type.Object({
  bucketSeconds: Type.Integer(),
  from: Type.Array(Instant),
  active: Type.Array(MaybeInteger),
});
