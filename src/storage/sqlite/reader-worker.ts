import { parentPort, workerData } from 'node:worker_threads';
import { Calendar, type ZoneSince } from '../../core/units/calendar.ts';
import { openForReading } from './database.ts';
import { ledgerFailureOf, toWireError } from './failures.ts';
import { makeReaders, makeSlowReads } from './reader/readers.ts';
import type { FromReader, ToReader } from './worker-messages.ts';

/** Entry of the reader's thread: answers slow reads one after the other on a connection of its own. */
const port = parentPort;
if (port === null) throw new Error('reader-worker.ts runs as a worker thread only');
const { path, zones } = workerData as { path: string; zones: readonly ZoneSince[] };
const calendar = new Calendar(zones);
const reads = makeSlowReads(makeReaders(openForReading(path), calendar));

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
    tell({ id, ok: false, error: toWireError(ledgerFailureOf(error) ?? error) });
  }
});
