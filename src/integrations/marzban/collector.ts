import type { Collector, CounterSemantics, Poll } from '../../core/metering/collector.ts';
import { publicNameOf } from '../../lib/http-client/endpoint.ts';
import type { MarzbanClient } from './client.ts';

/**
 * `lifetime_used_traffic` is what was reset plus what is used now: it outlives resets, and falls only if the panel itself
 * is set back. Deleting a user and making it anew shows in `created_at`. Absence says nothing: this admin may just not see
 * the user any more.
 */
export const SEMANTICS: CounterSemantics = {
  kind: 'cumulative',
  falls: 'rewound',
  absence: 'silent',
  basis: 'weighted',
};

/** Reads the users of a Marzban panel, or of one that came of it. */
export class MarzbanCollector implements Collector {
  readonly semantics = SEMANTICS;
  readonly #client: MarzbanClient;
  readonly #base: URL;

  constructor(client: MarzbanClient, base: URL) {
    this.#client = client;
    this.#base = base;
  }

  async collect(signal: AbortSignal): Promise<Poll> {
    const { readUsers } = await this.#client.dialect(signal);
    const read = () => readUsers((path, shape, query) => this.#client.get(path, shape, signal, query));
    const first = await read();
    // Somebody made or removed a user just now: seldom twice in a row.
    const { rows, isWhole } = first.isWhole ? first : await read();
    const service = { identity: publicNameOf(this.#base), kind: 'marzban', name: this.#base.hostname, peers: rows };
    const notices = isWhole ? [] : [LIST_MOVED];
    return { complete: isWhole, sourceClock: this.#client.clock, services: [service], notices };
  }

  async close(): Promise<void> {
    this.#client.close();
  }
}

const LIST_MOVED = {
  code: 'list-changed',
  message: 'Users came or went while the list was read.',
  hint: 'What was read is counted; the next reading is whole again.',
};
