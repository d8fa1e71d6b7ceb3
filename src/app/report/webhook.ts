import { HttpClient } from '../../lib/http-client/http-client.ts';
import { HttpFailure } from '../../lib/http-client/http-failure.ts';

export type Delivery =
  | { readonly kind: 'taken' }
  /** To be tried again as it is. */
  | { readonly kind: 'away'; readonly why: string; readonly afterMs: number | null }
  /** Understood and not taken: wrong as it is. */
  | { readonly kind: 'refused'; readonly code: string; readonly why: string };

export interface Delivered {
  readonly delivery: Delivery;
  /** How far the panel's clock is ahead of ours, ms; null if it did not tell. */
  readonly skewMs: number | null;
}

export interface WebhookAddress {
  /** Without a slash at its end, without the token. */
  readonly url: string;
  /** Null: the panel's webhook is open. */
  readonly token: string | null;
}

const TIMEOUT_MS = 30_000;
const MOST_ANSWER_BYTES = 64 * 1024;

/** The webhook of a panel. */
export class Webhook {
  readonly #address: WebhookAddress;
  readonly #http = new HttpClient({ policy: { kind: 'collector', privateAddresses: true }, keepsConnections: true });
  readonly #closing = new AbortController();

  constructor(address: WebhookAddress) {
    this.#address = address;
  }

  async deliver(reports: readonly object[]): Promise<Delivered> {
    const { url, token } = this.#address;
    try {
      const { status, headers, body } = await this.#http.request({
        method: 'POST',
        url: new URL(`${url}/api/xpert/traffic-webhook`),
        headers: {
          'content-type': 'application/json',
          ...(token === null ? {} : { authorization: `Bearer ${token}` }),
        },
        body: JSON.stringify(reports),
        signal: this.#closing.signal,
        timeoutMs: TIMEOUT_MS,
        maxBytes: MOST_ANSWER_BYTES,
      });
      const saysAt = Date.parse(headers.date ?? '');
      const skewMs = Number.isNaN(saysAt) ? null : saysAt - Date.now();
      return { delivery: deliveryOf(status, headers['retry-after'], body.toString('utf8')), skewMs };
    } catch (error) {
      const why = error instanceof HttpFailure ? `${error.message} ${error.hint}` : String(error);
      return { delivery: { kind: 'away', why, afterMs: null }, skewMs: null };
    }
  }

  close(): void {
    this.#closing.abort();
    this.#http.close();
  }
}

function deliveryOf(status: number, retryAfter: string | undefined, text: string): Delivery {
  const answer = fieldsOf(text);
  if (status === 200 && answer.status === 'success') return { kind: 'taken' };
  const why = [status, answer.detail, answer.hint].filter((part) => part !== undefined).join(' ');
  if (status >= 400 && status < 500 && status !== 408 && status !== 429)
    return { kind: 'refused', code: String(answer.code ?? status), why };
  const seconds = /^\d{1,5}$/.test(retryAfter ?? '') ? Math.min(Number(retryAfter), 3_600) : null;
  const what = status === 200 ? 'what answers there is not the webhook of an Xpert panel' : why;
  return { kind: 'away', why: what, afterMs: seconds === null ? null : seconds * 1000 };
}

function fieldsOf(text: string): Record<string, unknown> {
  try {
    const value = JSON.parse(text) as unknown;
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}
