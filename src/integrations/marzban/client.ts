import { asSourceFailure, brokenOff } from '../../core/metering/source-failures.ts';
import { clientOf } from '../../lib/http-client/endpoint.ts';
import { HttpFailure } from '../../lib/http-client/http-failure.ts';
import { type JsonAnswer, JsonApi, type JsonQuestion } from '../../lib/http-client/json-api.ts';
import type { Shape } from '../../lib/json-picker.ts';
import { statusFailure, unexpected } from './failures.ts';
import type { MarzbanOptions } from './options.ts';

/**
 * The interface of Marzban (app/routers of 0.8.4). Logs in when it has to: tokens end after a day (or what
 * JWT_ACCESS_TOKEN_EXPIRE_MINUTES says), and with every change of the admin's password.
 */
export class MarzbanClient {
  readonly #api: JsonApi;
  readonly #options: MarzbanOptions;
  #token: string | null = null;

  constructor(options: MarzbanOptions) {
    this.#options = options;
    this.#api = new JsonApi(new URL(options.url), clientOf(options));
  }

  /** @throws SourceFailure */
  async get(
    path: string,
    shape: Shape,
    signal: AbortSignal,
    query: Readonly<Record<string, string | number>> = {},
  ): Promise<unknown> {
    const used = this.#token ?? (await this.#logIn(signal));
    const answer = await this.#retrying(used, { path, shape, signal, query });
    if (answer.value === undefined) throw statusFailure(answer.status);
    return answer.value;
  }

  /** One user: as `read` shows it, or changed by `change`. Undefined if there is none. @throws SourceFailure */
  async user(name: string, shape: Shape, signal: AbortSignal, change?: Readonly<Record<string, unknown>>) {
    const used = this.#token ?? (await this.#logIn(signal));
    const path = `api/user/${encodeURIComponent(name)}`;
    const what = change === undefined ? {} : { method: 'PUT' as const, json: change };
    const answer = await this.#retrying(used, { path, shape, signal, ...what });
    if (answer.status === 404) return undefined;
    if (answer.value === undefined) throw statusFailure(answer.status);
    return answer.value;
  }

  async #retrying(used: string, question: JsonQuestion): Promise<JsonAnswer> {
    const answer = await this.#authorized(used, question);
    if (answer.status !== 401) return answer;
    // Another poll may have logged in meanwhile.
    const fresh = this.#token !== null && this.#token !== used ? this.#token : await this.#logIn(question.signal);
    return await this.#authorized(fresh, question);
  }

  close(): void {
    this.#api.close();
  }

  async #logIn(signal: AbortSignal): Promise<string> {
    const { username, password } = this.#options;
    const form = { grant_type: 'password', username, password };
    const shape = { access_token: 'value' } as const;
    const { status, value } = await this.#ask({ method: 'POST', path: 'api/admin/token', form, shape, signal });
    if (value === undefined) throw statusFailure(status);
    const token = (value as { access_token?: unknown } | null)?.access_token;
    if (typeof token !== 'string' || !/^[\x21-\x7e]+$/.test(token)) throw unexpected('there is no token in its login');
    this.#token = token;
    return token;
  }

  #authorized(token: string, question: JsonQuestion): Promise<JsonAnswer> {
    return this.#ask({ ...question, headers: { authorization: `Bearer ${token}` } });
  }

  async #ask(question: JsonQuestion): Promise<JsonAnswer> {
    try {
      return await this.#api.ask(question);
    } catch (error) {
      if (question.signal.aborted) throw brokenOff(question.signal);
      throw error instanceof HttpFailure ? asSourceFailure(error) : error;
    }
  }
}
