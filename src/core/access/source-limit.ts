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
}

/** A peer that a user owns, and what is remembered of its limit; null: nothing yet. */
export interface SourceLimitPeer {
  readonly peerId: PeerId;
  readonly key: string;
  readonly state: SourceLimitState | null;
}

/**
 * Judges a limit of a source over the sum of what it counts itself and what the user moved elsewhere since the source last
 * began anew, and since the user's own reset mark. What was moved between that beginning and the reading that showed it
 * does not count, nor what nobody vouches for: never a byte too early. Who has used up the limit in the source alone is the
 * source's to cut. `doubtedSince`: at least the reported bytes since then that nobody vouches for; asked only where the
 * answer hangs on it.
 */
export async function judgeSourceLimit(
  { limitBytes, usedBytes, period }: OwnLimit,
  { userId, services, reports }: MovedElsewhere,
  before: SourceLimitState | null,
  now: Date,
  doubtedSince: (userId: UserId, since: Date) => Promise<bigint>,
): Promise<SourceLimitState> {
  const goesOn = before !== null && before.period === period && before.userId === userId;
  const start = goesOn ? before : { since: now, servicesBefore: services.ever, reportsBefore: reports.ever };
  const { since, servicesBefore, reportsBefore } = start;
  const ours = within(services, servicesBefore);
  const reported = within(reports, reportsBefore);
  const hangs = usedBytes + ours < limitBytes && usedBytes + ours + reported >= limitBytes;
  const vouched = hangs ? atLeastNothing(reported - (await doubtedSince(userId, since))) : reported;
  const elsewhere = ours + vouched;
  const isOverSum = elsewhere > 0n && usedBytes + elsewhere >= limitBytes;
  const isReached = isOverSum && (usedBytes < limitBytes || (goesOn && before.isReached));
  return { userId, period, since, servicesBefore, reportsBefore, isReached };
}

/** False: nothing of it has to be written anew. */
export function isNewState(state: SourceLimitState | null, before: SourceLimitState | null): boolean {
  if (state === null || before === null) return state !== before;
  const { isReached, period, userId } = state;
  return isReached !== before.isReached || period !== before.period || userId !== before.userId;
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
