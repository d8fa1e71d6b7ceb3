import { type MessagePort, parentPort, receiveMessageOnPort, workerData } from 'node:worker_threads';
import { Calendar, type ZoneSince } from '../../core/units/calendar.ts';
import { randomId } from '../../lib/random-id.ts';
import type { WriteConnection } from './connections.ts';
import { toWireError } from './wire-error.ts';
import { type FromWriter, flattenAnswers, ID_LENGTH, joinItems, type ToWriter } from './worker-messages.ts';
import { LedgerWriter } from './writer/ledger-writer.ts';
import { Turns } from './writer/turns.ts';
import type { WriterTurn } from './writer/writer-items.ts';

/** What the writer's thread is started with, beside what its engine needs to open the ledger. */
export interface WriterData {
  readonly zones: readonly ZoneSince[];
  readonly nowMs: number;
}

/**
 * The writer's thread: transport only. A turn's answers go back as one message; between two turns everything that
 * arrived meanwhile joins the queue, so that the parts of a large poll never keep reports waiting.
 */
export function serveWriter<D>(open: (data: D) => WriteConnection, failureOf: WriteConnection['failureOf']): void {
  const port = parentPort;
  if (port === null) throw new Error('the writer of a ledger runs as a worker thread only');
  const data = workerData as WriterData & D;
  const tell = (message: FromWriter): void => port.postMessage(message);
  try {
    const writer = new LedgerWriter(open(data), {
      calendar: new Calendar(data.zones),
      newId: () => randomId(ID_LENGTH),
      nowMs: data.nowMs,
    });
    serve(port, writer, tell);
    tell({ kind: 'ready' });
  } catch (error) {
    tell({ kind: 'failed', error: toWireError(failureOf(error) ?? error) });
    port.close();
  }
}

function serve(port: MessagePort, writer: LedgerWriter, tell: (message: FromWriter) => void): void {
  let closing = false;
  const take = (message: ToWriter): void => {
    if (message.kind === 'items') turns.enqueue(joinItems(message.items, message.reports), message.nowMs);
    else closing = true;
  };
  const turns = new Turns(writer, newsOnly(tell), () => {
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
function newsOnly(tell: (message: FromWriter) => void): (turn: WriterTurn) => void {
  let unfolded = false;
  return ({ answers, ...turn }) => {
    const { commit, tables, states } = turn;
    const isNews =
      answers.length > 0 || commit !== null || tables.deltas.length > 0 || tables.ownersChanged || states.length > 0;
    if (!isNews && turn.unfolded === unfolded) return;
    unfolded = turn.unfolded;
    tell({ kind: 'turn', ...flattenAnswers(answers), turn });
  };
}
