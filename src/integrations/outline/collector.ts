import type { Collector, CounterSemantics, PeerReading, Poll, SourceNotice } from '../../core/metering/collector.ts';
import { NOTHING } from '../../core/units/bytes.ts';
import type { AccessKey, OutlineClient } from './client.ts';
import type { Counters } from './counters.ts';

/**
 * Counters live in the process: all begin at 0 with it, and one that it does not show has not begun. So what a whole answer
 * did not show counts from 0 when it comes.
 */
export const SEMANTICS: CounterSemantics = { kind: 'cumulative', falls: 'to-zero', absence: 'ended' };

/** Reads the access keys of an Outline server. */
export class OutlineCollector implements Collector {
  readonly semantics = SEMANTICS;
  readonly #client: OutlineClient;
  readonly #base: URL;

  constructor(client: OutlineClient, base: URL) {
    this.#client = client;
    this.#base = base;
  }

  async collect(signal: AbortSignal): Promise<Poll> {
    const keys = await this.#client.keys(signal);
    const counters = await this.#client.counters(signal);
    if (counters === null) return { complete: false, services: [], notices: [NO_COUNTERS] };
    const service = {
      identity: this.#base.origin,
      kind: 'outline',
      name: this.#base.hostname,
      ...(counters.age === null ? {} : { age: counters.age }),
      peers: peersOf(keys, counters),
    };
    return { complete: true, sourceClock: this.#client.clock, services: [service], notices: [] };
  }

  async close(): Promise<void> {
    this.#client.close();
  }
}

/** Keys without a counter carried nothing since the process started; counters without a key are of one that was deleted. */
function peersOf(keys: ReadonlyMap<string, AccessKey>, { keys: counters }: Counters): PeerReading[] {
  const all = new Set([...keys.keys(), ...counters.keys()]);
  return [...all].map((key) => {
    const { name = '', limitBytes } = keys.get(key) ?? {};
    const isOff = limitBytes === undefined ? {} : { isOff: limitBytes === 0n };
    return { key, traffic: counters.get(key) ?? NOTHING, ...isOff, ...(name === '' ? {} : { name }) };
  });
}

const NO_COUNTERS: SourceNotice = {
  code: 'counters-unknown',
  message: 'Nothing is counted: the management interface tells only what went over each key in the last 30 days.',
  hint: 'That figure falls by itself. Let the counters of outline-ss-server be read: --metrics-url http://HOST:9092/metrics.',
};
