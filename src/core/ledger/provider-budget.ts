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

/** What went through a node on one day of the panel's zone, whatever the marks. */
export interface CarriedDay {
  readonly day: number;
  /** When it begins and ends. */
  readonly fromMs: number;
  readonly toMs: number;
  readonly in: bigint;
  readonly out: bigint;
  /**
   * `card`: the network card's own counter. `services`: it was not read; what the VPN services metered is taken for each
   * direction, because every byte of a user comes in and goes out again. Anything else that the node carries is not in it.
   */
  readonly source: 'card' | 'services';
  /** For how much of the day the card's counter is known; null: it was not read. */
  readonly cardMs: number | null;
}

type Carried = Pick<CarriedDay, 'in' | 'out'>;

/**
 * Of one day, in each direction the larger of the two: a card that was read for a part of the day knows too little, and so
 * do services where the node carries other things as well. `card`: the card's counter stands in both.
 */
export function largerOf(card: Carried, services: Carried): Carried & Pick<CarriedDay, 'source'> {
  const isCard = card.in >= services.in && card.out >= services.out;
  return {
    in: larger(card.in, services.in),
    out: larger(card.out, services.out),
    source: isCard ? 'card' : 'services',
  };
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
  readonly source: CarriedDay['source'] | 'both' | null;
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
  const sum = (of: (day: CarriedDay) => bigint) => days.reduce((total, day) => total + of(day), 0n);
  const [carriedIn, carriedOut] = [sum((day) => day.in), sum((day) => day.out)];
  const used = counted(budget.direction, carriedIn, carriedOut);
  const passedMs = BigInt(Math.max(0, Math.round(nowMs - Math.max(fromMs, sinceMs))));
  const leftMs = BigInt(Math.max(0, Math.round(toMs - nowMs)));
  const forecast = passedMs < BigInt(DAY_MS) ? null : used + (used * leftMs) / passedMs;
  const extra = (forecast ?? used) - budget.bytes;
  const beyond = extra > 0n ? extra : 0n;
  const sources = new Set(days.map(({ source }) => source));
  return {
    in: carriedIn,
    out: carriedOut,
    used,
    percent: Number((used * 100n) / budget.bytes),
    forecast,
    extra: beyond,
    extraCost: budget.pricePerTb === null ? null : Math.round((Number(beyond) / TB) * budget.pricePerTb * 100) / 100,
    incompleteDays: days.filter((day) => isKnownInPart(day, sinceMs, nowMs)).length,
    source: sources.size > 1 ? 'both' : ([...sources][0] ?? null),
  };
}

function isKnownInPart({ fromMs, toMs, cardMs }: CarriedDay, sinceMs: number, nowMs: number): boolean {
  return cardMs !== null && cardMs < Math.min(toMs, nowMs) - Math.max(fromMs, sinceMs) - SLACK_MS;
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
