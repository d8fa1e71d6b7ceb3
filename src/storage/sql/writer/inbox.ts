import type { Database } from '../database.ts';
import { fromInboxText, toInboxText } from './accepted-report-text.ts';
import type { AcceptedReport } from './report-intake.ts';

/** How far the rows of the inbox up to `upto` are folded into the tables. */
export interface FoldProgress {
  readonly upto: number;
  readonly phase: number;
  readonly done: number;
}

/** Reports that were answered and are not in the tables yet: one row per commit, appended where the last one ended. */
export class Inbox {
  readonly #sql: ReturnType<typeof prepare>;

  constructor(db: Database) {
    this.#sql = prepare(db);
  }

  /** In the transaction whose commit makes the reports count. @returns number of the row */
  append(reports: readonly AcceptedReport[]): number {
    return Number(this.#sql.append.run(toInboxText(reports)).lastInsertRowid);
  }

  /** Everything after a row. */
  after(id: number): { readonly reports: AcceptedReport[]; readonly last: number } {
    return this.#read(id, Number.MAX_SAFE_INTEGER);
  }

  upTo(id: number): AcceptedReport[] {
    return this.#read(0, id).reports;
  }

  progress(): FoldProgress {
    return this.#sql.progress.get() as FoldProgress;
  }

  saveProgress({ upto, phase, done }: FoldProgress): void {
    this.#sql.saveProgress.run(upto, phase, done);
  }

  /** The rows are in the tables. */
  remove(upto: number): void {
    this.#sql.remove.run(upto);
    this.saveProgress({ upto: 0, phase: 0, done: 0 });
  }

  #read(after: number, upto: number): { reports: AcceptedReport[]; last: number } {
    const rows = this.#sql.read.all(after, upto) as { id: number; body: string }[];
    return { reports: rows.flatMap(({ body }) => fromInboxText(body)), last: rows.at(-1)?.id ?? after };
  }
}

function prepare(db: Database) {
  return {
    append: db.prepare('INSERT INTO inbox (body) VALUES (?)'),
    read: db.prepare('SELECT id, body FROM inbox WHERE id > ? AND id <= ? ORDER BY id'),
    remove: db.prepare('DELETE FROM inbox WHERE id <= ?'),
    progress: db.prepare('SELECT fold_upto AS upto, fold_phase AS phase, fold_done AS done FROM alive'),
    saveProgress: db.prepare('UPDATE alive SET fold_upto = ?, fold_phase = ?, fold_done = ?'),
  };
}
