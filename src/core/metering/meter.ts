import type { Traffic } from '../units/bytes.ts';
import type { CounterSemantics, PeerReading, SourceOrder } from './collector.ts';
import type { Flags } from './flags.ts';

/** What the meter remembers of one life of a series. */
export interface CounterState {
  /** +1 whenever the counter started again. */
  readonly epoch: number;
  readonly traffic: Traffic;
  /** `ServiceReading.startEvidence` at the last reading. */
  readonly startEvidence: string | null;
  /** Wall instant of the last reading. */
  readonly at: Date;
  readonly order: SourceOrder | null;
  /** The series was absent from a complete poll of a source with `absence: 'ended'`: if it comes back, that is a new life from 0. */
  readonly ended: boolean;
}

/** What is known about the service and the poll when a reading is metered. */
export interface MeterContext {
  readonly semantics: CounterSemantics;
  /** Wall instant of this poll. */
  readonly at: Date;
  readonly order: SourceOrder | null;
  readonly startEvidence: string | null;
  /** Instant of the last complete poll of the service before this one; null = this is the first. */
  readonly lastCompleteAt: Date | null;
  /** True if the last complete poll is of the current start of the service and dumped all series (absence means something). */
  readonly opening: 'baseline' | 'count';
}

/** What one reading adds to the ledger. */
export interface Metered {
  readonly next: CounterState;
  /** Bytes to book; zero for a baseline. */
  readonly counted: Traffic;
  /** Start of the interval in which the counted bytes flowed; null when nothing counts. */
  readonly from: Date | null;
  readonly flags: Flags;
  /** For a baseline: what the counter already showed. Never counted; shown as "before Xpert". */
  readonly before: Traffic | null;
}

/**
 * Meters one reading (rules 2, 3, 4, 5 and 7). Pure.
 * @returns null if the reading is not later than the state's in the source's own order: it is dropped.
 */
export declare function meterReading(
  state: CounterState | null,
  reading: PeerReading,
  context: MeterContext,
): Metered | null;
