import { parentPort, receiveMessageOnPort, workerData } from 'node:worker_threads';
import { Calendar, type ZoneSince } from '../../core/units/calendar.ts';
import { randomId } from '../../lib/random-id.ts';
import { openForWriting } from './database.ts';
import { toWireError } from './failures.ts';
import type { FromWriter, ToWriter } from './worker-messages.ts';
import { ID_LENGTH } from './worker-messages.ts';
import { LedgerWriter, type WriterTurn } from './writer/ledger-writer.ts';

/**
 * Entry of the writer's thread: transport only. A turn's answers go back as one message; between two turns everything
 * that arrived meanwhile joins the queue, so that the parts of a large poll never keep reports waiting.
 */
const port = parentPort;
if (port === null) throw new Error('writer-worker.ts runs as a worker thread only');
const { path, zones, nowMs } = workerData as { path: string; zones: readonly ZoneSince[]; nowMs: number };

const tell = (message: FromWriter): void => port.postMessage(message);

try {
  const writer = new LedgerWriter(openForWriting(path), {
    calendar: new Calendar(zones),
    newId: () => randomId(ID_LENGTH),
    nowMs,
  });
  port.on('message', (first: ToWriter) => {
    if (take(writer, first)) return;
    while (writer.hasWork) {
      tell({ kind: 'turn', turn: toWire(writer.turn()) });
      let next = receiveMessageOnPort(port);
      while (next !== undefined) {
        if (take(writer, next.message as ToWriter)) return;
        next = receiveMessageOnPort(port);
      }
    }
  });
  tell({ kind: 'ready' });
} catch (error) {
  tell({ kind: 'failed', error: toWireError(error) });
  port.close();
}

/** @returns true if that was the last message */
function take(writer: LedgerWriter, message: ToWriter): boolean {
  if (message.kind === 'items') {
    writer.enqueue(message.items, message.nowMs);
    return false;
  }
  while (writer.hasWork) tell({ kind: 'turn', turn: toWire(writer.turn()) });
  writer.close();
  tell({ kind: 'closed' });
  port?.close();
  return true;
}

function toWire({ answers, commit }: WriterTurn): WriterTurn {
  return {
    answers: answers.map((answer) => (answer.ok ? answer : { ...answer, error: toWireError(answer.error) })),
    commit,
  };
}
