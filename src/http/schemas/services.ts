import { type Static, Type } from '@sinclair/typebox';
import { type HealthDay, uptimeOf } from '../../core/health/health-store.ts';
import type { ProbeResult } from '../../core/health/prober.ts';
import type { HealthHistory, ServiceStanding } from '../../core/health/service-operations.ts';
import type { ProbeSetting, ServiceProbe } from '../../core/health/service-probe.ts';
import { formatDay } from '../../core/units/calendar.ts';
import { Instant, MaybeInstant, MaybeInteger, MaybeNumber, MaybeString, Nullable } from './common.ts';
import { NoticeJson } from './nodes.ts';

const literals = <T extends string>(...words: readonly T[]) => Type.Union(words.map((word) => Type.Literal(word)));
const State = literals('up', 'degraded', 'down', 'unknown');
const Uptime = Type.Unsafe<number | null>({
  type: ['number', 'null'],
  minimum: 0,
  maximum: 1,
  description: 'Share of the known time in which clients could connect; null if nothing is known.',
});

const ProbeJson = Type.Object(
  {
    kind: literals('polls', 'tls', 'tcp', 'ping'),
    host: MaybeString,
    port: MaybeInteger,
    serverName: MaybeString,
    anyCertificate: Type.Boolean(),
    privateAddresses: Type.Boolean(),
    intervalSeconds: Type.Number(),
  },
  { $id: 'Probe' },
);

/** What is left out is guessed: the host that the node is read at, the port that the source tells. */
export const ProbeSettingJson = Type.Object(
  {
    kind: literals('automatic', 'polls', 'tls', 'tcp', 'ping'),
    host: Type.Optional(Type.String({ minLength: 1, maxLength: 253 })),
    port: Type.Optional(Type.Integer({ minimum: 1, maximum: 65_535 })),
    serverName: Type.Optional(
      Type.String({ pattern: '^[A-Za-z0-9._-]{1,253}$', description: 'SNI of the handshake.' }),
    ),
    anyCertificate: Type.Optional(Type.Boolean({ description: 'Whatever certificate is shown is right.' })),
    privateAddresses: Type.Optional(
      Type.Boolean({ description: 'The host may be in a private network, or this machine.' }),
    ),
    intervalSeconds: Type.Optional(Type.Integer({ minimum: 10, maximum: 3600 })),
  },
  {
    description:
      'How it is known whether clients can connect. polls: from what is read of the node, nothing is sent; tls: a ' +
      'handshake; tcp: a connection; ping: the weakest; automatic: guessed from what is known.',
  },
);

export const ServiceStandingJson = Type.Object(
  {
    id: Type.String(),
    nodeId: Type.String(),
    nodeName: Type.String(),
    kind: Type.String(),
    name: Type.String(),
    listenPort: MaybeInteger,
    peers: Type.Integer(),
    online: Type.Integer(),
    state: State,
    reason: Nullable(NoticeJson),
    since: MaybeInstant,
    checkedAt: MaybeInstant,
    latencyMs: MaybeNumber,
    probe: ProbeJson,
    isProbeSet: Type.Boolean({ description: 'False: the probe is a guess.' }),
    uptime: Uptime,
  },
  { $id: 'Service' },
);

export const HealthHistoryJson = Type.Object({
  uptime: Uptime,
  days: Type.Array(
    Type.Object({
      day: Type.String({ description: 'YYYY-MM-DD of the panel’s time zone; days in which nobody looked are absent.' }),
      upSeconds: Type.Integer(),
      degradedSeconds: Type.Integer(),
      downSeconds: Type.Integer(),
      unknownSeconds: Type.Integer(),
      uptime: Uptime,
    }),
  ),
  changes: Type.Array(Type.Object({ at: Instant, state: State, reason: Nullable(NoticeJson) })),
});

export const ProbeTrialJson = Type.Object({
  probe: ProbeJson,
  result: Nullable(
    Type.Object({
      outcome: literals('answered', 'flawed', 'silent', 'impossible'),
      latencyMs: MaybeNumber,
      reason: Nullable(NoticeJson),
    }),
  ),
});

export function settingOf({ kind, intervalSeconds, ...fields }: Static<typeof ProbeSettingJson>): ProbeSetting {
  if (kind === 'automatic' || kind === 'polls') return { kind };
  return { kind, ...fields, ...(intervalSeconds === undefined ? {} : { intervalMs: intervalSeconds * 1000 }) };
}

/** `withTargets`: where and how it is probed is for those who manage it. */
export function standingJson(
  { service, view, health, since, probe, isSet, uptime }: ServiceStanding,
  withTargets: boolean,
): Static<typeof ServiceStandingJson> {
  const { id, kind, name, listenPort, peers, online } = service;
  return {
    ...{ id, nodeId: view.node.id, nodeName: view.node.name, kind, name, listenPort, peers, online },
    ...{ state: health.state, reason: health.reason, since, checkedAt: health.checkedAt, latencyMs: health.latencyMs },
    probe: probeJson(probe, withTargets),
    isProbeSet: isSet,
    uptime,
  };
}

export function historyJson({ uptime, days, changes }: HealthHistory): Static<typeof HealthHistoryJson> {
  return { uptime, days: days.map(dayJson), changes: changes.map((change) => ({ ...change })) };
}

export function trialJson(probe: ServiceProbe, result: ProbeResult | null): Static<typeof ProbeTrialJson> {
  return { probe: probeJson(probe, true), result };
}

function probeJson({ target, intervalMs }: ServiceProbe, withTargets: boolean): Static<typeof ProbeJson> {
  const shown = withTargets ? target : null;
  return {
    kind: target?.kind ?? 'polls',
    host: shown?.host ?? null,
    port: shown?.port ?? null,
    serverName: shown?.serverName ?? null,
    anyCertificate: target?.anyCertificate ?? false,
    privateAddresses: target?.privateAddresses ?? false,
    intervalSeconds: intervalMs / 1000,
  };
}

function dayJson({ day, ...times }: HealthDay): Static<typeof HealthHistoryJson>['days'][number] {
  const seconds = (ms: number) => Math.round(ms / 1000);
  return {
    day: formatDay(day),
    upSeconds: seconds(times.upMs),
    degradedSeconds: seconds(times.degradedMs),
    downSeconds: seconds(times.downMs),
    unknownSeconds: seconds(times.unknownMs),
    uptime: uptimeOf(times),
  };
}
