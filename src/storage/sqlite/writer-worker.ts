import { type MessagePort, parentPort, receiveMessageOnPort, workerData } from 'node:worker_threads';
import { Calendar, type ZoneSince } from '../../core/units/calendar.ts';
import { randomId } from '../../lib/random-id.ts';
import { openForWriting } from './database.ts';
import { DiskReserve } from './disk-reserve.ts';
import { ledgerFailureOf, toWireError } from './failures.ts';
import { type FromWriter, flattenAnswers, ID_LENGTH, joinItems, type ToWriter } from './worker-messages.ts';
import { LedgerWriter } from './writer/ledger-writer.ts';
import { Turns } from './writer/turns.ts';
import type { WriterTurn } from './writer/writer-items.ts';

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
    reserve: new DiskReserve(path),
  });
  serve(port, writer);
  tell({ kind: 'ready' });
} catch (error) {
  tell({ kind: 'failed', error: toWireError(ledgerFailureOf(error) ?? error) });
  port.close();
}

function serve(port: MessagePort, writer: LedgerWriter): void {
  let closing = false;
  const take = (message: ToWriter): void => {
    if (message.kind === 'items') turns.enqueue(joinItems(message.items, message.reports), message.nowMs);
    else closing = true;
  };
  const turns = new Turns(writer, tellTurn, () => {
    for (let next = receiveMessageOnPort(port); next !== undefined; next = receiveMessageOnPort(port)) {
      take(next.message as ToWriter);
    }
  });
  port.on('message', (message: ToWriter) => {
    take(message);
    turns.run();
    if (!closing) return;
    turns.close();
    port.close();
  });
}

/** Turns without news are not worth a message. */
let unfolded = false;
function tellTurn({ answers, ...turn }: WriterTurn): void {
  const { commit, tables, states } = turn;
  const isNews =
    answers.length > 0 || commit !== null || tables.deltas.length > 0 || tables.ownersChanged || states.length > 0;
  if (!isNews && turn.unfolded === unfolded) return;
  unfolded = turn.unfolded;
  tell({ kind: 'turn', ...flattenAnswers(answers), turn });
}
