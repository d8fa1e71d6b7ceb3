import type { Database } from './database.ts';

/** How far 15-minute records were cleaned up. */
export interface Cleaned {
  /** Of the time before it only days are kept, but for what was booked since. */
  readonly beforeMs: number;
  /** Grows with every step that removed something: whoever reads for long can tell that records went meanwhile. */
  readonly steps: number;
}

/** Where nothing was ever cleaned up. */
export const NOTHING_CLEANED: Cleaned = { beforeMs: Number.MIN_SAFE_INTEGER, steps: 0 };

export const READ_CLEANED = "SELECT value FROM meta WHERE name = 'cleaned'";

export function cleanedFrom(value: string | undefined): Cleaned {
  return value === undefined ? NOTHING_CLEANED : (JSON.parse(value) as Cleaned);
}

/** Writes it down, in the transaction that removes the records. */
export class CleanedMark {
  readonly #sql: ReturnType<typeof prepare>;

  constructor(db: Database) {
    this.#sql = prepare(db);
  }

  moveTo(beforeMs: number): void {
    const before = cleanedFrom(this.#sql.read.get() as string | undefined);
    const cleaned: Cleaned = { beforeMs: Math.max(before.beforeMs, beforeMs), steps: before.steps + 1 };
    this.#sql.write.run(JSON.stringify(cleaned));
  }
}

function prepare(db: Database) {
  return {
    read: db.prepare(READ_CLEANED).pluck(),
    write: db.prepare(
      "INSERT INTO meta (name, value) VALUES ('cleaned', ?) ON CONFLICT DO UPDATE SET value = excluded.value",
    ),
  };
}
