import { type Server, STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import type { Clock } from '../../core/units/clock.ts';
import type { ProblemAnswer } from '../problem.ts';
import { PlainRequests } from './plain-request.ts';

interface ShortWayParts {
  readonly server: Server;
  /** Where such requests go, as they stand in the request line. */
  readonly targets: readonly string[];
  readonly clock: Clock;
  /** What is done with a body, told as the answer's text. What it throws at once happened before anything was done. */
  readonly take: (body: string, address: string | undefined) => Promise<string>;
  readonly answerTo: (error: unknown) => ProblemAnswer;
}

type Serve = (this: Server, socket: Socket) => void;

const JSON_TYPE = 'application/json; charset=utf-8';
/** As long as the product waits for whoever else holds a connection. */
const LONGEST_END_MS = 1_000;

/**
 * Answers plain requests to the webhook where they arrive, before Node.js and Fastify make objects of them, which takes
 * several times as long as everything else that is done for a report. A connection on which anything else comes is given to the
 * server, from that request on and for good: all that is refused, and all that is slow, is its to handle.
 */
export class ShortWay {
  readonly #use: ShortWayParts;
  readonly #serve: Serve;
  readonly #requests: PlainRequests;
  readonly #connections = new Set<Connection>();
  #isEnding = false;
  #second = 0;
  #date = '';

  constructor(parts: ShortWayParts) {
    const { server, targets } = parts;
    this.#use = parts;
    this.#requests = new PlainRequests(targets);
    const [serve] = server.listeners('connection') as Serve[];
    if (serve === undefined) throw new Error('the server takes no connections');
    this.#serve = serve;
    server.removeListener('connection', serve);
    server.on('connection', (socket) => this.#open(socket));
  }

  /** Who waits for an answer still gets it; everybody else is hung up on, as the server does with its own. */
  end(): void {
    this.#isEnding = true;
    for (const connection of this.#connections) connection.endSoon();
    // The server does not know of them, and cuts off its own alone.
    setTimeout(() => {
      for (const connection of this.#connections) connection.hangUp();
    }, LONGEST_END_MS).unref();
  }

  #open(socket: Socket): void {
    const { server, take, answerTo } = this.#use;
    if (this.#isEnding) {
      this.#serve.call(server, socket);
      return;
    }
    const connection = new Connection(socket, server, {
      bodyOf: (chunk) => this.#requests.bodyOf(chunk),
      take: (body) => take(body, socket.remoteAddress),
      success: (text, isLast) => this.#write(200, { 'content-type': JSON_TYPE }, text, isLast),
      failure: (error, isLast) => {
        const { status, headers, body } = answerTo(error);
        return this.#write(status, headers, body, isLast);
      },
      giveUp: (chunk) => {
        this.#connections.delete(connection);
        if (chunk === null) return;
        socket.unshift(chunk);
        this.#serve.call(server, socket);
      },
    });
    this.#connections.add(connection);
  }

  #write(status: number, headers: Readonly<Record<string, string>>, body: string, isLast: boolean): string {
    let head = `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n`;
    for (const name in headers) head += `${name}: ${headers[name]}\r\n`;
    head += `content-length: ${Buffer.byteLength(body)}\r\nDate: ${this.#now()}\r\n`;
    const seconds = Math.floor(this.#use.server.keepAliveTimeout / 1000);
    return `${head}${isLast ? 'Connection: close' : `Connection: keep-alive\r\nKeep-Alive: timeout=${seconds}`}\r\n\r\n${body}`;
  }

  /** As HTTP writes it, made once a second. */
  #now(): string {
    const ms = this.#use.clock.now().getTime();
    const second = Math.floor(ms / 1000);
    if (second !== this.#second) {
      this.#second = second;
      this.#date = new Date(ms).toUTCString();
    }
    return this.#date;
  }
}

interface ConnectionParts {
  bodyOf(chunk: Buffer): string | null;
  take(body: string): Promise<string>;
  success(text: string, isLast: boolean): string;
  failure(error: unknown, isLast: boolean): string;
  /** `chunk` begins a request that is to be read by others; null: the connection is closed. */
  giveUp(chunk: Buffer | null): void;
}

/** One request after the other. */
class Connection {
  readonly #socket: Socket;
  readonly #use: ConnectionParts;
  readonly #idleMs: number;
  #wasAnswered = false;
  #isBusy = false;
  /** Answers lie here that the sender does not take: it is read no more until it has. */
  #isFull = false;
  #isLast = false;
  /** The sender has closed its side: nothing more comes. */
  #hasEnded = false;
  /** What came before the request before it was answered. */
  #early: Buffer | null = null;

  constructor(socket: Socket, { requestTimeout, keepAliveTimeout }: Server, parts: ConnectionParts) {
    this.#socket = socket;
    this.#use = parts;
    this.#idleMs = keepAliveTimeout;
    socket.setTimeout(requestTimeout);
    socket.on('data', this.#read).on('end', this.#end).on('timeout', this.#giveIn);
    socket.on('error', this.hangUp).on('close', this.#forget);
  }

  /** What was answered flows out before it closes, and so does what is answered yet. */
  readonly endSoon = (): void => {
    this.#isLast = true;
    if (!this.#isBusy) this.#socket.destroySoon();
  };

  /** What came early is still taken. */
  readonly #end = (): void => {
    this.#hasEnded = true;
    if (this.#early === null) this.endSoon();
  };

  readonly hangUp = (): void => void this.#socket.destroy();

  /** Nothing has moved for so long: answers that lie here are not taken any more. */
  readonly #giveIn = (): void => {
    if (this.#isBusy) this.endSoon();
    else this.hangUp();
  };

  readonly #forget = (): void => this.#use.giveUp(null);

  readonly #read = (chunk: Buffer): void => {
    // What comes after the last answer is nobody's: a sender that hears nothing repeats it.
    if (this.#isBusy || this.#isFull || this.#isLast) {
      this.#early = this.#early === null ? chunk : Buffer.concat([this.#early, chunk]);
      this.#socket.pause();
      return;
    }
    const answer = this.#take(chunk);
    if (answer === null) {
      if (this.#hasEnded) this.endSoon();
      else this.#giveUp(chunk);
      return;
    }
    this.#isBusy = true;
    answer.then(
      (text) => this.#answer(this.#use.success(text, this.#isLast)),
      (error: unknown) => {
        // Cut off by the end of the server: the ledger may be closed by now, and nobody hears of it.
        const isCutOff = this.#isLast && this.#socket.destroyed;
        if (!isCutOff) this.#answer(this.#use.failure(error, this.#isLast));
      },
    );
  };

  /** Null: it is for others to read, or to refuse: they find the same. */
  #take(chunk: Buffer): Promise<string> | null {
    try {
      const body = this.#use.bodyOf(chunk);
      return body === null ? null : this.#use.take(body);
    } catch {
      return null;
    }
  }

  #answer(text: string): void {
    this.#isBusy = false;
    if (this.#isLast) {
      this.#socket.end(text, 'utf8');
      // As HTTP does: whoever keeps its own side open is not waited for.
      this.#socket.destroySoon();
      return;
    }
    this.#isFull = !this.#socket.write(text, 'utf8');
    if (!this.#wasAnswered) this.#socket.setTimeout(this.#idleMs);
    this.#wasAnswered = true;
    if (this.#isFull) this.#socket.once('drain', this.#goOn);
    else this.#goOn();
  }

  readonly #goOn = (): void => {
    this.#isFull = false;
    const early = this.#early;
    if (early === null) return;
    this.#early = null;
    this.#socket.resume();
    this.#read(early);
    if (this.#hasEnded && this.#early === null) this.endSoon();
  };

  #giveUp(chunk: Buffer): void {
    const socket = this.#socket;
    socket.off('data', this.#read).off('end', this.#end).off('timeout', this.#giveIn);
    socket.off('error', this.hangUp).off('close', this.#forget);
    socket.setTimeout(0);
    this.#use.giveUp(chunk);
  }
}
