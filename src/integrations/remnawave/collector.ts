import type { Collector, CounterSemantics, Poll } from '../../core/metering/collector.ts';
import { publicNameOf } from '../../lib/http-client/endpoint.ts';
import type { RemnawaveClient } from './client.ts';
import { readUsers } from './users.ts';

/**
 * `lifetimeUsedTrafficBytes` goes on over resets of a user, and falls only if the panel itself is set back; a user that was
 * deleted and made anew shows in `createdAt`. Absence says nothing: the token may just not see the user any more.
 */
export const SEMANTICS: CounterSemantics = {
  kind: 'cumulative',
  falls: 'rewound',
  absence: 'silent',
  basis: 'weighted',
};

/** Reads the users of a Remnawave panel. */
export class RemnawaveCollector implements Collector {
  readonly semantics = SEMANTICS;
  readonly #client: RemnawaveClient;
  readonly #base: URL;

  constructor(client: RemnawaveClient, base: URL) {
    this.#client = client;
    this.#base = base;
  }

  async collect(signal: AbortSignal): Promise<Poll> {
    const first = await readUsers(this.#client, signal);
    // Somebody made or removed a user just now: seldom twice in a row.
    const { rows: peers, isWhole } = first.isWhole ? first : await readUsers(this.#client, signal);
    const service = { identity: publicNameOf(this.#base), kind: 'remnawave', name: this.#base.hostname, peers };
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
