import { parentPort, workerData } from 'node:worker_threads';
import { Calendar, type ZoneSince } from '../../core/units/calendar.ts';
import type { ReadConnection, WriteConnection } from './connections.ts';
import { makeReaders, makeSlowReads } from './reader/readers.ts';
import { toWireError } from './wire-error.ts';
import type { FromReader, ToReader } from './worker-messages.ts';

/** What a reader's thread is started with, beside what its engine needs to open the ledger. */
export interface ReaderData {
  readonly zones: readonly ZoneSince[];
}

/** A reader's thread: answers slow reads one after the other on a connection of its own. */
export function serveReads<D>(open: (data: D) => ReadConnection, failureOf: WriteConnection['failureOf']): void {
  const port = parentPort;
  if (port === null) throw new Error('a reader of a ledger runs as a worker thread only');
  const data = workerData as ReaderData & D;
  const calendar = new Calendar(data.zones);
  const reads = makeSlowReads(makeReaders(open(data), calendar));

  port.on('message', (message: ToReader) => {
    if ('zones' in message) {
      calendar.adopt(message.zones);
      return;
    }
    const { id, name, args } = message;
    const tell = (message: FromReader): void => port.postMessage(message);
    try {
      tell({ id, ok: true, value: (reads[name] as (...args: readonly unknown[]) => unknown)(...args) });
    } catch (error) {
      tell({ id, ok: false, error: toWireError(failureOf(error) ?? error) });
    }
  });
}
