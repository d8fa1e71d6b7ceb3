import type { OwnLimit } from '../metering/collector.ts';
import type { PeerId, UserId } from '../units/ids.ts';

/** Bytes of one origin: ever, and those that no reset mark hides. */
export interface Moved {
  readonly shown: bigint;
  readonly ever: bigint;
}

/** What the user of an account moved beyond the node that has it, by where we know it from. */
export interface MovedElsewhere {
  readonly userId: UserId;
  /** Over VPN services of ours. */
  readonly services: Moved;
  /** As reports tell, signed ones and others. */
  readonly reports: Moved;
}

/** What is remembered of one peer's limit in its source. */
export interface SourceLimitState {
  readonly userId: UserId;
  /** `OwnLimit.period` of the readings that this holds for, and when the first of them was judged. */
  readonly period: string;
  readonly since: Date;
  /** What the user had ever moved elsewhere by then. */
  readonly servicesBefore: bigint;
  readonly reportsBefore: bigint;
  /** The source's bytes and those elsewhere reach the limit together: access is to be off there. */
  readonly isReached: boolean;
  /** Access was given back so that the source can begin anew, although the limit is reached; null: not in this period. */
  readonly givenBackAt: Date | null;
}

/** A peer that a user owns, and what is remembered of its limit; null: nothing yet. */
export interface SourceLimitPeer {
  readonly peerId: PeerId;
  readonly key: string;
  readonly state: SourceLimitState | null;
}

const DAY_MS = 86_400_000;
/** Sources look for whose period is over once an hour: in a day they have. */
const GIVEN_BACK_MS = DAY_MS;

/**
 * Judges a limit of a source over the sum of what it counts itself and what the user moved elsewhere since the source last
 * began anew, and since the user's own reset mark. What was moved between that beginning and the reading that showed it
 * does not count, nor what nobody vouches for: never a byte too early. Who has used up the limit in the source alone is the
 * source's to cut. A source that begins anew by itself does so only for those who have access: when its period is over, access
 * is given back for as long as that may take. `doubtedSince`: at least the reported bytes since then that nobody vouches for;
 * asked only where the answer hangs on it.
 */
export async function judgeSourceLimit(
  limit: OwnLimit,
  { userId, services, reports }: MovedElsewhere,
  before: SourceLimitState | null,
  now: Date,
  doubtedSince: (userId: UserId, since: Date) => Promise<bigint>,
): Promise<SourceLimitState> {
  const { limitBytes, usedBytes, period } = limit;
  const goesOn = before !== null && before.period === period && before.userId === userId;
  const start =
    goesOn && !hasBegunUnseen(limit, before, now)
      ? before
      : { since: now, servicesBefore: services.ever, reportsBefore: reports.ever, isReached: false, givenBackAt: null };
  const { since, servicesBefore, reportsBefore } = start;
  const ours = within(services, servicesBefore);
  const reported = within(reports, reportsBefore);
  const hangs = usedBytes + ours < limitBytes && usedBytes + ours + reported >= limitBytes;
  const vouched = hangs ? atLeastNothing(reported - (await doubtedSince(userId, since))) : reported;
  const elsewhere = ours + vouched;
  const isOverSum = elsewhere > 0n && usedBytes + elsewhere >= limitBytes;
  const isOver = isOverSum && (usedBytes < limitBytes || start.isReached);
  const givenBackAt = isOver ? lastGivenBack(limit, start, now) : start.givenBackAt;
  const isReached = isOver && !isWithin(GIVEN_BACK_MS, givenBackAt, now);
  return { userId, period, since, servicesBefore, reportsBefore, isReached, givenBackAt };
}

/** A source that has counted nothing begins anew without a sign: when its period is over, it has. */
function hasBegunUnseen(limit: OwnLimit, { since }: SourceLimitState, now: Date): boolean {
  const { usedBytes, resetMs } = limit;
  return usedBytes === 0n && resetMs !== null && !isWithin(resetMs, beginOf(limit, since), now);
}

/** Now, if the source is due to begin anew: for the first time, or again as long after the last one was in vain. */
function lastGivenBack(
  limit: OwnLimit,
  { since, givenBackAt }: Pick<SourceLimitState, 'since' | 'givenBackAt'>,
  now: Date,
): Date | null {
  if (limit.resetMs === null) return null;
  const heldFrom = givenBackAt === null ? beginOf(limit, since) : new Date(givenBackAt.getTime() + GIVEN_BACK_MS);
  return isWithin(limit.resetMs, heldFrom, now) ? givenBackAt : now;
}

/** When the source's period began; where it is not known, or not of this period any more, when it was first seen. */
function beginOf({ beganAt, resetMs }: OwnLimit, since: Date): Date {
  const isOfThisPeriod = beganAt !== null && beganAt <= since && resetMs !== null && isWithin(resetMs, beganAt, since);
  return isOfThisPeriod ? beganAt : since;
}

function isWithin(ms: number, from: Date | null, at: Date): boolean {
  return from !== null && at.getTime() - from.getTime() < ms;
}

/** False: nothing of it has to be written anew. */
export function isNewState(state: SourceLimitState | null, before: SourceLimitState | null): boolean {
  if (state === null || before === null) return state !== before;
  const { isReached, period, userId, since, givenBackAt } = state;
  if (isReached !== before.isReached || period !== before.period || userId !== before.userId) return true;
  return since.getTime() !== before.since.getTime() || givenBackAt?.getTime() !== before.givenBackAt?.getTime();
}

/** Since the later of the two beginnings: the source's and the mark's. */
function within({ shown, ever }: Moved, before: bigint): bigint {
  const since = ever - before;
  return atLeastNothing(shown < since ? shown : since);
}

/** Corrections may have taken away more than there was since. */
function atLeastNothing(bytes: bigint): bigint {
  return bytes > 0n ? bytes : 0n;
}
