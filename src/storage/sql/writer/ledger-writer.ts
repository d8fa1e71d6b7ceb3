import { ExpectedError, LedgerFailure } from '../../../core/errors.ts';
import type { Commit } from '../../../core/ledger/usage-ledger.ts';
import { PAUSE } from '../../../core/metering/gap-words.ts';
import type { Calendar } from '../../../core/units/calendar.ts';
import type { NewId } from '../../../core/units/ids.ts';
import type { WriteConnection } from '../connections.ts';
import type { Database } from '../database.ts';
import type { AnyOperation } from './operation.ts';
import { makeOperations, makeParts, type WriterParts, type WriterSizes } from './operations.ts';
import { bytesOf } from './report-desk.ts';
import type { AcceptedReport } from './report-intake.ts';
import { type ReportTurn, ReportTurns } from './report-turns.ts';
import { failAll, type Item, type WriterAnswer, type WriterItem, type WriterTurn } from './writer-items.ts';
import { WriterQueue } from './writer-queue.ts';

interface WriterOptions {
  readonly calendar: Calendar;
  readonly newId: NewId;
  readonly nowMs: number;
  /** Why nothing was written since the last commit. */
  readonly stoppedBecause?: string;
  /** Where a test wants others than the product has. */
  readonly sizes?: WriterSizes;
}

/** Of what the writer asks of itself: nobody waits for the answer. */
const OWN_ID = 0;

/**
 * The only writer of a ledger. Synchronous; knows nothing of threads. Items wait in a queue; each `turn` makes one durable
 * transaction, and after one that answers reports comes one for the rest, so that neither starves the other: operations
 * (a savepoint each), a part of a large poll, a share of the reports that are not in the tables yet.
 *
 * An expected error (a duplicate name, a reused event id) reaches its caller only, and so does a bug. Where the disk
 * fails a transaction all its callers are told, what is in memory is forgotten, and the next one tries again.
 */
export class LedgerWriter {
  readonly #db: Database;
  readonly #connection: WriteConnection;
  readonly #parts: WriterParts;
  readonly #operations: ReturnType<typeof makeOperations>;
  readonly #sql: ReturnType<typeof prepare>;
  readonly #queue = new WriterQueue((item) => this.#isBarrier(item));
  readonly #polls: { readonly id: number; readonly steps: Generator<void, unknown> }[] = [];
  #nowMs: number;
  #sequence: number;
  readonly #reports: ReportTurns;
  #answeredReportsLast = false;
  #ownersChanged = false;

  constructor(connection: WriteConnection, options: WriterOptions) {
    const { db } = connection;
    this.#db = db;
    this.#connection = connection;
    this.#nowMs = options.nowMs;
    this.#sql = prepare(db);
    const parts = this.#start(options);
    this.#parts = parts;
    this.#operations = makeOperations(parts, connection);
    parts.liveness.committed();
    this.#sequence = parts.liveness.sequence;
    this.#reports = new ReportTurns({
      desk: parts.desk,
      intake: parts.intake,
      atomically: (work) => this.#atomically(work),
      failureOf: (error) => connection.failureOf(error),
      nowMs: () => this.#nowMs,
    });
    parts.desk.recover();
    while (parts.desk.isBehind && !this.isStuck) this.#reports.fold();
  }

  /** The first commit. A disk that was full when the process ended is full now: the reserve is there for this one, too. */
  #start(options: WriterOptions): WriterParts {
    try {
      return this.#firstCommit(options);
    } catch (error) {
      if (this.#db.inTransaction) this.#sql.rollback.run();
      if (this.#connection.failureOf(error)?.code !== 'disk-full') throw error;
      this.#connection.relieve();
      return this.#firstCommit(options);
    }
  }

  #firstCommit(options: WriterOptions): WriterParts {
    const { calendar, newId, nowMs, stoppedBecause = PAUSE.stopped.message, sizes } = options;
    this.#sql.begin.run();
    const parts = makeParts(this.#db, calendar, newId, nowMs, sizes);
    parts.liveness.noteStop(parts.outcomes, nowMs, stoppedBecause);
    parts.liveness.beat(nowMs);
    this.#sql.commit.run();
    return parts;
  }

  /** `nowMs`: the wall clock when the items were called. */
  enqueue(items: readonly WriterItem[], nowMs: number): void {
    this.#nowMs = nowMs;
    this.#askForDueResets();
    for (const item of items) {
      if (item.kind === 'poll') this.#polls.push({ id: item.id, steps: this.#parts.polls.record(item.poll, nowMs) });
      else this.#queue.push(item);
    }
  }

  /** Before everything that is called for now. */
  #askForDueResets(): void {
    const isAsked = this.#queue.has(OWN_ID);
    if (isAsked || !this.#parts.schedule.isDue(this.#nowMs)) return;
    this.#queue.push({ id: OWN_ID, kind: 'operation', name: 'runScheduledResets', args: [] });
  }

  get hasWork(): boolean {
    return !this.#queue.isEmpty || this.#polls.length > 0 || this.#mustFold();
  }

  /** Reports were answered that are not in the tables yet: `fold` is due when nothing else is to be done. */
  get isBehind(): boolean {
    return this.#parts.desk.isBehind;
  }

  /** Folding failed: to be tried again later, not at once. */
  get isStuck(): boolean {
    return this.#reports.isStuck;
  }

  /** A share of the reports that wait: for when nothing else is to be done. */
  fold(fetch?: Fetch): WriterTurn {
    return this.#toTurn(this.#parts.desk.isBehind ? this.#foldShare(fetch) : NOTHING_DONE);
  }

  /** `fetch` may enqueue what arrived meanwhile: folding stops for it. */
  turn(fetch?: Fetch): WriterTurn {
    const reports = this.#answeredReportsLast && this.#hasOtherWork() ? [] : this.#queue.takeReports();
    this.#answeredReportsLast = reports.length > 0;
    return this.#toTurn(reports.length > 0 ? this.#toWork(this.#reports.answer(reports)) : this.#doOtherWork(fetch));
  }

  /** What cannot be folded any more waits in the inbox for the next start. */
  close(): void {
    while (this.#parts.desk.isBehind && !this.isStuck) this.#reports.fold();
    this.#connection.close();
  }

  #toTurn({ answers, commit }: Work): WriterTurn {
    const { desk, booking, reportSums, liveness, quotas, owners } = this.#parts;
    const deltas = [...booking.takeDeltas(), ...reportSums.takeDeltas()];
    const changed = { ownersChanged: this.#ownersChanged, people: owners.takeChanged() };
    const tables = { sequence: liveness.sequence, deltas, ...changed };
    this.#ownersChanged = false;
    return { answers, commit, unfolded: desk.isBehind, tables, states: quotas.takeChanged() };
  }

  #mustFold(): boolean {
    return !this.isStuck && this.#parts.desk.isDue(this.#nowMs);
  }

  /** Folding needs no turn of its own while reports come: each commit that answers some takes a share with it. */
  #hasOtherWork(): boolean {
    return this.#polls.length > 0 || this.#queue.next() !== undefined;
  }

  #isBarrier(item: WriterItem): boolean {
    return item.kind === 'operation' && this.#operations[item.name].forgets;
  }

  #doOtherWork(fetch?: Fetch): Work {
    const { desk } = this.#parts;
    const next = this.#queue.next();
    const needsTables = next !== undefined && (next.kind === 'settle' || this.#isBarrier(next));
    const canFold = !this.isStuck || (needsTables && this.#reports.isTimeToRetry);
    const hasTime = next === undefined && this.#polls.length === 0;
    if (desk.isBehind && canFold && (needsTables || hasTime)) return this.#foldShare(hasTime ? fetch : undefined);
    // Stuck: reads go on with what the tables hold, but what has to come after the reports cannot be done.
    if (next?.kind === 'settle') return this.#answerSettles();
    if (next !== undefined && desk.isBehind && this.#isBarrier(next)) return this.#refuseBarrier(next);
    return next === undefined ? this.#continuePoll() : this.#runOperations();
  }

  #foldShare(fetch?: Fetch): Work {
    if (fetch === undefined) return this.#toWork(this.#reports.fold());
    const hasCome = () => {
      fetch();
      return !this.#queue.isEmpty || this.#polls.length > 0;
    };
    const turn = this.#reports.fold({ hasCome, takeReports: () => this.#queue.takeReports() });
    this.#answeredReportsLast = turn.answers.length > 0;
    return this.#toWork(turn);
  }

  #toWork({ answers, accepted }: ReportTurn): Work {
    const commit = accepted.length === 0 ? null : this.#toCommit({ usage: true, inventory: false }, accepted);
    return { answers, commit };
  }

  #answerSettles(): Work {
    const settles = this.#queue.takeSettles();
    return { answers: settles.map(({ id }) => ({ id, ok: true, value: undefined })), commit: null };
  }

  #refuseBarrier(item: WriterItem): Work {
    this.#queue.remove(item);
    return refuse([item], this.#reports.failure);
  }

  #runOperations(): Work {
    const taken = this.#queue.takeOperations(this.#parts.desk.isBehind);
    const changed = { usage: false, inventory: false };
    try {
      const answers = this.#atomically(() => taken.map((item) => this.#operate(item, changed)));
      return { answers, commit: this.#toCommit(changed) };
    } catch (error) {
      const all = taken.some(({ id }) => id === OWN_ID) ? [...taken, ...this.#takeEverything()] : taken;
      return refuse(all, this.#connection.failureOf(error) ?? error);
    }
  }

  /** A mark that is due could not be set: what was called after its instant is refused rather than booked before it. */
  #takeEverything(): { readonly id: number }[] {
    return [...this.#queue.takeAll(), ...this.#polls.splice(0)];
  }

  #operate(item: Item<'operation'>, changed: Changed): WriterAnswer {
    const { run, changes, forgets, isPreview }: AnyOperation = this.#operations[item.name];
    this.#sql.savepoint.run();
    try {
      const value = (run as (nowMs: number, ...args: readonly unknown[]) => unknown)(this.#nowMs, ...item.args);
      const takenBack = isPreview?.(item.args) === true;
      if (takenBack) this.#sql.rollbackToSavepoint.run();
      this.#sql.release.run();
      if (changes !== 'none' && !takenBack) changed[changes] = true;
      if (forgets) this.#forgetOwners();
      if (forgets && !takenBack) this.#ownersChanged = true;
      return { id: item.id, ok: true, value };
    } catch (error) {
      if (!this.#db.inTransaction || this.#connection.failureOf(error) !== null) throw error;
      this.#sql.rollbackToSavepoint.run();
      this.#sql.release.run();
      // What operations change in memory themselves.
      this.#parts.tracking.reload();
      this.#parts.schedule.forget();
      this.#parts.access.forgetMemory();
      if (forgets) this.#forgetOwners();
      else this.#parts.quotas.forget();
      return { id: item.id, ok: false, error };
    }
  }

  #continuePoll(): Work {
    const poll = this.#polls[0];
    if (poll === undefined) return NOTHING_DONE;
    try {
      const step = this.#atomically(() => poll.steps.next());
      const commit = this.#toCommit({ usage: true, inventory: true });
      if (step.done !== true) return { answers: [], commit };
      this.#polls.shift();
      return { answers: [{ id: poll.id, ok: true, value: step.value }], commit };
    } catch (error) {
      this.#polls.shift();
      return { answers: [{ id: poll.id, ok: false, error: this.#connection.failureOf(error) ?? error }], commit: null };
    }
  }

  /** Commits what `work` did, durably, or nothing of it. */
  #atomically<T>(work: () => T): T {
    const { booking, liveness, desk, quotas } = this.#parts;
    desk.begin();
    try {
      this.#sql.begin.run();
      const result = work();
      booking.flush();
      quotas.settle(this.#nowMs);
      liveness.beat(this.#nowMs);
      this.#sql.commit.run();
      liveness.committed();
      return result;
    } catch (error) {
      if (this.#db.inTransaction) this.#sql.rollback.run();
      // Polls are refused before anything was written or remembered; all other expected errors are caught per item.
      const isRefusal = error instanceof ExpectedError && !(error instanceof LedgerFailure);
      if (!isRefusal) this.#forgetEverything();
      else if (this.#parts.polls.hasBegun) this.#forgetReadings();
      if (!isRefusal) desk.rolledBack();
      if (this.#connection.failureOf(error)?.code === 'disk-full') this.#connection.relieve();
      throw error;
    }
  }

  #toCommit({ usage, inventory }: Changed, accepted: readonly AcceptedReport[] = []): Commit | null {
    if (!usage && !inventory) return null;
    return { sequence: ++this.#sequence, usage, inventory, reported: bytesOf(accepted) };
  }

  #forgetOwners(): void {
    this.#parts.attribution.forget();
    this.#parts.reportBooking.forget();
    this.#parts.intake.forgetTokens();
    this.#parts.quotas.forget();
  }

  #forgetReadings(): void {
    this.#parts.booking.drop();
    this.#parts.polls.forget();
  }

  /** After a rollback nothing in memory may be ahead of the disk. */
  #forgetEverything(): void {
    this.#forgetOwners();
    this.#forgetReadings();
    this.#parts.tracking.reload();
    this.#parts.schedule.forget();
    this.#parts.access.forgetMemory();
  }
}

type Fetch = () => void;

interface Work {
  readonly answers: readonly WriterAnswer[];
  readonly commit: Commit | null;
}

interface Changed {
  usage: boolean;
  inventory: boolean;
}

const NOTHING_DONE: Work = { answers: [], commit: null };

function refuse(items: readonly { readonly id: number }[], error: unknown): Work {
  return { answers: failAll(items, error), commit: null };
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
