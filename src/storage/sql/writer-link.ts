import type { LedgerFailure } from '../../core/errors.ts';
import type { ReportOutcome, ReportSender, UsageReport } from '../../core/ledger/report.ts';
import type { Commit, NodePoll } from '../../core/ledger/usage-ledger.ts';
import type { ZoneSince } from '../../core/units/calendar.ts';
import type { Clock } from '../../core/units/clock.ts';
import type { UserId } from '../../core/units/ids.ts';
import type { OperationArgs, OperationName, OperationResult } from './writer/operations.ts';
import type { Turns } from './writer/turns.ts';
import type { TablesChange, WriterItem, WriterTurn } from './writer/writer-items.ts';

/** Carries items to the writer, wherever it runs, and its turns back. */
export interface WriterTransport {
  send(items: readonly WriterItem[], nowMs: number): void;
  /** Ends the writer after everything sent was answered. */
  close(): Promise<void>;
}

interface Waiting {
  resolve(value: never): void;
  reject(error: unknown): void;
}

type NewItem<I extends WriterItem = WriterItem> = I extends WriterItem ? Omit<I, 'id'> : never;

/**
 * The main thread's side of the writer: everything called in one turn of the event loop goes as one message and becomes
 * one commit, without waiting for a timer; each caller gets its own answer.
 */
export class WriterLink {
  readonly #clock: Clock;
  readonly #waiting = new Map<number, Waiting>();
  readonly #listeners = new Set<(commit: Commit) => void>();
  readonly #stateListeners = new Set<(userIds: readonly UserId[]) => void>();
  #followTables: (change: TablesChange) => void = () => {};
  readonly #anewListeners = new Set<(zones: readonly ZoneSince[]) => void>();
  #followPeople: (ids: readonly UserId[] | null) => void = () => {};
  /** Why there is no writer at present; null while there is one. */
  #lost: LedgerFailure | null = null;
  #transport: WriterTransport | null = null;
  #pending: WriterItem[] = [];
  #lastId = 0;
  #closed = false;
  #unfolded = false;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Before the first item. */
  connect(transport: WriterTransport): void {
    this.#transport = transport;
  }

  /** Another writer begins in the place of one that was lost; it found these zones of the panel. */
  connectAnew(transport: WriterTransport, zones: readonly ZoneSince[]): void {
    this.#transport = transport;
    this.#lost = null;
    this.#unfolded = true;
    for (const startAnew of this.#anewListeners) startAnew(zones);
    this.#followPeople(null);
  }

  onCommit(listener: (commit: Commit) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  onStates(listener: (userIds: readonly UserId[]) => void): () => void {
    this.#stateListeners.add(listener);
    return () => this.#stateListeners.delete(listener);
  }

  /** Told what changed in the tables before the callers of the change are answered. */
  onTables(follow: (change: TablesChange) => void): void {
    this.#followTables = follow;
  }

  /** Told which users, or whose tokens, changed before the callers of the change are answered; null: anybody's may have. */
  onPeople(follow: (ids: readonly UserId[] | null) => void): void {
    this.#followPeople = follow;
  }

  /** Told, in the order of the calls, that another writer began: what the one before did last was told to nobody. */
  onAnew(startAnew: (zones: readonly ZoneSince[]) => void): () => void {
    this.#anewListeners.add(startAnew);
    return () => this.#anewListeners.delete(startAnew);
  }

  reports(sender: ReportSender, reports: readonly UsageReport[]): Promise<ReportOutcome> {
    return this.#send({ kind: 'reports', sender, reports });
  }

  poll<R>(poll: NodePoll): Promise<R> {
    return this.#send({ kind: 'poll', poll });
  }

  /** Before a read: everything that was answered can be read. Costs nothing where that is so already. */
  async settle(): Promise<void> {
    if (this.#unfolded && !this.#closed) await this.#send({ kind: 'settle' });
  }

  run<N extends OperationName>(name: N, ...args: OperationArgs<N>): Promise<OperationResult<N>> {
    return this.#send({ kind: 'operation', name, args });
  }

  /** Answers of the writer; its commit is told after the callers have theirs. */
  receive({ answers, commit, unfolded, tables, states }: WriterTurn): void {
    this.#unfolded = unfolded;
    this.#followTables(tables);
    if (tables.people.length > 0) this.#followPeople(tables.people);
    for (const answer of answers) {
      const waiting = this.#waiting.get(answer.id);
      this.#waiting.delete(answer.id);
      if (answer.ok) waiting?.resolve(answer.value as never);
      else waiting?.reject(answer.error);
    }
    if (commit !== null) for (const listener of this.#listeners) listener(commit);
    if (states.length > 0) for (const listener of this.#stateListeners) listener(states);
  }

  /** The writer lost the ledger: until another one begins everything is refused with `error`. */
  lose(error: LedgerFailure): void {
    this.#lost = error;
    this.#pending = [];
    this.#rejectAll(error);
  }

  /** The writer is gone: nobody waits in vain. */
  fail(error: unknown): void {
    this.#closed = true;
    this.#rejectAll(error);
  }

  #rejectAll(error: unknown): void {
    const waiting = [...this.#waiting.values()];
    this.#waiting.clear();
    for (const { reject } of waiting) reject(error);
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    this.#flush();
    await this.#transport?.close();
  }

  #send<R>(item: NewItem): Promise<R> {
    if (this.#closed) return Promise.reject(new Error('The ledger is closed.'));
    if (this.#lost !== null) return Promise.reject(this.#lost);
    return new Promise<R>((resolve, reject) => {
      const id = ++this.#lastId;
      this.#waiting.set(id, { resolve, reject });
      if (this.#pending.length === 0) setImmediate(() => this.#flush());
      this.#pending.push({ ...item, id } as WriterItem);
    });
  }

  #flush(): void {
    if (this.#pending.length === 0) return;
    const items = this.#pending;
    this.#pending = [];
    this.#transport?.send(items, this.#clock.now().getTime());
  }
}

/** The writer in this very thread: for tests, and for `:memory:`. */
export function localTransport(turns: Turns): WriterTransport {
  return {
    send(items, nowMs) {
      turns.enqueue(items, nowMs);
      turns.run();
    },
    close: async () => turns.close(),
  };
}
