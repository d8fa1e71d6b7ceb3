import { setMaxListeners } from 'node:events';
import { Agent, type IncomingMessage, request as startHttp } from 'node:http';
import { request as startHttps } from 'node:https';
import { setTimeout as delay } from 'node:timers/promises';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { problem } from './problem.ts';
import { VISITOR_HEADER, type VisitorSeal } from './visitor-seal.ts';

/** The process that leads. */
export interface Leader {
  /** Where it is reached, without a slash at the end. */
  readonly url: string;
  /** Aborted when another one leads: this one may never answer. */
  readonly ended: AbortSignal;
}

export interface Passing {
  /** Waits for one to lead, at most so long; null: nobody does. */
  leader(waitMs: number): Promise<Leader | null>;
  /** It did not take a request: it may not lead any more. */
  doubt(leader: Leader): void;
  readonly seal: VisitorSeal;
  /** Of all bodies that wait at the same time, bytes; so much memory they may take. */
  readonly mostHeldBytes?: number;
}

/** On an answer: the process does not lead, and did nothing. */
export const NOT_LEADING_HEADER = 'x-xpert-not-leading';
/** So long a request waits for a leader: a handover is over by then, and no proxy has given up. */
const HOLD_MS = 10_000;
const CONNECT_MS = 3_000;
const PAUSE_MS = 50;
/** The largest body of any route (a batch of an agent), and as much again. */
const MOST_BYTES = 33_554_432;
/** Requests that wait at the same time, and bytes of their bodies. */
const MOST_HELD = 2_000;
const MOST_HELD_BYTES = 268_435_456;
/** Of one hop (RFC 9110, 7.6.1), and what this hop says itself. */
const HOP_HEADERS = ['connection', 'keep-alive', 'proxy-connection', 'te', 'trailer', 'transfer-encoding', 'upgrade'];

/** A connection that nobody used for so long is given up: before the other process does, which would look like a lost request. */
const IDLE_MS = 30_000;

const agent = new Agent({ keepAlive: true, keepAliveMsecs: 5_000, timeout: IDLE_MS });
let held = 0;
let heldBytes = 0;

/**
 * Has a request answered by the process that leads, and answers what that does. Where none leads it is held for a while.
 * Nothing is sent twice that may have been done: then the answer is 503, and whoever asked decides.
 * @throws no-leader, leader-lost
 */
export async function passOn(request: FastifyRequest, reply: FastifyReply, passing: Passing): Promise<void> {
  if (held >= MOST_HELD) throw tooMany();
  held++;
  const mine = { bytes: 0 };
  try {
    const body = await bodyOf(request.raw, mine, passing.mostHeldBytes ?? MOST_HELD_BYTES);
    const answer = await answerOf(request, body, passing);
    reply.hijack();
    give(answer, reply);
  } finally {
    held--;
    heldBytes -= mine.bytes;
  }
}

/** For requests that may be done twice without a difference. */
const isRead = ({ method }: FastifyRequest) => method === 'GET' || method === 'HEAD';

async function answerOf(request: FastifyRequest, body: Buffer, passing: Passing): Promise<IncomingMessage> {
  for (const endMs = performance.now() + HOLD_MS; ; await delay(PAUSE_MS)) {
    const leader = await passing.leader(Math.max(0, endMs - performance.now()));
    if (leader === null) throw noLeader('No Xpert process leads at present, so nothing can be written.');
    const answer = await ask(leader, request, body, passing.seal);
    if (!(answer instanceof Error)) {
      if (answer.headers[NOT_LEADING_HEADER] === undefined) return answer;
      answer.resume();
    } else if (answer instanceof Unanswered && !isRead(request)) {
      throw problem('leader-lost', 'The process that leads ended while it worked on this: it may be done, or not.', {
        retryAfterSeconds: 1,
      });
    }
    passing.doubt(leader);
  }
}

/** The connection ended after the request may have arrived. */
class Unanswered extends Error {}

/** @returns the answer, or why there is none */
function ask(
  leader: Leader,
  request: FastifyRequest,
  body: Buffer,
  seal: VisitorSeal,
): Promise<IncomingMessage | Error> {
  const { method, originalUrl } = request;
  const isSecure = leader.url.startsWith('https:');
  // Each request listens until it is answered; Node.js takes more than ten for a leak.
  setMaxListeners(MOST_HELD, leader.ended);
  return new Promise((resolve) => {
    let hasArrived = false;
    const asked = (isSecure ? startHttps : startHttp)(`${leader.url}${originalUrl}`, {
      method,
      ...(isSecure ? {} : { agent }),
      headers: headersFor(request, body, seal),
      signal: leader.ended,
    });
    const connecting = setTimeout(() => asked.destroy(new Error('no connection')), CONNECT_MS);
    const arrived = () => {
      clearTimeout(connecting);
      hasArrived = true;
    };
    asked.on('socket', (socket) => (socket.connecting ? socket.once('connect', arrived) : arrived()));
    asked.on('error', (error) => {
      clearTimeout(connecting);
      resolve(hasArrived ? new Unanswered(error.message) : error);
    });
    asked.on('response', resolve);
    asked.end(body);
  });
}

function headersFor(request: FastifyRequest, body: Buffer, seal: VisitorSeal): Record<string, string | string[]> {
  const headers = endToEnd(request.headers);
  if (body.length > 0) headers['content-length'] = String(body.length);
  const { ip, host, isLocalOwner } = request;
  const protocol = request.protocol === 'https' ? 'https' : 'http';
  headers[VISITOR_HEADER] = seal.seal({ ip, host, protocol, isLocalOwner }, request.method, request.originalUrl);
  return headers;
}

function endToEnd(headers: IncomingMessage['headers']): Record<string, string | string[]> {
  const named = String(headers.connection ?? '')
    .toLowerCase()
    .split(/\s*,\s*/);
  const ofHop = new Set([...HOP_HEADERS, ...named, 'expect', VISITOR_HEADER]);
  return Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) => (value === undefined || ofHop.has(name) ? [] : [[name, value]])),
  );
}

function give(answer: IncomingMessage, { raw }: FastifyReply): void {
  // Whoever asked went away meanwhile.
  if (raw.destroyed) {
    answer.destroy();
    return;
  }
  raw.writeHead(answer.statusCode ?? 502, endToEnd(answer.headers));
  raw.flushHeaders();
  raw.on('close', () => answer.destroy());
  // An answer that breaks off is not whole, and must not look as if it were.
  answer.on('error', () => raw.destroy());
  answer.on('aborted', () => raw.destroy());
  answer.pipe(raw);
}

/** `mine`: what of it is held, also where it is refused before its end. */
async function bodyOf(raw: IncomingMessage, mine: { bytes: number }, mostHeldBytes: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of raw as AsyncIterable<Buffer>) {
    mine.bytes += chunk.length;
    heldBytes += chunk.length;
    if (mine.bytes > MOST_BYTES) throw problem('body-too-large', 'The body is larger than any request may be.');
    if (heldBytes > mostHeldBytes) throw tooMany();
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

const tooMany = () => noLeader('Too many requests wait for a process that leads.');

function noLeader(message: string) {
  return problem('no-leader', message, { retryAfterSeconds: 2 });
}
