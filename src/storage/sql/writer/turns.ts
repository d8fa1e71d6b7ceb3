import type { LedgerWriter } from './ledger-writer.ts';
import type { WriterItem, WriterTurn } from './writer-items.ts';

/** Reports are folded into the tables when nothing came for this long. */
const PAUSE_MS = 25;
/** Until a fold that failed is tried again. */
const RETRY_MS = 1_000;

/**
 * Runs a writer: turn after turn while there is work, with whatever arrived in between, and a fold when the flow pauses.
 * `drain` enqueues what arrived; it runs between two turns, and while reports are folded. `guard` runs what nobody called:
 * what it throws would reach nobody else.
 */
export class Turns {
  readonly #writer: LedgerWriter;
  readonly #tell: (turn: WriterTurn) => void;
  readonly #drain: () => void;
  readonly #guard: Guard;
  #pause: NodeJS.Timeout | null = null;
  #closed = false;

  constructor(
    writer: LedgerWriter,
    tell: (turn: WriterTurn) => void,
    drain: () => void = () => {},
    guard: Guard = (work) => work(),
  ) {
    this.#writer = writer;
    this.#tell = tell;
    this.#drain = drain;
    this.#guard = guard;
  }

  enqueue(items: readonly WriterItem[], nowMs: number): void {
    this.#writer.enqueue(items, nowMs);
  }

  run(): void {
    if (this.#pause !== null) clearTimeout(this.#pause);
    this.#pause = null;
    while (this.#writer.hasWork) {
      this.#tell(this.#writer.turn(this.#drain));
      this.#drain();
    }
    if (this.#closed || !this.#writer.isBehind) return;
    this.#pause = setTimeout(() => this.#guard(() => this.#catchUp()), this.#writer.isStuck ? RETRY_MS : PAUSE_MS);
    this.#pause.unref();
  }

  #catchUp(): void {
    do {
      this.#tell(this.#writer.fold(this.#drain));
      this.#drain();
    } while (this.#writer.isBehind && !this.#writer.isStuck && !this.#writer.hasWork);
    this.run();
  }

  close(): void {
    this.#closed = true;
    this.run();
    this.#writer.close();
  }
}

type Guard = (work: () => void) => void;
