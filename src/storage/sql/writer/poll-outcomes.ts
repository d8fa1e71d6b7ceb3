import type { FailedPoll, NodePoll } from '../../../core/ledger/usage-ledger.ts';
import type { Database } from '../database.ts';

type Reason = 'failed' | 'incomplete' | 'tracking-off' | 'not-running';

/** How reading each node went, and the gaps that follow from it. */
export class PollOutcomes {
  readonly #sql: ReturnType<typeof prepare>;

  constructor(db: Database) {
    this.#sql = prepare(db);
  }

  save(poll: NodePoll): void {
    const { complete } = poll.poll;
    this.#saveRow(poll, complete ? 'complete' : 'incomplete');
    if (complete) this.#closeGapBy(poll);
    else this.openGapSinceLast(poll.nodeId, poll.at.getTime(), 'incomplete', 'The node answered only in part.');
  }

  /** Tracking is off: the node is known to answer, its gap stays open. */
  saveUncounted(poll: NodePoll): void {
    this.#saveRow(poll, poll.poll.complete ? 'complete' : 'incomplete');
  }

  saveFailure({ nodeId, at, durationMs, code, message, hint }: FailedPoll): void {
    const atMs = at.getTime();
    this.openGapSinceLast(nodeId, atMs, 'failed', message);
    this.#sql.save.run(nodeId, atMs, null, durationMs, 'failed', 1, code, message, hint, '[]');
  }

  /** Opens a gap unless one is open. Of a node that was deleted meanwhile nothing would ever end it. */
  openGap(nodeId: string, fromMs: number, reason: Reason, message: string): void {
    if (this.#sql.findOpen.get(nodeId) !== undefined || this.#sql.isLiving.get(nodeId) === undefined) return;
    this.#sql.open.run(nodeId, fromMs, reason, message);
  }

  /** Nothing is known since the last complete poll. */
  openGapSinceLast(nodeId: string, atMs: number, reason: Reason, message: string): void {
    const lastMs = this.#sql.lastComplete.get(nodeId) as number | null | undefined;
    this.openGap(nodeId, Math.min(lastMs ?? atMs, atMs), reason, message);
  }

  closeGap(nodeId: string, toMs: number): void {
    this.#sql.close.run(toMs, nodeId);
  }

  /** A time without a reading that no reading will catch up: it becomes one of these, and goes on. */
  turnGap(nodeId: string, reason: Reason, message: string): void {
    this.#sql.turn.run(reason, message, nodeId);
  }

  /** Adds a gap that is over. */
  addGap(nodeId: string, fromMs: number, toMs: number, message: string): void {
    if (toMs > fromMs) this.#sql.add.run(nodeId, fromMs, toMs, message);
  }

  /** What an agent kept while we did not hear of it is no gap: then its readings join on. */
  #closeGapBy({ nodeId, at, agent }: NodePoll): void {
    if (agent !== undefined) this.#sql.joined.run(nodeId, at.getTime(), agent.joinsWithinMs);
    this.closeGap(nodeId, at.getTime());
  }

  #saveRow({ nodeId, at, durationMs, poll }: NodePoll, outcome: 'complete' | 'incomplete'): void {
    const atMs = at.getTime();
    const isComplete = outcome === 'complete';
    this.#sql.save.run(
      nodeId,
      atMs,
      isComplete ? atMs : null,
      durationMs,
      outcome,
      isComplete ? 0 : 1,
      isComplete ? null : 'incomplete',
      isComplete ? null : 'The node answered only in part.',
      null,
      JSON.stringify(poll.notices),
    );
  }
}

function prepare(db: Database) {
  return {
    // `failures` arrives as what this poll adds: 0 starts the count anew.
    save: db.prepare(
      `INSERT INTO poll_outcome (node_id, last_attempt_at, last_complete_at, last_duration_ms, outcome, failures, code,
         message, hint, notices) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
       ON CONFLICT DO UPDATE SET last_attempt_at = excluded.last_attempt_at,
         last_complete_at = ifnull(excluded.last_complete_at, last_complete_at),
         last_duration_ms = excluded.last_duration_ms, outcome = excluded.outcome,
         failures = iif(excluded.failures = 0, 0, failures + 1), code = excluded.code, message = excluded.message,
         hint = excluded.hint, notices = excluded.notices`,
    ),
    lastComplete: db.prepare('SELECT last_complete_at FROM poll_outcome WHERE node_id = ?').pluck(),
    findOpen: db.prepare('SELECT 1 FROM gap WHERE node_id = ? AND to_at IS NULL'),
    isLiving: db.prepare('SELECT 1 FROM node WHERE id = ? AND deleted_at IS NULL'),
    open: db.prepare('INSERT INTO gap (node_id, from_at, reason, message) VALUES (?, ?, ?, ?)'),
    add: db.prepare(`INSERT INTO gap (node_id, from_at, to_at, reason, message) VALUES (?, ?, ?, 'incomplete', ?)`),
    joined: db.prepare(
      `DELETE FROM gap WHERE node_id = ? AND to_at IS NULL AND reason IN ('failed', 'not-running') AND ? - from_at <= ?`,
    ),
    turn: db.prepare('UPDATE gap SET reason = ?, message = ? WHERE node_id = ? AND to_at IS NULL'),
    close: db.prepare('UPDATE gap SET to_at = max(from_at, ?) WHERE node_id = ? AND to_at IS NULL'),
  };
}
