import { Type } from '@sinclair/typebox';
import type { NodeReconciliation, Reconciled } from '../../core/ledger/reconcile-node.ts';
import type { QualityInterval } from '../../core/metering/quality.ts';
import { addTraffic, type Traffic } from '../../core/units/bytes.ts';
import { formatDay } from '../../core/units/calendar.ts';
import { Bytes, Instant, MaybeBytes, MaybeString, Nullable } from './common.ts';
import { QualityJson } from './usage.ts';

const Status = Type.Union((['ok', 'off', 'unknown'] as const).map((status) => Type.Literal(status)));
/** Nothing is billed here: what counters show is raw. */
const RawTraffic = Type.Object({ rxBytes: MaybeBytes, txBytes: MaybeBytes, totalBytes: Bytes }, { $id: 'RawTraffic' });
const MaybeTraffic = Nullable(RawTraffic);
const SignedBytes = Type.Unsafe<bigint | null>({
  type: ['integer', 'null'],
  description: 'Bytes, exact; null while unknown.',
});

export const ReconciledJson = Type.Object(
  {
    kind: Type.Union([Type.Literal('service'), Type.Literal('card')]),
    serviceId: MaybeString,
    name: MaybeString,
    status: Status,
    counter: Type.Union([RawTraffic, Type.Null()], {
      description: 'What the interface, inbound or network card counted itself; null: not told, which is not 0.',
    }),
    peers: MaybeTraffic,
    expectedLeast: Type.Union([RawTraffic, Type.Null()], {
      description: 'Peers of a service: at least so much, with the headers that only they count.',
    }),
    expectedMost: MaybeTraffic,
    unattributed: Type.Union([RawTraffic, Type.Null()], {
      description: 'Bytes that the counter carried and no peer accounts for.',
    }),
    surplus: Type.Union([RawTraffic, Type.Null()], {
      description: 'Bytes that peers account for and the counter cannot have carried.',
    }),
    toleranceBytes: Bytes,
    seconds: Type.Number({ description: 'Time for which both sides are known.' }),
  },
  { $id: 'Reconciled' },
);

export const FigureJson = Type.Object(
  {
    id: Type.String(),
    firstDay: Type.String({ format: 'date' }),
    lastDay: Type.String({ format: 'date' }),
    direction: Type.Union((['in', 'out', 'both'] as const).map((direction) => Type.Literal(direction))),
    bytes: Bytes,
    note: Type.String(),
    at: Instant,
    status: Status,
    cardBytes: SignedBytes,
    differenceBytes: SignedBytes,
    toleranceBytes: Bytes,
    coverage: Type.Number({ description: 'Share of the period for which the card is known, 0 to 1.' }),
  },
  { $id: 'ProviderFigure' },
);

export const ReconciliationJson = Type.Object(
  {
    nodeId: Type.String(),
    firstDay: Type.String({ format: 'date' }),
    lastDay: Type.String({ format: 'date' }),
    days: Type.Array(Type.Object({ date: Type.String({ format: 'date' }), counters: Type.Array(ReconciledJson) })),
    sums: Type.Array(ReconciledJson),
    providerFigures: Type.Array(FigureJson),
  },
  { $id: 'Reconciliation' },
);

export function reconciliationJson(nodeId: string, { first, last, days, sums, figures }: NodeReconciliation) {
  return {
    nodeId,
    firstDay: formatDay(first),
    lastDay: formatDay(last),
    days: days.map(({ day, counters }) => ({ date: formatDay(day), counters: counters.map(reconciledJson) })),
    sums: sums.map(reconciledJson),
    providerFigures: figures.map(figureJson),
  };
}

function reconciledJson({ serviceId, name, sum, verdict }: Reconciled) {
  const maybe = (traffic: Traffic | null) => (traffic === null ? null : raw(traffic));
  const isService = serviceId !== null && sum !== null;
  return {
    kind: serviceId === null ? ('card' as const) : ('service' as const),
    serviceId,
    name,
    status: verdict.status,
    counter: maybe(sum?.own ?? null),
    peers: maybe(sum?.peers ?? null),
    expectedLeast: isService ? raw(addTraffic(sum.own, sum.least)) : null,
    expectedMost: isService ? raw(addTraffic(sum.own, sum.most)) : null,
    unattributed: maybe(verdict.unattributed),
    surplus: maybe(verdict.surplus),
    toleranceBytes: verdict.toleranceBytes,
    seconds: sum?.seconds ?? 0,
  };
}

function raw({ rx, tx, total }: Traffic) {
  return { rxBytes: rx, txBytes: tx, totalBytes: total };
}

export function figureJson(figure: NodeReconciliation['figures'][number]) {
  const { id, firstDay, lastDay, direction, bytes, note, at, verdict } = figure;
  return { id, firstDay: formatDay(firstDay), lastDay: formatDay(lastDay), direction, bytes, note, at, ...verdict };
}

export const QualityTimelineJson = Type.Object(
  {
    from: Instant,
    to: Instant,
    items: Type.Array(
      Type.Object({
        from: Instant,
        to: Instant,
        quality: QualityJson,
        reasons: Type.Array(Type.String({ description: 'Every reason: of gaps, and of what was booked.' })),
        nodeIds: Type.Array(Type.String()),
      }),
      { description: 'Without holes or overlaps, up to now.' },
    ),
  },
  { $id: 'QualityTimeline' },
);

export function qualityItems(intervals: readonly QualityInterval[]) {
  return intervals.map(({ fromMs, toMs, quality, reasons, nodeIds }) => ({
    from: new Date(fromMs),
    to: new Date(toMs),
    quality,
    reasons: [...reasons],
    nodeIds: [...nodeIds],
  }));
}
