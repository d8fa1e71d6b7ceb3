import type { Collector, CounterSemantics, Poll } from '../../core/metering/collector.ts';
import { publicNameOf } from '../../lib/http-client/endpoint.ts';
import { readClients } from './clients.ts';
import type { ThreeXuiSession } from './session.ts';

/**
 * `up` and `down` count since the last reset, by hand, by its period or by a bot: what a reset left is the whole new value.
 * Absence says nothing: a client may be on a node of the panel that is away.
 */
export const SEMANTICS: CounterSemantics = { kind: 'cumulative', falls: 'to-zero', absence: 'silent' };

/** The panel keeps its counters over every restart of its own: what falls was set back by somebody. */
const KEPT = 'kept';

/** Reads the clients of a 3x-ui panel. */
export class ThreeXuiCollector implements Collector {
  readonly semantics = SEMANTICS;
  readonly #session: ThreeXuiSession;
  readonly #base: URL;
  #version: 2 | 3 | null = null;

  constructor(session: ThreeXuiSession, base: URL) {
    this.#session = session;
    this.#base = base;
  }

  /** Of the interface, as the last reading found it. */
  get version(): 2 | 3 | null {
    return this.#version;
  }

  async collect(signal: AbortSignal): Promise<Poll> {
    const { peers, own, version } = await readClients(this.#session, signal);
    this.#version = version;
    const identity = publicNameOf(this.#base);
    const service = { identity, kind: '3x-ui', name: this.#base.hostname, startEvidence: KEPT, own, peers };
    return { complete: true, sourceClock: this.#session.clock, services: [service], notices: [] };
  }

  async close(): Promise<void> {
    this.#session.close();
  }
}
