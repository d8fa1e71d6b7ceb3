import type { AccessMode, BegunSuspension } from '../../../core/access/access-store.ts';
import type { Clearance } from '../../../core/access/decide.ts';
import type { SourceLimitState } from '../../../core/access/source-limit.ts';
import { NotFound } from '../../../core/errors.ts';
import type { Notice } from '../../../core/inventory/node-operations.ts';
import type { NodeId, PeerId } from '../../../core/units/ids.ts';
import type { Database } from '../database.ts';

/** What metering has to know of a peer whose access is to be off. */
interface Off {
  /** Null while nothing was touched. */
  readonly appliedMs: number | null;
  readonly isTouched: boolean;
  readonly countsDropped: boolean;
  /** A reading since has shown it off. */
  readonly isShownOff: boolean;
}

/** `kept` as it is stored. */
export type StoredSuspension = Omit<BegunSuspension, 'kept'> & { readonly kept: Uint8Array };

/** Writes of access: how far each peer is, and which of its bytes were carried although access was to be off. */
export class AccessMarks {
  readonly #sql: ReturnType<typeof prepare>;
  #off: Map<string, Off> | null = null;

  constructor(db: Database) {
    this.#sql = prepare(db);
  }

  /** After a rollback. */
  forgetMemory(): void {
    this.#off = null;
  }

  setMode(nodeId: NodeId, mode: AccessMode, atMs: number): void {
    if (this.#sql.nodeExists.get(nodeId) === undefined) throw new NotFound('node', nodeId);
    this.#sql.setMode.run(nodeId, mode, atMs);
  }

  want(peerIds: readonly PeerId[], atMs: number): void {
    for (const id of peerIds) this.#sql.want.run(atMs, id);
    this.#off = null;
  }

  clear(peerIds: readonly PeerId[], clearance: Clearance): void {
    for (const id of peerIds) this.#sql.clear.run(clearance, id);
  }

  begin(suspensions: readonly StoredSuspension[], atMs: number): void {
    for (const { peerId, kept, isSecret, countsDropped } of suspensions) {
      this.#sql.begin.run(Buffer.from(kept), isSecret ? 1 : 0, countsDropped ? 1 : 0, atMs, peerId);
    }
    this.#off = null;
  }

  suspended(peerIds: readonly PeerId[], atMs: number): void {
    for (const id of peerIds) this.#sql.suspended.run(atMs, id);
    this.#off = null;
  }

  forget(peerIds: readonly PeerId[], atMs: number): void {
    for (const id of peerIds) {
      this.#sql.keepPast.run(atMs, id);
      this.#sql.forget.run(id);
    }
    this.#off = null;
  }

  fail(failures: readonly { peerId: PeerId; problem: Notice; retryAt: Date }[]): void {
    for (const { peerId, problem, retryAt } of failures) {
      this.#sql.fail.run(retryAt.getTime(), problem.code, problem.message, problem.hint, peerId);
    }
  }

  noteSourceLimits(limits: readonly { readonly peerId: PeerId; readonly state: SourceLimitState | null }[]): void {
    for (const { peerId, state } of limits) {
      if (state === null) this.#sql.forgetLimit.run(peerId);
      else {
        const { userId, period, since, servicesBefore, reportsBefore, isReached, givenBackAt } = state;
        const before = [servicesBefore, reportsBefore] as const;
        const how = [isReached ? 1 : 0, givenBackAt?.getTime() ?? null] as const;
        this.#sql.noteLimit.run(peerId, userId, period, since.getTime(), ...before, ...how);
      }
    }
  }

  /** Xpert may have taken the addresses of this peer from it: that it has none is no news. */
  isTouched(peerId: string): boolean {
    return this.#marks.get(peerId)?.isTouched === true;
  }

  /**
   * Takes note of whether a reading shows a peer without its addresses. One that was shown so after Xpert had taken them, and
   * has addresses in a later reading, was given them by others: what Xpert took is not to come back over that, even if those are
   * taken again before a pass looks. Readings that were on their way during the cut show nothing: they come before the first
   * that shows it off.
   */
  takeShown(peerId: string, hasAddresses: boolean): void {
    const off = this.#marks.get(peerId);
    if (off === undefined || off.appliedMs === null || off.isShownOff !== hasAddresses) return;
    if (hasAddresses) this.#sql.leaveToOthers.run(peerId);
    else this.#sql.showOff.run(peerId);
    this.#off?.set(peerId, { ...off, isShownOff: !hasAddresses });
  }

  /**
   * Takes note of bytes of an interval that began at `fromMs`. True: the peer was off all the time and its system counts
   * what it drops: they are nobody's usage. `isOff` false: the reading shows that somebody gave it back (the node started
   * from its own configuration, for example), so that they were carried.
   */
  takeNote(peerId: string, fromMs: number | null, bytes: bigint, isOff: boolean | undefined): boolean {
    const off = this.#marks.get(peerId);
    if (off === undefined) return false;
    const wasOff = off.appliedMs !== null && fromMs !== null && fromMs >= off.appliedMs && isOff !== false;
    const wasDropped = off.countsDropped && wasOff;
    if (wasDropped) this.#sql.addDropped.run(bytes, peerId);
    else this.#sql.addOvershoot.run(bytes, peerId);
    return wasDropped;
  }

  get #marks(): Map<string, Off> {
    this.#off ??= new Map(
      (this.#sql.all.all() as OffRow[]).map(({ id, phase, applied, drops, shownOff }) => [
        id,
        {
          appliedMs: phase === 'suspended' ? applied : null,
          isTouched: phase !== 'wanted',
          countsDropped: drops === 1,
          isShownOff: shownOff === 1,
        },
      ]),
    );
    return this.#off;
  }
}

interface OffRow {
  readonly id: string;
  readonly phase: string;
  readonly applied: number | null;
  readonly drops: number;
  readonly shownOff: number;
}

function prepare(db: Database) {
  return {
    nodeExists: db.prepare('SELECT 1 FROM node WHERE id = ? AND deleted_at IS NULL'),
    setMode: db.prepare(
      `INSERT INTO node_access (node_id, mode, since) VALUES (?, ?, ?)
       ON CONFLICT DO UPDATE SET mode = excluded.mode, since = excluded.since`,
    ),
    want: db.prepare(
      `INSERT OR IGNORE INTO access_mark (peer_id, phase, user_id, wanted_at) SELECT id, 'wanted', user_id, ? FROM peer WHERE id = ?`,
    ),
    clear: db.prepare("UPDATE access_mark SET clearance = ? WHERE peer_id = ? AND phase = 'wanted'"),
    // A peer that somebody gave back is cut anew: what undoes it is what is there now.
    begin: db.prepare(
      `UPDATE access_mark SET phase = 'suspending', kept = ?, sealed = ?, counts_dropped = ?, shown_off = 0,
         applied_at = ? WHERE peer_id = ?`,
    ),
    suspended: db.prepare(
      `UPDATE access_mark SET phase = 'suspended', applied_at = ?, failures = 0, retry_at = NULL, code = NULL,
         message = NULL, hint = NULL WHERE peer_id = ?`,
    ),
    keepPast: db.prepare(
      `INSERT INTO access_past (peer_id, user_id, wanted_at, applied_at, ended_at, overshoot, dropped)
       SELECT peer_id, user_id, wanted_at, applied_at, ?, overshoot, dropped FROM access_mark
       WHERE peer_id = ? AND applied_at IS NOT NULL`,
    ),
    forget: db.prepare('DELETE FROM access_mark WHERE peer_id = ?'),
    fail: db.prepare(
      'UPDATE access_mark SET failures = failures + 1, retry_at = ?, code = ?, message = ?, hint = ? WHERE peer_id = ?',
    ),
    noteLimit: db.prepare(
      `INSERT INTO source_limit (peer_id, user_id, period, since, services_before, reports_before, reached,
         given_back_at)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?)
       ON CONFLICT (peer_id) DO UPDATE SET user_id = excluded.user_id, period = excluded.period, since = excluded.since,
         services_before = excluded.services_before, reports_before = excluded.reports_before,
         reached = excluded.reached, given_back_at = excluded.given_back_at`,
    ),
    forgetLimit: db.prepare('DELETE FROM source_limit WHERE peer_id = ?'),
    showOff: db.prepare('UPDATE access_mark SET shown_off = 1 WHERE peer_id = ?'),
    leaveToOthers: db.prepare('UPDATE access_mark SET kept = NULL, sealed = 0, shown_off = 0 WHERE peer_id = ?'),
    all: db.prepare(
      `SELECT peer_id AS id, phase, applied_at AS applied, counts_dropped AS drops, shown_off AS shownOff FROM access_mark`,
    ),
    addDropped: db.prepare('UPDATE access_mark SET dropped = dropped + ? WHERE peer_id = ?'),
    addOvershoot: db.prepare('UPDATE access_mark SET overshoot = overshoot + ? WHERE peer_id = ?'),
  };
}
