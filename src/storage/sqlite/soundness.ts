import type { Database } from '../../lib/sqlite.ts';
import { countTotalsWithoutDays } from '../sql/soundness.ts';

/** What is wrong with a ledger's file by itself: its pages and indexes, and whether totals are the sums of days. Null: nothing. */
export function damageOf(db: Database): string | null {
  const result = String(db.pragma('integrity_check(1)', { simple: true }));
  if (result !== 'ok') return result;
  const wrong = countTotalsWithoutDays(db);
  return wrong === 0 ? null : `${wrong} totals are not the sums of their days`;
}
