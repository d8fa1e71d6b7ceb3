import { asSourceFailure, brokenOff } from '../../core/metering/source-failures.ts';
import { clientOf } from '../../lib/http-client/endpoint.ts';
import { HttpFailure } from '../../lib/http-client/http-failure.ts';
import { type JsonAnswer, JsonApi, type JsonQuestion } from '../../lib/http-client/json-api.ts';
import type { Shape } from '../../lib/json-picker.ts';
import { controlFailure, unexpected } from './failures.ts';
import type { MtprotoOptions } from './options.ts';

/** Links of a user hold its secret, and are passed over. */
const USER = { username: 'value', enabled: 'value', current_connections: 'value', total_octets: 'value' } as const;
const SYSTEM = { uptime_seconds: 'value' } as const;
const POSTURE = { telemetry_user_enabled: 'value' } as const;
const MAX_U64 = 18_446_744_073_709_551_615n;

type Fields = Readonly<Record<string, unknown>>;

export interface TelemtUser {
  readonly name: string;
  readonly isEnabled: boolean;
  readonly isConnected: boolean;
  /** Both directions together since the proxy started, or since it forgot the user after a day without a connection. */
  readonly octets: bigint;
}

/** The control interface of telemt 3 (src/api): what was asked for stands in `data`, beside the configuration's `revision`. */
export class TelemtControl {
  readonly #api: JsonApi;
  readonly #headers: Readonly<Record<string, string>>;

  constructor(options: MtprotoOptions) {
    this.#api = new JsonApi(new URL(options.controlUrl ?? ''), clientOf(options));
    this.#headers = options.token === undefined ? {} : { authorization: options.token };
  }

  /** Every user of its configuration. @throws SourceFailure */
  async users(signal: AbortSignal): Promise<readonly TelemtUser[]> {
    const rows = dataOf(await this.#read('v1/users', [USER], signal));
    if (!Array.isArray(rows)) throw unexpected('its list of users is none');
    const users = (rows as Fields[]).map(userOf);
    if (new Set(users.map(({ name }) => name)).size < users.length) throw unexpected('a user stands there twice');
    return users;
  }

  /** One user, and the revision of the configuration that says so; null if there is none. @throws SourceFailure */
  async user(
    name: string,
    signal: AbortSignal,
  ): Promise<{ readonly user: TelemtUser; readonly revision: string } | null> {
    const path = `v1/users/${encodeURIComponent(name)}`;
    const answer = await this.#ask({ path, shape: { data: USER, revision: 'value' }, signal });
    if (answer.status === 404) return null;
    if (answer.value === undefined) throw controlFailure(answer.status);
    const { revision } = answer.value as Fields;
    if (typeof revision !== 'string' || !/^[0-9A-Za-z]{1,128}$/.test(revision))
      throw unexpected('there is no revision');
    return { user: userOf(dataOf(answer) as Fields), revision };
  }

  /** `changed`: its configuration is not that of `revision` any more, and nothing was done. @throws SourceFailure */
  async setEnabled(
    name: string,
    isEnabled: boolean,
    revision: string,
    signal: AbortSignal,
  ): Promise<'done' | 'absent' | 'changed'> {
    const path = `v1/users/${encodeURIComponent(name)}/${isEnabled ? 'enable' : 'disable'}`;
    const headers = { 'if-match': revision };
    const answer = await this.#ask({ method: 'POST', path, headers, shape: { data: USER }, signal });
    if (answer.status === 404) return 'absent';
    if (answer.status === 409) return 'changed';
    if (answer.value === undefined) throw controlFailure(answer.status, true);
    if (userOf(dataOf(answer) as Fields).isEnabled !== isEnabled) throw unexpected('a user stayed as it was');
    return 'done';
  }

  /** How long it has been running, in seconds, by a monotonic clock; null where it does not tell. */
  async uptimeSeconds(signal: AbortSignal): Promise<number | null> {
    const { uptime_seconds: seconds } = (dataOf(await this.#read('v1/system/info', SYSTEM, signal)) ?? {}) as Fields;
    return typeof seconds === 'number' || typeof seconds === 'bigint' ? Number(seconds) : null;
  }

  /** False while it was told not to count its users: their figures stand still then. */
  async countsUsers(signal: AbortSignal): Promise<boolean> {
    const data = dataOf(await this.#read('v1/security/posture', POSTURE, signal));
    return ((data ?? {}) as Fields).telemetry_user_enabled !== false;
  }

  close(): void {
    this.#api.close();
  }

  async #read(path: string, data: Shape, signal: AbortSignal): Promise<JsonAnswer> {
    const answer = await this.#ask({ path, shape: { data }, signal });
    if (answer.value === undefined) throw controlFailure(answer.status);
    return answer;
  }

  async #ask(question: JsonQuestion): Promise<JsonAnswer> {
    const { signal, headers } = question;
    try {
      return await this.#api.ask({ ...question, headers: { ...headers, ...this.#headers } });
    } catch (error) {
      if (signal.aborted) throw brokenOff(signal);
      throw error instanceof HttpFailure ? asSourceFailure(error) : error;
    }
  }
}

function dataOf({ value }: JsonAnswer): unknown {
  return (value as { readonly data?: unknown } | null)?.data;
}

function userOf(row: Fields | null | undefined): TelemtUser {
  const { username: name, enabled, current_connections: connections, total_octets: octets } = row ?? {};
  if (typeof name !== 'string' || name === '' || name.length > 200) throw unexpected('a user has no name');
  if (typeof enabled !== 'boolean') throw unexpected('a user is neither enabled nor disabled');
  if (typeof octets !== 'bigint' || octets < 0n || octets > MAX_U64) throw unexpected('a user has no number of bytes');
  return { name, isEnabled: enabled, isConnected: typeof connections === 'bigint' && connections > 0n, octets };
}
