import { type MessagePort, parentPort, receiveMessageOnPort, workerData } from 'node:worker_threads';
import { Calendar, type ZoneSince } from '../../core/units/calendar.ts';
import { randomId } from '../../lib/random-id.ts';
import { openForWriting } from './database.ts';
import { ledgerFailureOf, toWireError } from './failures.ts';
import type { FromWriter, ToWriter } from './worker-messages.ts';
import { ID_LENGTH } from './worker-messages.ts';
import { LedgerWriter, type WriterTurn } from './writer/ledger-writer.ts';
import { Turns } from './writer/turns.ts';

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
  serve(port, writer);
  tell({ kind: 'ready' });
} catch (error) {
  tell({ kind: 'failed', error: toWireError(ledgerFailureOf(error) ?? error) });
  port.close();
}

function serve(port: MessagePort, writer: LedgerWriter): void {
  let closing = false;
  const take = (message: ToWriter): void => {
    if (message.kind === 'items') turns.enqueue(message.items, message.nowMs);
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
function tellTurn(turn: WriterTurn): void {
  if (turn.answers.length === 0 && turn.commit === null && turn.unfolded === unfolded) return;
  unfolded = turn.unfolded;
  const answers = turn.answers.map((answer) => (answer.ok ? answer : { ...answer, error: toWireError(answer.error) }));
  tell({ kind: 'turn', turn: { ...turn, answers } });
}
