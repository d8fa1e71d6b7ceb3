import type { Clock } from '../../src/core/units/clock.ts';
import { randomId } from '../../src/lib/random-id.ts';
import type { Stores } from '../../src/storage/sql/stores.ts';
import { openSqliteStore } from '../../src/storage/sqlite/sqlite-store.ts';

type OpenTestStore = (clock: Clock) => Promise<Stores>;

const newId = () => randomId(16);
const inMemory: OpenTestStore = (clock) =>
  openSqliteStore({ path: ':memory:', clock, newId, timeZone: 'UTC', workers: null });

let open = inMemory;
let share = 1;

/** A ledger of a test's own, which closing it removes: in memory, unless the file of tests says otherwise. */
export function openTestStore(clock: Clock): Promise<Stores> {
  return open(clock);
}

/** Of so many ledgers in memory, how many here: at least one. */
export function ledgersOf(count: number): number {
  return Math.ceil(count * share);
}

/** From now on the tests of this file are over another engine; of cases that are drawn by chance it has that share. */
export function useTestStore(opener: OpenTestStore, shareOfCases: number): void {
  open = opener;
  share = shareOfCases;
}
