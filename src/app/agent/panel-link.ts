import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { HttpClient } from '../../lib/http-client/http-client.ts';
import { HttpFailure } from '../../lib/http-client/http-failure.ts';

/** What the panel tells the agent (GET /api/v1/agent/position, and the answer to readings). */
export interface PanelPosition {
  readonly nodeId: string;
  readonly nodeName: string;
  readonly sequence: number;
  readonly state: 'counting' | 'standby';
  readonly reason: string | null;
  readonly intervalSeconds: number;
  /** Absent: the panel is of a version that tells none. */
  readonly trackingPeriod?: number;
}

export type SendOutcome =
  | { readonly kind: 'answered'; readonly position: PanelPosition }
  /** To be tried again as it is. `afterMs`: not before that, as the panel asks. */
  | { readonly kind: 'unreachable'; readonly why: string; readonly afterMs: number | null }
  /** Something on the way refuses bodies of this size. */
  | { readonly kind: 'too-large' }
  /** The panel understood and does not take it: never as it is. */
  | { readonly kind: 'refused'; readonly why: string }
  /** The panel does not let this agent in. */
  | { readonly kind: 'forbidden'; readonly why: string };

export interface PanelAddress {
  /** Without a slash at its end, without the token. */
  readonly url: string;
  readonly token: string;
}

const TIMEOUT_MS = 60_000;
const MOST_ANSWER_BYTES = 64 * 1024;
const zip = promisify(gzip);

/** Talks to the panel; only ever outwards. TLS certificates are verified, and the token stands in the header alone. */
export class PanelLink {
  readonly #address: PanelAddress;
  readonly #client = new HttpClient({ policy: { kind: 'collector', privateAddresses: true }, keepsConnections: true });
  readonly #closing = new AbortController();

  constructor(address: PanelAddress) {
    this.#address = address;
  }

  send(batch: object): Promise<SendOutcome> {
    return this.#ask('POST', '/api/v1/agent/readings', JSON.stringify(batch));
  }

  position(incarnation: string): Promise<SendOutcome> {
    return this.#ask('GET', `/api/v1/agent/position?incarnation=${encodeURIComponent(incarnation)}`, null);
  }

  /** Breaks off what is under way: it was kept, and is sent again at the next start. */
  close(): void {
    this.#closing.abort();
    this.#client.close();
  }

  async #ask(method: 'GET' | 'POST', path: string, json: string | null): Promise<SendOutcome> {
    const { url, token } = this.#address;
    const authorization = `Bearer ${token}`;
    try {
      const { status, headers, body } = await this.#client.request({
        method,
        url: new URL(`${url}${path}`),
        headers:
          json === null
            ? { authorization }
            : { authorization, 'content-type': 'application/json', 'content-encoding': 'gzip' },
        ...(json === null ? {} : { body: await zip(json, { level: 5 }) }),
        signal: this.#closing.signal,
        timeoutMs: TIMEOUT_MS,
        maxBytes: MOST_ANSWER_BYTES,
      });
      return outcomeOf({ status, retryAfter: headers['retry-after'], text: body.toString('utf8') });
    } catch (error) {
      const why = error instanceof HttpFailure ? `${error.message} ${error.hint}` : String(error);
      return { kind: 'unreachable', why, afterMs: null };
    }
  }
}

interface Answer {
  readonly status: number;
  readonly retryAfter: string | undefined;
  readonly text: string;
}

function outcomeOf({ status, retryAfter, text }: Answer): SendOutcome {
  if (status === 200) {
    const position = positionOf(text);
    return position === null
      ? { kind: 'unreachable', why: 'what answers there is not an Xpert panel', afterMs: null }
      : { kind: 'answered', position };
  }
  if (status === 413) return { kind: 'too-large' };
  const why = `${status} ${detailOf(text)}`.trim();
  if (status === 400 || status === 422) return { kind: 'refused', why };
  if (status === 401 || status === 403 || status === 404) return { kind: 'forbidden', why };
  return { kind: 'unreachable', why, afterMs: retryAfterMs(retryAfter) };
}

function positionOf(text: string): PanelPosition | null {
  try {
    const position = JSON.parse(text) as PanelPosition;
    const isOurs = Number.isSafeInteger(position.sequence) && typeof position.nodeId === 'string';
    return isOurs && position.intervalSeconds >= 1 ? position : null;
  } catch {
    return null;
  }
}

function detailOf(text: string): string {
  try {
    const { detail, hint } = JSON.parse(text) as { detail?: unknown; hint?: unknown };
    return [detail, hint].filter((part) => typeof part === 'string').join(' ');
  } catch {
    return '';
  }
}

/** Seconds; dates are not sent by Xpert. At most an hour: whoever asks for more is not believed. */
function retryAfterMs(header: string | undefined): number | null {
  return header !== undefined && /^\d{1,6}$/.test(header) ? Math.min(Number(header), 3_600) * 1000 : null;
}
