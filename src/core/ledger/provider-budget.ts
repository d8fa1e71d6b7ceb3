import { type BillingCycle, type CycleBounds, cycleAt } from '../units/billing-cycle.ts';
import type { Calendar } from '../units/calendar.ts';
import type { NodeId } from '../units/ids.ts';

/** Which bytes a provider counts, seen from the node's network card; `max`: the larger direction of the cycle. */
export type BudgetDirection = 'in' | 'out' | 'both' | 'max';

export const BUDGET_DIRECTIONS: readonly BudgetDirection[] = ['in', 'out', 'both', 'max'];

/** What a provider includes in the price of a node, and what more of it costs. */
export interface ProviderBudget {
  readonly nodeId: NodeId;
  readonly bytes: bigint;
  /** Between two resets by the provider; never `none`. */
  readonly cycle: BillingCycle;
  readonly direction: BudgetDirection;
  /** Of 10^12 bytes beyond it, in `currency`; null: not told. */
  readonly pricePerTb: number | null;
  readonly currency: string | null;
}

interface Carried {
  readonly in: bigint;
  readonly out: bigint;
}

/** What went through a node on one day of the panel's zone, whatever the marks. */
export interface CarriedDay {
  readonly day: number;
  /** When it begins and ends. */
  readonly fromMs: number;
  readonly toMs: number;
  /** The network card's own counter, and for how much of the day it is known; null: it was not read. */
  readonly card: (Carried & { readonly knownMs: number }) | null;
  /**
   * What the VPN services metered, for each direction: every byte of a user comes in and goes out again. Anything else that
   * the node carries is not in it.
   */
  readonly services: Carried;
}

export interface BudgetStanding {
  readonly in: bigint;
  readonly out: bigint;
  /** Of these, what the provider counts. */
  readonly used: bigint;
  /** Whole percent of the budget, rounded down. */
  readonly percent: number;
  /** Used at the end of the cycle if it goes on as it went so far; null: less than a day tells nothing. */
  readonly forecast: bigint | null;
  /** What of the forecast (or of what is used) lies beyond the budget, and what that costs; null: no price is told. */
  readonly extra: bigint;
  readonly extraCost: number | null;
  readonly source: 'card' | 'services' | 'both' | null;
  /** Days of which the card's counter is known in part alone: what else the node carried then is not in the sums. */
  readonly incompleteDays: number;
}

const DAY_MS = 86_400_000;
/** So much of a day may be between two readings. */
const SLACK_MS = 30 * 60_000;
const TB = 1e12;

/** @param sinceMs from when on the node was counted, if that is within the cycle */
export function budgetStanding(
  budget: ProviderBudget,
  days: readonly CarriedDay[],
  { fromMs, toMs }: Pick<CycleBounds, 'fromMs' | 'toMs'>,
  sinceMs: number,
  nowMs: number,
): BudgetStanding {
  const inPart = new Set(days.filter((day) => isKnownInPart(day, sinceMs, nowMs)));
  const carried = days.map((day) => carriedOf(day, inPart.has(day)));
  const sum = (direction: keyof Carried) => carried.reduce((total, day) => total + day[direction], 0n);
  const [carriedIn, carriedOut] = [sum('in'), sum('out')];
  const used = counted(budget.direction, carriedIn, carriedOut);
  const passedMs = BigInt(Math.max(0, Math.round(nowMs - Math.max(fromMs, sinceMs))));
  const leftMs = BigInt(Math.max(0, Math.round(toMs - nowMs)));
  const forecast = passedMs < BigInt(DAY_MS) ? null : used + (used * leftMs) / passedMs;
  const extra = (forecast ?? used) - budget.bytes;
  const beyond = extra > 0n ? extra : 0n;
  const sources = new Set(carried.map(({ source }) => source));
  return {
    in: carriedIn,
    out: carriedOut,
    used,
    percent: Number((used * 100n) / budget.bytes),
    forecast,
    extra: beyond,
    extraCost: budget.pricePerTb === null ? null : Math.round((Number(beyond) / TB) * budget.pricePerTb * 100) / 100,
    incompleteDays: inPart.size,
    source: sources.size > 1 ? 'both' : ([...sources][0] ?? null),
  };
}

function isKnownInPart({ fromMs, toMs, card }: CarriedDay, sinceMs: number, nowMs: number): boolean {
  return card !== null && card.knownMs < Math.min(toMs, nowMs) - Math.max(fromMs, sinceMs) - SLACK_MS;
}

/**
 * The card knows everything. Where it was read for a part of the day alone, in each direction whichever knows more; where it
 * was not read, what the services metered.
 */
function carriedOf({ card, services }: CarriedDay, isInPart: boolean): Carried & { source: 'card' | 'services' } {
  if (card === null) return { ...services, source: 'services' };
  if (!isInPart || (card.in >= services.in && card.out >= services.out)) return { ...card, source: 'card' };
  return { in: larger(card.in, services.in), out: larger(card.out, services.out), source: 'services' };
}

function counted(direction: BudgetDirection, carriedIn: bigint, carriedOut: bigint): bigint {
  if (direction === 'in') return carriedIn;
  if (direction === 'out') return carriedOut;
  if (direction === 'both') return carriedIn + carriedOut;
  return larger(carriedIn, carriedOut);
}

function larger(a: bigint, b: bigint): bigint {
  return a > b ? a : b;
}

/** Port: budgets of nodes, and what nodes carried. */
export interface BudgetStore {
  /** Of living nodes. */
  budgets(): Promise<ProviderBudget[]>;
  /** Replaces the one that the node has. @throws NotFound */
  setBudget(budget: ProviderBudget): Promise<void>;
  removeBudget(nodeId: NodeId): Promise<void>;
  /** Days from `first` to `last` on which anything was carried, in order. */
  carried(nodeId: NodeId, first: number, last: number): Promise<CarriedDay[]>;
}

/** How a budget stands in its running cycle. `since`: when counting on the node began. */
export async function standingNow(
  budget: ProviderBudget,
  {
    store,
    calendar,
    since,
    now,
  }: {
    readonly store: Pick<BudgetStore, 'carried'>;
    readonly calendar: Calendar;
    readonly since: Date;
    readonly now: Date;
  },
): Promise<{ readonly bounds: CycleBounds; readonly standing: BudgetStanding }> {
  const bounds = cycleAt(budget.cycle, calendar, now.getTime());
  if (bounds === null) throw new Error('a budget without cycles');
  const days = await store.carried(budget.nodeId, bounds.firstDay, bounds.lastDay);
  return { bounds, standing: budgetStanding(budget, days, bounds, since.getTime(), now.getTime()) };
}
