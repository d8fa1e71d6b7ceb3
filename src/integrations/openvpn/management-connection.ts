import { connect, type Socket } from 'node:net';
import {
  busy,
  closed,
  garbled,
  notConnected,
  notOpenvpn,
  passwordNeeded,
  passwordRefused,
  tooLarge,
} from './failures.ts';
import { LineSplitter, LineTooLong } from './lines.ts';
import type { ManagementAddress } from './options.ts';

/** OpenVPN greets at once; from a second client it hears only when the first has gone. */
const GREETING_MS = 3_000;
/** 100,000 clients are some 15 MB. */
const MAX_REPLY_BYTES = 128 * 1024 * 1024;
const PROMPT = 'ENTER PASSWORD:';

interface Reply {
  /** Returns true at the last line. */
  readonly take: (line: string) => boolean;
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
}

export interface ManagementRequest {
  readonly address: ManagementAddress;
  /** Sent if it is asked for. */
  readonly password: string | null;
  /** Lines that the daemon sends by itself, without their `>`; they come between replies and within them. */
  readonly onEvent: (line: string) => void;
}

/** One client connection to the management interface. OpenVPN doc/management-notes.txt. */
export class ManagementConnection {
  readonly #socket: Socket;
  readonly #request: ManagementRequest;
  readonly #lines = new LineSplitter();
  #reply: Reply | null = null;
  #replyBytes = 0;
  /** Why it is over; null while it is open. */
  #end: Error | null = null;
  #turn: Promise<unknown> = Promise.resolve();

  private constructor(request: ManagementRequest) {
    const { address } = request;
    this.#request = request;
    this.#socket = 'path' in address ? connect(address.path) : connect(address.port, address.host);
    this.#socket.on('data', (chunk) => this.#data(chunk));
    this.#socket.once('error', (error: NodeJS.ErrnoException) =>
      this.#fail(notConnected(error.code ?? '', this.where)),
    );
    this.#socket.once('close', () => this.#fail(closed(this.where)));
  }

  /** @throws SourceFailure; the signal's reason when aborted */
  static async open(request: ManagementRequest, signal: AbortSignal): Promise<ManagementConnection> {
    signal.throwIfAborted();
    const connection = new ManagementConnection(request);
    const timer = setTimeout(() => connection.#fail(busy(connection.where)), GREETING_MS);
    try {
      await connection.#exchange('', (line) => connection.#greeting(line), signal);
      return connection;
    } finally {
      clearTimeout(timer);
    }
  }

  get isOpen(): boolean {
    return this.#end === null;
  }

  get where(): string {
    const { address } = this.#request;
    return 'path' in address ? address.path : `${address.host}:${address.port}`;
  }

  /** A command answered by one line. @returns what comes after `SUCCESS: `; null for an error */
  async ask(command: string, signal: AbortSignal): Promise<string | null> {
    let answer: string | null = null;
    const take = (line: string) => {
      if (line.startsWith('SUCCESS: ')) answer = line.slice('SUCCESS: '.length);
      else if (!line.startsWith('ERROR:')) throw garbled('a command has another answer');
      return true;
    };
    await this.#inTurn(`${command}\n`, take, signal);
    return answer;
  }

  /** A command answered by many lines, the last of which `take` knows. */
  async list(command: string, take: (line: string) => boolean, signal: AbortSignal): Promise<void> {
    await this.#inTurn(`${command}\n`, take, signal);
  }

  /** Gives the interface back. Idempotent. */
  close(): void {
    this.#fail(closed(this.where));
  }

  async #inTurn(text: string, take: Reply['take'], signal: AbortSignal): Promise<void> {
    const turn = this.#turn.then(() => this.#exchange(text, take, signal));
    this.#turn = turn.catch(() => {});
    await turn;
  }

  /** An exchange that was broken off leaves half an answer on its way: the connection ends with it. */
  async #exchange(text: string, take: Reply['take'], signal: AbortSignal): Promise<void> {
    if (this.#end !== null) throw this.#end;
    signal.throwIfAborted();
    const onAbort = () => this.#fail(signal.reason);
    signal.addEventListener('abort', onAbort, { once: true });
    try {
      await new Promise<void>((resolve, reject) => {
        this.#reply = { take, resolve, reject };
        this.#replyBytes = 0;
        if (text !== '') this.#socket.write(text);
      });
    } finally {
      signal.removeEventListener('abort', onAbort);
    }
  }

  #greeting(line: string): boolean {
    if (line === PROMPT) {
      const { password } = this.#request;
      if (password === null) throw passwordNeeded(this.where);
      this.#socket.write(`${password}\n`);
      return false;
    }
    if (line.startsWith('SUCCESS: password')) return false;
    if (line.startsWith('ERROR: bad password')) throw passwordRefused(this.where);
    if (!line.startsWith('>INFO:OpenVPN Management Interface')) throw notOpenvpn(this.where);
    return true;
  }

  #data(chunk: Buffer): void {
    try {
      this.#replyBytes += chunk.length;
      if (this.#replyBytes > MAX_REPLY_BYTES) throw tooLarge(MAX_REPLY_BYTES);
      this.#lines.push(chunk, (line) => this.#line(line));
      // The prompt has no line feed.
      if (this.#lines.rest !== PROMPT) return;
      this.#lines.drop();
      this.#line(PROMPT);
    } catch (error) {
      this.#fail(error instanceof LineTooLong ? garbled('it has a line without an end') : (error as Error));
    }
  }

  #line(line: string): void {
    if (this.#end !== null) return;
    const isGreeting = line.startsWith('>INFO:');
    if (line.startsWith('>') && !isGreeting) this.#request.onEvent(line.slice(1));
    else if (this.#reply?.take(line) === true) {
      const { resolve } = this.#reply;
      this.#reply = null;
      resolve();
    }
    if (this.#reply === null) this.#replyBytes = 0;
  }

  #fail(error: Error): void {
    if (this.#end !== null) return;
    this.#end = error;
    this.#socket.destroy();
    this.#reply?.reject(error);
    this.#reply = null;
  }
}
