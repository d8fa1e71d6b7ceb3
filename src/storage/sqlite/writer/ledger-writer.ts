import type { Database } from 'better-sqlite3';
import { ExpectedError, LedgerFailure } from '../../../core/errors.ts';
import type { ReportSender, UsageReport } from '../../../core/ledger/report.ts';
import type { Commit, NodePoll } from '../../../core/ledger/usage-ledger.ts';
import type { Calendar } from '../../../core/units/calendar.ts';
import type { NewId } from '../../../core/units/ids.ts';
import { ledgerFailureOf } from '../failures.ts';
import { makeOperations, makeParts, type OperationName, type WriterParts } from './operations.ts';
import type { AcceptedReport } from './report-intake.ts';

/** One call of a port, as it waits for the writer. */
export type WriterItem =
  | {
      readonly id: number;
      readonly kind: 'reports';
      readonly sender: ReportSender;
      readonly reports: readonly UsageReport[];
    }
  | { readonly id: number; readonly kind: 'poll'; readonly poll: NodePoll }
  | {
      readonly id: number;
      readonly kind: 'operation';
      readonly name: OperationName;
      readonly args: readonly unknown[];
    };

export type WriterAnswer =
  | { readonly id: number; readonly ok: true; readonly value: unknown }
  | { readonly id: number; readonly ok: false; readonly error: unknown };

/** Answers of one transaction, and what it changed; `commit` null if that is nothing. */
export interface WriterTurn {
  readonly answers: readonly WriterAnswer[];
  readonly commit: Commit | null;
}

interface Transaction {
  usage: boolean;
  inventory: boolean;
  rx: bigint;
  tx: bigint;
  readonly accepted: AcceptedReport[];
}

/**
 * The only writer of a ledger. Synchronous; knows nothing of threads. Items wait in a queue; each `turn` makes one durable
 * transaction of all that wait, or of one part of a large poll.
 *
 * An expected error (a duplicate name, a reused event id) reaches its caller only. So does a bug: reports are then taken
 * one by one, everything else has a savepoint anyway. Where the disk fails the transaction, all its callers are told.
 */
export class LedgerWriter {
  readonly #db: Database;
  readonly #parts: WriterParts;
  readonly #operations: ReturnType<typeof makeOperations>;
  readonly #sql: ReturnType<typeof prepare>;
  #queue: WriterItem[] = [];
  readonly #polls: { readonly id: number; readonly steps: Generator<void, unknown> }[] = [];
  #nowMs: number;

  constructor(db: Database, options: { readonly calendar: Calendar; readonly newId: NewId; readonly nowMs: number }) {
    this.#db = db;
    this.#nowMs = options.nowMs;
    this.#sql = prepare(db);
    this.#sql.begin.run();
    this.#parts = makeParts(db, options.calendar, options.newId, options.nowMs);
    this.#operations = makeOperations(this.#parts, db);
    this.#parts.liveness.noteStop(this.#parts.outcomes, options.nowMs);
    this.#parts.liveness.beat(options.nowMs);
    this.#sql.commit.run();
  }

  /** `nowMs`: the wall clock when the items were called. */
  enqueue(items: readonly WriterItem[], nowMs: number): void {
    this.#nowMs = nowMs;
    for (const item of items) this.#queue.push(item);
  }

  get hasWork(): boolean {
    return this.#queue.length > 0 || this.#polls.length > 0;
  }

  /** Everything small that waits goes before the next part of a poll. */
  turn(): WriterTurn {
    if (this.#queue.length > 0) {
      const items = this.#queue;
      this.#queue = [];
      return this.#runItems(items);
    }
    return this.#continuePoll();
  }

  close(): void {
    this.#db.pragma('optimize');
    this.#db.close();
  }

  #runItems(items: readonly WriterItem[]): WriterTurn {
    const small: WriterItem[] = [];
    for (const item of items) {
      if (item.kind === 'poll') this.#polls.push({ id: item.id, steps: this.#parts.polls.record(item.poll) });
      else small.push(item);
    }
    if (small.length === 0) return NOTHING_DONE;
    try {
      return this.#commitTogether(small);
    } catch (error) {
      const failure = ledgerFailureOf(error);
      if (failure !== null || small.length === 1) return failAll(small, failure ?? error);
    }
    // A bug in one of them must not become the others' error.
    const turns = small.map((item) => {
      try {
        return this.#commitTogether([item]);
      } catch (error) {
        return failAll([item], ledgerFailureOf(error) ?? error);
      }
    });
    return { answers: turns.flatMap(({ answers }) => answers), commit: mergeCommits(turns) };
  }

  #commitTogether(items: readonly WriterItem[]): WriterTurn {
    const transaction: Transaction = { usage: false, inventory: false, rx: 0n, tx: 0n, accepted: [] };
    return this.#atomically(transaction, () => {
      const answers = items.map((item) =>
        item.kind === 'reports' ? this.#decide(item, transaction) : this.#operate(item, transaction),
      );
      this.#bookReports(transaction);
      return answers;
    });
  }

  #continuePoll(): WriterTurn {
    const poll = this.#polls[0];
    if (poll === undefined) return NOTHING_DONE;
    const transaction: Transaction = { usage: true, inventory: true, rx: 0n, tx: 0n, accepted: [] };
    try {
      return this.#atomically(transaction, () => {
        const step = poll.steps.next();
        if (step.done !== true) return [];
        this.#polls.shift();
        return [{ id: poll.id, ok: true, value: step.value }];
      });
    } catch (error) {
      if (this.#polls[0] === poll) this.#polls.shift();
      return { answers: [{ id: poll.id, ok: false, error: ledgerFailureOf(error) ?? error }], commit: null };
    }
  }

  /** Commits what `work` did, durably, or nothing of it. */
  #atomically(transaction: Transaction, work: () => WriterAnswer[]): WriterTurn {
    const { booking, intake, liveness } = this.#parts;
    try {
      this.#sql.begin.run();
      const answers = work();
      booking.flush();
      liveness.beat(this.#nowMs);
      this.#sql.commit.run();
      liveness.committed();
      intake.settled();
      return { answers, commit: toCommit(transaction, liveness.sequence) };
    } catch (error) {
      if (this.#db.inTransaction) this.#sql.rollback.run();
      // Polls are refused before anything was written; all other expected errors are caught per item.
      const isRefusal = error instanceof ExpectedError && !(error instanceof LedgerFailure);
      if (!isRefusal) this.#forgetEverything();
      throw error;
    }
  }

  #decide(item: WriterItem & { kind: 'reports' }, transaction: Transaction): WriterAnswer {
    try {
      const { outcome, accepted } = this.#parts.intake.decide(item.sender, item.reports, this.#nowMs);
      for (const report of accepted) {
        transaction.accepted.push(report);
        if (report.implausible !== null) continue;
        transaction.rx += report.rx;
        transaction.tx += report.tx;
      }
      if (accepted.length > 0) transaction.usage = true;
      return { id: item.id, ok: true, value: outcome };
    } catch (error) {
      // Deciding changed nothing, so that the others go on.
      if (error instanceof ExpectedError) return { id: item.id, ok: false, error };
      throw error;
    }
  }

  #bookReports(transaction: Transaction): void {
    for (const report of transaction.accepted) this.#parts.reportBooking.book(report);
    transaction.accepted.length = 0;
    this.#parts.booking.flush();
  }

  #operate(item: WriterItem, transaction: Transaction): WriterAnswer {
    if (item.kind !== 'operation') throw new Error(`not an operation: ${item.kind}`);
    const { run, changes, forgets } = this.#operations[item.name];
    // Earlier reports of this transaction belong before the operation: a reset, for one, must find them booked.
    this.#bookReports(transaction);
    this.#sql.savepoint.run();
    try {
      const value = (run as (nowMs: number, ...args: readonly unknown[]) => unknown)(this.#nowMs, ...item.args);
      this.#sql.release.run();
      if (changes !== 'none') transaction[changes] = true;
      if (forgets) this.#forgetOwners();
      return { id: item.id, ok: true, value };
    } catch (error) {
      if (!this.#db.inTransaction || ledgerFailureOf(error) !== null) throw error;
      this.#sql.rollbackToSavepoint.run();
      this.#sql.release.run();
      this.#forgetEverything();
      return { id: item.id, ok: false, error };
    }
  }

  #forgetOwners(): void {
    this.#parts.attribution.forget();
    this.#parts.reportBooking.forget();
    this.#parts.intake.forget();
  }

  /** After a rollback nothing in memory may be ahead of the disk. */
  #forgetEverything(): void {
    this.#forgetOwners();
    this.#parts.booking.drop();
    this.#parts.states.forget();
    this.#parts.tracking.reload();
  }
}

const NOTHING_DONE: WriterTurn = { answers: [], commit: null };

function failAll(items: readonly WriterItem[], error: unknown): WriterTurn {
  return { answers: items.map(({ id }) => ({ id, ok: false, error })), commit: null };
}

function toCommit({ usage, inventory, rx, tx }: Transaction, sequence: number): Commit | null {
  if (!usage && !inventory) return null;
  const reported = rx === 0n && tx === 0n ? null : { rx, tx, total: rx + tx };
  return { sequence, usage, inventory, reported };
}

function mergeCommits(turns: readonly WriterTurn[]): Commit | null {
  const commits = turns.flatMap(({ commit }) => (commit === null ? [] : [commit]));
  const last = commits.at(-1);
  if (last === undefined) return null;
  let rx = 0n;
  let tx = 0n;
  for (const { reported } of commits) {
    rx += reported?.rx ?? 0n;
    tx += reported?.tx ?? 0n;
  }
  return {
    sequence: last.sequence,
    usage: commits.some(({ usage }) => usage),
    inventory: commits.some(({ inventory }) => inventory),
    reported: rx === 0n && tx === 0n ? null : { rx, tx, total: rx + tx },
  };
}

function prepare(db: Database) {
  return {
    begin: db.prepare('BEGIN IMMEDIATE'),
    commit: db.prepare('COMMIT'),
    rollback: db.prepare('ROLLBACK'),
    savepoint: db.prepare('SAVEPOINT item'),
    release: db.prepare('RELEASE item'),
    rollbackToSavepoint: db.prepare('ROLLBACK TO item'),
  };
}
