import { NOTHING, type Traffic } from '../units/bytes.ts';
import type { CounterSemantics, PeerReading, SourceOrder } from './collector.ts';
import { advanceCounter, hasFallen, isSame } from './counter.ts';
import { FLAG, type Flags } from './flags.ts';
import { type Arrival, isLater } from './order.ts';

/** What the meter remembers of a series: its last reading. */
export interface CounterState {
  /** 1 for the life we saw first; +1 whenever the counter started again. */
  readonly epoch: number;
  readonly traffic: Traffic;
  /** What named the start of this life at the last reading (`startEvidenceOf`). */
  readonly startEvidence: string | null;
  /**
   * Wall instant of the last reading. A store may leave the instant of an `unchanged` reading unwritten: bytes that
   * flow later are then spread from the last complete poll (absence `ended`) or from this instant (absence `silent`,
   * unless the store remembers that the last complete poll showed the series).
   */
  readonly at: Date;
  readonly order: SourceOrder | null;
  /**
   * A complete poll showed the service but not this series, and the source has `absence: 'ended'`: back again it is a
   * new life from 0, except for a connection, whose name tells that it is the same one. Not to be set when the whole
   * service was absent: its start evidence decides when it returns.
   */
  readonly ended: boolean;
  /** Tracking was off since the last reading: the next one is a new baseline. */
  readonly rebase: boolean;
}

/** What is known about the service and the poll when a reading is metered; one object serves all readings of a poll. */
export interface MeterContext {
  readonly semantics: CounterSemantics;
  /** Wall instant of this poll. */
  readonly at: Date;
  readonly order: SourceOrder | null;
  /** How boots are put in order; absent: by the instants of their polls. */
  readonly arrival?: Arrival;
  /** `ServiceReading.startEvidence` of this poll. */
  readonly startEvidence: string | null;
  /**
   * Last complete, metered poll before this one that showed the service; null = there was none, or none since tracking
   * was switched on again: first sights are baselines.
   */
  readonly lastCompleteAt: Date | null;
  /** `ServiceReading.startEvidence` of that poll. */
  readonly lastCompleteEvidence: string | null;
  /** The node's `opening` until the service's first complete poll, `baseline` ever after. */
  readonly opening: 'baseline' | 'count';
  /** The wall clock stepped since the poll before. */
  readonly clockSuspect: boolean;
}

/** Why a value became a baseline instead of being counted. */
export type BaselineReason =
  /** Seen in the first complete poll of its service: shown as "before Xpert". */
  | 'before-xpert'
  /** First seen later, without proof that it began after the last complete poll: bookable by an admin. */
  | 'unproven'
  /** First reading after tracking was switched on again. */
  | 'tracking-off'
  /** The counter was moved back: bookable by an admin. */
  | 'rewound';

/** What one reading adds to the ledger. */
export interface Metered {
  readonly next: CounterState;
  /** Bytes to book; zero for a baseline and for a restart without new bytes. */
  readonly counted: Traffic;
  /**
   * Start of the interval `[from, context.at)` in which the counted bytes flowed and to which `flags` belong. Nothing
   * counted but `possibleLoss` set: the interval itself is to be recorded as a possible loss. Null for a first sight
   * without a known start: what counts then is booked at the poll's instant.
   */
  readonly from: Date | null;
  readonly flags: Flags;
  readonly baseline: BaselineReason | null;
  /** For a baseline: what the counter showed. Never counted. */
  readonly before: Traffic | null;
}

/**
 * Meters one reading of a `cumulative` or `session` source (rules 2, 3, 4, 5 and 7 of ARCHITECTURE.md). Pure.
 * @returns `stale`: not later than the state in the source's own order, to be dropped. `unchanged`: the same value in
 * the same life; only `at` and `order` of the state move on. These two allocate nothing: most readings are `unchanged`.
 */
export function meterReading(
  state: CounterState | null,
  reading: PeerReading,
  context: MeterContext,
): Metered | 'stale' | 'unchanged' {
  const evidence = startEvidenceOf(reading, context);
  if (state === null) return firstSight(reading, evidence, context);
  if (!isLater(context.order, context.at, state.order, state.at, context.arrival)) return 'stale';
  const isConnection = reading.connection !== undefined;
  // What is over may be told again after its service restarted: it is of the start before.
  const isOfBefore = reading.isOver === true || isToldOtherwise(state, reading, context);
  const restarted = showsRestart(state.startEvidence, evidence) && !isOfBefore;
  if (state.rebase) return sightAnew(state.epoch + 1, reading, evidence, context, isConnection);
  if (state.ended && !isConnection) {
    return newLife(state.epoch + 1, reading, evidence, context, context.lastCompleteAt ?? state.at, 0);
  }
  const learned = evidence !== null && evidence !== state.startEvidence;
  if (!learned && isSame(state.traffic, reading.traffic)) return 'unchanged';
  return laterReading(state, reading, evidence, restarted, context);
}

/**
 * What names the start of this life: the service's evidence, with the series' own start where the source tells it. The
 * name of a connection holds its start already.
 */
export function startEvidenceOf(reading: PeerReading, context: MeterContext): string | null {
  if (reading.startedAt === undefined || reading.connection !== undefined) return context.startEvidence;
  return `${context.startEvidence ?? ''}@${reading.startedAt.getTime()}`;
}

/** Only two known and different values prove a restart: evidence that appears or vanishes says nothing. */
function showsRestart(before: string | null, now: string | null): boolean {
  return before !== null && now !== null && before !== now;
}

/** Databases keep instants to the second or finer, cut or rounded: moved to another one, a start is told a little otherwise. */
const SAME_START_MS = 1_000;

/**
 * True if another start is told of a life that went on: a panel that was moved to another database, or tells another time
 * zone. What began after all must have begun after it was last read, or shows it by a value that fell.
 */
function isToldOtherwise(state: CounterState, reading: PeerReading, { startEvidence }: MeterContext): boolean {
  const before = startOfSeries(state.startEvidence, startEvidence);
  if (before === null || reading.startedAt === undefined) return false;
  const now = reading.startedAt.getTime();
  if (Math.abs(now - before) <= SAME_START_MS) return true;
  return now > before && now <= state.at.getTime() && !hasFallen(state.traffic, reading.traffic);
}

/** A life that began before the one read last cannot have followed it: a source that may be set back was. */
function beganEarlier(state: CounterState, reading: PeerReading, { semantics, startEvidence }: MeterContext): boolean {
  if (semantics.falls !== 'rewound' || reading.startedAt === undefined) return false;
  const before = startOfSeries(state.startEvidence, startEvidence);
  return before !== null && reading.startedAt.getTime() < before - SAME_START_MS;
}

/** When the series itself began, ms, as `startEvidenceOf` named it beside `service`; null where it did not, or beside another. */
function startOfSeries(evidence: string | null, service: string | null): number | null {
  const prefix = `${service ?? ''}@`;
  if (evidence === null || !evidence.startsWith(prefix)) return null;
  const ms = Number(evidence.slice(prefix.length));
  return Number.isSafeInteger(ms) ? ms : null;
}

function firstSight(reading: PeerReading, evidence: string | null, context: MeterContext): Metered {
  if (context.lastCompleteAt !== null) return sightAnew(1, reading, evidence, context);
  if (context.opening === 'count') return newLife(1, reading, evidence, context, null, 0);
  return baseline(1, reading, evidence, context, 'before-xpert');
}

/** A series without a usable last reading counts from 0 only with proof that it began after the last complete poll. */
function sightAnew(
  epoch: number,
  reading: PeerReading,
  evidence: string | null,
  context: MeterContext,
  isKnownConnection = false,
): Metered {
  const from = context.lastCompleteAt;
  if (from === null) return baseline(epoch, reading, evidence, context, 'tracking-off');
  const proven =
    // A connection that is shown again by its name is the one from before.
    (context.semantics.absence === 'ended' && !isKnownConnection) ||
    showsRestart(context.lastCompleteEvidence, context.startEvidence) ||
    (reading.startedAt !== undefined && reading.startedAt > from);
  if (!proven) return doubtful(baseline(epoch, reading, evidence, context, 'unproven'), from, context, 0);
  return newLife(epoch, reading, evidence, context, from, 0);
}

function laterReading(
  state: CounterState,
  reading: PeerReading,
  evidence: string | null,
  restarted: boolean,
  context: MeterContext,
): Metered {
  const from = lastReadAt(state, context);
  const isSetBack = beganEarlier(state, reading, context);
  const { falls } = context.semantics;
  const { epoch, counted, move } = advanceCounter(state, reading.traffic, restarted && !isSetBack, falls);
  if (move === 'rewound' || isSetBack) {
    return doubtful(baseline(state.epoch + 1, reading, evidence, context, 'rewound'), from, context, FLAG.rewound);
  }
  if (move === 'restarted') return newLife(epoch, reading, evidence, context, from, FLAG.possibleLoss);
  if (move === 'fell') {
    // The service shows that it did not restart, so something else set this one counter back.
    const byOther = evidence !== null && state.startEvidence === evidence ? FLAG.resetByOther : 0;
    return newLife(epoch, reading, evidence, context, from, FLAG.possibleLoss | byOther);
  }
  return {
    // Growth read without evidence forgets the old one: it may belong to a start that was not shown, and another value
    // seen later would count the same bytes again.
    next: nextState(epoch, reading, evidence, context),
    counted,
    from: notAfter(from, context.at),
    flags: suspicion(context),
    baseline: null,
    before: null,
  };
}

/** The whole value counts, both directions together; it flowed since the life began, where the source tells that. */
function newLife(
  epoch: number,
  reading: PeerReading,
  evidence: string | null,
  context: MeterContext,
  from: Date | null,
  flags: Flags,
): Metered {
  return {
    next: nextState(epoch, reading, evidence, context),
    counted: reading.traffic,
    // Where bytes before the start may be missing, the interval has to hold these as well.
    from: from === null ? null : flags === 0 ? sinceStart(from, reading, context.at) : notAfter(from, context.at),
    flags: flags | suspicion(context),
    baseline: null,
    before: null,
  };
}

/** Nothing counts; later readings count from here. */
function baseline(
  epoch: number,
  reading: PeerReading,
  evidence: string | null,
  context: MeterContext,
  reason: BaselineReason,
): Metered {
  return {
    next: nextState(epoch, reading, evidence, context),
    counted: NOTHING,
    from: null,
    flags: suspicion(context),
    baseline: reason,
    before: reading.traffic,
  };
}

/** A baseline in whose interval bytes may be missing. */
function doubtful(baseline: Metered, from: Date, context: MeterContext, flags: Flags): Metered {
  return { ...baseline, from: notAfter(from, context.at), flags: baseline.flags | flags | FLAG.possibleLoss };
}

function nextState(
  epoch: number,
  reading: PeerReading,
  startEvidence: string | null,
  { at, order }: MeterContext,
): CounterState {
  return { epoch, traffic: reading.traffic, startEvidence, at, order, ended: false, rebase: false };
}

/**
 * Instant of the last reading of a series: one that has not ended was in the last complete poll, unchanged if its state
 * is older than that. Where a complete poll finds it absent, this is the start of the possible loss.
 */
export function lastReadAt(
  state: CounterState,
  { semantics, lastCompleteAt }: Pick<MeterContext, 'semantics' | 'lastCompleteAt'>,
): Date {
  if (semantics.absence === 'silent' || lastCompleteAt === null) return state.at;
  // In ms: comparing dates as they are costs ten times as much, and this runs once per peer and poll.
  if (lastCompleteAt.getTime() <= state.at.getTime()) return state.at;
  return lastCompleteAt;
}

function suspicion(context: MeterContext): Flags {
  return context.clockSuspect ? FLAG.clockSuspect : 0;
}

/** The start that the source tells, if it lies within the interval: its clock is not ours. */
function sinceStart(from: Date, { startedAt }: PeerReading, at: Date): Date {
  return startedAt !== undefined && startedAt > from && startedAt < at ? startedAt : notAfter(from, at);
}

/** Intervals never run backwards, whatever the wall clock did. */
function notAfter(from: Date, at: Date): Date {
  return from.getTime() <= at.getTime() ? from : at;
}
