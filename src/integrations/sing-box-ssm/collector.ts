import { SourceFailure } from '../../core/errors.ts';
import type { Collector, CounterSemantics, PeerReading, Poll, SourceNotice } from '../../core/metering/collector.ts';
import { asSourceFailure, brokenOff } from '../../core/metering/source-failures.ts';
import { directed } from '../../core/units/bytes.ts';
import { clientOf } from '../../lib/http-client/endpoint.ts';
import { HttpFailure } from '../../lib/http-client/http-failure.ts';
import { JsonApi } from '../../lib/http-client/json-api.ts';
import type { Shape } from '../../lib/json-picker.ts';
import { machineId } from '../../lib/machine-id.ts';
import type { SsmOptions } from './options.ts';

/**
 * Counters live in the process and, where `cache_path` is set, in a file over its restarts; they fall when it starts without
 * one, and when somebody asks with `clear`, which we never do. A user that a whole list does not show was removed.
 */
export const SEMANTICS: CounterSemantics = { kind: 'cumulative', falls: 'to-zero', absence: 'ended' };

/** service/ssmapi/api.go of sing-box. `stats` shows users without their keys; `users` would show them. */
const STATS = {
  users: [
    {
      username: 'value',
      uplinkBytes: 'value',
      downlinkBytes: 'value',
      uplinkPackets: 'value',
      downlinkPackets: 'value',
    },
  ],
} as const;
const INFO = { server: 'value' } as const;
const MAX_I64 = 9_223_372_036_854_775_807n;

type Fields = Readonly<Record<string, unknown>>;

/** Reads the users of one Shadowsocks inbound of sing-box by its ssm-api. */
export class SsmCollector implements Collector {
  readonly semantics = SEMANTICS;
  readonly #options: SsmOptions;
  readonly #api: JsonApi;

  constructor(options: SsmOptions) {
    this.#options = options;
    this.#api = new JsonApi(new URL(options.url), clientOf(options));
  }

  async collect(signal: AbortSignal): Promise<Poll> {
    const stats = await this.#ask('server/v1/stats', STATS, signal);
    const { users } = (stats ?? {}) as Fields;
    // Go writes null for an empty list.
    if (!Array.isArray(users) && users !== null) throw garbled('its list of users is none');
    const rows: readonly Fields[] = Array.isArray(users) ? users : [];
    const peers = rows.flatMap((user) => (hasPacketsAsBytes(user) ? [] : [readUser(user)]));
    if (new Set(peers.map(({ key }) => key)).size < peers.length) throw garbled('a user stands there twice');
    const isWhole = peers.length === rows.length;
    const { port } = this.#options;
    const service = { identity: this.#identity(), kind: 'shadowsocks', name: 'ssm-api', peers };
    return {
      complete: isWhole,
      services: [port === undefined ? service : { ...service, listenPort: port }],
      notices: isWhole ? [] : [PACKETS],
    };
  }

  /** Name and version of the program; null where it does not tell. */
  async version(signal: AbortSignal): Promise<string | null> {
    const info = (await this.#ask('server/v1/', INFO, signal)) as Fields | null;
    return typeof info?.server === 'string' ? info.server.slice(0, 64) : null;
  }

  async close(): Promise<void> {
    this.#api.close();
  }

  async #ask(path: string, shape: Shape, signal: AbortSignal): Promise<unknown> {
    try {
      const { status, value } = await this.#api.ask({ path, shape, signal });
      if (value === undefined) throw refused(status);
      return value;
    } catch (error) {
      if (signal.aborted) throw brokenOff(signal);
      throw error instanceof HttpFailure ? asSourceFailure(error) : error;
    }
  }

  /** Several inbounds share an address and have paths of their own. */
  #identity(): string {
    const { hostname, host, port, protocol, pathname } = new URL(this.#options.url);
    const isHere = hostname === 'localhost' || hostname === '[::1]' || hostname.startsWith('127.');
    const place = isHere ? `${machineId()}:${port || (protocol === 'https:' ? '443' : '80')}` : host;
    return pathname === '/' ? place : `${place}${pathname}`;
  }
}

function readUser({ username, uplinkBytes, downlinkBytes }: Fields): PeerReading {
  if (typeof username !== 'string' || username === '' || username.length > 255) throw garbled('a user has no name');
  return { key: username, name: username, traffic: directed(counter(uplinkBytes), counter(downlinkBytes)) };
}

function counter(value: unknown): bigint {
  if (typeof value === 'bigint' && value >= 0n && value <= MAX_I64) return value;
  throw garbled('a counter is no number of bytes');
}

/**
 * Before its UpdateUsers() was mended (up to commit 4d5adfd) sing-box counted bytes and packets of a user in one place as soon as
 * any user was added or removed: then both figures are the same, and neither is right.
 */
function hasPacketsAsBytes({ uplinkBytes, downlinkBytes, uplinkPackets, downlinkPackets }: Fields): boolean {
  const isMoved = uplinkBytes !== 0n || downlinkBytes !== 0n;
  return isMoved && uplinkBytes === uplinkPackets && downlinkBytes === downlinkPackets;
}

const PACKETS: SourceNotice = {
  code: 'packets-as-bytes',
  message:
    'This sing-box mixes packets into the bytes of its users since one was added or removed; those are not counted.',
  hint: 'Update sing-box and start it again: older ones have that mistake.',
};

function refused(status: number): SourceFailure {
  return new SourceFailure('ssm-refused', `The API answers ${status}.`, {
    hint: 'Check the address: the path of the inbound in "servers" of the ssm-api service belongs to it.',
  });
}

/** `what` never holds words of the source. */
function garbled(what: string): SourceFailure {
  return new SourceFailure('output-garbled', `The statistics are not readable: ${what}.`, {
    hint: 'Nothing of them was counted. Is it really the ssm-api of a sing-box?',
  });
}
