import { type ClientRequest, type IncomingHttpHeaders, type IncomingMessage, request } from 'node:http';
import type { AddressPolicy } from './addresses.ts';
import { type Agents, bareHost, makeAgents, portOf } from './agents.ts';
import { receiveBody } from './body.ts';
import { type ConnectionRules, resolveBySystem } from './connection.ts';
import { codeOf, HttpFailure, toHttpFailure } from './http-failure.ts';

export interface HttpClientOptions {
  readonly policy: AddressPolicy;
  readonly connectTimeoutMs?: number;
  /** SHA-256 of the one certificate to accept, hex, with or without colons. */
  readonly certificateSha256?: string | null;
  /** Keeps connections for the requests that follow at once. */
  readonly keepsConnections?: boolean;
  readonly resolve?: ConnectionRules['resolve'];
}

export interface HttpRequest {
  readonly method?: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly url: URL;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
  readonly signal: AbortSignal;
  /** From the first to the last byte, redirects included. */
  readonly timeoutMs?: number;
  /** Cap on the body, as sent and as unpacked. */
  readonly maxBytes?: number;
  /** How many redirects of a GET are followed, each checked like the first address. Otherwise they are answers. */
  readonly redirects?: number;
  /** Takes the body of a 2xx answer as it arrives, unpacked; the answer's `body` stays empty. What it throws ends the request. */
  readonly onData?: (chunk: Buffer) => void;
}

export interface HttpAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  /** Of an answer other than 2xx at most the beginning. */
  readonly body: Buffer;
}

const DEFAULT_CONNECT_TIMEOUT_MS = 10_000;
const DEFAULT_TIMEOUT_MS = 30_000;
const DEFAULT_MAX_BYTES = 16 * 1024 * 1024;
const MAX_HEADER_BYTES = 32 * 1024;
const REDIRECTS = new Set([301, 302, 303, 307, 308]);

/**
 * Requests over HTTP/1.1 with an address policy: names are resolved once, every address is checked, and nothing else is
 * connected to. Errors name the host, never a path, a query, a header or a body.
 */
export class HttpClient {
  readonly #rules: ConnectionRules;
  readonly #agents: Agents;

  constructor(options: HttpClientOptions) {
    this.#rules = {
      policy: options.policy,
      connectTimeoutMs: options.connectTimeoutMs ?? DEFAULT_CONNECT_TIMEOUT_MS,
      certificateSha256: options.certificateSha256?.replaceAll(':', '').toUpperCase() ?? null,
      resolve: options.resolve ?? resolveBySystem,
    };
    this.#agents = makeAgents(this.#rules, { keepAlive: options.keepsConnections ?? false, maxSockets: 4 });
  }

  /** @throws the signal's reason when aborted; HttpFailure; what `onData` throws */
  async request(wanted: HttpRequest): Promise<HttpAnswer> {
    wanted.signal.throwIfAborted();
    const timeout = AbortSignal.timeout(wanted.timeoutMs ?? DEFAULT_TIMEOUT_MS);
    const signal = AbortSignal.any([wanted.signal, timeout]);
    try {
      return await this.#follow({ ...wanted, signal }, wanted.redirects ?? 0);
    } catch (error) {
      wanted.signal.throwIfAborted();
      if (!timeout.aborted) throw error;
      throw new HttpFailure(
        'http-timeout',
        `${wanted.url.origin} did not answer in time.`,
        'It is overloaded, or hangs.',
      );
    }
  }

  /** Ends kept connections. Idempotent. */
  close(): void {
    this.#agents.plain.destroy();
    this.#agents.tls.destroy();
  }

  async #follow(wanted: HttpRequest, redirects: number): Promise<HttpAnswer> {
    const answer = await this.#once(wanted, true);
    const { location } = answer.headers;
    const isGet = (wanted.method ?? 'GET') === 'GET';
    if (redirects < 1 || !isGet || !REDIRECTS.has(answer.status) || location === undefined) return answer;
    const url = URL.canParse(location, wanted.url.href) ? new URL(location, wanted.url) : null;
    if (url === null || (wanted.url.protocol === 'https:' && url.protocol !== 'https:')) {
      const hint = 'It should lead to another https:// address.';
      throw new HttpFailure('http-redirect', `${wanted.url.origin} redirects to where nobody may follow.`, hint);
    }
    const { headers = {} } = wanted;
    const isSame = url.origin === wanted.url.origin;
    return await this.#follow({ ...wanted, url, headers: isSame ? headers : forAnybody(headers) }, redirects - 1);
  }

  async #once(wanted: HttpRequest, mayRepeat: boolean): Promise<HttpAnswer> {
    const outgoing = this.#send(wanted);
    let incoming: IncomingMessage;
    try {
      incoming = await headOf(outgoing);
    } catch (error) {
      // A kept connection that the other side closed at the same moment: nothing was answered, and a GET changes nothing.
      const isStale = outgoing.reusedSocket && codeOf(error) === 'ECONNRESET' && (wanted.method ?? 'GET') === 'GET';
      if (isStale && mayRepeat && !wanted.signal.aborted) return await this.#once(wanted, false);
      throw toHttpFailure(error, wanted.url.origin);
    }
    const status = incoming.statusCode ?? 0;
    const isGood = status >= 200 && status < 300;
    const body = await receiveBody(incoming, {
      origin: wanted.url.origin,
      maxBytes: wanted.maxBytes ?? DEFAULT_MAX_BYTES,
      onData: isGood ? (wanted.onData ?? null) : null,
      isWhole: isGood,
      signal: wanted.signal,
    });
    return { status, headers: incoming.headers, body };
  }

  #send({ method = 'GET', url, headers, body, signal }: HttpRequest): ClientRequest {
    const isTls = url.protocol === 'https:';
    if (!isTls && url.protocol !== 'http:')
      throw new HttpFailure('http-redirect', 'Only http:// and https:// can be asked.', 'Write the whole address.');
    const outgoing = request({
      method,
      protocol: url.protocol,
      host: bareHost(url),
      port: portOf(url),
      path: `${url.pathname}${url.search}`,
      agent: isTls ? this.#agents.tls : this.#agents.plain,
      headers: {
        'user-agent': 'xpert',
        'accept-encoding': 'gzip',
        ...headers,
        host: url.host,
        ...(body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) }),
      },
      maxHeaderSize: MAX_HEADER_BYTES,
      signal,
    });
    outgoing.end(body);
    return outgoing;
  }
}

/** Whoever is elsewhere gets nothing that was meant for the first, but hears who asks and for what. */
function forAnybody(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => /^(?:user-agent|accept)$/i.test(name)));
}

function headOf(outgoing: ClientRequest): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    outgoing.once('response', resolve);
    // Stays: an error after the answer began shows in the answer itself.
    outgoing.on('error', reject);
  });
}
