import { asSourceFailure, brokenOff } from '../../core/metering/source-failures.ts';
import { clientOf } from '../../lib/http-client/endpoint.ts';
import { HttpFailure } from '../../lib/http-client/http-failure.ts';
import { type JsonAnswer, JsonApi, type JsonQuestion } from '../../lib/http-client/json-api.ts';
import type { Shape } from '../../lib/json-picker.ts';
import { DIALECTS, type PanelDialect, type UserOrder } from './dialects.ts';
import { statusFailure, unexpected } from './failures.ts';
import type { MarzbanOptions } from './options.ts';
import type { Fields } from './users.ts';

/** What a question about one user ended with; `conflict`: the user is not as the order takes them to be. */
export type UserAnswer = Fields | 'absent' | 'conflict';

/**
 * The interface of Marzban (app/routers of 0.8.4) and of the panels that came of it. Logs in when it has to: tokens end
 * after a day (or what JWT_ACCESS_TOKEN_EXPIRE_MINUTES says), and with every change of the admin's password.
 */
export class MarzbanClient {
  readonly #api: JsonApi;
  readonly #options: MarzbanOptions;
  #login: { readonly token: string; readonly dialect: PanelDialect } | null = null;

  constructor(options: MarzbanOptions) {
    this.#options = options;
    this.#api = new JsonApi(new URL(options.url), clientOf(options));
  }

  /** Which panel it is; what logs in to it says so. @throws SourceFailure */
  async dialect(signal: AbortSignal): Promise<PanelDialect> {
    return (this.#login ?? (await this.#logIn(signal))).dialect;
  }

  /** @throws SourceFailure */
  async get(
    path: string,
    shape: Shape,
    signal: AbortSignal,
    query: Readonly<Record<string, string | number>> = {},
  ): Promise<unknown> {
    const value = await this.ask(path, shape, signal, query);
    if (value === undefined) throw unexpected('an answer has another form');
    return value;
  }

  /** The same; undefined where the answer has another form. @throws SourceFailure */
  async ask(
    path: string,
    shape: Shape,
    signal: AbortSignal,
    query: Readonly<Record<string, string | number>> = {},
  ): Promise<unknown> {
    const { status, value } = await this.#retrying({ path, shape, signal, query });
    if (value === undefined && (status < 200 || status > 299)) throw statusFailure(status);
    return value;
  }

  /** One user: as `read` shows it, or after an order. @throws SourceFailure */
  async user(name: string, shape: Shape, signal: AbortSignal, order?: UserOrder): Promise<UserAnswer> {
    const { userPath } = await this.dialect(signal);
    const { tail, ...how } = order ?? {};
    const path = tail === undefined ? userPath(name) : `${userPath(name)}/${tail}`;
    const answer = await this.#retrying({ path, shape, signal, ...how });
    if (answer.status === 404) return 'absent';
    if (answer.status === 409 && order !== undefined) return 'conflict';
    if (answer.value === undefined) throw statusFailure(answer.status);
    return (answer.value ?? {}) as Fields;
  }

  async #retrying(question: JsonQuestion): Promise<JsonAnswer> {
    const used = this.#login ?? (await this.#logIn(question.signal));
    const answer = await this.#authorized(used.token, question);
    if (answer.status !== 401) return answer;
    // Another poll may have logged in meanwhile.
    const fresh = this.#login !== null && this.#login !== used ? this.#login : await this.#logIn(question.signal);
    return await this.#authorized(fresh.token, question);
  }

  /** Of the panel's machine, as of the last answer. */
  get clock(): Date | undefined {
    return this.#api.clock;
  }

  close(): void {
    this.#api.close();
  }

  async #logIn(signal: AbortSignal) {
    const { username, password } = this.#options;
    const form = { grant_type: 'password', username, password };
    const shape = { access_token: 'value' } as const;
    let status = 404;
    // A panel stays what it was; one that is not known yet shows by the login that it has.
    for (const dialect of this.#login === null ? DIALECTS : [this.#login.dialect]) {
      const answer = await this.#ask({ method: 'POST', path: dialect.loginPath, form, shape, signal });
      if (answer.value !== undefined) return this.#keep(answer.value, dialect);
      status = answer.status;
      if (status !== 404 && status !== 405) break;
    }
    throw statusFailure(status === 405 ? 404 : status);
  }

  #keep(value: unknown, dialect: PanelDialect) {
    const token = (value as { access_token?: unknown } | null)?.access_token;
    if (typeof token !== 'string' || !/^[\x21-\x7e]+$/.test(token)) throw unexpected('there is no token in its login');
    this.#login = { token, dialect };
    return this.#login;
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
