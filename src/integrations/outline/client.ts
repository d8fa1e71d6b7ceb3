import { asSourceFailure, brokenOff } from '../../core/metering/source-failures.ts';
import type { Clock } from '../../core/units/clock.ts';
import { clientOf } from '../../lib/http-client/endpoint.ts';
import { HttpClient } from '../../lib/http-client/http-client.ts';
import { HttpFailure } from '../../lib/http-client/http-failure.ts';
import { JsonApi } from '../../lib/http-client/json-api.ts';
import type { Shape } from '../../lib/json-picker.ts';
import { type Counters, CountersReader } from './counters.ts';
import { statusFailure, unexpected } from './failures.ts';
import { accessOf, type OutlineOptions } from './options.ts';

const KEYS = { accessKeys: [{ id: 'value', name: 'value', dataLimit: { bytes: 'value' } }] } as const;
const URLS = { accessKeys: [{ id: 'value', name: 'value', accessUrl: 'value' }] } as const;
const TRANSFER = { bytesTransferredByUserId: { '*': 'value' } } as const;
const SERVER = { version: 'value', metricsEnabled: 'value' } as const;
const MAX_METRICS_BYTES = 64 * 1024 * 1024;

type Fields = Readonly<Record<string, unknown>>;

export interface AccessKey {
  /** '' where it has none. */
  readonly name: string;
  /** Its own limit, over any 30 days; null: none, or that of the server. */
  readonly limitBytes: bigint | null;
}

/** The two interfaces of an Outline server: management (shadowbox) and the counters of outline-ss-server. */
export class OutlineClient {
  readonly #api: JsonApi;
  readonly #metrics: HttpClient;
  readonly #metricsUrl: URL | null;
  readonly #clock: Pick<Clock, 'monotonicMs'>;

  constructor(options: OutlineOptions, clock: Pick<Clock, 'monotonicMs'>) {
    const { apiUrl, certSha256 } = accessOf(options);
    const { privateAddress = false, metricsUrl } = options;
    this.#api = new JsonApi(apiUrl, clientOf({ privateAddress, certSha256 }));
    this.#metrics = new HttpClient({ policy: { kind: 'collector', privateAddresses: privateAddress } });
    this.#metricsUrl = metricsUrl === undefined ? null : new URL(metricsUrl);
    this.#clock = clock;
  }

  /** Every access key by its id. Passwords are passed over. */
  async keys(signal: AbortSignal): Promise<ReadonlyMap<string, AccessKey>> {
    const { accessKeys } = await this.#get('access-keys', KEYS, signal);
    if (!Array.isArray(accessKeys)) throw unexpected('its list of access keys is none');
    const keys = new Map<string, AccessKey>();
    for (const { id, name, dataLimit } of accessKeys as Fields[]) {
      if (typeof id !== 'string' || id === '' || keys.has(id)) throw unexpected('an access key has no id of its own');
      const bytes = (dataLimit as Fields | null | undefined)?.bytes;
      if (bytes !== undefined && typeof bytes !== 'bigint') throw unexpected('a data limit is no number of bytes');
      keys.set(id, { name: typeof name === 'string' ? name : '', limitBytes: bytes ?? null });
    }
    return keys;
  }

  /** What clients of one key connect with; null if there is no such key. */
  async accessUrl(key: string, signal: AbortSignal): Promise<{ readonly name: string; readonly url: string } | null> {
    const { accessKeys } = await this.#get('access-keys', URLS, signal);
    if (!Array.isArray(accessKeys)) throw unexpected('its list of access keys is none');
    const found = (accessKeys as Fields[]).find(({ id }) => id === key);
    if (found === undefined) return null;
    if (typeof found.accessUrl !== 'string') throw unexpected('an access key has no address');
    return { name: typeof found.name === 'string' ? found.name : '', url: found.accessUrl };
  }

  /** Sets the data limit of one key, or takes it away (null). False if there is no such key. @throws SourceFailure */
  async setLimit(id: string, bytes: bigint | null, signal: AbortSignal): Promise<boolean> {
    const path = `access-keys/${encodeURIComponent(id)}/data-limit`;
    // The server keeps limits as doubles (number in model/access_key.ts): nothing is lost that it did not lose itself.
    const what =
      bytes === null
        ? ({ method: 'DELETE' } as const)
        : ({ method: 'PUT', json: { limit: { bytes: Number(bytes) } } } as const);
    const { status } = await translated(signal, () => this.#api.ask({ path, shape: 'value', signal, ...what }));
    if (status === 404) return false;
    if (status < 200 || status > 299) throw statusFailure('management', status);
    return true;
  }

  /** What each key transferred in the last 30 days: it falls as days fall out, and is never counted. */
  async lastThirtyDays(signal: AbortSignal): Promise<ReadonlyMap<string, bigint>> {
    const { bytesTransferredByUserId: bytes } = await this.#get('metrics/transfer', TRANSFER, signal);
    if (typeof bytes !== 'object' || bytes === null) throw unexpected('its figures of 30 days are none');
    return new Map(Object.entries(bytes).flatMap(([id, value]) => (typeof value === 'bigint' ? [[id, value]] : [])));
  }

  async version(signal: AbortSignal): Promise<string | null> {
    const { version } = await this.#get('server', SERVER, signal);
    return typeof version === 'string' ? version.slice(0, 32) : null;
  }

  /** Null if nobody said where they are. */
  async counters(signal: AbortSignal): Promise<Counters | null> {
    if (this.#metricsUrl === null) return null;
    const reader = new CountersReader(this.#clock);
    const answer = await translated(signal, () =>
      this.#metrics.request({
        url: this.#metricsUrl as URL,
        headers: { accept: 'text/plain' },
        signal,
        maxBytes: MAX_METRICS_BYTES,
        onData: (chunk) => reader.push(chunk),
      }),
    );
    if (answer.status < 200 || answer.status > 299) throw statusFailure('counters', answer.status);
    return reader.finish(answer.headers.date);
  }

  /** Of the server's machine, as of the last answer. */
  get clock(): Date | undefined {
    return this.#api.clock;
  }

  close(): void {
    this.#api.close();
    this.#metrics.close();
  }

  async #get(path: string, shape: Shape, signal: AbortSignal): Promise<Fields> {
    const { status, value } = await translated(signal, () => this.#api.ask({ path, shape, signal }));
    if (value === undefined) throw statusFailure('management', status);
    return (value ?? {}) as Fields;
  }
}

async function translated<T>(signal: AbortSignal, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (signal.aborted) throw brokenOff(signal);
    throw error instanceof HttpFailure ? asSourceFailure(error) : error;
  }
}
