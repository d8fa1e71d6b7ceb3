import type { InventoryStore } from '../core/inventory/inventory-store.ts';
import type { NodeView } from '../core/inventory/node-operations.ts';
import { type Reconciled, reconcileNode } from '../core/ledger/reconcile-node.ts';
import type { ReconciliationStore } from '../core/ledger/reconciliation-store.ts';
import type { DoctorCheck, Operations } from '../core/settings/operations.ts';
import type { Clock } from '../core/units/clock.ts';
import { counted } from '../core/units/counted.ts';
import { remedyFor } from './node-notices.ts';

export interface CounterSources {
  readonly store: {
    readonly reconciliation: Pick<ReconciliationStore, 'days' | 'figures'>;
    readonly inventory: Pick<InventoryStore, 'services'>;
  };
  readonly operations: Pick<Operations, 'calendar'>;
  readonly clock: Pick<Clock, 'now'>;
}

/** Today and yesterday: long enough that a moment's difference is no news. */
const DAYS = 2;

/** What makes the numbers of a node doubtful although it answers: each with its explanation and what repairs it. */
export async function checkCounters(view: NodeView, use: CounterSources): Promise<DoctorCheck[]> {
  return [...noticeChecks(view), ...(await reconciliationChecks(view, use))];
}

function noticeChecks({ node, notices, reason }: NodeView): DoctorCheck[] {
  const others = notices.filter(({ code, message }) => code !== reason?.code || message !== reason.message);
  return others.map(({ code, message, hint, isInfo }) => ({
    name: `node ${node.name}`,
    status: isInfo === true ? 'ok' : 'warning',
    code,
    values: {},
    message,
    hint,
    commands: remedyFor(code, node.name),
  }));
}

/** Whether services account for their own interfaces. Hosts have traffic of their own: their network cards are left out. */
export async function checkSums(view: NodeView, use: CounterSources): Promise<DoctorCheck[]> {
  return await reconciliationChecks(view, use, ({ serviceId }) => serviceId !== null);
}

async function reconciliationChecks(
  { node }: NodeView,
  use: CounterSources,
  isWanted: (sum: Reconciled) => boolean = () => true,
): Promise<DoctorCheck[]> {
  const { store, operations, clock } = use;
  const services = await store.inventory.services(node.id);
  const options = { calendar: await operations.calendar(), now: clock.now(), count: DAYS };
  const { sums, figures } = await reconcileNode(store.reconciliation, node, services, options);
  const known = sums.filter((sum) => sum.verdict.status !== 'unknown' && isWanted(sum));
  const checks = known.flatMap((counter) => differenceOf(node.name, counter) ?? []);
  const wrong = figures.filter(({ verdict }) => verdict.status === 'off');
  if (wrong.length > 0) {
    checks.push({
      name: `sums ${node.name}`,
      status: 'warning',
      code: 'doctor-figures-off',
      values: { number: wrong.length },
      message: `${counted(wrong.length, 'figure of the provider is', 'figures of the provider are')} more than 5 % off what the network card carried.`,
      hint: 'Look whether the period, the direction and the unit (10^9 or 2^30 bytes) of the figure are right.',
      commands: [`xpert node reconcile ${node.name} --days 31`],
    });
  }
  if (checks.length > 0 || known.length === 0) return checks;
  const names = known.map(({ name }) => name).join(', ');
  return [
    {
      name: `sums ${node.name}`,
      status: 'ok',
      code: 'doctor-sums-agree',
      values: { names },
      message: `Peers account for ${names}.`,
      hint: null,
      commands: [],
    },
  ];
}

function differenceOf(node: string, { serviceId, name, verdict }: Reconciled): DoctorCheck | null {
  const { status, unattributed, surplus } = verdict;
  const shown = name ?? '';
  if (status !== 'off' || unattributed === null || surplus === null) return null;
  const common = {
    name: `sums ${node}`,
    status: 'warning',
    commands: [`xpert node reconcile ${node} --days 7`],
  } as const;
  if (surplus.total > unattributed.total) {
    return {
      ...common,
      code: 'doctor-sums-surplus',
      values: { name: shown, mib: inMib(surplus.total) },
      message: `Peers of ${name} account for ${inMib(surplus.total)} MiB more than it carried in two days.`,
      hint: 'Something is counted twice, or suspended peers go on sending: their packets are counted and dropped.',
    };
  }
  const what = `${name} carried ${inMib(unattributed.total)} MiB in two days that no peer accounts for`;
  return {
    ...common,
    code: serviceId === null ? 'doctor-sums-card' : 'doctor-sums-service',
    values: { name: shown, mib: inMib(unattributed.total) },
    message: serviceId === null ? `The network card ${what}.` : `${what}.`,
    hint:
      serviceId === null
        ? 'The host has traffic of its own (updates, backups), or a VPN service that Xpert does not read.'
        : 'Peers came and went between two readings (read more often), or counters are reset by something else.',
  };
}

function inMib(bytes: bigint): string {
  return String(bytes / 1_048_576n);
}
