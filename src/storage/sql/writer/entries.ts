import { ExpectedError, NotFound } from '../../../core/errors.ts';
import type { AsideItem, EntryKind, EntryOutcome, LedgerEntry } from '../../../core/ledger/entry.ts';
import type { Calendar } from '../../../core/units/calendar.ts';
import type { AdminId, NewId } from '../../../core/units/ids.ts';
import type { Database } from '../database.ts';
import { type EntryRow, effectToText, entryColumns, toEntry } from '../entry-rows.ts';
import type { Attribution } from './attribution.ts';
import { EntryEffects } from './entry-effects.ts';
import { type Posting, Postings } from './postings.ts';

/** An entry that is to be written. */
export interface NewEntry {
  readonly kind: EntryKind;
  readonly reason: string;
  readonly by: AdminId | null;
  readonly item?: AsideItem | null;
  /** Row of the entry that it undoes. */
  readonly undoes?: number;
  readonly postings: readonly Posting[];
  /** Bytes of these postings that were placed by time alone. */
  readonly estimated?: bigint;
  /** Further postings, which follow from what is booked after those. */
  readonly andThen?: () => { readonly postings: readonly Posting[]; readonly estimated: bigint };
}

export interface FoundEntry {
  readonly rowId: number;
  readonly entry: LedgerEntry;
}

/** Writes entries with their postings, and finds them again. Entries are never changed. */
export class Entries {
  readonly postings: Postings;
  readonly #sql: ReturnType<typeof prepare>;
  readonly #effects: EntryEffects;
  readonly #newId: NewId;

  constructor(db: Database, attribution: Attribution, calendar: Calendar, newId: NewId) {
    this.#sql = prepare(db);
    this.postings = new Postings(db, calendar, attribution);
    this.#effects = new EntryEffects(db, calendar);
    this.#newId = newId;
  }

  /** @throws ExpectedError `more-than-booked`, `total-too-large` */
  write(entry: NewEntry, nowMs: number): EntryOutcome {
    const { kind, reason, by, item = null, undoes = null, andThen } = entry;
    const id = this.#newId();
    const quarantine = item?.kind === 'quarantine' ? Number(item.id) : null;
    const baseline = item?.kind === 'baseline' ? Number(item.id) : null;
    const { lastInsertRowid } = this.#sql.add.run(id, kind, nowMs, by, reason, quarantine, baseline, undoes);
    const post = (postings: readonly Posting[]): void =>
      this.postings.post(Number(lastInsertRowid), postings, nowMs, kind === 'rebinding');
    post(entry.postings);
    const more = andThen?.() ?? { postings: [], estimated: 0n };
    post(more.postings);
    const estimated = (entry.estimated ?? 0n) + more.estimated;
    const effect = this.#effects.of([...entry.postings, ...more.postings], estimated);
    this.#sql.tell.run(effectToText(effect), lastInsertRowid);
    return { entry: this.find(id).entry, effect };
  }

  /** One that can still be undone. @throws NotFound, ExpectedError `already-undone`, `not-undoable` */
  findUndoable(id: string): FoundEntry {
    const found = this.find(id);
    if (found.entry.undoes !== null) {
      throw new ExpectedError('not-undoable', 'This is itself the undoing of another entry.', {
        hint: 'Enter the correction anew.',
      });
    }
    if (found.entry.undoneBy === null) return found;
    throw new ExpectedError('already-undone', `The entry "${id}" was undone already.`, {
      hint: 'Nothing is left to do.',
    });
  }

  /** @throws NotFound */
  find(id: string): FoundEntry {
    const row = this.#sql.find.get(id) as EntryRow | undefined;
    if (row === undefined) throw new NotFound('correction', id, '`xpert correction list` shows them.');
    return { entry: toEntry(row), rowId: row.rowId };
  }
}

function prepare(db: Database) {
  return {
    add: db.prepare(
      `INSERT INTO entry (public_id, kind, at, admin_id, reason, quarantine_id, baseline_id, undoes, detail)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, '{}')`,
    ),
    // In the transaction that made it.
    tell: db.prepare('UPDATE entry SET detail = ? WHERE id = ?'),
    find: db.prepare(`SELECT ${entryColumns} FROM entry e WHERE e.public_id = ?`),
  };
}
