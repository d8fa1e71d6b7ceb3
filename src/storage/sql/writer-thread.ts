import { Worker } from 'node:worker_threads';
import { fromWireError } from './wire-error.ts';
import { type FromWriter, flattenItems, joinAnswers, type ToWriter } from './worker-messages.ts';
import type { WriterLink, WriterTransport } from './writer-link.ts';
import type { WriterData } from './writer-service.ts';

/** Starts the writer in a thread of its own. @throws LedgerFailure if it cannot open the ledger */
export async function startWriterThread<D>(url: URL, link: WriterLink, data: WriterData & D): Promise<WriterTransport> {
  const worker = new Worker(url, { workerData: data, name: 'ledger writer' });
  const tell = (message: ToWriter): void => worker.postMessage(message);
  let closed: (() => void) | null = null;
  await new Promise<void>((ready, refuse) => {
    worker.on('error', (error) => {
      refuse(error);
      link.fail(error);
    });
    worker.on('exit', () => {
      link.fail(new Error('The writer thread of the ledger ended.'));
      closed?.();
    });
    worker.on('message', (message: FromWriter) => {
      if (message.kind === 'turn') {
        link.receive({ ...message.turn, answers: joinAnswers(message.answers, message.outcomes) });
      }
      if (message.kind === 'ready') ready();
      if (message.kind === 'failed') refuse(fromWireError(message.error));
    });
  });
  return {
    send: (items, nowMs) => tell({ kind: 'items', ...flattenItems(items), nowMs }),
    close: () =>
      new Promise((resolve) => {
        closed = resolve;
        tell({ kind: 'close' });
      }),
  };
}
