import { EventEmitter } from 'node:events';
import { MessageChannel, type MessagePort, receiveMessageOnPort, Worker } from 'node:worker_threads';
import { parse } from 'pg-protocol';
import type { BackendMessage } from 'pg-protocol/dist/messages.js';
import type { LedgerFailure } from '../../core/errors.ts';
import { connectionLost, connectionRefused } from './failures.ts';
import type { FromSocket, NewSocket, ToSocket } from './socket-messages.ts';

/** Longer than connecting may take; after it the thread of the socket is taken for dead. */
const OPEN_MS = 30_000;

/**
 * A connection whose calls answer at once: another thread holds the socket, this one sleeps until there is an answer.
 * Knows messages, not what they mean.
 */
export class Connection {
  readonly #port: MessagePort;
  readonly #signal = new Int32Array(new SharedArrayBuffer(4));
  readonly #stream = new EventEmitter();
  #messages: BackendMessage[] = [];
  #lost: LedgerFailure | null = null;
  #isAway = false;

  /** @throws LedgerFailure if the server does not take the connection */
  constructor(url: string, socketWorker: URL) {
    const { port1, port2 } = new MessageChannel();
    this.#port = port1;
    const asked: NewSocket = { url, port: port2, signal: this.#signal };
    socketThread(socketWorker).postMessage(asked, [port2]);
    port1.unref();
    // Parsing is done in `emit`, message by message.
    void parse(this.#stream as NodeJS.ReadableStream & EventEmitter, (message) => this.#messages.push(message));
    const first = this.#next(OPEN_MS);
    if (first?.kind === 'open') return;
    port1.close();
    if (first?.kind === 'refused') throw connectionRefused(first.code, first.message);
    throw connectionRefused('', first?.kind === 'lost' ? first.message : 'there was no answer');
  }

  /** Why nothing can be asked any more; null while the server can be heard. */
  get lostBy(): LedgerFailure | null {
    for (let next = receiveMessageOnPort(this.#port); next !== undefined; next = receiveMessageOnPort(this.#port)) {
      this.#take(next.message as FromSocket);
    }
    return this.#lost;
  }

  /** It was lost, and another one could not be made either. */
  get isAway(): boolean {
    return this.lostBy !== null && this.#isAway;
  }

  send(bytes: Uint8Array): void {
    if (this.#lost !== null) throw this.#lost;
    this.#port.postMessage(bytes satisfies ToSocket);
  }

  /** Waits for messages of the server. @throws LedgerFailure if the connection is lost */
  receive(): BackendMessage[] {
    while (this.#messages.length === 0) {
      if (this.#lost !== null) throw this.#lost;
      const next = this.#next();
      if (next !== undefined) this.#take(next);
    }
    const messages = this.#messages;
    this.#messages = [];
    return messages;
  }

  close(): void {
    this.#lost ??= connectionLost('it was closed');
    this.#port.postMessage(null satisfies ToSocket);
    this.#port.close();
  }

  #take(message: FromSocket): void {
    if (message.kind === 'bytes') this.#stream.emit('data', Buffer.from(message.bytes.buffer));
    else if (message.kind === 'lost') {
      this.#lost ??= connectionLost(message.message);
      this.#isAway = message.isAway === true;
    }
  }

  #next(timeoutMs?: number): FromSocket | undefined {
    for (;;) {
      const seen = Atomics.load(this.#signal, 0);
      const received = receiveMessageOnPort(this.#port);
      if (received !== undefined) return received.message as FromSocket;
      if (Atomics.wait(this.#signal, 0, seen, timeoutMs) === 'timed-out') return undefined;
    }
  }
}

let thread: Worker | null = null;

/** The thread that holds the sockets of this one. It is started with the first connection and ends with this thread. */
function socketThread(url: URL): Worker {
  if (thread !== null) return thread;
  const started = new Worker(url, { name: 'ledger sockets' });
  // Whoever waits for a connection of it is told that there was no answer.
  started.on('error', () => {
    thread = null;
  });
  started.unref();
  thread = started;
  return started;
}
