import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';

export interface FakeRequest {
  readonly method: string;
  readonly url: URL;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

export interface FakeAnswer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: string | Uint8Array;
  /** What faults apply to: the counters themselves, not a login on the way to them. */
  readonly isData?: boolean;
}

type Answering = (request: FakeRequest) => FakeAnswer | null;

const CHANGES = new Set(['PUT', 'POST', 'PATCH', 'DELETE']);

/** An HTTP server on a real socket whose answers can be cut, delayed, changed or withheld. */
export class FakeWeb {
  readonly requests: FakeRequest[] = [];
  /** Answers the data with something else. */
  change: ((body: string) => string) | null = null;
  /** Answers everything with this instead. */
  override: FakeAnswer | null = null;
  /** Breaks off after this share of the data. */
  cutAt: number | null = null;
  isHanging = false;
  /** Closes every connection without an answer. */
  isClosing = false;
  delayMs = 0;
  /** The next request that changes something is carried out, and the connection closed without an answer. */
  losesNextChange = false;
  /** How the length of an answer is told; `none`: it ends with the connection. */
  framing: 'length' | 'chunks' | 'none' = 'length';
  /** Of every answer, beside its own: the clock shown in `Date`, say. */
  headers: Readonly<Record<string, string>> = {};
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();

  /** `answer` null: the connection is closed without one. With `tls` over https. */
  constructor(answer: Answering, tls?: { readonly key: string; readonly cert: string }) {
    const serve = (incoming: IncomingMessage, outgoing: ServerResponse) => {
      void this.#serve(incoming, outgoing, answer).catch(() => outgoing.destroy());
    };
    this.#server = tls === undefined ? createServer(serve) : createTlsServer(tls, serve);
    this.#server.on('connection', (socket) => {
      this.#sockets.add(socket);
      socket.on('close', () => this.#sockets.delete(socket)).on('error', () => {});
    });
  }

  async start(port = 0): Promise<number> {
    await new Promise<void>((resolve) => this.#server.listen(port, '127.0.0.1', resolve));
    return (this.#server.address() as AddressInfo).port;
  }

  async close(): Promise<void> {
    const closed = new Promise((resolve) => this.#server.close(resolve));
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }

  /** Works again as if nothing had happened. */
  recover(): void {
    this.change = null;
    this.override = null;
    this.cutAt = null;
    this.isHanging = false;
    this.isClosing = false;
    this.delayMs = 0;
  }

  async #serve(incoming: IncomingMessage, outgoing: ServerResponse, answer: Answering): Promise<void> {
    let body = '';
    for await (const chunk of incoming) body += String(chunk);
    const { method = '', url = '', headers } = incoming;
    const request = { method, url: new URL(url, 'http://fake'), headers, body };
    this.requests.push(request);
    if (this.isHanging) return;
    if (this.delayMs > 0) await new Promise((resolve) => setTimeout(resolve, this.delayMs));
    const answered = this.isClosing ? null : (this.override ?? answer(request));
    const isLost = this.losesNextChange && CHANGES.has(method) && !/login|token/.test(request.url.pathname);
    if (isLost) this.losesNextChange = false;
    if (answered === null || isLost) outgoing.destroy();
    else this.#send(outgoing, answered);
  }

  #send(outgoing: ServerResponse, { status, headers = {}, body, isData = false }: FakeAnswer): void {
    const text = isData && this.change !== null ? this.change(String(body)) : body;
    const bytes = typeof text === 'string' ? Buffer.from(text) : Buffer.from(text);
    const framing =
      this.framing === 'length'
        ? { 'content-length': String(bytes.length) }
        : this.framing === 'none'
          ? { connection: 'close' }
          : {};
    outgoing.writeHead(status, { 'content-type': 'application/json', ...this.headers, ...headers, ...framing });
    if (this.framing === 'none') outgoing.useChunkedEncodingByDefault = false;
    if (!isData || this.cutAt === null) {
      outgoing.end(bytes);
      return;
    }
    outgoing.write(bytes.subarray(0, Math.floor(bytes.length * this.cutAt)), () => outgoing.destroy());
  }
}
