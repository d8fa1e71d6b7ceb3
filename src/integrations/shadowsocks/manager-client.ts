import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { createSocket } from 'node:dgram';
import { statSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { isIPv6 } from 'node:net';
import { join } from 'node:path';
import { failure, garbled, refused, silent, unreachable } from './failures.ts';
import type { ManagerAddress } from './options.ts';
import type { ManagerReply } from './reply.ts';
import { StatReply } from './stat-reply.ts';

/** Datagrams get lost: the question is asked again, each time from another socket, so that no late answer mixes in. */
const ATTEMPTS = 3;
const ANSWER_MS = 1_500;
/** After a full piece another may follow at once, or none. */
const NEXT_PIECE_MS = 300;

export interface ManagerRequest {
  readonly address: ManagerAddress;
  readonly where: string;
  readonly replyFolder: string;
}

/** A command and what collects the answer to it. `attempts`: how often it may be said. */
export interface Question<T> {
  readonly text: string;
  readonly reply: () => ManagerReply<T>;
  readonly attempts: number;
}

/** Asks for the counters, and never for `list`, which answers with passwords. */
export const COUNTERS: Question<ReturnType<StatReply['finish']>> = {
  text: 'ping',
  reply: () => new StatReply(),
  attempts: ATTEMPTS,
};

/** @throws SourceFailure; the signal's reason */
export async function askManager<T>(request: ManagerRequest, question: Question<T>, signal: AbortSignal): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    signal.throwIfAborted();
    const answer = await ('path' in request.address
      ? askBySocat(request, request.address.path, question, signal)
      : askByUdp(request, question, signal));
    if (answer !== null) return answer;
    if (attempt >= question.attempts) throw silent(request.where, 'path' in request.address);
  }
}

/** Null if nothing came. */
async function askByUdp<T>(
  { address, where }: ManagerRequest,
  { text, reply }: Question<T>,
  signal: AbortSignal,
): Promise<T | null> {
  if ('path' in address) throw new Error('not an address of UDP');
  const socket = createSocket(isIPv6(address.host) ? 'udp6' : 'udp4');
  const listening = new Listening(reply(), signal);
  try {
    socket.on('error', (error: NodeJS.ErrnoException) => {
      listening.fail(error.code === 'ECONNREFUSED' ? refused(where) : unreachable(where, error.code ?? ''));
    });
    socket.on('message', (datagram) => listening.hear(datagram));
    // Connected: answers of others are dropped by the system, and it tells when nobody listens.
    socket.connect(address.port, address.host, () => socket.send(text));
    return await listening.answer;
  } finally {
    listening.stop();
    socket.close();
  }
}

/** Node has no unix datagram sockets; socat has, and keeps the pieces whole. */
async function askBySocat<T>(
  request: ManagerRequest,
  path: string,
  { text, reply }: Question<T>,
  signal: AbortSignal,
): Promise<T | null> {
  checkSocket(path, request.where);
  const own = join(request.replyFolder, `xpert-ss-${randomBytes(6).toString('hex')}`);
  const target = `UNIX-SENDTO:${path},bind=${own},mode=0666,unlink-close=1`;
  const child = spawn('socat', ['-b', '65536', 'STDIO', target], { stdio: ['pipe', 'pipe', 'pipe'] });
  const listening = new Listening(reply(), signal);
  try {
    child.once('error', (error: NodeJS.ErrnoException) => listening.fail(notStarted(error.code ?? '')));
    watchErrors(child, request, listening);
    child.stdout.on('data', (chunk: Buffer) => listening.hear(chunk));
    child.stdin.on('error', () => {}).write(text);
    return await listening.answer;
  } finally {
    listening.stop();
    child.kill('SIGKILL');
    await rm(own, { force: true });
  }
}

function watchErrors(
  child: ChildProcess,
  { where }: ManagerRequest,
  listening: Pick<Listening<unknown>, 'fail'>,
): void {
  let said = '';
  child.stderr?.on('data', (chunk: Buffer) => {
    said += chunk.toString().slice(0, 1_000);
  });
  child.once('close', () => {
    if (/Permission denied/.test(said)) listening.fail(unreachable(where, 'EACCES'));
    else if (/Connection refused/.test(said)) listening.fail(refused(where));
    else if (/No such file/.test(said)) listening.fail(unreachable(where, 'ENOENT'));
    else listening.fail(garbled('socat ended without an answer'));
  });
}

function checkSocket(path: string, where: string): void {
  const stats = statSync(path, { throwIfNoEntry: false });
  if (stats === undefined) throw unreachable(where, 'ENOENT');
  if (!stats.isSocket()) throw failure('manager-unreachable', `${path} is no socket.`, 'Give the path of the socket.');
}

function notStarted(code: string) {
  return failure(
    'socat-missing',
    `socat could not be started: ${code}.`,
    'It is needed for unix sockets of managers.',
    ['apt-get install socat'],
  );
}

/** Waits for the pieces of one answer. */
class Listening<T> {
  /** Null if nothing came in time. */
  readonly answer: Promise<T | null>;
  readonly #reply: ManagerReply<T>;
  readonly #decoder = new TextDecoder('utf-8');
  readonly #signal: AbortSignal;
  #timer: NodeJS.Timeout;
  #resolve: (answer: T | null) => void = () => {};
  #reject: (reason: unknown) => void = () => {};
  readonly #onAbort = () => this.#reject(this.#signal.reason);

  constructor(reply: ManagerReply<T>, signal: AbortSignal) {
    this.#reply = reply;
    this.#signal = signal;
    this.answer = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    signal.addEventListener('abort', this.#onAbort, { once: true });
    this.#timer = setTimeout(() => this.#enough(), ANSWER_MS);
  }

  hear(chunk: Buffer): void {
    try {
      this.#reply.push(this.#decoder.decode(chunk, { stream: true }));
    } catch (error) {
      this.#reject(error);
      return;
    }
    clearTimeout(this.#timer);
    if (this.#reply.isOver) this.#enough();
    else this.#timer = setTimeout(() => this.#enough(), NEXT_PIECE_MS);
  }

  fail(reason: Error): void {
    this.#reject(reason);
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#signal.removeEventListener('abort', this.#onAbort);
    this.answer.catch(() => {});
  }

  #enough(): void {
    if (!this.#reply.hasBegun) {
      this.#resolve(null);
      return;
    }
    try {
      this.#resolve(this.#reply.finish());
    } catch (error) {
      this.#reject(error);
    }
  }
}
