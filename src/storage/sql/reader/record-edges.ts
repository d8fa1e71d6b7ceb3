import type { Calendar } from '../../../core/units/calendar.ts';
import { QUARTER_MS } from '../../../core/units/quarter.ts';
import { cleanedFrom, READ_CLEANED } from '../cleaned.ts';
import type { Statements } from './statements.ts';

/** Numbers of days up to which day rows may know more than records do. */
export interface RecordEdges {
  /** The last day of which records were cleaned up; late ones may have come since. */
  readonly cleaned: number;
  /** That of the oldest record, which it may hold in part only. */
  readonly oldest: number;
}

/**
 * Asks for them; what is returned takes the answer. `lastQuarter`: of what is looked at; where there is no record at all, the oldest comes
 * after it.
 */
export function edgesOfRecords(sql: Statements, calendar: Calendar, lastQuarter: number): () => RecordEdges {
  const asked = sql.later<{ quarter: number | null; value: string | null }>(
    `SELECT (SELECT min(quarter) FROM carrier_quarter) AS quarter, (${READ_CLEANED}) AS value`,
  );
  return () => {
    const row = asked.get();
    const { beforeMs, steps } = cleanedFrom(row?.value ?? undefined);
    return {
      cleaned: steps === 0 ? Number.NEGATIVE_INFINITY : calendar.dayOf(beforeMs - 1).number,
      oldest: calendar.dayOf((row?.quarter ?? lastQuarter + 1) * QUARTER_MS).number,
    };
  };
}

/** The last day of which day rows may know more than records do. */
export function lastOf({ cleaned, oldest }: RecordEdges): number {
  return Math.max(cleaned, oldest);
}
