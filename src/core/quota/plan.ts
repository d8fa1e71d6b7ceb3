import { InvalidInput } from '../errors.ts';
import { type BillingCycle, formatCycle, parseCycle } from '../units/billing-cycle.ts';
import { DAY_MS } from '../units/time-zone.ts';

/**
 * Bytes that a quota counts. `billed`: as the multipliers and direction rules of nodes have it. The others are bytes as
 * counted, whatever these rules say: `up` is rx (what the user sent), `down` tx, `max` the larger sum of the cycle. Bytes
 * whose direction a source does not tell count in each of them.
 */
export type QuotaDirection = 'billed' | 'both' | 'up' | 'down' | 'max';

export const QUOTA_DIRECTIONS: readonly QuotaDirection[] = ['billed', 'both', 'up', 'down', 'max'];

/** Bytes that are allowed per cycle: of everything, or of a part. */
export interface Quota {
  /** Unique within its plan. */
  readonly name: string;
  readonly bytes: bigint;
  readonly direction: QuotaDirection;
  /** Only what these nodes carry, and cut only there; null: whatever carries it. */
  readonly nodeIds: readonly string[] | null;
  /** Only what nodes with any of these tags carry, now and as they come; with `nodeIds`: of either. Null: no group. */
  readonly nodeTags: readonly string[] | null;
  /** Only over these protocols; null: over all. */
  readonly protocols: readonly string[] | null;
  /** From this share on there is a warning (the soft limit); null: none. */
  readonly softPercent: number | null;
  /** Bytes past the quota that are let through before access is off. */
  readonly graceBytes: bigint;
  /** What the cycle before left of the quota is allowed on top, for one cycle. */
  readonly rollover: boolean;
}

/** A cycle that counts from the day on which the user's time began: every `days` days, or each month on that day. */
export type CycleFromStart =
  | { readonly kind: 'days-from-start'; readonly days: number }
  | { readonly kind: 'month-from-start' };

export type PlanCycle = BillingCycle | CycleFromStart;

/** What a user may use, and for how long. */
export interface Terms {
  /** All quotas are of this cycle; `none`: of all time since the last reset. */
  readonly cycle: PlanCycle;
  /** Several hold at once. None: nothing is limited. */
  readonly quotas: readonly Quota[];
  /** Days (of 24 hours) from the beginning until access ends; null: it does not. */
  readonly validDays: number | null;
  /** Hours that access goes on after its end. */
  readonly graceHours: number;
}

/** Reads what `parseCycle` reads, and `days:30` and `month:start`, which count from the day the user's time began. */
export function parsePlanCycle(text: string): PlanCycle | null {
  if (text === 'month:start') return { kind: 'month-from-start' };
  const days = Number(/^days:(\d{1,4})$/.exec(text)?.[1] ?? 0);
  return days >= 1 && days <= MOST_DAYS ? { kind: 'days-from-start', days } : parseCycle(text);
}

export function formatPlanCycle(cycle: PlanCycle): string {
  if (cycle.kind === 'month-from-start') return 'month:start';
  return cycle.kind === 'days-from-start' ? `days:${cycle.days}` : formatCycle(cycle);
}

/** The cycle of a user whose time began on a day (its number). */
export function cycleFrom(cycle: PlanCycle, startDay: number): BillingCycle {
  if (cycle.kind === 'days-from-start') return { kind: 'days', count: cycle.days, start: startDay };
  if (cycle.kind !== 'month-from-start') return cycle;
  return { kind: 'month', months: 'gregorian', anchor: new Date(startDay * DAY_MS).getUTCDate() };
}

export function countsFromStart(cycle: PlanCycle): cycle is CycleFromStart {
  return cycle.kind === 'days-from-start' || cycle.kind === 'month-from-start';
}

/** True if terms that take the place of others begin with the day on which they are given. */
export function beginsWhenGiven({ cycle, validDays }: Pick<Terms, 'cycle' | 'validDays'>): boolean {
  return countsFromStart(cycle) || validDays !== null;
}

/** @throws InvalidInput where the terms contradict themselves; their fields are sound already */
export function checkTerms({ quotas }: Terms): void {
  quotas.forEach(({ name, nodeIds, nodeTags, protocols }, i) => {
    if (quotas.findIndex((other) => other.name === name) < i) {
      throw new InvalidInput(`/quotas/${i}/name`, `There are two quotas named "${name}".`);
    }
    if (nodeIds?.length === 0 || nodeTags?.length === 0 || protocols?.length === 0) {
      throw new InvalidInput(
        `/quotas/${i}`,
        'A quota of no node, no group or no protocol counts nothing.',
        'Leave the list out.',
      );
    }
  });
}

/** What a quota is of. */
type Scope = Pick<Quota, 'nodeIds' | 'nodeTags' | 'protocols'>;

/** True if the quota is of everything: where it is used up, all access is off. */
export function isOfEverything({ nodeIds, nodeTags, protocols }: Scope): boolean {
  return nodeIds === null && nodeTags === null && protocols === null;
}

/** True if what a carrier carried counts towards the quota. `nodeId`: null for servers that are not ours, which have no tags. */
export function countsOn(
  { nodeIds, nodeTags, protocols }: Scope,
  carrier: { readonly nodeId: string | null; readonly nodeTags: readonly string[]; readonly protocol: string },
): boolean {
  if (protocols !== null && !protocols.includes(carrier.protocol)) return false;
  if (nodeIds === null && nodeTags === null) return true;
  const isNamed = carrier.nodeId !== null && nodeIds?.includes(carrier.nodeId) === true;
  return isNamed || carrier.nodeTags.some((tag) => nodeTags?.includes(tag));
}

const MOST_DAYS = 3660;

/** As it is stored: bytes as text. */
export function termsToText({ cycle, quotas, ...rest }: Terms): string {
  const stored = quotas.map(({ nodeTags, ...quota }) => ({
    ...quota,
    // Left out where there are none, as before there were groups: the same terms are the same text.
    ...(nodeTags === null ? {} : { nodeTags }),
    bytes: String(quota.bytes),
    graceBytes: String(quota.graceBytes),
  }));
  return JSON.stringify({ cycle: formatPlanCycle(cycle), quotas: stored, ...rest });
}

/** Reads what `termsToText` wrote. */
export function termsFromText(text: string): Terms {
  const { cycle, quotas, ...rest } = JSON.parse(text) as StoredTerms;
  return {
    ...rest,
    cycle: parsePlanCycle(cycle) ?? { kind: 'none' },
    quotas: quotas.map((quota) => ({
      ...{ ...quota, nodeTags: quota.nodeTags ?? null },
      ...{ bytes: BigInt(quota.bytes), graceBytes: BigInt(quota.graceBytes) },
    })),
  };
}

interface StoredTerms extends Omit<Terms, 'cycle' | 'quotas'> {
  readonly cycle: string;
  readonly quotas: readonly (Omit<Quota, 'bytes' | 'graceBytes' | 'nodeTags'> & {
    /** Absent: none. */
    readonly nodeTags?: Quota['nodeTags'];
    readonly bytes: string;
    readonly graceBytes: string;
  })[];
}
