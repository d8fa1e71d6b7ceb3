import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { ExpectedError } from '../../../core/errors.ts';
import type { Gateway, GatewayTools, PanelBooks } from '../../../core/gateway/gateway.ts';
import { rulesOf } from '../../../lib/http-client/endpoint.ts';
import { codeOf } from '../../../lib/http-client/http-failure.ts';
import { type AnswerHead, type Change, type Exchange, ReverseProxy } from '../../../lib/reverse-proxy/reverse-proxy.ts';
import { type ListenAddress, listenAddressOf, type MarzbanOptions } from '../options.ts';
import { withBeyond } from './figures.ts';
import { accountOfSubscription, adminOfToken, userinfoWith } from './subscription.ts';
import { type Touched, touchedBy } from './touched.ts';

/** So long an answer waits for our figures; then it passes as it came. */
const FIGURES_MS = 2_000;
/** So long the answer to a reset waits for our mark. */
const RESET_MS = 5_000;
/** Longer than nginx keeps an idle connection open (60 s). */
const KEEP_ALIVE_MS = 72_000;
const HEADERS_MS = 30_000;
const MAX_HEADER_BYTES = 64 * 1024;
const CLOSE_MS = 500;
const USERINFO = 'subscription-userinfo';

/**
 * Stands before the interface and the pages of an unmodified Marzban. Everything passes as it is, with the caller's own
 * credentials; figures of users and admins get on top what the panel does not count, and a reset in the panel is a reset
 * mark here as well. What of ours fails leaves the panel's answer as it came.
 */
export class MarzbanGateway implements Gateway {
  readonly #address: ListenAddress;
  readonly #books: PanelBooks;
  readonly #proxy: ReverseProxy;
  readonly #server: Server;
  readonly #onBug: (error: unknown) => void;

  constructor(options: MarzbanOptions, { books, onBug }: GatewayTools) {
    this.#address = listenAddressOf(options.gateway ?? '');
    this.#books = books;
    this.#onBug = onBug;
    this.#proxy = new ReverseProxy({
      base: new URL(options.url),
      rules: rulesOf(options),
      name: 'Marzban',
      // As FastAPI words its errors: the panel's pages show `detail`.
      worded: (detail) => ({ type: 'application/json', body: JSON.stringify({ detail }) }),
      onBug,
    });
    this.#server = createServer({ keepAliveTimeout: KEEP_ALIVE_MS, headersTimeout: HEADERS_MS, ...UNLIMITED });
    this.#server.on('request', (incoming, outgoing) => this.#serve(incoming, outgoing));
    this.#server.on('upgrade', (incoming, socket: Socket, first) => {
      this.#proxy.upgrade(incoming, socket, first, !isOurs(incoming));
    });
  }

  async listen(): Promise<void> {
    const { host, port } = this.#address;
    await new Promise<void>((resolve, reject) => {
      const failed = (cause: Error) => {
        reject(
          new ExpectedError(
            'gateway-not-listening',
            `The gateway cannot listen on ${host}:${port} (${codeOf(cause)}).`,
            {
              hint: `Free the port (ss -ltnp 'sport = :${port}' names who has it), or choose another: xpert node change NAME --gateway HOST:PORT`,
              cause,
            },
          ),
        );
      };
      this.#server.once('error', failed);
      this.#server.listen(port, host, () => {
        // Such as no descriptor left for one more connection.
        this.#server.off('error', failed).on('error', this.#onBug);
        resolve();
      });
    });
  }

  async close(): Promise<void> {
    this.#proxy.close();
    if (!this.#server.listening) return;
    const closed = new Promise((resolve) => this.#server.close(resolve));
    const cut = setTimeout(() => {
      this.#server.closeAllConnections();
      // An upgrade may have come meanwhile.
      this.#proxy.close();
    }, CLOSE_MS);
    await closed;
    clearTimeout(cut);
  }

  #serve(incoming: IncomingMessage, outgoing: ServerResponse): void {
    const path = pathOf(incoming);
    const touched = touchedBy(incoming.method ?? 'GET', path);
    this.#proxy.pass(incoming, outgoing, this.#exchangeOf(touched, path, incoming));
  }

  #exchangeOf(touched: Touched | null, path: string, { method, headers }: IncomingMessage): Exchange {
    if (touched !== null) {
      const by = adminOfToken(headers.authorization);
      return { isReadable: true, answered: (head) => this.#touch(head, touched, by) };
    }
    const account = method === 'GET' ? accountOfSubscription(path) : null;
    return account === null ? {} : { answered: async (head) => this.#subscription(head, account) };
  }

  async #touch(head: AnswerHead, { figures, reset }: Touched, by: string | null): Promise<Change | null> {
    if (head.status < 200 || head.status > 299) return null;
    // It goes on, and is seen to, when the answer has not waited for it.
    if (reset !== null)
      await Promise.race([this.#books.hasReset(reset, by), delay(RESET_MS, undefined, { ref: false })]);
    if (figures === null || !isPlainJson(head)) return null;
    return { kind: 'body', change: (body) => inTime(withBeyond(body, figures, this.#books)) };
  }

  #subscription({ status, headers }: AnswerHead, account: string): Change | null {
    if (status !== 200 || headers[USERINFO] === undefined) return null;
    const change = async (value: string) => {
      const beyond = (await inTime(this.#books.beyond([account]))).get(account);
      return userinfoWith(value, beyond?.shown ?? 0n);
    };
    return { kind: 'header', name: USERINFO, change };
  }
}

/** Bodies may be long and slow; heads may not. */
const UNLIMITED = { requestTimeout: 0, maxHeaderSize: MAX_HEADER_BYTES } as const;

function pathOf({ url = '' }: IncomingMessage): string {
  return url.split('?', 1)[0] ?? url;
}

/** Its answer holds figures, or a subscription's. */
function isOurs(incoming: IncomingMessage): boolean {
  const path = pathOf(incoming);
  return touchedBy(incoming.method ?? 'GET', path) !== null || accountOfSubscription(path) !== null;
}

function isPlainJson({ headers }: AnswerHead): boolean {
  const { 'content-type': type = '', 'content-encoding': encoding = 'identity' } = headers;
  return /^application\/json\b/i.test(type) && encoding === 'identity';
}

/** Whoever came in time leaves no timer behind, which would hold what was found until it ends. */
async function inTime<T>(work: Promise<T>): Promise<T> {
  let late: NodeJS.Timeout | undefined;
  const tooLate = new Promise<never>((_, reject) => {
    late = setTimeout(() => reject(new Error('Figures came too late for the answer.')), FIGURES_MS);
    late.unref();
  });
  try {
    return await Promise.race([work, tooLate]);
  } finally {
    clearTimeout(late);
  }
}
