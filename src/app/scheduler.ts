import type { Clock } from '../core/units/clock.ts';
import type { NodeId } from '../core/units/ids.ts';
import type { Timers } from './system-clock.ts';

export interface PolledNode {
  readonly id: NodeId;
  readonly pollIntervalMs: number;
}

/** What a poll tells the scheduler; a failed one makes it wait longer before the next. */
export interface PollEnd {
  readonly outcome: 'complete' | 'incomplete' | 'failed';
}

interface Options<End extends PollEnd> {
  readonly clock: Pick<Clock, 'monotonicMs'>;
  readonly timers: Timers;
  /** From 0 to 1; spreads retries, so that nodes behind one broken link do not come back all at once. */
  readonly random: () => number;
  /** Never rejects for a broken source; must end soon after the signal aborts. */
  readonly poll: (id: NodeId, signal: AbortSignal) => Promise<End>;
  /** A poll that rejects all the same is a bug; the node goes on being polled. */
  readonly onBug: (id: NodeId, error: unknown) => void;
}

interface Lane<End> {
  node: PolledNode;
  /** Monotonic instant of the next poll on the node's own beat. */
  dueMs: number;
  /** Polls in a row that failed. */
  failures: number;
  running: Promise<End> | null;
  abort: AbortController | null;
  cancel: () => void;
}

/** Longest time a poll may take before it is aborted. */
export const POLL_TIMEOUT_MS = 30_000;
/** First polls spread over this time, so that a start is neither a burst nor slow to show something. */
const FIRST_POLLS_WITHIN_MS = 3_000;
/** Polls that start at the same time; more would only queue for the same two cores. */
const QUICK_SLOTS = 8;
/** A poll gives its quick slot away after this time, so that a hanging node never delays another. */
const QUICK_MS = 1_500;
/** Polls beyond QUICK_MS that may run beside the quick ones. */
const SLOW_SLOTS = 64;

/** Time until the next try after so many failures in a row: doubling, capped, with up to 20 % taken off. */
export function backOffMs(intervalMs: number, failures: number, random: number): number {
  const cap = Math.max(intervalMs, Math.min(10 * intervalMs, 120_000));
  return Math.min(cap, intervalMs * 2 ** Math.min(failures - 1, 20)) * (1 - 0.2 * random);
}

/** Polls every node on its own beat: nodes are isolated from one another, and a node is never polled twice at once. */
export class Scheduler<End extends PollEnd> {
  readonly #options: Options<End>;
  readonly #lanes = new Map<NodeId, Lane<End>>();
  readonly #waiting: (() => void)[] = [];
  #quick = 0;
  #slow = 0;
  /** Before `start` nodes are polled on demand only. */
  #beating = false;

  constructor(options: Options<End>) {
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
  update(nodes: readonly PolledNode[]): void {
    const wanted = new Map(nodes.map((node) => [node.id, node]));
    for (const [id, lane] of this.#lanes) if (!wanted.has(id)) this.#drop(id, lane);
    const fresh = nodes.filter((node) => !this.#lanes.has(node.id));
    const now = this.#options.clock.monotonicMs();
    fresh.forEach((node, index) => {
      const spreadMs = Math.min(node.pollIntervalMs, FIRST_POLLS_WITHIN_MS);
      const lane: Lane<End> = {
        node,
        dueMs: now + (spreadMs * index) / fresh.length,
        failures: 0,
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
  async pollNow(id: NodeId): Promise<End | undefined> {
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

  #drop(id: NodeId, lane: Lane<End>): void {
    lane.cancel();
    lane.abort?.abort();
    this.#lanes.delete(id);
  }

  #retime(node: PolledNode): void {
    const lane = this.#lanes.get(node.id);
    if (lane === undefined || lane.node.pollIntervalMs === node.pollIntervalMs) return;
    lane.node = node;
    lane.failures = 0;
    if (lane.running !== null) return;
    lane.cancel();
    lane.dueMs = this.#options.clock.monotonicMs() + node.pollIntervalMs;
    this.#plan(lane, node.pollIntervalMs);
  }

  #plan(lane: Lane<End>, delayMs: number): void {
    if (!this.#beating) return;
    let cancelled = false;
    const cancelTimer = this.#options.timers.after(Math.max(0, delayMs), () => {
      this.#whenFree(() => {
        if (!cancelled) void this.#runInSlot(lane);
      });
    });
    lane.cancel = () => {
      cancelled = true;
      cancelTimer();
    };
  }

  async #run(lane: Lane<End>): Promise<End> {
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
  #planNext(lane: Lane<End>): void {
    const now = this.#options.clock.monotonicMs();
    const { pollIntervalMs } = lane.node;
    if (lane.failures > 0) lane.dueMs = now + backOffMs(pollIntervalMs, lane.failures, this.#options.random());
    else lane.dueMs += Math.max(1, Math.ceil((now - lane.dueMs) / pollIntervalMs)) * pollIntervalMs;
    this.#plan(lane, lane.dueMs - now);
  }

  #whenFree(start: () => void): void {
    if (this.#quick < QUICK_SLOTS) start();
    else this.#waiting.push(start);
  }

  async #runInSlot(lane: Lane<End>): Promise<void> {
    const slot = { slow: false };
    this.#quick += 1;
    const cancel = this.#options.timers.after(QUICK_MS, () => {
      if (this.#slow >= SLOW_SLOTS) return;
      slot.slow = true;
      this.#slow += 1;
      this.#leaveQuick();
    });
    try {
      await this.#run(lane);
    } catch (error) {
      this.#options.onBug(lane.node.id, error);
    } finally {
      cancel();
      if (slot.slow) this.#slow -= 1;
      else this.#leaveQuick();
    }
  }

  #leaveQuick(): void {
    this.#quick -= 1;
    while (this.#quick < QUICK_SLOTS) {
      const next = this.#waiting.shift();
      if (next === undefined) return;
      next();
    }
  }
}
