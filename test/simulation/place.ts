import type { Clock } from '../../src/core/units/clock.ts';
import type { NewId } from '../../src/core/units/ids.ts';
import type { Database } from '../../src/lib/sqlite.ts';
import type { Stores } from '../../src/storage/sql/stores.ts';

export interface PlaceStart {
  readonly clock: Clock;
  readonly newId: NewId;
  readonly timeZone: string;
}

/** Where the simulated ledger is kept, and what is left of it when the process ends. */
export interface Place {
  /** What it was called with is all that a process knows when it starts. */
  open(start: PlaceStart): Promise<Stores>;
  /** The ledger as it is, as an SQLite database, to look into. */
  readonly look: Database;
  /** Grows when one of these tables may have changed. */
  changes(tables: readonly string[]): number;
  /** What its writer does is in the journal. */
  readonly isNoted: boolean;
  /** The first value of a statement that both engines know. */
  value(sql: string, ...params: readonly (string | number)[]): unknown;
  /** The process ended in order. */
  stopped(): void;
  /** The process ends here: whatever it does from now on is lost. */
  cut(): void;
  /** After `cut`, when nothing of that process is left. */
  cleared(): void;
  /** A copy of the ledger as it is now, made while it runs. */
  backUp(store: Stores): Promise<string>;
  /** Puts a copy in the place of the ledger; the process is stopped. */
  restore(backup: string): void;
  dispose(): void;
}
