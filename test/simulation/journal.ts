import type { ReportOutcome, ReportSender, UsageReport } from '../../src/core/ledger/report.ts';
import type { NodePoll } from '../../src/core/ledger/usage-ledger.ts';
import type { Clock } from '../../src/core/units/clock.ts';
import type { LedgerWriter } from '../../src/storage/sql/writer/ledger-writer.ts';
import type { OperationArgs, OperationName, OperationResult } from '../../src/storage/sql/writer/operations.ts';
import { Turns } from '../../src/storage/sql/writer/turns.ts';
import type { WriterItem, WriterTurn } from '../../src/storage/sql/writer/writer-items.ts';
import { WriterLink, type WriterTransport } from '../../src/storage/sql/writer-link.ts';
import type { Action } from './actions.ts';
import type { Random } from './random.ts';

/** What the writer committed of an action: all of it, or so many readings of a poll whose end is still to come. */
export interface Done {
  readonly action: Action;
  readonly part: 'whole' | number;
}

/**
 * What the writer committed, in its order, as it tells it itself: what the file holds must be that, and no more. Only actions in
 * whose name something was asked of the writer stand here.
 */
export class Journal {
  /** In whose name is asked at present; null: nobody's. */
  asker: Action | null = null;
  readonly #askers: (Action | null)[] = [];
  readonly #actions = new Map<number, Action>();
  #done: Done[] = [];
  /** Polls that the writer works on, in its order. */
  #polls: Action[] = [];
  #isClosed = false;
  #isBehind = false;

  /** Nobody hears of what comes after that: the process has ended. */
  close(): void {
    this.#isClosed = true;
  }

  /** Another process begins. */
  begin(): void {
    this.#askers.length = 0;
    this.#actions.clear();
    this.#polls = [];
    this.#isClosed = false;
    this.#isBehind = false;
  }

  /** What was done since it was asked last. */
  take(): Done[] {
    const done = this.#done;
    this.#done = [];
    return done;
  }

  /** Reports were answered that are not in the tables yet. */
  get isBehind(): boolean {
    return this.#isBehind;
  }

  asked(): void {
    this.#askers.push(this.asker);
  }

  sent(items: readonly WriterItem[]): void {
    for (const { id, kind } of items) {
      const action = kind === 'settle' ? null : this.#askers.shift();
      if (action) this.#actions.set(id, action);
      if (action && kind === 'poll') this.#polls.push(action);
    }
  }

  /** `readings`: those that a transaction of the writer books. */
  told({ answers, commit, unfolded }: WriterTurn, readings: number): void {
    if (this.#isClosed) return;
    this.#isBehind = unfolded;
    const [poll] = this.#polls;
    if (answers.length === 0 && commit !== null && poll !== undefined) {
      this.#done.push({ action: poll, part: readings });
    }
    for (const { id } of answers) {
      const action = this.#actions.get(id);
      if (action === undefined) continue;
      this.#actions.delete(id);
      this.#polls = this.#polls.filter((each) => each !== action);
      this.#done.push({ action, part: 'whole' });
    }
  }
}

/** Tells the journal what is asked of the writer. */
export class NotedLink extends WriterLink {
  readonly #journal: Journal;

  constructor(clock: Clock, journal: Journal) {
    super(clock);
    this.#journal = journal;
  }

  override reports(sender: ReportSender, reports: readonly UsageReport[]): Promise<ReportOutcome> {
    this.#journal.asked();
    return super.reports(sender, reports);
  }

  override poll<R>(poll: NodePoll): Promise<R> {
    this.#journal.asked();
    return super.poll(poll);
  }

  override run<N extends OperationName>(name: N, ...args: OperationArgs<N>): Promise<OperationResult<N>> {
    this.#journal.asked();
    return super.run(name, ...args);
  }
}

/**
 * In this very thread. What is called in one turn of the event loop does not always reach the writer at once: some of it comes
 * between two of its transactions, as it does where the writer is a thread.
 */
export function simulatedTransport(
  ledger: LedgerWriter,
  link: WriterLink,
  { journal, random, readings }: { readonly journal: Journal; readonly random: Random; readonly readings: number },
): WriterTransport {
  let held: { readonly item: WriterItem; readonly nowMs: number }[] = [];
  const deliver = (count: number) => {
    for (const { item, nowMs } of held.splice(0, count)) turns.enqueue([item], nowMs);
  };
  const drain = () => {
    if (held.length > 0 && random.chance(0.5)) deliver(1);
  };
  const turns = new Turns(
    ledger,
    (turn) => {
      journal.told(turn, readings);
      link.receive(turn);
    },
    drain,
  );
  return {
    send(items, nowMs) {
      journal.sent(items);
      if (items.length === 1 || random.chance(0.3)) turns.enqueue(items, nowMs);
      else held = items.map((item) => ({ item, nowMs }));
      do {
        deliver(1);
        turns.run();
      } while (held.length > 0);
    },
    close: async () => turns.close(),
  };
}
