import type { IncomingHttpHeaders } from 'node:http';
import { JsonPicker, type Shape } from '../json-picker.ts';
import { NotJson } from '../json-text.ts';
import type { HttpClient, HttpRequest } from './http-client.ts';
import { HttpFailure } from './http-failure.ts';

export interface JsonQuestion {
  readonly method?: HttpRequest['method'];
  /** Below the base address, without a slash before it. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string | number>>;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as a form, or as JSON. */
  readonly form?: Readonly<Record<string, string>>;
  readonly json?: unknown;
  /** What is wanted of a 2xx answer; nothing else of it is kept. */
  readonly shape: Shape;
  /** Of one text among that; see JsonPicker. */
  readonly maxTextBytes?: number;
  readonly signal: AbortSignal;
}

export interface JsonAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  /** Picked from a 2xx answer (null if that has no content); undefined for every other. */
  readonly value: unknown;
}

/** 100,000 users with all their links are some 300 MB; only what is wanted of them is kept. */
const MAX_BYTES = 512 * 1024 * 1024;
/** Whoever asks has its own limit of time in the signal; this one is for those who forgot. */
const TIMEOUT_MS = 120_000;

/** An interface that answers in JSON. */
export class JsonApi {
  readonly #base: URL;
  readonly #http: HttpClient;
  #clock: Date | undefined;

  constructor(base: URL, http: HttpClient) {
    this.#base = base;
    this.#http = http;
  }

  /** What the clock of the other side showed with the last answer, in whole seconds; undefined where it does not tell. */
  get clock(): Date | undefined {
    return this.#clock;
  }

  /** @throws HttpFailure (`http-not-json` among them); the signal's reason */
  async ask({
    method,
    path,
    query = {},
    headers,
    form,
    json,
    shape,
    maxTextBytes,
    signal,
  }: JsonQuestion): Promise<JsonAnswer> {
    const url = new URL(path, this.#base);
    for (const [name, value] of Object.entries(query)) url.searchParams.set(name, String(value));
    const picker = new JsonPicker(shape, maxTextBytes === undefined ? {} : { maxTextBytes });
    const body = form === undefined ? json && JSON.stringify(json) : new URLSearchParams(form).toString();
    const type = form === undefined ? 'application/json' : 'application/x-www-form-urlencoded';
    try {
      const answer = await this.#http.request({
        ...(method === undefined ? {} : { method }),
        url,
        headers: { accept: 'application/json', ...(body === undefined ? {} : { 'content-type': type }), ...headers },
        ...(typeof body === 'string' ? { body } : {}),
        signal,
        timeoutMs: TIMEOUT_MS,
        maxBytes: MAX_BYTES,
        onData: (chunk) => picker.push(chunk),
      });
      this.#clock = clockIn(answer.headers);
      return { status: answer.status, headers: answer.headers, value: pickedOf(answer.status, picker) };
    } catch (error) {
      if (!(error instanceof NotJson)) throw error;
      throw new HttpFailure(
        'http-not-json',
        `${this.#base.origin} answers with something that is not the JSON it should be: ${error.message}.`,
        'Check the address: is it the interface itself, and not a page of it or of a proxy?',
      );
    }
  }

  close(): void {
    this.#http.close();
  }
}

/** `Date` is when the answer was made (RFC 9110, 6.6.1); with an `Age` it comes from a cache and is older. */
function clockIn({ date, age }: IncomingHttpHeaders): Date | undefined {
  const ms = age === undefined ? Date.parse(date ?? '') : Number.NaN;
  return Number.isNaN(ms) ? undefined : new Date(ms);
}

function pickedOf(status: number, picker: JsonPicker): unknown {
  if (status === 204) return null;
  return status >= 200 && status < 300 ? picker.finish() : undefined;
}
