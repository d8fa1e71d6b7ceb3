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
  /** Cookies of the login; null: not logged in. */
  #cookies: string | null = null;

  constructor(options: ThreeXuiOptions) {
    this.#options = options;
    this.#api = new JsonApi(new URL(options.url), clientOf(options));
  }

  /** What is wanted of `obj`; null if there is no such route. @throws SourceFailure */
  async get(path: string, obj: Shape, signal: AbortSignal): Promise<{ readonly obj: unknown } | null> {
    const shape = { success: 'value', msg: 'value', obj } as const;
    const used = await this.#credentials(signal);
    let answer = await this.#ask({ path, shape, signal, headers: used });
    if (this.#options.token === undefined && isLoggedOut(answer)) {
      // Cookies end; the oldest versions say so with status 200, and all in words that depend on the language.
      const fresh = await this.#logIn(signal);
      answer = await this.#ask({ path, shape, signal, headers: fresh });
    }
    if (answer.status === 404) return null;
    return { obj: opened(answer) };
  }

  close(): void {
    this.#api.close();
  }

  async #credentials(signal: AbortSignal): Promise<Record<string, string>> {
    const { token } = this.#options;
    if (token !== undefined) return { authorization: `Bearer ${token}` };
    return this.#cookies === null ? await this.#logIn(signal) : { cookie: this.#cookies };
  }

  async #logIn(signal: AbortSignal): Promise<Record<string, string>> {
    const { username = '', password = '' } = this.#options;
    const shape = { success: 'value', msg: 'value', obj: 'value' } as const;
    // Version 3 wants a token against forged requests; before, there is no such route.
    const before = await this.#ask({ path: 'csrf-token', shape: { obj: 'value' }, signal });
    const csrf = before.value === undefined ? null : (before.value as Envelope | null)?.obj;
    const cookies = cookiesOf(before);
    const headers = {
      ...(typeof csrf === 'string' ? { 'x-csrf-token': csrf } : {}),
      ...(cookies === '' ? {} : { cookie: cookies }),
    };
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
    this.#cookies = cookie;
    return { cookie };
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
