import { FINDING_MS, type FindingCode } from '../../../core/health/findings.ts';
import type { Database } from '../database.ts';
import type { ServicePoll } from './polled-services.ts';

/** What a service shows while none of its counters moves. */
interface Stillness {
  sinceMs: number;
  polls: number;
  /** Polls in which somebody shook hands. */
  greeted: number;
  /** Bytes that the service itself received from its users. */
  ownRx: bigint;
}

/** So much has to come in through the service, in so many polls, before its counters are called frozen. */
const FROZEN_BYTES = 1024n * 1024n;
const FROZEN_POLLS = 3;

/** Keeps what makes the counters of services doubtful. */
export class Findings {
  readonly #sql: ReturnType<typeof prepare>;
  /** In memory: after a start it takes a few polls until counters are called frozen again, or are seen to move. */
  readonly #still = new Map<string, Stillness>();

  constructor(db: Database) {
    this.#sql = prepare(db);
  }

  take(services: readonly ServicePoll[]): void {
    for (const service of services) {
      if (service.isStale) continue;
      if (service.fell > 0) this.#note(service, 'counter-fell');
      if (service.rewound > 0) this.#note(service, 'counter-rewound');
      if (service.setAside > 0) this.#note(service, 'reading-quarantined');
      if (service.poll.poll.complete) this.#watchMovement(service);
    }
  }

  #note({ id, atMs }: ServicePoll, code: FindingCode, firstMs = atMs): void {
    this.#sql.note.run({ id, code, first: firstMs, at: atMs, window: FINDING_MS });
  }

  #watchMovement(service: ServicePoll): void {
    const { id, atMs } = service;
    if (service.moved > 0) {
      this.#still.delete(id);
      this.#sql.clear.run(id);
      return;
    }
    const still = this.#still.get(id) ?? { sinceMs: atMs, polls: 0, greeted: 0, ownRx: 0n };
    still.polls += 1;
    still.greeted += service.greeted > 0 ? 1 : 0;
    still.ownRx += service.ownRx;
    this.#still.set(id, still);
    const isUsed = still.ownRx >= FROZEN_BYTES || still.greeted >= FROZEN_POLLS;
    if (isUsed && still.polls >= FROZEN_POLLS) this.#note(service, 'counters-frozen', still.sinceMs);
  }
}

function prepare(db: Database) {
  return {
    note: db.prepare(
      `INSERT INTO finding (service_id, code, first_at, last_at, times) VALUES (@id, @code, @first, @at, 1)
       ON CONFLICT DO UPDATE SET
         first_at = iif(excluded.last_at - last_at > @window, excluded.first_at, first_at),
         times = iif(excluded.last_at - last_at > @window, 1, times + 1),
         last_at = excluded.last_at`,
    ),
    clear: db.prepare("DELETE FROM finding WHERE service_id = ? AND code = 'counters-frozen'"),
  };
}
