import { asSourceFailure, brokenOff } from '../../core/metering/source-failures.ts';
import { clientOf } from '../../lib/http-client/endpoint.ts';
import { HttpFailure } from '../../lib/http-client/http-failure.ts';
import { type JsonAnswer, JsonApi, type JsonQuestion } from '../../lib/http-client/json-api.ts';
import type { Shape } from '../../lib/json-picker.ts';
import { loginRejected, refusedInside, statusFailure, unexpected } from './failures.ts';
import type { ThreeXuiOptions } from './options.ts';

/** Every answer of the panel: whether it worked, what it says, what was asked for (web/controller/util.go). */
interface Envelope {
  readonly success?: unknown;
  readonly msg?: unknown;
  readonly obj?: unknown;
}

/**
 * Asks the interface of 3x-ui, with a bearer token or a cookie. Only with this header does it answer 401 to those who are
 * not logged in; without, 404 as for a route that is not there (web/controller/api.go).
 */
const BY_SCRIPT = { 'x-requested-with': 'XMLHttpRequest' };

export class ThreeXuiSession {
  readonly #api: JsonApi;
  readonly #options: ThreeXuiOptions;
  /** What goes with every question after the login; null: not logged in. */
  #login: Readonly<Record<string, string>> | null = null;

  constructor(options: ThreeXuiOptions) {
    this.#options = options;
    this.#api = new JsonApi(new URL(options.url), clientOf(options));
  }

  /** What is wanted of `obj`; null if there is no such route. @throws SourceFailure */
  get(path: string, obj: Shape, signal: AbortSignal, maxTextBytes?: number): Promise<{ readonly obj: unknown } | null> {
    return this.#opened({ path, obj, signal, ...(maxTextBytes === undefined ? {} : { maxTextBytes }) });
  }

  /** Changes something. May be sent twice, where the login had ended. @throws SourceFailure */
  post(path: string, json: unknown, obj: Shape, signal: AbortSignal): Promise<{ readonly obj: unknown } | null> {
    return this.#opened({ method: 'POST', path, json, obj, signal });
  }

  /** Of the panel's machine, as of the last answer. */
  get clock(): Date | undefined {
    return this.#api.clock;
  }

  close(): void {
    this.#api.close();
  }

  async #opened({ obj, ...rest }: Omit<JsonQuestion, 'shape'> & { readonly obj: Shape }) {
    const question = { ...rest, shape: { success: 'value', msg: 'value', obj } as const };
    const used = await this.#credentials(rest.signal);
    let answer = await this.#ask({ ...question, headers: used });
    if (this.#options.token === undefined && isLoggedOut(answer)) {
      // Cookies end; the oldest versions say so with status 200, and all in words that depend on the language.
      const fresh = await this.#logIn(rest.signal);
      answer = await this.#ask({ ...question, headers: fresh });
    }
    return answer.status === 404 ? null : { obj: opened(answer) };
  }

  async #credentials(signal: AbortSignal): Promise<Readonly<Record<string, string>>> {
    const { token } = this.#options;
    if (token !== undefined) return { authorization: `Bearer ${token}` };
    return this.#login ?? (await this.#logIn(signal));
  }

  async #logIn(signal: AbortSignal): Promise<Readonly<Record<string, string>>> {
    const { username = '', password = '' } = this.#options;
    const shape = { success: 'value', msg: 'value', obj: 'value' } as const;
    const before = await this.#antiForgery(signal, {});
    const cookies = cookiesOf(before.answer);
    const headers = { ...before.headers, ...(cookies === '' ? {} : { cookie: cookies }) };
    const answer = await this.#ask({
      method: 'POST',
      path: 'login',
      form: { username, password },
      headers,
      shape,
      signal,
    });
    if (answer.value === undefined) throw statusFailure(answer.status);
    if ((answer.value as Envelope | null)?.success !== true) throw loginRejected();
    const cookie = cookiesOf(answer, cookies);
    if (cookie === '') throw unexpected('its login gives no cookie');
    const { headers: forged } = await this.#antiForgery(signal, { cookie });
    this.#login = { ...forged, cookie };
    return this.#login;
  }

  /** Version 3 wants a token of the session with everything that changes something; before, there is no such route. */
  async #antiForgery(signal: AbortSignal, headers: Record<string, string>) {
    const answer = await this.#ask({ path: 'csrf-token', shape: { obj: 'value' }, signal, headers });
    const token = answer.value === undefined ? null : (answer.value as Envelope | null)?.obj;
    return { answer, headers: typeof token === 'string' ? { 'x-csrf-token': token } : {} };
  }

  async #ask(question: JsonQuestion): Promise<JsonAnswer> {
    try {
      return await this.#api.ask({ ...question, headers: { ...BY_SCRIPT, ...question.headers } });
    } catch (error) {
      if (question.signal.aborted) throw brokenOff(question.signal);
      throw error instanceof HttpFailure ? asSourceFailure(error) : error;
    }
  }
}

function isLoggedOut({ status, value }: JsonAnswer): boolean {
  if (status === 401 || (status >= 300 && status < 400)) return true;
  return value !== undefined && (value as Envelope | null)?.success === false;
}

function opened({ status, value }: JsonAnswer): unknown {
  if (value === undefined) throw statusFailure(status);
  const { success, msg, obj } = (value ?? {}) as Envelope;
  if (success === false) throw refusedInside(msg);
  if (success !== true) throw unexpected('it does not say whether it worked');
  return obj;
}

/** Name and value of each cookie, the newer one of a name. */
function cookiesOf({ headers }: JsonAnswer, before = ''): string {
  const jar = new Map<string, string>();
  const pairs = [...before.split('; '), ...(headers['set-cookie'] ?? []).map((cookie) => cookie.split(';')[0] ?? '')];
  for (const pair of pairs) {
    const at = pair.indexOf('=');
    if (at > 0) jar.set(pair.slice(0, at).trim(), pair.slice(at + 1).trim());
  }
  return [...jar].map(([name, value]) => `${name}=${value}`).join('; ');
}
