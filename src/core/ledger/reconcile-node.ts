import type { Node, VpnService } from '../inventory/node.ts';
import {
  addCheckSums,
  type CheckSum,
  judgeCard,
  judgeProvider,
  judgeService,
  type ProviderVerdict,
  type Verdict,
} from '../metering/reconcile.ts';
import type { Calendar } from '../units/calendar.ts';
import type { ServiceId } from '../units/ids.ts';
import type { CheckDay, ReconciliationStore, StoredFigure } from './reconciliation-store.ts';

/** One counter of a node against its peers. */
export interface Reconciled {
  /** Null: the node's network card. */
  readonly serviceId: ServiceId | null;
  /** Of the interface or card; null while no card was told. */
  readonly name: string | null;
  /** Null: nothing was told, and that is not 0. */
  readonly sum: CheckSum | null;
  readonly verdict: Verdict;
}

export interface NodeReconciliation {
  /** Number of the first and the last day. */
  readonly first: number;
  readonly last: number;
  /** Every day since the node is there, each with every counter, the card last. */
  readonly days: readonly { readonly day: number; readonly counters: readonly Reconciled[] }[];
  /** The same over all of them. */
  readonly sums: readonly Reconciled[];
  readonly figures: readonly (StoredFigure & { readonly verdict: ProviderVerdict })[];
}

interface Counter {
  readonly serviceId: ServiceId | null;
  readonly name: string | null;
}

/** Holds the peers of a node against everything there is for the last `count` days. */
export async function reconcileNode(
  store: Pick<ReconciliationStore, 'days' | 'figures'>,
  node: Pick<Node, 'id' | 'createdAt'>,
  services: readonly Pick<VpnService, 'id' | 'name'>[],
  { calendar, now, count }: { readonly calendar: Calendar; readonly now: Date; readonly count: number },
): Promise<NodeReconciliation> {
  const span = calendar.lastDays(count, now.getTime());
  const last = span.last.number;
  const first = Math.min(last, Math.max(span.first.number, calendar.dayOf(node.createdAt.getTime()).number));
  const rows = await store.days(node.id, first, last);
  const counters = countersOf(rows, services);
  const days = Array.from({ length: last - first + 1 }, (_, i) => {
    const own = rows.filter(({ day }) => day === first + i);
    return { day: first + i, counters: counters.map((counter) => reconciled(counter, own)) };
  });
  const figures = await Promise.all(
    (await store.figures(node.id)).map(async (figure) => {
      const card = sumOf((await store.days(node.id, figure.firstDay, figure.lastDay)).filter(isCard));
      const from = new Date(calendar.day(figure.firstDay).fromMs);
      const to = new Date(calendar.day(figure.lastDay).toMs);
      return { ...figure, verdict: judgeProvider({ ...figure, from, to }, card) };
    }),
  );
  return { first, last, days, sums: counters.map((counter) => reconciled(counter, rows)), figures };
}

/** Services that are there, services that were there then, and the card. */
function countersOf(rows: readonly CheckDay[], services: readonly Pick<VpnService, 'id' | 'name'>[]): Counter[] {
  const names = new Map<ServiceId, string>();
  for (const { serviceId, name } of rows) if (serviceId !== null) names.set(serviceId, name);
  for (const { id, name } of services) names.set(id, name);
  return [
    ...[...names].map(([serviceId, name]) => ({ serviceId, name })),
    { serviceId: null, name: rows.findLast(isCard)?.name ?? null },
  ];
}

function reconciled(counter: Counter, rows: readonly CheckDay[]): Reconciled {
  const sum = sumOf(rows.filter(({ serviceId }) => serviceId === counter.serviceId));
  return { ...counter, sum, verdict: counter.serviceId === null ? judgeCard(sum) : judgeService(sum) };
}

function sumOf(rows: readonly CheckDay[]): CheckSum | null {
  return rows.reduce<CheckSum | null>((sum, row) => (sum === null ? row.sum : addCheckSums(sum, row.sum)), null);
}

function isCard({ serviceId }: CheckDay): boolean {
  return serviceId === null;
}
