import { randomUUID } from 'node:crypto';
import {
  type ClientRequest,
  request as httpRequest,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type ServerResponse,
  STATUS_CODES,
} from 'node:http';
import { request as httpsRequest } from 'node:https';
import { isIP, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { pipeline } from 'node:stream';
import { type Agents, bareHost, makeAgents, portOf } from '../http-client/agents.ts';
import type { ConnectionRules } from '../http-client/connection.ts';
import { codeOf, toHttpFailure } from '../http-client/http-failure.ts';
import { endToEnd, type RawHeaders, setHeader, withForwarding } from './headers.ts';
import { BUG, NO_WEBSOCKET_HERE, NOT_A_PATH, NOT_A_WEBSOCKET, type Refusal } from './refusals.ts';

/** What somebody wants with one request on its way. */
export interface Exchange {
  /** The answer is to come unpacked, so that it can be changed. */
  readonly isReadable?: boolean;
  /** Sees the head of the answer before anybody else does; null: it passes as it is. */
  readonly answered?: (head: AnswerHead) => Promise<Change | null>;
}

export interface AnswerHead {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
}

/** A change of an answer. What throws, and a body that is returned as it came, changes nothing. */
export type Change =
  | { readonly kind: 'body'; readonly change: (body: Buffer) => Promise<Buffer> }
  | { readonly kind: 'header'; readonly name: string; readonly change: (value: string) => Promise<string> };

export interface ReverseProxyOptions {
  /** Where the other server is; a path of its own comes before every path that is asked for. */
  readonly base: URL;
  readonly rules: ConnectionRules;
  /** What the other server is called in answers of our own. */
  readonly name: string;
  /** An answer of our own, in the form that the other server gives its errors. */
  readonly worded: (detail: string) => { readonly type: string; readonly body: string };
  /** Something of ours threw: a change, and the answer passed as it came; or the passing, and the answer is 500. */
  readonly onBug: (error: unknown) => void;
}

/** Larger answers pass unchanged. */
const MOST_CHANGED_BYTES = 64 * 1024 * 1024;
const MAX_HEADER_BYTES = 64 * 1024;
/** A path: nothing that `http.request` throws at, whatever the parser let through. */
const TARGET = /^\/[\x21-\xff]*$/;
/** Names the gateways that a request has passed, each by an id of its own. */
const PASSED = 'X-Xpert-Gateway';

/** Hands requests to another server and its answers back, as they are: heads, bodies of any length, upgrades, breaks. */
export class ReverseProxy {
  readonly #use: ReverseProxyOptions;
  readonly #kept: Agents;
  readonly #single: Agents;
  readonly #upgraded = new Set<Duplex>();
  readonly #id = randomUUID();

  constructor(options: ReverseProxyOptions) {
    this.#use = options;
    // Slow readers hold connections: whoever comes next must not wait for them. Idle ones are few by Node's own rule (256).
    const maxSockets = Number.POSITIVE_INFINITY;
    this.#kept = makeAgents(options.rules, { keepAlive: true, maxSockets });
    this.#single = makeAgents(options.rules, { keepAlive: false, maxSockets });
  }

  /** Answers the request, in any case. */
  pass(incoming: IncomingMessage, outgoing: ServerResponse, exchange: Exchange = {}): void {
    outgoing.sendDate = false;
    try {
      const refusal = this.#refusalOf(incoming);
      if (refusal === null) this.#ask(incoming, outgoing, exchange, true);
      else this.#refuse(outgoing, refusal);
    } catch (error) {
      this.#use.onBug(error);
      this.#refuse(outgoing, BUG);
    }
  }

  /**
   * WebSocket on this connection, from now on; any other protocol is refused, and everything where answers are changed
   * (`mayPass` false): the other server may answer as if nothing else had been asked for.
   */
  upgrade(incoming: IncomingMessage, socket: Socket, first: Buffer, mayPass = true): void {
    this.#hold(socket.on('error', () => socket.destroy()));
    try {
      const place = mayPass ? null : NO_WEBSOCKET_HERE;
      const refusal = this.#refusalOf(incoming) ?? (isWebSocket(incoming) ? place : NOT_A_WEBSOCKET);
      if (refusal === null) this.#askUpgrade(incoming, socket, first);
      else this.#refuseUpgrade(socket, refusal);
    } catch (error) {
      this.#use.onBug(error);
      socket.destroy();
    }
  }

  close(): void {
    for (const socket of this.#upgraded) socket.destroy();
    for (const { plain, tls } of [this.#kept, this.#single]) {
      plain.destroy();
      tls.destroy();
    }
  }

  #askUpgrade(incoming: IncomingMessage, socket: Socket, first: Buffer): void {
    const { upgrade = '', connection = 'Upgrade' } = incoming.headers;
    const headers = [...this.#headersFor(incoming, {}), 'Connection', connection, 'Upgrade', upgrade];
    const asked = this.#request(incoming, headers, this.#single);
    let isAnswered = false;
    socket.once('close', () => asked.destroy());
    asked.on('upgrade', (answer, theirs, begun) => {
      isAnswered = true;
      this.#hold(theirs);
      socket.write(headText(answer, answer.rawHeaders));
      if (begun.length > 0) theirs.unshift(begun);
      if (first.length > 0) socket.unshift(first);
      pipeline(socket, theirs, () => socket.destroy());
      pipeline(theirs, socket, () => theirs.destroy());
    });
    asked.on('response', (answer) => {
      isAnswered = true;
      socket.resume();
      socket.write(headText(answer, [...endToEnd(answer), 'Connection', 'close']));
      pipeline(answer, socket, () => socket.destroy());
    });
    asked.on('error', (error) => {
      if (isAnswered || socket.destroyed) socket.destroy();
      else this.#refuseUpgrade(socket, this.#unanswered(error));
    });
    asked.end();
  }

  /** So that `close` ends it: the server knows it no more. */
  #hold(socket: Duplex): void {
    this.#upgraded.add(socket.once('close', () => this.#upgraded.delete(socket)));
  }

  #ask(incoming: IncomingMessage, outgoing: ServerResponse, exchange: Exchange, mayRepeat: boolean): void {
    // Only what changes nothing may meet a kept connection that is just being closed, and be asked again.
    const isSafe = !hasBody(incoming) && (incoming.method === 'GET' || incoming.method === 'HEAD');
    const asked = this.#request(incoming, this.#headersFor(incoming, exchange), isSafe ? this.#kept : this.#single);
    let isAnswered = false;
    outgoing.once('close', () => {
      if (!outgoing.writableFinished) asked.destroy();
    });
    asked.on('response', (answer) => {
      isAnswered = true;
      this.#answer(answer, outgoing, exchange).catch((error: unknown) => {
        this.#use.onBug(error);
        outgoing.destroy();
      });
    });
    asked.on('error', (error) => {
      if (isAnswered || outgoing.destroyed) return;
      const isStale = isSafe && mayRepeat && asked.reusedSocket && codeOf(error) === 'ECONNRESET';
      if (isStale) this.#ask(incoming, outgoing, exchange, false);
      else this.#refuse(outgoing, this.#unanswered(error));
    });
    if (hasBody(incoming)) incoming.pipe(asked);
    else asked.end();
  }

  async #answer(answer: IncomingMessage, outgoing: ServerResponse, exchange: Exchange): Promise<void> {
    const { statusCode: status = 502, headers } = answer;
    // Until it is read: a break must not go unheard.
    answer.once('error', () => outgoing.destroy());
    const change = (await this.#tried(exchange.answered?.({ status, headers }))) ?? null;
    if (change?.kind === 'body') return await this.#changed(answer, outgoing, change.change);
    let head = endToEnd(answer);
    if (change?.kind === 'header') {
      const value = headers[change.name];
      const better = typeof value === 'string' ? await this.#tried(change.change(value)) : undefined;
      if (better !== undefined) head = setHeader(head, change.name, better);
    }
    outgoing.writeHead(status, answer.statusMessage ?? '', head);
    pipeline(answer, outgoing, () => {});
  }

  /** Holds the body back until it is whole, as long as it is not too large. */
  async #changed(answer: IncomingMessage, outgoing: ServerResponse, change: (body: Buffer) => Promise<Buffer>) {
    const head = endToEnd(answer);
    const start = (headers: RawHeaders) =>
      outgoing.writeHead(answer.statusCode ?? 502, answer.statusMessage ?? '', [...headers]);
    const chunks: Buffer[] = [];
    let bytes = 0;
    for await (const chunk of answer.iterator({ destroyOnReturn: false })) {
      chunks.push(chunk as Buffer);
      bytes += (chunk as Buffer).length;
      if (bytes <= MOST_CHANGED_BYTES) continue;
      start(head);
      outgoing.write(Buffer.concat(chunks));
      pipeline(answer, outgoing, () => {});
      return;
    }
    if (!answer.complete) return void outgoing.destroy();
    const body = Buffer.concat(chunks);
    const better = (await this.#tried(change(body))) ?? body;
    const hasLength = answer.headers['content-length'] !== undefined;
    start(better === body || !hasLength ? head : setHeader(head, 'Content-Length', String(better.length)));
    outgoing.end(better);
  }

  /** Undefined if it failed: then nothing is changed. */
  async #tried<T>(work: Promise<T> | undefined): Promise<T | undefined> {
    try {
      return await work;
    } catch (error) {
      this.#use.onBug(error);
      return undefined;
    }
  }

  /** What is not even asked of the other server. */
  #refusalOf({ url = '', headers }: IncomingMessage): Refusal | null {
    if (!TARGET.test(url)) return NOT_A_PATH;
    if (!String(headers[PASSED.toLowerCase()]).includes(this.#id)) return null;
    const { name, base } = this.#use;
    return {
      status: 508,
      detail: `This gateway was asked by itself: ${base.origin} leads back to it. Give the node the address of ${name} itself.`,
    };
  }

  #unanswered(error: unknown): Refusal {
    const { message, hint } = toHttpFailure(error, this.#use.base.origin);
    return { status: 502, detail: `${this.#use.name} did not answer. ${message} ${hint}` };
  }

  #refuse(outgoing: ServerResponse, { status, detail }: Refusal): void {
    if (outgoing.headersSent) return void outgoing.destroy();
    const { type, body } = this.#use.worded(detail);
    outgoing.writeHead(status, { 'content-type': type, 'content-length': Buffer.byteLength(body) });
    outgoing.end(body);
  }

  #refuseUpgrade(socket: Socket, { status, detail }: Refusal): void {
    const { type, body } = this.#use.worded(detail);
    const head = `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nContent-Type: ${type}\r\nConnection: close\r\n\r\n`;
    socket.resume();
    socket.end(`${head}${body}`, () => socket.destroy());
  }

  #headersFor(incoming: IncomingMessage, { isReadable = false }: Exchange): string[] {
    const { base } = this.#use;
    const passed = incoming.headers[PASSED.toLowerCase()];
    let headers = withForwarding(endToEnd(incoming), incoming);
    headers = setHeader(headers, PASSED, passed === undefined ? this.#id : `${String(passed)}, ${this.#id}`);
    // A server that is reached by its name may have several sites; one that is reached by its address has one.
    if (isIP(bareHost(base)) === 0 && base.hostname !== 'localhost') headers = setHeader(headers, 'Host', base.host);
    if (isReadable) headers = setHeader(headers, 'Accept-Encoding', 'identity');
    if (incoming.headers['transfer-encoding'] !== undefined) headers.push('Transfer-Encoding', 'chunked');
    return headers;
  }

  #request({ method, url = '/' }: IncomingMessage, headers: readonly string[], agents: Agents): ClientRequest {
    const { base } = this.#use;
    const isTls = base.protocol === 'https:';
    return (isTls ? httpsRequest : httpRequest)({
      ...(method === undefined ? {} : { method }),
      host: bareHost(base),
      port: portOf(base),
      path: `${base.pathname.replace(/\/$/, '')}${url}`,
      agent: isTls ? agents.tls : agents.plain,
      headers: [...headers],
      maxHeaderSize: MAX_HEADER_BYTES,
    });
  }
}

function isWebSocket(incoming: IncomingMessage): boolean {
  const { method, headers } = incoming;
  return method === 'GET' && headers.upgrade?.toLowerCase() === 'websocket' && !hasBody(incoming);
}

function hasBody({ headers }: IncomingMessage): boolean {
  return headers['transfer-encoding'] !== undefined || (headers['content-length'] ?? '0') !== '0';
}

function headText({ statusCode, statusMessage }: IncomingMessage, headers: RawHeaders): string {
  const lines = [`HTTP/1.1 ${statusCode} ${statusMessage}`];
  for (let at = 0; at + 1 < headers.length; at += 2) lines.push(`${headers[at]}: ${headers[at + 1]}`);
  return `${lines.join('\r\n')}\r\n\r\n`;
}
