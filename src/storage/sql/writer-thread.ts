import { Worker } from 'node:worker_threads';
import { fromWireError } from './wire-error.ts';
import { type FromWriter, flattenItems, joinAnswers, type ToWriter } from './worker-messages.ts';
import type { WriterTurn } from './writer/writer-items.ts';
import type { WriterTransport } from './writer-link.ts';
import type { WriterData } from './writer-service.ts';

/** Who hears of a writer's thread. */
export interface WriterListener {
  /** Another process writes: it is waited for. */
  wait?(): void;
  receive(turn: WriterTurn): void;
  /** It lost its connection and ends. */
  lose(error: Error): void;
  /** It is gone, by a bug or because it was closed. */
  fail(error: unknown): void;
}

/** Starts the writer in a thread of its own; `signal` ends the wait for another process. @throws LedgerFailure if it cannot open the ledger */
export async function startWriterThread<D, O>(
  url: URL,
  listener: WriterListener,
  data: WriterData & D,
  signal: AbortSignal | null = null,
): Promise<{ readonly transport: WriterTransport; readonly found: O }> {
  const worker = new Worker(url, { workerData: data, name: 'ledger writer' });
  const tell = (message: ToWriter): void => worker.postMessage(message);
  let closed: (() => void) | null = null;
  const end = () => void worker.terminate();
  const found = await new Promise<O>((ready, refuse) => {
    signal?.addEventListener('abort', end);
    // Aborted before anybody listened.
    if (signal?.aborted === true) end();
    worker.on('error', (error) => {
      refuse(error);
      listener.fail(error);
    });
    worker.on('exit', () => {
      const ended = new Error('The writer thread of the ledger ended.');
      refuse(ended);
      listener.fail(ended);
      closed?.();
    });
    worker.on('message', (message: FromWriter) => {
      if (message.kind === 'turn') {
        listener.receive({ ...message.turn, answers: joinAnswers(message) });
      }
      if (message.kind === 'waiting') listener.wait?.();
      if (message.kind === 'ready') ready(message.found as O);
      if (message.kind === 'failed') refuse(fromWireError(message.error));
      if (message.kind === 'lost') listener.lose(fromWireError(message.error));
    });
  }).finally(() => signal?.removeEventListener('abort', end));
  const transport: WriterTransport = {
    send: (items, nowMs) => tell({ kind: 'items', ...flattenItems(items), nowMs }),
    close: () =>
      new Promise((resolve) => {
        closed = resolve;
        tell({ kind: 'close' });
      }),
  };
  return { transport, found };
}
