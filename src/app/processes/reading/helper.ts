import type { NodeSource } from '../../../core/inventory/node.ts';
import type { Collector } from '../../../core/metering/collector.ts';
import type { NodeId } from '../../../core/units/ids.ts';
import type { Leader } from '../../../http/passing-on.ts';
import { SHARED_READING_PATH } from '../../../http/routes/shared-reading.ts';
import { VISITOR_HEADER, type VisitorSeal } from '../../../http/visitor-seal.ts';
import { untilAborted } from '../../../lib/until-aborted.ts';
import { withDeadline } from '../../../lib/with-deadline.ts';
import { HAND_WAITS_MS } from './board.ts';
import type { FreeHand, JobDone, NextJob, ReadElsewhere, ReadingJob, ReadingMessages } from './messages.ts';

interface Dependencies {
  readonly messages: ReadingMessages;
  readonly seal: Pick<VisitorSeal, 'seal'>;
  /** Waits for a process that leads, at most so long; null: none does. */
  readonly leader: (waitMs: number) => Promise<Leader | null>;
  /** With the secrets sealed, as they are stored. @throws SourceFailure, InvalidInput */
  readonly createCollector: (source: NodeSource) => Collector;
  readonly process: string;
  readonly version: string;
  readonly place: string;
  readonly newId: () => string;
  readonly nowMs: () => number;
}

/** Null: it did not answer. */
type Answered = NextJob | 'refused' | null;

interface Held {
  readonly source: string;
  readonly collector: Collector;
  usedAtMs: number;
}

/** Polls at the same time: as many as the process that leads has quick ones. */
const HANDS = 8;
const LEADER_WAIT_MS = 5_000;
const PAUSE_MS = 1_000;
/** Whoever leads and refuses (an older version shares nothing) is asked again after this time, and then twice as long each time. */
const REFUSED_MS = 5_000;
const LONGEST_REFUSED_MS = 300_000;
/** The one that leads has stopped waiting by then. */
const MOST_MS = 8_000;
/** Whoever leads has answered by then, also that there is nothing to do; a network that was cut says nothing. */
const ANSWER_MS = 2 * HAND_WAITS_MS;
/** Connections to a node that others read by now are given up after this time. */
const KEPT_MS = 600_000;

/** While this process stands by, it reads nodes for the one that leads, which counts. */
export class ReadingHelper {
  readonly #use: Dependencies;
  readonly #stop = new AbortController();
  readonly #collectors = new Map<NodeId, Held>();
  readonly #hands: Promise<void>[];

  constructor(dependencies: Dependencies) {
    this.#use = dependencies;
    this.#hands = Array.from({ length: HANDS }, () => this.#work());
  }

  /** Breaks off what is being read, and gives up all connections. */
  async stop(): Promise<void> {
    this.#stop.abort();
    await Promise.all(this.#hands);
    await Promise.allSettled([...this.#collectors.values()].map(({ collector }) => collector.close()));
    this.#collectors.clear();
  }

  async #work(): Promise<void> {
    const { signal } = this.#stop;
    let done: JobDone | null = null;
    let refusedMs = 0;
    while (!signal.aborted) {
      const leader = await untilAborted(this.#use.leader(LEADER_WAIT_MS), signal).catch(() => null);
      const next: Answered = leader === null ? null : await this.#ask(leader, done);
      if (leader !== null && next === 'refused') {
        refusedMs = Math.min(LONGEST_REFUSED_MS, 2 * refusedMs || REFUSED_MS);
        await pause(refusedMs, [signal, leader.ended]);
        if (leader.ended.aborted) refusedMs = 0;
      } else if (next === null) await pause(PAUSE_MS, [signal]);
      else refusedMs = 0;
      done = next === null || next === 'refused' || next.job === null ? null : await this.#make(next.job);
    }
  }

  async #ask({ url, ended }: Leader, done: JobDone | null): Promise<Answered> {
    const { messages, seal, process, version, place, newId, nowMs } = this.#use;
    const nonce = newId();
    const hand: FreeHand = { kind: 'free-hand', nonce, sentAtMs: nowMs(), process, version, place, done };
    const visitor = {
      ip: '127.0.0.1',
      protocol: 'http',
      host: 'process',
      isLocalOwner: false,
      isProcess: true,
    } as const;
    const headers = {
      'content-type': 'application/octet-stream',
      [VISITOR_HEADER]: seal.seal(visitor, 'POST', SHARED_READING_PATH),
    };
    try {
      return await withDeadline([this.#stop.signal, ended], ANSWER_MS, async (signal) => {
        const body = await messages.write(hand);
        const answer = await fetch(`${url}${SHARED_READING_PATH}`, { method: 'POST', headers, body, signal });
        const sealed = new Uint8Array(await answer.arrayBuffer());
        const next = answer.ok ? await messages.read('next-job', sealed) : null;
        if (answer.status === 404) return 'refused';
        return next?.nonce === nonce ? next : null;
      });
    } catch {
      return null;
    }
  }

  async #make({ id, nodeId, source }: ReadingJob): Promise<JobDone> {
    const began = performance.now();
    const read = await this.#read(nodeId, source).catch(() => null);
    return { id, read, tookMs: performance.now() - began };
  }

  async #read(nodeId: NodeId, source: NodeSource): Promise<ReadElsewhere | null> {
    const collector = this.#collectorOf(nodeId, source);
    const poll = await withDeadline([this.#stop.signal], MOST_MS, (signal) =>
      untilAborted(collector.collect(signal), signal),
    );
    // The one that leads may see more, and shows its own reasons.
    return poll.complete ? { semantics: { ...collector.semantics }, poll } : null;
  }

  #collectorOf(nodeId: NodeId, source: NodeSource): Collector {
    const nowMs = this.#use.nowMs();
    for (const [id, held] of this.#collectors) {
      if (nowMs - held.usedAtMs > KEPT_MS || (id === nodeId && held.source !== JSON.stringify(source))) {
        this.#collectors.delete(id);
        void held.collector.close().catch(() => {});
      }
    }
    let held = this.#collectors.get(nodeId);
    if (held === undefined) {
      held = { source: JSON.stringify(source), collector: this.#use.createCollector(source), usedAtMs: nowMs };
      this.#collectors.set(nodeId, held);
    }
    held.usedAtMs = nowMs;
    return held.collector;
  }
}

/** Ends early with any of the signals. */
async function pause(ms: number, signals: readonly AbortSignal[]): Promise<void> {
  await withDeadline(signals, ms, (signal) => untilAborted(new Promise<never>(() => {}), signal)).catch(() => {});
}
