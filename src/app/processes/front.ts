import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import type { HttpApp } from '../../http/http-app.ts';
import { NOT_LEADING_HEADER } from '../../http/passing-on.ts';
import { MAX_CONNECTIONS, REQUEST_TIMEOUT_MS } from '../../http/server.ts';
import { serveOnSocket } from '../../http/socket.ts';

/** As Fastify keeps them: longer than proxies do. */
const KEEP_ALIVE_MS = 72_000;

/** What listens, for as long as the process lives; what answers changes with the part that the process plays. */
export class Front {
  readonly #server = createServer(
    { requestTimeout: REQUEST_TIMEOUT_MS, keepAliveTimeout: KEEP_ALIVE_MS },
    (request, response) => this.#answer(request, response),
  );
  #app: HttpApp | null = null;
  /** What came before anything answered waits for that. */
  #hasBegun = false;
  #early: (() => void)[] = [];
  #endSocket: () => Promise<void> = async () => {};
  readonly #open = new Map<HttpApp, Set<ServerResponse>>();

  constructor() {
    this.#server.maxConnections = MAX_CONNECTIONS;
  }

  /** @returns the port */
  listen(host: string, port: number): Promise<number> {
    return new Promise((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen({ host, port }, () => {
        const address = this.#server.address();
        resolve(typeof address === 'object' && address !== null ? address.port : port);
      });
    });
  }

  async listenForOwner(path: string): Promise<void> {
    this.#endSocket = await serveOnSocket((request, response) => this.#answer(request, response), path);
  }

  /** From now on `app` answers; null: nothing does. */
  show(app: HttpApp | null): void {
    this.#app = app;
    this.#hasBegun = true;
    for (const answer of this.#early.splice(0)) answer();
  }

  /** Ends what answered before, when it has answered what it was asked, or after `mostMs`. */
  async retire(app: HttpApp, mostMs: number): Promise<void> {
    await app.close();
    const endMs = performance.now() + mostMs;
    const open = this.#open.get(app) ?? new Set();
    while (open.size > 0 && performance.now() < endMs) await delay(5);
    for (const response of open) response.destroy();
    this.#open.delete(app);
  }

  /** Takes no new connections. */
  stopListening(): void {
    this.#server.close();
  }

  async close(): Promise<void> {
    this.#server.close();
    this.#server.closeAllConnections();
    await this.#endSocket();
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    const app = this.#app;
    if (!this.#hasBegun) {
      this.#early.push(() => this.#answer(request, response));
      return;
    }
    if (app === null) {
      refuse(response);
      return;
    }
    let open = this.#open.get(app);
    if (open === undefined) {
      open = new Set();
      this.#open.set(app, open);
    }
    open.add(response);
    response.on('close', () => open.delete(response));
    app.routing(request, response);
  }
}

/** A process that stops. */
function refuse(response: ServerResponse): void {
  const body = {
    type: 'urn:problem:xpert:no-leader',
    title: 'No process leads',
    status: 503,
    detail: 'This process is stopping.',
    code: 'no-leader',
    hint: 'Try again in a moment.',
  };
  response.writeHead(503, {
    'content-type': 'application/problem+json; charset=utf-8',
    'cache-control': 'private, no-store',
    'retry-after': '1',
    connection: 'close',
    [NOT_LEADING_HEADER]: '1',
  });
  response.end(JSON.stringify(body));
}
