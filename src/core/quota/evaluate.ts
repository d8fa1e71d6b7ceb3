import type { CycleBounds } from '../units/billing-cycle.ts';
import { DAY_MS } from '../units/time-zone.ts';
import { isOfEverything, type Quota, type QuotaDirection, type Terms } from './plan.ts';

/** Bytes as the ledger sums them: by direction, without one, and what is billed beyond them. */
export interface CountedSums {
  readonly rx: bigint;
  readonly tx: bigint;
  readonly undirected: bigint;
  readonly markup: bigint;
}

/** What a user used of one quota in the running cycle, since the reset mark in force. */
export interface QuotaUsage {
  readonly sums: CountedSums;
  /** The part of it that nobody vouches for: reports that were not signed, of servers that the owner does not trust. */
  readonly doubted: CountedSums;
  /** What the cycle before left over; 0 unless the quota rolls over. */
  readonly carried: bigint;
  /** Top-ups of the running cycle. */
  readonly toppedUp: bigint;
}

/** What a user is entitled to. */
export interface Entitlement {
  readonly terms: Terms;
  /** When the user's time began; null: on hold, it begins with the first use. */
  readonly startedMs: number | null;
  /** Access ends then, whatever the terms say; null: it does not. */
  readonly expiresMs: number | null;
  /** Another plan waits and begins when this one is used up or over. */
  readonly hasNext: boolean;
}

/** How one quota stands. */
export interface QuotaStanding {
  readonly quota: Quota;
  readonly sums: CountedSums;
  /** All of these that counts. */
  readonly used: bigint;
  /** The quota with what was carried over and topped up; grace is not in it. */
  readonly allowance: bigint;
  /** Access goes off when the part of `used` that nobody doubts reaches this: the allowance and the grace. */
  readonly hardLimit: bigint;
  /** Whole percent of the allowance, rounded down, so that 100 is never said too early. */
  readonly percent: number;
  /** The soft limit is reached. */
  readonly isSoft: boolean;
  /** The hard limit is reached. */
  readonly isUsedUp: boolean;
  /** It is reached by reports that nobody vouches for, and by those alone: they suspend nobody. */
  readonly isUsedUpByDoubt: boolean;
}

export interface Evaluation {
  /** In the order of the terms. */
  readonly quotas: readonly QuotaStanding[];
  /** The first quota of everything that is used up; null: none. */
  readonly limitedBy: string | null;
  /** Quotas of a part that are used up: access is off there. */
  readonly limitedParts: readonly string[];
  readonly isOnHold: boolean;
  readonly isExpired: boolean;
  /** When access ends by itself, without the grace; null: never, or not known before the first use. */
  readonly expiresMs: number | null;
  /** When usage begins anew; null: there are no cycles. */
  readonly resetsMs: number | null;
  /** The next plan is to begin now. */
  readonly nextBegins: boolean;
  /** The state may change at that instant although nothing is used; null: it will not. */
  readonly dueMs: number | null;
}

/**
 * Judges what a user used against what the user is entitled to. Pure: the same usage gives the same answer, in whatever
 * order its bytes, resets, top-ups and changes of plan came. A quota is used up at its hard limit and not a byte before.
 */
export function evaluate(
  entitlement: Entitlement,
  usage: readonly QuotaUsage[],
  cycle: CycleBounds | null,
  nowMs: number,
): Evaluation {
  const { terms, startedMs, hasNext } = entitlement;
  const quotas = terms.quotas.map((quota, i) => standingOf(quota, usage[i] ?? UNUSED));
  const expiresMs = expiryOf(entitlement);
  const endsMs = expiresMs === null ? null : expiresMs + terms.graceHours * 3_600_000;
  const isExpired = endsMs !== null && nowMs >= endsMs;
  const usedUp = quotas.filter(({ isUsedUp }) => isUsedUp);
  const limitedBy = usedUp.find(({ quota }) => isOfEverything(quota))?.quota.name ?? null;
  const limitedParts = usedUp.filter(({ quota }) => !isOfEverything(quota)).map(({ quota }) => quota.name);
  const resetsMs = cycle?.toMs ?? null;
  return {
    quotas,
    limitedBy,
    limitedParts,
    isOnHold: startedMs === null,
    isExpired,
    expiresMs,
    resetsMs,
    nextBegins: hasNext && (isExpired || limitedBy !== null),
    dueMs: earliest(isExpired ? null : endsMs, usedUp.length === 0 ? null : resetsMs),
  };
}

function standingOf(quota: Quota, { sums, doubted, carried, toppedUp }: QuotaUsage): QuotaStanding {
  const used = countedBytes(quota.direction, sums);
  const sure = sureBytes(quota.direction, sums, doubted);
  const allowance = quota.bytes + carried + toppedUp;
  const hardLimit = allowance + quota.graceBytes;
  return {
    quota,
    sums,
    used,
    allowance,
    hardLimit,
    percent: allowance <= 0n ? 100 : Number((used * 100n) / allowance),
    isSoft: quota.softPercent !== null && used * 100n >= allowance * BigInt(quota.softPercent),
    isUsedUp: sure >= hardLimit,
    isUsedUpByDoubt: sure < hardLimit && used >= hardLimit,
  };
}

/** What of the sums counts towards a quota of that direction. */
export function countedBytes(direction: QuotaDirection, { rx, tx, undirected, markup }: CountedSums): bigint {
  if (direction === 'up') return rx + undirected;
  if (direction === 'down') return tx + undirected;
  if (direction === 'max') return (rx > tx ? rx : tx) + undirected;
  return rx + tx + undirected + (direction === 'billed' ? markup : 0n);
}

/** The same without what nobody vouches for. */
export function sureBytes(direction: QuotaDirection, sums: CountedSums, doubted: CountedSums): bigint {
  return countedBytes(direction, {
    rx: sums.rx - doubted.rx,
    tx: sums.tx - doubted.tx,
    undirected: sums.undirected - doubted.undirected,
    markup: sums.markup - doubted.markup,
  });
}

/** What a cycle that is over left of a quota, for the next one. `before`: what was used in it. */
export function leftOver(quota: Quota, before: Pick<QuotaUsage, 'sums' | 'doubted'>): bigint {
  if (!quota.rollover) return 0n;
  const left = quota.bytes - sureBytes(quota.direction, before.sums, before.doubted);
  return left > 0n ? left : 0n;
}

function expiryOf({ terms, startedMs, expiresMs }: Entitlement): number | null {
  const byTerms = terms.validDays === null || startedMs === null ? null : startedMs + terms.validDays * DAY_MS;
  return earliest(expiresMs, byTerms);
}

function earliest(a: number | null, b: number | null): number | null {
  if (a === null || b === null) return a ?? b;
  return Math.min(a, b);
}

/**
 * When a quota will be used up if the cycle goes on as it went so far; null: not before its end, or too early to tell.
 * Usage of less than an hour tells nothing.
 */
export function forecastMs(
  { used, allowance }: Pick<QuotaStanding, 'used' | 'allowance'>,
  fromMs: number,
  nowMs: number,
  endMs: number | null,
): number | null {
  const passedMs = nowMs - fromMs;
  if (used <= 0n || used >= allowance || passedMs < 3_600_000) return null;
  const atMs = fromMs + Number((BigInt(Math.round(passedMs)) * allowance) / used);
  return endMs !== null && atMs >= endMs ? null : atMs;
}

const NOTHING: CountedSums = Object.freeze({ rx: 0n, tx: 0n, undirected: 0n, markup: 0n });

/** Nothing was used, nothing came on top. */
export const UNUSED: QuotaUsage = Object.freeze({ sums: NOTHING, doubted: NOTHING, carried: 0n, toppedUp: 0n });
