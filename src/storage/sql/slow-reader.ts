import { type ResourceLimits, Worker } from 'node:worker_threads';
import type { ZoneSince } from '../../core/units/calendar.ts';
import type { AskedReaders, ReaderPart } from './reader/asked.ts';
import type { SlowReadName, SlowReads } from './reader/readers.ts';
import type { ReaderData } from './reader-service.ts';
import { fromWireError } from './wire-error.ts';
import type { FromReader, ToReader } from './worker-messages.ts';

/**
 * A thread costs some 15 MB: it ends when nobody asked for this long, and comes back when somebody does. What is asked once a minute
 * finds it there: one that ends and comes back each time leaves more behind in the allocator than it frees.
 */
const IDLE_MS = 90_000;

/** Runs reads that may take long where they disturb nobody. */
export interface SlowReader {
  read<N extends SlowReadName>(name: N, ...args: Parameters<SlowReads[N]>): Promise<ReturnType<SlowReads[N]>>;
  /** The panel's zone changes. */
  adoptZones(zones: readonly ZoneSince[]): void;
  close(): Promise<void>;
}

/** In this very thread: for tests, and for `:memory:`. */
export function localSlowReader(reads: SlowReads): SlowReader {
  return {
    async read(name, ...args) {
      const run = reads[name] as (...args: unknown[]) => unknown;
      return run(...args) as ReturnType<SlowReads[typeof name]>;
    },
    // Its calendar is the one of this thread.
    adoptZones() {},
    async close() {},
  };
}

type Question =
  | { readonly name: SlowReadName; readonly args: readonly unknown[] }
  | { readonly part: ReaderPart; readonly name: string; readonly args: readonly unknown[] };

interface Waiting {
  resolve(value: unknown): void;
  reject(error: unknown): void;
}

/** In a thread that is started with the first read and ends when it is not needed. */
export class ThreadedSlowReader<D> implements SlowReader {
  readonly #url: URL;
  #data: ReaderData & D;
  readonly #limits: ResourceLimits;
  readonly #waiting = new Map<number, Waiting>();
  #worker: Worker | null = null;
  #idle: NodeJS.Timeout | null = null;
  #lastId = 0;
  #isClosed = false;

  /** `limits`: of its memory, where it would take more than it needs because there is some. */
  constructor(url: URL, data: ReaderData & D, limits: ResourceLimits = {}) {
    this.#url = url;
    this.#data = data;
    this.#limits = limits;
  }

  read<N extends SlowReadName>(name: N, ...args: Parameters<SlowReads[N]>): Promise<ReturnType<SlowReads[N]>> {
    return this.#ask({ name, args }) as Promise<ReturnType<SlowReads[N]>>;
  }

  /** Readers that answer from this thread. */
  readers(): AskedReaders {
    const reader = (part: ReaderPart) =>
      new Proxy(
        {},
        {
          get:
            (_, name) =>
            (...args: readonly unknown[]) =>
              this.#ask({ part, name: String(name), args }),
        },
      );
    return new Proxy({}, { get: (_, part) => reader(part as ReaderPart) }) as AskedReaders;
  }

  #ask(question: Question): Promise<unknown> {
    // A thread that began now would never end.
    if (this.#isClosed) return Promise.reject(new Error('The ledger is closed.'));
    if (this.#idle !== null) clearTimeout(this.#idle);
    this.#idle = null;
    this.#worker ??= this.#start();
    const worker = this.#worker;
    return new Promise((resolve, reject) => {
      const id = ++this.#lastId;
      this.#waiting.set(id, { resolve, reject });
      worker.postMessage({ id, ...question } satisfies ToReader);
    });
  }

  adoptZones(zones: readonly ZoneSince[]): void {
    this.#data = { ...this.#data, zones };
    this.#worker?.postMessage({ zones } satisfies ToReader);
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    if (this.#idle !== null) clearTimeout(this.#idle);
    const worker = this.#worker;
    this.#worker = null;
    await worker?.terminate();
    this.#fail(new Error('The ledger is closed.'));
  }

  #start(): Worker {
    const worker = new Worker(this.#url, {
      workerData: this.#data,
      name: 'ledger reader',
      resourceLimits: this.#limits,
    });
    worker.on('message', (message: FromReader) => {
      const waiting = this.#waiting.get(message.id);
      this.#waiting.delete(message.id);
      if (message.ok) waiting?.resolve(message.value);
      else waiting?.reject(fromWireError(message.error));
      if (this.#waiting.size === 0) this.#endWhenIdle();
    });
    worker.on('error', (error) => {
      this.#worker = null;
      this.#fail(error);
    });
    return worker;
  }

  #endWhenIdle(): void {
    this.#idle = setTimeout(() => {
      const worker = this.#worker;
      this.#worker = null;
      void worker?.terminate();
    }, IDLE_MS);
    this.#idle.unref();
  }

  #fail(error: unknown): void {
    for (const { reject } of this.#waiting.values()) reject(error);
    this.#waiting.clear();
  }
}
