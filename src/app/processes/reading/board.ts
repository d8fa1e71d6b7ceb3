import { createHash } from 'node:crypto';
import type { NodeId } from '../../../core/units/ids.ts';
import {
  type FreeHand,
  type JobDone,
  type NextJob,
  type ReadElsewhere,
  type ReadingJob,
  type ReadingMessages,
  VALID_MS,
} from './messages.ts';

interface Dependencies {
  readonly messages: ReadingMessages;
  readonly version: string;
  /** networkPlace() of this process. */
  readonly place: string;
  readonly newId: () => string;
  readonly nowMs: () => number;
}

/** What is to be read. */
export interface Wanted extends Omit<ReadingJob, 'id'> {
  /** Its host is `localhost`, or another name for the machine itself: it means another one elsewhere. */
  readonly isLocal: boolean;
}

/** A process that stands by and reads for this one. */
interface Helper {
  readonly process: string;
  readonly place: string;
  /** Each is a request that waits for its answer. */
  readonly hands: Set<(job: ReadingJob | null) => void>;
  heardAtMs: number;
}

interface Pending {
  readonly helper: Helper;
  readonly nodeId: NodeId;
  readonly end: (read: ReadElsewhere | null, tookMs?: number) => void;
}

/** So long a hand that is free waits for something to do; proxies and connections bear that. */
export const HAND_WAITS_MS = 15_000;
/** Who is heard of no more for so long has gone. */
const GONE_MS = 2 * HAND_WAITS_MS;
/** So long a process may take for a poll; then it is made here, and has most of its time left. */
const PATIENCE_MS = 8_000;
/** What a process could not read is not asked of it again for so long. */
const AVOIDED_MS = 600_000;

/**
 * Shares the polls of the process that leads out among those that stand by. It gives jobs to free hands and takes what comes
 * of them; whatever comes too late, or of a job that it did not give, goes nowhere. So the lease of a source is the question
 * itself, and its fence that only the answer to it is taken; what counts is decided here alone.
 */
export class ReadingBoard {
  readonly #use: Dependencies;
  readonly #helpers = new Map<string, Helper>();
  readonly #pending = new Map<string, Pending>();
  /** Until when a process is not asked for a node: by both. */
  readonly #avoided = new Map<string, number>();
  readonly #readBy = new Map<NodeId, string>();
  #isClosed = false;

  constructor(dependencies: Dependencies) {
    this.#use = dependencies;
  }

  /** Nodes that others read when they were read last. */
  get elsewhere(): number {
    return this.#readBy.size;
  }

  /**
   * Has a node read by the process whose turn it is. Never rejects.
   * @returns null if it is better read here: that is its turn, nobody has a hand free, or whoever was asked could not
   */
  async read(wanted: Wanted, signal: AbortSignal): Promise<ReadElsewhere | null> {
    const helper = this.#turnOf(wanted);
    const [hand] = helper?.hands ?? [];
    if (helper === null || hand === undefined || signal.aborted) {
      this.#readBy.delete(wanted.nodeId);
      return null;
    }
    helper.hands.delete(hand);
    const read = await this.#ask(helper, hand, wanted, signal);
    if (read !== null) this.#readBy.set(wanted.nodeId, helper.process);
    else {
      this.#readBy.delete(wanted.nodeId);
      if (!signal.aborted) this.#avoid(wanted.nodeId, helper);
    }
    return read;
  }

  /**
   * Takes what a process says that has a hand free. @returns the answer, when there is something to do or `gone`; null if it
   * comes from nobody who may ask
   */
  async exchange(sealed: Uint8Array, gone: AbortSignal): Promise<Uint8Array | null> {
    const { messages, nowMs, version } = this.#use;
    const asked = await messages.read('free-hand', sealed);
    if (asked === null || Math.abs(nowMs() - asked.sentAtMs) > VALID_MS) return null;
    const helper = this.#helperOf(asked);
    if (asked.done !== null) this.#done(asked.done);
    const job = await this.#nextFor(helper, asked.version === version, gone);
    const answer: NextJob = { kind: 'next-job', nonce: asked.nonce, job };
    return await messages.write(answer);
  }

  /** The node is polled no more, or has another source. */
  forget(nodeId: NodeId): void {
    this.#readBy.delete(nodeId);
  }

  /** Names of the processes that are there; what others of them were to read is read here. */
  see(present: readonly string[]): void {
    for (const [process, helper] of this.#helpers) if (!present.includes(process)) this.#drop(helper);
  }

  /** Whoever waits for something to do is told that there is nothing. */
  close(): void {
    this.#isClosed = true;
    for (const helper of this.#helpers.values()) this.#drop(helper);
  }

  /** The same as long as the processes stay the same: connections to the node are kept (rendezvous hashing). */
  #turnOf({ nodeId, isLocal }: Wanted): Helper | null {
    const { place, nowMs } = this.#use;
    let turn: Helper | null = null;
    let highest = weightOf(nodeId, '');
    for (const helper of this.#helpers.values()) {
      if (nowMs() - helper.heardAtMs > GONE_MS) {
        this.#drop(helper);
        continue;
      }
      if (isLocal && helper.place !== place) continue;
      if ((this.#avoided.get(`${nodeId} ${helper.process}`) ?? 0) > nowMs()) continue;
      const weight = weightOf(nodeId, helper.process);
      if (weight > highest) [turn, highest] = [helper, weight];
    }
    return turn;
  }

  #ask(
    helper: Helper,
    hand: (job: ReadingJob | null) => void,
    { nodeId, source }: Wanted,
    signal: AbortSignal,
  ): Promise<ReadElsewhere | null> {
    const id = this.#use.newId();
    return new Promise((resolve) => {
      const beganMs = performance.now();
      const end = (read: ReadElsewhere | null, tookMs = 0) => {
        clearTimeout(timer);
        signal.removeEventListener('abort', giveUp);
        this.#pending.delete(id);
        resolve(read === null ? null : arrived(read, performance.now() - beganMs - tookMs));
      };
      const giveUp = () => end(null);
      const timer = setTimeout(giveUp, PATIENCE_MS);
      signal.addEventListener('abort', giveUp, { once: true });
      this.#pending.set(id, { helper, nodeId, end });
      hand({ id, nodeId, source });
    });
  }

  #done({ id, read, tookMs }: JobDone): void {
    this.#pending.get(id)?.end(read, tookMs);
  }

  #helperOf({ process, place }: FreeHand): Helper {
    let helper = this.#helpers.get(process);
    if (helper === undefined) {
      helper = { process, place, hands: new Set(), heardAtMs: 0 };
      this.#helpers.set(process, helper);
    }
    helper.heardAtMs = this.#use.nowMs();
    return helper;
  }

  /** Who has another version gets nothing to do: it might read otherwise, or answer in another form. */
  #nextFor(helper: Helper, mayRead: boolean, gone: AbortSignal): Promise<ReadingJob | null> {
    if (this.#isClosed || gone.aborted) return Promise.resolve(null);
    return new Promise((resolve) => {
      const hand = (job: ReadingJob | null) => {
        clearTimeout(timer);
        gone.removeEventListener('abort', leave);
        helper.hands.delete(hand);
        helper.heardAtMs = this.#use.nowMs();
        resolve(job);
      };
      const leave = () => hand(null);
      const timer = setTimeout(leave, HAND_WAITS_MS);
      gone.addEventListener('abort', leave, { once: true });
      if (mayRead) helper.hands.add(hand);
    });
  }

  #avoid(nodeId: NodeId, { process }: Helper): void {
    const nowMs = this.#use.nowMs();
    for (const [key, untilMs] of this.#avoided) if (untilMs <= nowMs) this.#avoided.delete(key);
    this.#avoided.set(`${nodeId} ${process}`, nowMs + AVOIDED_MS);
  }

  #drop(helper: Helper): void {
    this.#helpers.delete(helper.process);
    for (const pending of [...this.#pending.values()]) if (pending.helper === helper) pending.end(null);
    for (const hand of [...helper.hands]) hand(null);
    for (const [nodeId, process] of this.#readBy) if (process === helper.process) this.#readBy.delete(nodeId);
  }
}

/** Counters may be older than they were when they were read: by all of the way, if none of it was the way there. */
function arrived({ semantics, poll }: ReadElsewhere, wayMs: number): ReadElsewhere {
  const services = poll.services.map((service) => {
    if (service.age === undefined) return service;
    const { minMs, maxMs } = service.age;
    return { ...service, age: { minMs, maxMs: maxMs + Math.max(0, wayMs) } };
  });
  return { semantics, poll: { ...poll, services } };
}

function weightOf(nodeId: NodeId, process: string): number {
  return createHash('sha256').update(`${nodeId} ${process}`).digest().readUIntBE(0, 6);
}
