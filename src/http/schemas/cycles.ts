import { type Static, Type } from '@sinclair/typebox';
import type { PeriodUsage, Statement } from '../../core/ledger/statement.ts';
import type { BillingCycle, CycleBounds } from '../../core/units/billing-cycle.ts';
import { formatCycle } from '../../core/units/billing-cycle.ts';
import { formatDay } from '../../core/units/calendar.ts';
import { Instant, MaybeInstant, MaybeString, Nullable, TrafficJson, trafficJson } from './common.ts';
import { GapJson, gapJson } from './usage.ts';

export const CycleJson = Type.Object({
  from: Instant,
  to: Instant,
  firstDay: Type.String({ format: 'date' }),
  lastDay: Type.String({ format: 'date' }),
  running: Type.Boolean(),
});

export function cycleJson({ fromMs, toMs, firstDay, lastDay }: CycleBounds, now: Date): Static<typeof CycleJson> {
  const [from, to] = [new Date(fromMs), new Date(toMs)];
  return { from, to, firstDay: formatDay(firstDay), lastDay: formatDay(lastDay), running: from <= now && now < to };
}

export const CyclesJson = Type.Object(
  {
    cycle: Type.String(),
    timeZone: Type.String(),
    resetsAt: MaybeInstant,
    resetsInSeconds: Nullable(Type.Integer()),
    items: Type.Array(
      Type.Object({
        ...CycleJson.properties,
        traffic: TrafficJson,
        shown: TrafficJson,
        inCycle: TrafficJson,
        exact: Type.Boolean({ description: 'False where a border cannot be told from what is kept.' }),
      }),
      { description: 'The running cycle first.' },
    ),
  },
  { $id: 'Cycles' },
);

export function usageJson({ traffic, shown, inCycle, exact }: PeriodUsage) {
  return { traffic: trafficJson(traffic), shown: trafficJson(shown), inCycle: trafficJson(inCycle), exact };
}

export const StatementJson = Type.Object(
  {
    user: Type.Object({ id: Type.String(), name: Type.String(), deletedAt: MaybeInstant }),
    cycle: Type.String(),
    timeZone: Type.String(),
    ...CycleJson.properties,
    total: TrafficJson,
    days: Type.Array(
      Type.Object({
        date: Type.String({ format: 'date' }),
        traffic: TrafficJson,
        hasGap: Type.Boolean({ description: 'A node of the user was not read for a part of it.' }),
      }),
    ),
    places: Type.Array(
      Type.Object({
        nodeName: MaybeString,
        deleted: Type.Boolean({ description: 'The node was deleted; the usage stays.' }),
        serviceName: MaybeString,
        server: Type.String(),
        port: Type.Integer(),
        protocol: Type.String(),
        traffic: TrafficJson,
      }),
    ),
    lateAfterClosing: Nullable(TrafficJson),
    corrections: Type.Array(Type.Object({ at: Instant, traffic: TrafficJson })),
    resets: Type.Array(Type.Object({ at: Instant, reason: MaybeString, undoneAt: MaybeInstant })),
    gaps: Type.Array(GapJson),
  },
  { $id: 'Statement' },
);

export interface StatementScene {
  readonly cycle: BillingCycle;
  readonly bounds: CycleBounds;
  readonly timeZone: string;
  readonly now: Date;
}

export function statementJson(statement: Statement, { cycle, bounds, timeZone, now }: StatementScene) {
  const { userId, userName, userDeletedAt, total, days, places, lateAfterClosing, corrections, resets, gaps } =
    statement;
  return {
    user: { id: userId, name: userName, deletedAt: userDeletedAt },
    cycle: formatCycle(cycle),
    timeZone,
    ...cycleJson(bounds, now),
    total: trafficJson(total),
    days: days.map((day) => ({ ...day, traffic: trafficJson(day.traffic) })),
    places: places.map((place) => ({ ...place, traffic: trafficJson(place.traffic) })),
    lateAfterClosing: lateAfterClosing === null ? null : trafficJson(lateAfterClosing),
    corrections: corrections.map(({ at, traffic }) => ({ at, traffic: trafficJson(traffic) })),
    resets: resets.map(({ at, reason, undoneAt }) => ({ at, reason, undoneAt })),
    gaps: gaps.map((gap) => gapJson(gap, new Map([[gap.nodeId, gap.nodeName]]))),
  };
}
