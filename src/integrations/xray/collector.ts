import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Collector, CounterAge, CounterSemantics, PeerReading, Poll } from '../../core/metering/collector.ts';
import type { Clock } from '../../core/units/clock.ts';
import { type Counted, CounterTable } from './assemble.ts';
import { aborted, garbled, restartedMeanwhile, timedOut, wrongKind } from './failures.ts';
import { instanceOf } from './instance.ts';
import { eachStat, type OnlineUser, readUptime } from './messages.ts';
import type { XrayOptions } from './options.ts';
import type { Family, StatsApi } from './stats-client.ts';
import { WireError } from './wire.ts';

/**
 * A counter is made with the first connection of its user and lives as long as the process: nothing takes it off the list
 * (app/stats/stats.go, Xray-core 2323273), so one that a whole list does not show has carried nothing since the start.
 */
export const SEMANTICS: CounterSemantics = { kind: 'cumulative', falls: 'to-zero', absence: 'ended' };

/** `xray` is Xray and V2Ray: one program in what is counted, so that an instance cannot be counted as both. */
export type Kind = 'xray' | 'sing-box';

const COUNTED: Readonly<Record<NonNullable<XrayOptions['count']>, Counted>> = {
  users: 'user',
  inbounds: 'inbound',
  outbounds: 'outbound',
};

/** Peers put together per turn of the event loop: some 5 ms. */
const PEERS_PER_TURN = 10_000;

/** What one reading showed, with what only a person wants to know. */
export interface Reading {
  readonly poll: Poll;
  readonly name: Family | 'sing-box';
  readonly uptimeSeconds: number;
  readonly table: CounterTable;
}

/** Reads the counters of one Xray, V2Ray or sing-box by its StatsService. Never asks for a reset. */
export class XrayCollector implements Collector {
  readonly semantics = SEMANTICS;
  readonly #client: StatsApi;
  readonly #options: XrayOptions;
  readonly #kind: Kind;
  readonly #clock: Clock;
  /** A difference between servers was looked for and settled; asked again after each failure. */
  #isKindKnown = false;

  constructor(client: StatsApi, options: XrayOptions, kind: Kind, clock: Clock) {
    this.#client = client;
    this.#options = options;
    this.#kind = kind;
    this.#clock = clock;
  }

  async collect(signal: AbortSignal): Promise<Poll> {
    return (await this.read(signal)).poll;
  }

  /** As `collect`, with what only a person wants to know. */
  async read(signal: AbortSignal): Promise<Reading> {
    try {
      return await this.#read(signal);
    } catch (error) {
      this.#isKindKnown = false;
      if (error instanceof WireError) throw garbled(error.message);
      if (!signal.aborted) throw error;
      throw signal.reason instanceof Error && signal.reason.name === 'TimeoutError' ? timedOut() : aborted();
    }
  }

  async close(): Promise<void> {
    await this.#client.close();
  }

  async #read(signal: AbortSignal): Promise<Reading> {
    const { family, message } = await this.#client.sysStats(signal);
    const before = readUptime(message);
    const answer = await this.#client.allStats(signal);
    const askedMs = this.#clock.monotonicMs();
    const uptimeSeconds = readUptime((await this.#client.sysStats(signal)).message);
    if (uptimeSeconds < before) throw restartedMeanwhile();
    const answeredMs = this.#clock.monotonicMs();
    if (!this.#isKindKnown) await this.#checkKind(family, answer, signal);
    const online = await this.#client.online(signal);
    const table = await tableOf(answer, signal);
    const peers = await this.#peersOf(table, online, signal);
    const name = this.#kind === 'sing-box' ? this.#kind : family;
    const own = this.#counted === 'user' ? table.own() : undefined;
    const age = ageOf(uptimeSeconds, askedMs, answeredMs, this.#clock.monotonicMs());
    const service = { identity: instanceOf(this.#options), kind: this.#kind, name, age, peers };
    const services = [own === undefined ? service : { ...service, own }];
    const poll = { complete: true, services, notices: table.notices(this.#counted) };
    return { poll, name, uptimeSeconds, table };
  }

  get #counted(): Counted {
    return COUNTED[this.#options.count ?? 'users'];
  }

  /** The same instance under two kinds would be two services, and count twice. */
  async #checkKind(family: Family, answer: Buffer, signal: AbortSignal): Promise<void> {
    if (family === 'xray' && this.#kind === 'sing-box') throw wrongKind('Xray', this.#kind);
    // Without a single counter the answers are the same; it is asked again then.
    if (answer.length === 0) return;
    const isSingBox = family === 'v2ray' && (await this.#client.ignoresPattern(signal));
    if (isSingBox && this.#kind === 'xray') throw wrongKind('sing-box', this.#kind);
    if (!isSingBox && this.#kind === 'sing-box') throw wrongKind('V2Ray', this.#kind);
    this.#isKindKnown = true;
  }

  async #peersOf(table: CounterTable, online: readonly OnlineUser[], signal: AbortSignal): Promise<PeerReading[]> {
    const peers: PeerReading[] = [];
    for (const peer of table.peers(this.#counted, online, this.#clock.now())) {
      peers.push(peer);
      if (peers.length % PEERS_PER_TURN === 0) await nextTurn(undefined, { signal });
    }
    return peers;
  }
}

async function tableOf(answer: Buffer, signal: AbortSignal): Promise<CounterTable> {
  const table = new CounterTable();
  for (const _ of eachStat(answer, table.add)) await nextTurn(undefined, { signal });
  return table;
}

/** The running time was read, cut to whole seconds, somewhere between question and answer. */
function ageOf(seconds: number, askedMs: number, answeredMs: number, nowMs: number): CounterAge {
  return { minMs: seconds * 1000 + (nowMs - answeredMs), maxMs: (seconds + 1) * 1000 + (nowMs - askedMs) };
}
