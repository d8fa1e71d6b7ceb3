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
  readonly nowMs: number;
}

/** A ledger that was opened for writing. */
export interface OpenedForWriting<O> {
  readonly connection: WriteConnection;
  readonly zones: readonly ZoneSince[];
  /** Why nothing was written since the last commit, if it is not that Xpert did not run. */
  readonly stoppedBecause?: string;
  /** What the starting thread is told of it. */
  readonly found: O;
}

/**
 * The writer's thread: transport only. A turn's answers go back as one message; between two turns everything that
 * arrived meanwhile joins the queue, so that the parts of a large poll never keep reports waiting.
 */
export function serveWriter<D, O>(
  open: (data: WriterData & D, onWaiting: () => void) => OpenedForWriting<O>,
  failureOf: WriteConnection['failureOf'],
): void {
  const port = parentPort;
  if (port === null) throw new Error('the writer of a ledger runs as a worker thread only');
  const data = workerData as WriterData & D;
  const tell = (message: FromWriter): void => port.postMessage(message);
  try {
    const { connection, zones, found, ...rest } = open(data, () => tell({ kind: 'waiting' }));
    const writer = new LedgerWriter(connection, {
      calendar: new Calendar(zones),
      newId: () => randomId(ID_LENGTH),
      nowMs: data.nowMs,
      ...rest,
    });
    serve(port, { writer, connection, tell });
    tell({ kind: 'ready', found });
  } catch (error) {
    tell({ kind: 'failed', error: toWireError(failureOf(error) ?? error) });
    port.close();
  }
}

interface Served {
  readonly writer: LedgerWriter;
  readonly connection: WriteConnection;
  readonly tell: (message: FromWriter) => void;
}

function serve(port: MessagePort, { writer, connection, tell }: Served): void {
  let closing = false;
  const news = newsOnly(tell);
  /** What is in memory may be ahead of the tables, and nothing can be read to set it right. */
  const endIfLost = (): void => {
    const failure = connection.lostBy?.() ?? null;
    if (failure === null) return;
    tell({ kind: 'lost', error: toWireError(failure) });
    process.exit();
  };
  const take = (message: ToWriter): void => {
    if (message.kind === 'items') turns.enqueue(joinItems(message.items, message.reports), message.nowMs);
    else closing = true;
  };
  const toldTurn = (turn: WriterTurn): void => {
    news(turn);
    endIfLost();
  };
  const drain = (): void => {
    for (let next = receiveMessageOnPort(port); next !== undefined; next = receiveMessageOnPort(port)) {
      take(next.message as ToWriter);
    }
  };
  /** Whatever this thread does, called or by a timer: a lost connection is not a bug, and the end may be asked for meanwhile. */
  const guard = (work: () => void): void => {
    try {
      work();
      if (!closing) return;
      turns.close();
      port.close();
    } catch (error) {
      endIfLost();
      throw error;
    }
  };
  const turns = new Turns(writer, toldTurn, drain, guard);
  const serveOne = (message: ToWriter): void => {
    take(message);
    turns.run();
  };
  port.on('message', (message: ToWriter) => guard(() => serveOne(message)));
}

/** Turns without news are not worth a message. */
function newsOnly(tell: (message: FromWriter) => void): (turn: WriterTurn) => void {
  let unfolded = false;
  return ({ answers, ...turn }) => {
    const { commit, tables, states } = turn;
    const isChange = tables.deltas.length > 0 || tables.ownersChanged || tables.people.length > 0;
    const isNews = answers.length > 0 || commit !== null || isChange || states.length > 0;
    if (!isNews && turn.unfolded === unfolded) return;
    unfolded = turn.unfolded;
    tell({ kind: 'turn', ...flattenAnswers(answers), turn });
  };
}
