import type { ChainPlace } from '../core/agents/chain.ts';
import { ExpectedError, NotFound, SourceFailure, Taken } from '../core/errors.ts';
import { isStale, staleAfterMs } from '../core/health/node-health.ts';
import type { InventoryStore } from '../core/inventory/inventory-store.ts';
import type { Node } from '../core/inventory/node.ts';
import type { PollReport } from '../core/inventory/node-operations.ts';
import type { FailedPoll, NodePoll, PollBooked, TrackingState, UsageLedger } from '../core/ledger/usage-ledger.ts';
import type { Collector, Poll } from '../core/metering/collector.ts';
import { ReadingPeriods } from '../core/metering/reading-periods.ts';
import type { Clock } from '../core/units/clock.ts';
import type { NodeId } from '../core/units/ids.ts';
import { untilAborted } from '../lib/until-aborted.ts';
import type { Changes } from './changes.ts';
import type { ClockSkews } from './clock-skews.ts';
import type { LiveRates } from './live-rates.ts';
import type { Presence } from './presence.ts';

export type PollRun =
  | { readonly outcome: 'complete' | 'incomplete'; readonly report: PollReport }
  | { readonly outcome: 'failed'; readonly error: ExpectedError };

/** Wall instants that follow the monotonic clock; `suspect` after a step of more than five minutes. */
export interface WallTime {
  read(): { readonly at: Date; readonly suspect: boolean };
}

export interface PollLog {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

interface Dependencies {
  readonly inventory: Pick<InventoryStore, 'node'>;
  readonly ledger: Pick<UsageLedger, 'recordPoll' | 'recordFailedPoll'>;
  readonly tracking: () => Promise<TrackingState>;
  readonly createCollector: (node: Node) => Collector;
  readonly clock: Clock;
  readonly wallTime: WallTime;
  readonly rates: LiveRates;
  readonly presence: Presence;
  readonly skews: ClockSkews;
  readonly changes: Changes;
  /** Looks at what a poll showed: gives new peers to users by the node's policy, and the like. */
  readonly discover: (node: Node, booked: PollBooked, poll: Poll) => Promise<void>;
  readonly log: PollLog;
}

/** What somebody brought who read a node. */
export type TakenReading = Pick<NodePoll, 'semantics' | 'poll' | 'at' | 'durationMs' | 'clockSuspect'> &
  Required<Pick<NodePoll, 'trackingPeriod' | 'agent'>>;

interface HeldCollector {
  readonly source: string;
  readonly collector: Collector;
  readonly periods: ReadingPeriods;
}

interface Counts {
  complete: number;
  incomplete: number;
  failed: number;
}

/** One poll of one node, from its source to the ledger. Keeps a collector per node while its source stays the same. */
export class NodePolling {
  readonly #use: Dependencies;
  readonly #collectors = new Map<NodeId, HeldCollector>();
  readonly #counts = new Map<NodeId, Counts>();
  /** Outcome of the last poll, so that only a change is logged and told. */
  readonly #last = new Map<NodeId, string>();

  constructor(dependencies: Dependencies) {
    this.#use = dependencies;
  }

  /** Never rejects for a broken source: that is an outcome, recorded as a gap. */
  async poll(id: NodeId, signal: AbortSignal): Promise<PollRun> {
    const node = await this.#use.inventory.node(id);
    if (node === null || node.deletedAt !== null) return { outcome: 'failed', error: new NotFound('node', id) };
    const startedMs = this.#use.clock.monotonicMs();
    const durationMs = () => Math.round(this.#use.clock.monotonicMs() - startedMs);
    try {
      const { collector, periods } = this.#collectorOf(node);
      const { period, since } = await this.#use.tracking();
      const startedAt = this.#use.clock.now();
      const poll = await untilAborted(collector.collect(signal), signal);
      this.#use.skews.polled(id, poll, startedAt, this.#use.clock.now());
      const trackingPeriod = periods.of(period, poll, since);
      const { semantics } = collector;
      return await this.#record(node, { semantics, poll, trackingPeriod, durationMs: durationMs() });
    } catch (error) {
      // Broken off by us (the node was removed, Xpert stops): that says nothing about the node.
      if (signal.aborted && signal.reason?.name === 'AbortError') return { outcome: 'failed', error: broken(error) };
      const failure = asSourceFailure(error);
      // A node that is slow is no bug, and nobody's stack tells why.
      if (failure.code === INTERNAL) this.#use.log.error({ err: error, node: node.name }, 'polling failed');
      return await this.#recordFailure(node, failure, durationMs());
    }
  }

  /** Books a reading that somebody brought. @throws LedgerFailure */
  async take(node: Node, reading: TakenReading): Promise<ChainPlace> {
    try {
      return (await this.#book(node, reading)).place ?? 'next';
    } catch (error) {
      // Refused for good (its service is counted elsewhere): the reading is done with, the reason is shown.
      if (!(error instanceof Taken)) throw error;
      const { at, durationMs, agent } = reading;
      return await this.miss(node, error, { at, durationMs, agent });
    }
  }

  /** Records that a node gave nothing: for a reason that somebody brought, or that they bring nothing. */
  async miss(node: Node, error: ExpectedError, when?: Pick<TakenReading, 'at' | 'durationMs' | 'agent'>) {
    const at = when?.at ?? this.#use.wallTime.read().at;
    const place = await this.#use.ledger.recordFailedPoll({
      ...failureOf(node, error, at, when?.durationMs ?? 0),
      ...(when === undefined ? {} : { agent: when.agent }),
    });
    if (place === 'next' || place === 'lost-before') this.#noteEnd(node, 'failed', error.code, error.message);
    return place;
  }

  counts(id: NodeId): Readonly<Counts> {
    return this.#counts.get(id) ?? { complete: 0, incomplete: 0, failed: 0 };
  }

  async forget(id: NodeId): Promise<void> {
    const held = this.#collectors.get(id);
    this.#collectors.delete(id);
    this.#use.skews.forget(id);
    this.#last.delete(id);
    await held?.collector.close();
  }

  async close(): Promise<void> {
    await Promise.allSettled([...this.#collectors.keys()].map((id) => this.forget(id)));
  }

  #collectorOf(node: Node): HeldCollector {
    const source = JSON.stringify(node.source);
    const held = this.#collectors.get(node.id);
    if (held?.source === source) return held;
    void held?.collector.close();
    const made = { source, collector: this.#use.createCollector(node), periods: new ReadingPeriods() };
    this.#collectors.set(node.id, made);
    return made;
  }

  async #record(
    node: Node,
    taken: Pick<TakenReading, 'semantics' | 'poll' | 'trackingPeriod' | 'durationMs'>,
  ): Promise<PollRun> {
    const { at, suspect } = this.#use.wallTime.read();
    const { poll, durationMs } = taken;
    const booked = await this.#book(node, { ...taken, at: poll.takenAt ?? at, clockSuspect: suspect });
    const outcome = poll.complete ? 'complete' : 'incomplete';
    const services = booked.services.map(({ serviceId, name, peers, counted, before }) => ({
      id: serviceId,
      name,
      peers,
      counted,
      before,
    }));
    return { outcome, report: { outcome, durationMs, services } };
  }

  async #book(node: Node, taken: Omit<TakenReading, 'agent'> & Pick<NodePoll, 'agent'>): Promise<PollBooked> {
    const { ledger, rates, presence, wallTime, discover } = this.#use;
    const { poll, at } = taken;
    const booked = await ledger.recordPoll({ nodeId: node.id, opening: node.opening, ...taken });
    if (booked.place === 'repeated' || booked.place === 'missing-before') return booked;
    const now = wallTime.read().at;
    // What an agent kept says nothing about what flows and who is connected now.
    if (taken.agent === undefined || !isStale(at, node.pollIntervalMs, now)) {
      rates.polled(node.id, booked, staleAfterMs(node.pollIntervalMs));
      // The age of a handshake is told by the clock that dated it.
      presence.seen(node.id, poll, poll.sourceClock ?? now);
    }
    const outcome = poll.complete ? 'complete' : 'incomplete';
    this.#noteEnd(node, outcome, outcome, poll.complete ? null : 'the reading was incomplete');
    await discover(node, booked, poll);
    return booked;
  }

  async #recordFailure(node: Node, error: ExpectedError, durationMs: number): Promise<PollRun> {
    this.#noteEnd(node, 'failed', error.code, error.message);
    try {
      await this.#use.ledger.recordFailedPoll(failureOf(node, error, this.#use.wallTime.read().at, durationMs));
    } catch (failure) {
      this.#use.log.error({ err: failure, node: node.name }, 'a failed poll cannot be recorded');
    }
    return { outcome: 'failed', error };
  }

  #noteEnd(node: Node, outcome: keyof Counts, state: string, problem: string | null): void {
    const counts = this.#counts.get(node.id) ?? { complete: 0, incomplete: 0, failed: 0 };
    counts[outcome] += 1;
    this.#counts.set(node.id, counts);
    const before = this.#last.get(node.id);
    if (before === state) return;
    this.#last.set(node.id, state);
    this.#use.changes.tell('nodes', 'notices');
    if (problem !== null) this.#use.log.warn({ node: node.name, code: state }, `node ${node.name}: ${problem}`);
    else if (before !== undefined) this.#use.log.info({ node: node.name }, `node ${node.name} answers again`);
  }
}

function failureOf(node: Node, error: ExpectedError, at: Date, durationMs: number): FailedPoll {
  return { nodeId: node.id, at, durationMs, code: error.code, message: error.message, hint: error.hint ?? null };
}

function broken(cause: unknown): SourceFailure {
  return new SourceFailure('poll-aborted', 'The poll was broken off.', { cause });
}

const INTERNAL = 'internal-error';

function asSourceFailure(error: unknown): ExpectedError {
  if (error instanceof ExpectedError) return error;
  const isTimeout = error instanceof Error && error.name === 'TimeoutError';
  if (isTimeout)
    return new SourceFailure('poll-timeout', `The node gave ${error.message}.`, {
      hint: 'Look whether the node is overloaded or its network is slow.',
      cause: error,
    });
  return new SourceFailure(INTERNAL, 'Reading the node failed inside Xpert; the log has the details.', {
    hint: 'Please report this with the log lines around it.',
    cause: error,
  });
}
