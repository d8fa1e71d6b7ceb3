import { asSourceFailure, brokenOff } from '../../core/metering/source-failures.ts';
import { clientOf } from '../../lib/http-client/endpoint.ts';
import { HttpFailure } from '../../lib/http-client/http-failure.ts';
import { type JsonAnswer, JsonApi, type JsonQuestion } from '../../lib/http-client/json-api.ts';
import type { Shape } from '../../lib/json-picker.ts';
import { statusFailure } from './failures.ts';
import type { RemnawaveOptions } from './options.ts';

/**
 * Whoever asks without these is not answered at all: the panel closes the connection, because it is not meant to be
 * reached but through its proxy (ProxyCheckGuard). A proxy in between writes its own.
 */
const AS_FROM_THE_PROXY = { 'x-forwarded-for': '127.0.0.1', 'x-forwarded-proto': 'https' };

/** The interface of Remnawave 2 and 3 (libs/contract): what was asked for stands in `response`. */
export class RemnawaveClient {
  readonly #api: JsonApi;
  readonly #headers: Readonly<Record<string, string>>;

  constructor(options: RemnawaveOptions) {
    this.#api = new JsonApi(new URL(options.url), clientOf(options));
    this.#headers = { ...AS_FROM_THE_PROXY, authorization: `Bearer ${options.token}` };
  }

  /** @throws SourceFailure */
  async get(
    path: string,
    response: Shape,
    signal: AbortSignal,
    query: Readonly<Record<string, string | number>> = {},
  ): Promise<unknown> {
    const answer = await this.#ask({ path, query, signal }, response);
    if (answer.value === undefined) throw statusFailure(answer.status);
    return responseOf(answer);
  }

  /** As `get`; null where this version of the panel has no such route (or takes its last word for an id). */
  async find(
    path: string,
    response: Shape,
    signal: AbortSignal,
    query: Readonly<Record<string, string | number>> = {},
  ): Promise<{ readonly response: unknown } | null> {
    const answer = await this.#ask({ path, query, signal }, response);
    if (answer.status === 404 || answer.status === 400) return null;
    if (answer.value === undefined) throw statusFailure(answer.status);
    return { response: responseOf(answer) };
  }

  /** Does something. `refused`: the panel finds that there is nothing to do, or nobody to do it to (400, 404). */
  async act(path: string, response: Shape, signal: AbortSignal): Promise<{ readonly response: unknown } | 'refused'> {
    const answer = await this.#ask({ method: 'POST', path, signal }, response);
    if (answer.status === 400 || answer.status === 404) return 'refused';
    if (answer.value === undefined) throw statusFailure(answer.status);
    return { response: responseOf(answer) };
  }

  /** Of the panel's machine, as of the last answer. */
  get clock(): Date | undefined {
    return this.#api.clock;
  }

  close(): void {
    this.#api.close();
  }

  async #ask(question: Omit<JsonQuestion, 'shape'>, response: Shape): Promise<JsonAnswer> {
    const { signal } = question;
    try {
      return await this.#api.ask({ ...question, headers: this.#headers, shape: { response } });
    } catch (error) {
      if (signal.aborted) throw brokenOff(signal);
      throw error instanceof HttpFailure ? asSourceFailure(error) : error;
    }
  }
}

function responseOf({ value }: JsonAnswer): unknown {
  return (value as { response?: unknown } | null)?.response;
}
