import type { Beat } from '../core/inventory/node-operations.ts';
import type { Clock } from '../core/units/clock.ts';
import type { NodeId } from '../core/units/ids.ts';
import type { Timers } from './system-clock.ts';

export interface Polled<Id = NodeId> {
  readonly id: Id;
  readonly pollIntervalMs: number;
}

/** What a poll tells the scheduler; a failed one makes it wait longer before the next. */
export interface PollEnd {
  readonly outcome: 'complete' | 'incomplete' | 'failed';
}

interface Options<End extends PollEnd, Id> {
  readonly clock: Pick<Clock, 'monotonicMs'>;
  readonly timers: Timers;
  /** From 0 to 1; spreads retries, so that nodes behind one broken link do not come back all at once. */
  readonly random: () => number;
  /** Never rejects for a broken source; must end soon after the signal aborts. */
  readonly poll: (id: Id, signal: AbortSignal) => Promise<End>;
  /** A poll that rejects all the same is a bug; the node goes on being polled. */
  readonly onBug: (id: Id, error: unknown) => void;
}

interface Lane<End, Id> {
  node: Polled<Id>;
  /** Monotonic instant of the next poll on the node's own beat. */
  dueMs: number;
  /** Polls in a row that failed. */
  failures: number;
  /** The last poll took longer than a quick one may. */
  isSlow: boolean;
  running: Promise<End> | null;
  abort: AbortController | null;
  cancel: () => void;
}

/** Longest time a poll may take before it is aborted. */
export const POLL_TIMEOUT_MS = 30_000;
/** First polls spread over this time, so that a start is neither a burst nor slow to show something … */
const FIRST_POLLS_WITHIN_MS = 3_000;
/** … and over more where there are many, so that the beats of a large fleet lie apart for ever after. */
const FIRST_POLL_EACH_MS = 25;
/** Polls that start at the same time; more would only queue for the same two cores. */
const QUICK_SLOTS = 8;
/** A poll gives its quick slot away after this time, so that a hanging node never delays another. */
const QUICK_MS = 1_500;
/**
 * Polls of nodes that were slow before which may run beside the quick ones; further ones wait among themselves. A poll
 * that becomes slow leaves the quick ones in any case.
 */
const SLOW_SLOTS = 64;
/** Lateness is told for so long. */
const LATE_WINDOW_MS = 60_000;

/** Time until the next try after so many failures in a row: doubling, capped, with up to 20 % taken off. */
export function backOffMs(intervalMs: number, failures: number, random: number): number {
  const cap = Math.max(intervalMs, Math.min(10 * intervalMs, 120_000));
  return Math.min(cap, intervalMs * 2 ** Math.min(failures - 1, 20)) * (1 - 0.2 * random);
}

/** Polls every node on its own beat: nodes are isolated from one another, and a node is never polled twice at once. */
export class Scheduler<End extends PollEnd, Id = NodeId> {
  readonly #options: Options<End, Id>;
  readonly #lanes = new Map<Id, Lane<End, Id>>();
  readonly #quick = new Slots(QUICK_SLOTS);
  readonly #slow = new Slots(SLOW_SLOTS);
  #late: { readonly atMs: number; readonly lateMs: number }[] = [];
  /** Before `start` nodes are polled on demand only. */
  #beating = false;

  constructor(options: Options<End, Id>) {
    this.#options = options;
  }

  /** Begins to poll by itself. */
  start(): void {
    this.#beating = true;
    const lanes = [...this.#lanes.values()];
    this.#lanes.clear();
    this.update(lanes.map((lane) => lane.node));
  }

  /** Tells which nodes there are: new ones start soon, gone ones stop, a changed interval holds from now on. */
  update(nodes: readonly Polled<Id>[]): void {
    const wanted = new Map(nodes.map((node) => [node.id, node]));
    for (const [id, lane] of this.#lanes) if (!wanted.has(id)) this.#drop(id, lane);
    const fresh = nodes.filter((node) => !this.#lanes.has(node.id));
    const now = this.#options.clock.monotonicMs();
    fresh.forEach((node, index) => {
      const spreadMs = Math.min(
        node.pollIntervalMs,
        Math.max(FIRST_POLLS_WITHIN_MS, FIRST_POLL_EACH_MS * fresh.length),
      );
      const lane: Lane<End, Id> = {
        node,
        dueMs: now + (spreadMs * index) / fresh.length,
        failures: 0,
        isSlow: false,
        running: null,
        abort: null,
        cancel: () => {},
      };
      this.#lanes.set(node.id, lane);
      this.#plan(lane, lane.dueMs - now);
    });
    for (const node of nodes) this.#retime(node);
  }

  /** Polls at once, whatever the back-off says, or joins the poll that runs. Undefined if the node is not known. */
  async pollNow(id: Id): Promise<End | undefined> {
    const lane = this.#lanes.get(id);
    if (lane === undefined) return undefined;
    if (lane.running !== null) return await lane.running;
    lane.cancel();
    lane.dueMs = this.#options.clock.monotonicMs();
    return await this.#run(lane);
  }

  /** Aborts what runs and waits for it. */
  async stop(): Promise<void> {
    this.#beating = false;
    const running = [...this.#lanes.values()].map((lane) => lane.running);
    for (const [id, lane] of this.#lanes) this.#drop(id, lane);
    await Promise.allSettled(running);
  }

  #drop(id: Id, lane: Lane<End, Id>): void {
    lane.cancel();
    lane.abort?.abort();
    this.#lanes.delete(id);
  }

  #retime(node: Polled<Id>): void {
    const lane = this.#lanes.get(node.id);
    if (lane === undefined || lane.node.pollIntervalMs === node.pollIntervalMs) return;
    lane.node = node;
    lane.failures = 0;
    if (lane.running !== null) return;
    lane.cancel();
    lane.dueMs = this.#options.clock.monotonicMs() + node.pollIntervalMs;
    this.#plan(lane, node.pollIntervalMs);
  }

  beat(): Beat {
    this.#forgetOldLateness();
    return {
      running: this.#quick.taken + this.#slow.taken,
      waiting: this.#quick.waiting + this.#slow.waiting,
      lateMs: Math.round(Math.max(0, ...this.#late.map(({ lateMs }) => lateMs))),
    };
  }

  #plan(lane: Lane<End, Id>, delayMs: number): void {
    if (!this.#beating) return;
    let stopWaiting = () => {};
    const cancelTimer = this.#options.timers.after(Math.max(0, delayMs), () => {
      const slots = lane.isSlow ? this.#slow : this.#quick;
      stopWaiting = slots.whenFree(() => void this.#runInSlot(lane, slots));
    });
    lane.cancel = () => {
      cancelTimer();
      stopWaiting();
    };
  }

  async #run(lane: Lane<End, Id>): Promise<End> {
    const { timers, poll } = this.#options;
    const abort = new AbortController();
    lane.abort = abort;
    const cancelTimeout = timers.after(POLL_TIMEOUT_MS, () =>
      abort.abort(new DOMException(`no answer within ${POLL_TIMEOUT_MS / 1000} s`, 'TimeoutError')),
    );
    lane.running = poll(lane.node.id, abort.signal);
    try {
      const end = await lane.running;
      lane.failures = end.outcome === 'failed' ? lane.failures + 1 : 0;
      return end;
    } catch (error) {
      lane.failures += 1;
      throw error;
    } finally {
      cancelTimeout();
      lane.running = null;
      lane.abort = null;
      if (this.#lanes.get(lane.node.id) === lane) this.#planNext(lane);
    }
  }

  /** The next beat that lies ahead: beats during a poll that took too long are skipped, not made up for. */
  #planNext(lane: Lane<End, Id>): void {
    const now = this.#options.clock.monotonicMs();
    const { pollIntervalMs } = lane.node;
    if (lane.failures > 0) lane.dueMs = now + backOffMs(pollIntervalMs, lane.failures, this.#options.random());
    else lane.dueMs += Math.max(1, Math.ceil((now - lane.dueMs) / pollIntervalMs)) * pollIntervalMs;
    this.#plan(lane, lane.dueMs - now);
  }

  /** `slots` holds a place for it. */
  async #runInSlot(lane: Lane<End, Id>, slots: Slots): Promise<void> {
    const { clock, timers, onBug } = this.#options;
    const startMs = clock.monotonicMs();
    // Nodes that were slow before wait for one another: that is their own lateness, not ours.
    if (slots === this.#quick) this.#noteLateness(startMs, startMs - lane.dueMs);
    let held = slots;
    const cancel = timers.after(QUICK_MS, () => {
      lane.isSlow = true;
      if (held === this.#slow) return;
      this.#slow.take();
      held.leave();
      held = this.#slow;
    });
    try {
      await this.#run(lane);
    } catch (error) {
      onBug(lane.node.id, error);
    } finally {
      cancel();
      lane.isSlow = clock.monotonicMs() - startMs >= QUICK_MS;
      held.leave();
    }
  }

  /** One entry per second is enough: the largest. */
  #noteLateness(atMs: number, lateMs: number): void {
    const last = this.#late.at(-1);
    if (last === undefined || atMs - last.atMs >= 1_000) {
      this.#forgetOldLateness();
      this.#late.push({ atMs, lateMs });
    } else if (lateMs > last.lateMs) this.#late[this.#late.length - 1] = { atMs: last.atMs, lateMs };
  }

  #forgetOldLateness(): void {
    const sinceMs = this.#options.clock.monotonicMs() - LATE_WINDOW_MS;
    this.#late = this.#late.filter(({ atMs }) => atMs >= sinceMs);
  }
}

/** So many at once; further ones wait their turn. */
class Slots {
  readonly #most: number;
  readonly #queue = new Set<() => void>();
  #taken = 0;

  constructor(most: number) {
    this.#most = most;
  }

  get taken(): number {
    return this.#taken;
  }

  get waiting(): number {
    return this.#queue.size;
  }

  /** Starts when a place is free, and holds it. @returns a function that ends the waiting */
  whenFree(start: () => void): () => void {
    if (this.#taken < this.#most) {
      this.#taken += 1;
      start();
      return () => {};
    }
    this.#queue.add(start);
    return () => this.#queue.delete(start);
  }

  /** Takes a place even if none is free. */
  take(): void {
    this.#taken += 1;
  }

  leave(): void {
    this.#taken -= 1;
    for (const start of this.#queue) {
      if (this.#taken >= this.#most) return;
      this.#queue.delete(start);
      this.#taken += 1;
      start();
    }
  }
}
