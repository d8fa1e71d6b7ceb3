import type { Database } from '../database.ts';
import type { PollOutcomes } from './poll-outcomes.ts';

/** Shorter pauses (a restart after an update) are no gap. */
const SHORTEST_STOP_MS = 15_000;

/** Number of the last commit, and when this process was last alive: written with every commit. */
export class Liveness {
  readonly #sql: ReturnType<typeof prepare>;
  #sequence: number;
  #stoppedAtMs: number | null;

  constructor(db: Database) {
    this.#sql = prepare(db);
    const row = this.#sql.read.get() as { sequence: number; at: number } | undefined;
    this.#sequence = row?.sequence ?? 0;
    this.#stoppedAtMs = row?.at ?? null;
    if (row === undefined) this.#sql.begin.run();
  }

  get sequence(): number {
    return this.#sequence;
  }

  /** To be called in the transaction; `committed` once it is durable. */
  beat(nowMs: number): void {
    this.#sql.beat.run(this.#sequence + 1, nowMs);
  }

  committed(): void {
    this.#sequence++;
  }

  /** After a start: opens a gap on every node for the time in which nothing could be written. `message`: why. */
  noteStop(outcomes: PollOutcomes, nowMs: number, message: string): void {
    const stoppedAtMs = this.#stoppedAtMs;
    this.#stoppedAtMs = null;
    if (stoppedAtMs === null) return;
    for (const row of this.#sql.polledNodes.all()) {
      const { id, intervalMs } = row as { id: string; intervalMs: number };
      if (nowMs - stoppedAtMs < Math.max(SHORTEST_STOP_MS, 2 * intervalMs)) continue;
      outcomes.openGap(id, stoppedAtMs, 'not-running', message);
    }
  }
}

function prepare(db: Database) {
  return {
    read: db.prepare('SELECT sequence, at FROM alive'),
    begin: db.prepare('INSERT INTO alive (id, sequence, at) VALUES (1, 0, 0)'),
    beat: db.prepare('UPDATE alive SET sequence = ?, at = max(at, ?)'),
    polledNodes: db.prepare(
      `SELECT n.id, n.poll_interval_ms AS intervalMs FROM node n JOIN poll_outcome o ON o.node_id = n.id
       WHERE n.deleted_at IS NULL AND o.last_complete_at IS NOT NULL`,
    ),
  };
}
