import { advanceCounter } from '../metering/counter.ts';
import { directed, NOTHING, type Traffic } from '../units/bytes.ts';
import type { UsageReport } from './report.ts';

/** Last applied value of a cumulative stream: (sender, user_token, server, port, protocol, `stream`). */
export interface StreamState {
  /** +1 whenever the stream started again. */
  readonly epoch: number;
  readonly traffic: Traffic;
  /** Instant that the value stands for: its `period_end`, else its receipt. */
  readonly atMs: number;
  /** Latest `period_end` applied; null while none was told. */
  readonly periodEndMs: number | null;
}

/** What a report of a stream adds. */
export interface StreamAdvance {
  readonly next: StreamState;
  readonly counted: Traffic;
  /** When `counted` flowed; null: only the end is known. */
  readonly fromMs: number | null;
  readonly toMs: number;
}

/**
 * Applies a cumulative report. A stream starts at 0: its first value counts whole. If either direction falls, the sender
 * started again: both new values count whole. Reports without `period_end` are taken in the order of their arrival.
 * @returns `stale` if the report's `period_end` is not later than the last applied one: nothing counts.
 */
export function advanceStream(
  state: StreamState | null,
  report: Pick<UsageReport, 'rx' | 'tx' | 'periodStart' | 'periodEnd'>,
  receivedAtMs: number,
): StreamAdvance | 'stale' {
  const periodEndMs = report.periodEnd?.getTime() ?? null;
  if (state !== null && isNotLater(periodEndMs, state.periodEndMs)) return 'stale';
  const traffic = directed(report.rx, report.tx);
  const toMs = Math.min(periodEndMs ?? receivedAtMs, receivedAtMs);
  const { epoch, counted } = advanceCounter(state ?? START, traffic, false, 'to-zero');
  const fromMs = state?.atMs ?? report.periodStart?.getTime() ?? null;
  return {
    next: { epoch, traffic, atMs: toMs, periodEndMs: periodEndMs ?? state?.periodEndMs ?? null },
    counted,
    fromMs: fromMs === null ? null : Math.min(fromMs, toMs),
    toMs,
  };
}

const START = { epoch: 1, traffic: NOTHING };

function isNotLater(periodEndMs: number | null, lastMs: number | null): boolean {
  return periodEndMs !== null && lastMs !== null && periodEndMs <= lastMs;
}
