import { type MessagePort, parentPort, receiveMessageOnPort, workerData } from 'node:worker_threads';
import { Calendar, type ZoneSince } from '../../core/units/calendar.ts';
import type { ReadConnection, WriteConnection } from './connections.ts';
import { makeReaders, makeSlowReads } from './reader/readers.ts';
import { toWireError, type WireError } from './wire-error.ts';
import type { FromReader, ToReader } from './worker-messages.ts';

/** What a reader's thread is started with, beside what its engine needs to open the ledger. */
export interface ReaderData {
  readonly zones: readonly ZoneSince[];
}

/** A reader's thread: answers reads one after the other on a connection of its own. */
export function serveReads<D>(open: (data: D) => ReadConnection, failureOf: WriteConnection['failureOf']): void {
  const port = parentPort;
  if (port === null) throw new Error('a reader of a ledger runs as a worker thread only');
  const data = workerData as ReaderData & D;
  const calendar = new Calendar(data.zones);
  const reads = new OpenReads(() => open(data), calendar);

  const tell = (answer: FromReader): void => port.postMessage(answer);
  const adopt = ({ zones }: NewZones): void => calendar.adopt(zones);

  port.on('message', (message: ToReader) => {
    if ('zones' in message) return adopt(message);
    try {
      tell({ id: message.id, ok: true, value: reads.answer(message) });
    } catch (error) {
      const told = toWireError(failureOf(error) ?? error);
      tell({ id: message.id, ok: false, error: told });
      if (!reads.isOpen) refuseArrived(told);
    }
  });

  /** Whoever asked meanwhile has waited for the same attempt: a server that swallows everything takes long to refuse. */
  function refuseArrived(error: WireError): void {
    for (const next of arrived(port as MessagePort)) {
      if ('zones' in next) adopt(next);
      else tell({ id: next.id, ok: false, error });
    }
  }
}

function* arrived(port: MessagePort): Generator<ToReader> {
  for (let next = receiveMessageOnPort(port); next !== undefined; next = receiveMessageOnPort(port)) {
    yield next.message as ToReader;
  }
}

type NewZones = Extract<ToReader, { readonly zones: readonly ZoneSince[] }>;
type Question = Exclude<ToReader, NewZones>;

/** Who would wait for a server longer than `LONG_MS` is refused without that, for so long after it took so long. */
const LONG_MS = 1_000;
const REFUSED_MS = 3_000;

/** Readers over a connection that is opened when it is needed, and anew when it was lost. */
class OpenReads {
  readonly #open: () => ReadConnection;
  readonly #calendar: Calendar;
  #opened: { readonly connection: ReadConnection; readonly parts: Parts } | null = null;
  #refusal: { readonly error: unknown; readonly untilMs: number } | null = null;

  constructor(open: () => ReadConnection, calendar: Calendar) {
    this.#open = open;
    this.#calendar = calendar;
  }

  /** False after a question that failed: no connection could be opened for it. */
  get isOpen(): boolean {
    return this.#opened !== null;
  }

  /**
   * A read changes nothing: one that lost its connection is asked once more over another. Where that was tried a moment ago,
   * whoever asks has waited long enough.
   */
  answer(question: Question): unknown {
    try {
      return this.#ask(question);
    } catch (error) {
      if (!this.#isLost()) throw error;
      const isAway = this.#opened?.connection.isAway?.() === true;
      this.#drop();
      if (isAway) throw this.#refuse(error);
      return this.#ask(question);
    }
  }

  #drop(): void {
    this.#opened?.connection.close();
    this.#opened = null;
  }

  #ask(question: Question): unknown {
    if (this.#isLost()) this.#drop();
    this.#opened ??= this.#openInTime();
    const part = 'part' in question ? question.part : 'slow';
    const reader = this.#opened.parts[part] as Asks | undefined;
    const read = reader?.[question.name];
    if (typeof read !== 'function') throw new Error(`There is no read "${question.name}" (${part}).`);
    return read.apply(reader, [...question.args]);
  }

  #isLost(): boolean {
    return (this.#opened?.connection.lostBy?.() ?? null) !== null;
  }

  /** A server that swallows everything takes long to refuse: not everybody is to wait for that. */
  #openInTime() {
    const beganMs = performance.now();
    if (this.#refusal !== null && beganMs < this.#refusal.untilMs) throw this.#refusal.error;
    try {
      return this.#readers();
    } catch (error) {
      throw performance.now() - beganMs > LONG_MS ? this.#refuse(error) : error;
    }
  }

  #refuse(error: unknown): unknown {
    this.#refusal = { error, untilMs: performance.now() + REFUSED_MS };
    return error;
  }

  #readers() {
    const connection = this.#open();
    const readers = makeReaders(connection, this.#calendar);
    return { connection, parts: { ...readers, slow: makeSlowReads(readers) } };
  }
}

type Parts = ReturnType<typeof makeReaders> & { readonly slow: ReturnType<typeof makeSlowReads> };
type Asks = Readonly<Record<string, (...args: readonly unknown[]) => unknown>>;
