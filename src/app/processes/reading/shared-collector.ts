import type { Collector, CounterSemantics, Poll } from '../../../core/metering/collector.ts';
import type { ReadingBoard, Wanted } from './board.ts';

/** After so many polls in a row that others made, the connections from here are given up. */
const KEPT_POLLS = 10;

/** Reads a node through the process whose turn it is, or else itself. */
export class SharedCollector implements Collector {
  readonly #board: Pick<ReadingBoard, 'read' | 'forget'>;
  readonly #wanted: Wanted;
  readonly #makeOwn: () => Collector;
  #own: Collector | null = null;
  #semantics: CounterSemantics | null = null;
  /** Since this process read it itself. */
  #elsewhere = 0;

  constructor(board: Pick<ReadingBoard, 'read' | 'forget'>, wanted: Wanted, makeOwn: () => Collector) {
    this.#board = board;
    this.#wanted = wanted;
    this.#makeOwn = makeOwn;
  }

  /** Of the last poll. */
  get semantics(): CounterSemantics {
    return this.#semantics ?? this.#ownCollector().semantics;
  }

  async collect(signal: AbortSignal): Promise<Poll> {
    const read = await this.#board.read(this.#wanted, signal);
    signal.throwIfAborted();
    if (read !== null) {
      this.#semantics = read.semantics;
      // How that ends is nothing to what was read.
      if (++this.#elsewhere >= KEPT_POLLS) void this.#giveUp().catch(() => {});
      return read.poll;
    }
    this.#elsewhere = 0;
    const own = this.#ownCollector();
    const poll = await own.collect(signal);
    this.#semantics = own.semantics;
    return poll;
  }

  async close(): Promise<void> {
    this.#board.forget(this.#wanted.nodeId);
    await this.#giveUp();
  }

  async #giveUp(): Promise<void> {
    const own = this.#own;
    this.#own = null;
    await own?.close();
  }

  #ownCollector(): Collector {
    this.#own ??= this.#makeOwn();
    return this.#own;
  }
}
