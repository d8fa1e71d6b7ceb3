import { SourceFailure } from '../../core/errors.ts';
import type { Amount } from '../../core/metering/flows.ts';
import { asSourceFailure } from '../../core/metering/source-failures.ts';
import { HttpClient } from '../../lib/http-client/http-client.ts';
import { HttpFailure } from '../../lib/http-client/http-failure.ts';
import { JsonApi } from '../../lib/http-client/json-api.ts';

/** One connection through a client program. */
export interface Connection extends Amount {
  readonly id: string;
  /** Names of proxies and of the groups that chose them: the one that was used is among them. */
  readonly chain: readonly string[];
  /** Who connected, as far as it is told: the user of the inbound, the source address. */
  readonly who: readonly string[];
}

export interface Connections {
  readonly total: Amount;
  readonly open: readonly Connection[];
}

/** `/connections` of mihomo (tunnel/statistic/manager.go) and of sing-box's clash_api (trafficontrol/manager.go). */
const SHAPE = {
  uploadTotal: 'value',
  downloadTotal: 'value',
  connections: [
    {
      id: 'value',
      upload: 'value',
      download: 'value',
      chains: ['value'],
      metadata: { sourceIP: 'value', inboundUser: 'value' },
    },
  ],
} as const;

/** Reads the connections of mihomo or sing-box. Nothing there is closed or changed. */
export class ClashApi {
  readonly #http: HttpClient;
  readonly #api: JsonApi;
  readonly #headers: Readonly<Record<string, string>>;

  /** `secret`: as in the program's configuration; null: it has none. */
  constructor(url: URL, secret: string | null) {
    this.#http = new HttpClient({ policy: { kind: 'collector', privateAddresses: true }, keepsConnections: true });
    this.#api = new JsonApi(url, this.#http);
    this.#headers = secret === null ? {} : { authorization: `Bearer ${secret}` };
  }

  /** @throws SourceFailure; the signal's reason */
  async connections(signal: AbortSignal): Promise<Connections> {
    const { status, value } = await this.#ask(signal);
    if (status === 401) throw failure('clash-secret', 'The Clash API wants another secret.', SECRET);
    if (status !== 200) throw failure('clash-refused', `The Clash API answers ${status}.`, 'Is it really its address?');
    return toConnections(value);
  }

  close(): void {
    this.#http.close();
  }

  async #ask(signal: AbortSignal) {
    try {
      return await this.#api.ask({ path: 'connections', headers: this.#headers, shape: SHAPE, signal });
    } catch (error) {
      if (error instanceof HttpFailure) throw asSourceFailure(error);
      throw error;
    }
  }
}

const SECRET = 'mihomo: "secret"; sing-box: experimental.clash_api.secret.';

/** @throws SourceFailure for anything that is not exactly what the programs write */
function toConnections(answer: unknown): Connections {
  if (!isRecord(answer)) throw garbled();
  // mihomo writes null where there is none.
  const open = answer.connections ?? [];
  if (!Array.isArray(open)) throw garbled();
  return { total: amountOf(answer.uploadTotal, answer.downloadTotal), open: open.map(toConnection) };
}

function toConnection(value: unknown): Connection {
  if (!isRecord(value) || typeof value.id !== 'string' || value.id === '') throw garbled();
  const { sourceIP, inboundUser } = isRecord(value.metadata) ? value.metadata : {};
  const texts = (list: readonly unknown[]) =>
    list.filter((text): text is string => typeof text === 'string' && text !== '');
  return {
    id: value.id,
    ...amountOf(value.upload, value.download),
    chain: texts(Array.isArray(value.chains) ? value.chains : []),
    who: texts([inboundUser, sourceIP]),
  };
}

function amountOf(rx: unknown, tx: unknown): Amount {
  if (typeof rx !== 'bigint' || typeof tx !== 'bigint' || rx < 0n || tx < 0n) throw garbled();
  return { rx, tx };
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function garbled(): SourceFailure {
  return failure(
    'clash-garbled',
    'What answers there is no Clash API.',
    'Check its address: external-controller, external_controller.',
  );
}

function failure(code: string, message: string, hint: string): SourceFailure {
  return new SourceFailure(code, message, { hint });
}
