import type {
  AccessMode,
  AccessPause,
  AccessQuery,
  AccessSummary,
  ListedTarget,
} from '../../../core/access/access-store.ts';
import type { AccessMark, AccessTarget } from '../../../core/access/decide.ts';
import type { SourceLimitPeer, SourceLimitState } from '../../../core/access/source-limit.ts';
import type { Page } from '../../../core/ledger/usage-history.ts';
import type { NodeId, PeerId, UserId } from '../../../core/units/ids.ts';
import { toDate } from '../rows.ts';
import type { QuotaReader } from './quota-reader.ts';
import { decodeCursor, OWNED, type Statements, toPage } from './statements.ts';

/** What was kept, still as it is stored. */
export interface StoredKept {
  readonly bytes: Uint8Array;
  readonly isSealed: boolean;
}

type StoredMark = Omit<AccessMark, 'kept' | 'isKeptLost'> & { readonly kept: StoredKept | null };
/** A target whose mark is still as it is stored. */
export type Stored<T extends AccessTarget> = Omit<T, 'mark'> & { readonly mark: StoredMark | null };

/** Why a user's access is to be off; null while it is not (core/quota/user-state.ts). The index is of this very text. */
const IS_OFF = "u.state NOT IN ('active', 'on-hold')";
/** A quota of a part is used up, and the peer belongs to it. */
const IS_PART_OFF = `EXISTS (SELECT 1 FROM part t WHERE t.userId = p.user_id
  AND (t.nodeId IS NULL OR t.nodeId = s.node_id) AND (t.protocol IS NULL OR t.protocol = s.kind))`;
/** The limit of the source itself is reached by all that the owner moved (core/access/source-limit.ts). */
const IS_SOURCE_OFF = `EXISTS (SELECT 1 FROM source_limit l
  WHERE l.peer_id = p.id AND l.user_id = p.user_id AND l.reached = 1)`;
const IS_PEER_OFF = `(${IS_OFF} OR (u.id IS NOT NULL AND (${IS_PART_OFF} OR ${IS_SOURCE_OFF})))`;
const REASON = `iif(${IS_OFF}, u.state, iif(u.id IS NULL, NULL, iif(${IS_PART_OFF}, 'limited',
  iif(${IS_SOURCE_OFF}, 'source-limit', NULL))))`;
const PART = `part AS MATERIALIZED (SELECT value ->> 'userId' AS userId, value ->> 'nodeId' AS nodeId,
  value ->> 'protocol' AS protocol FROM json_each(@parts))`;

/** Reads of access: what is wanted and how far it is. */
export class AccessReader {
  readonly #sql: Statements;
  readonly #quotas: Pick<QuotaReader, 'partsOff'>;

  constructor(sql: Statements, quotas: Pick<QuotaReader, 'partsOff'>) {
    this.#sql = sql;
    this.#quotas = quotas;
  }

  mode(nodeId: NodeId): AccessMode {
    const row = this.#sql.get<{ mode: AccessMode }>('SELECT mode FROM node_access WHERE node_id = @nodeId', { nodeId });
    return row?.mode ?? 'read-only';
  }

  enforced(): NodeId[] {
    return this.#sql.all<{ id: NodeId }>(`${ENFORCED} ORDER BY n.name`).map(({ id }) => id);
  }

  targets(nodeId: NodeId): Stored<AccessTarget>[] {
    const rows = this.#sql.allBig<TargetRow>(
      `WITH ${PART}, chosen AS (${CHOSEN})
       SELECT ${columns} FROM chosen c ${joins} WHERE s.node_id = @nodeId ORDER BY p.rowid`,
      { nodeId, parts: this.#parts() },
    );
    return rows.map(toTarget);
  }

  sourceLimits(nodeId: NodeId): SourceLimitPeer[] {
    return this.#sql
      .allBig<LimitRow>(
        `SELECT p.id AS peerId, p.key, l.user_id AS userId, l.period, l.since,
           l.services_before AS servicesBefore, l.reports_before AS reportsBefore, l.reached,
           l.given_back_at AS givenBackAt
         FROM vpn_service s JOIN peer p ON p.service_id = s.id LEFT JOIN source_limit l ON l.peer_id = p.id
         WHERE s.node_id = @nodeId AND (p.user_id IS NOT NULL OR l.peer_id IS NOT NULL)`,
        { nodeId },
      )
      .map(({ peerId, key, ...row }) => ({ peerId, key, state: toLimitState(row) }));
  }

  list({ nodeId, userId, ownerId, failing, limit, cursor }: AccessQuery): Page<Stored<ListedTarget>> {
    const position = decodeCursor(cursor)?.[0] ?? 0;
    const where = [
      'n.deleted_at IS NULL AND p.rowid > @position',
      ...(nodeId === undefined ? [] : ['n.id = @nodeId']),
      ...(userId === undefined ? [] : ['p.user_id = @userId']),
      ...(ownerId === undefined ? [] : [OWNED]),
      ...(failing === true ? ['m.code IS NOT NULL'] : []),
    ].join(' AND ');
    const rows = this.#sql.allBig<ListedRow>(
      `WITH ${PART}, chosen AS (${CHOSEN})
       SELECT p.rowid AS position, n.id AS nodeId, n.name AS nodeName, ifnull(a.mode, 'read-only') AS mode, ${columns}
       FROM chosen c ${joins} JOIN node n ON n.id = s.node_id LEFT JOIN node_access a ON a.node_id = n.id
       WHERE ${where} ORDER BY p.rowid LIMIT @limit`,
      {
        position,
        parts: this.#parts(),
        limit: limit + 1,
        ...(nodeId === undefined ? {} : { nodeId }),
        ...(userId === undefined ? {} : { userId }),
        ...(ownerId === undefined ? {} : { owner: ownerId }),
      },
    );
    const toListed = (row: ListedRow): Stored<ListedTarget> => {
      const { nodeId: id, nodeName, mode } = row;
      return { ...toTarget(row), nodeId: id, nodeName, mode };
    };
    return toPage(rows, limit, null, toListed, (row) => [Number(row.position)]);
  }

  summaries(): AccessSummary[] {
    return this.#sql
      .all<Omit<AccessSummary, 'heldSince'> & { heldSince: number | null }>(
        `WITH ${PART}, chosen AS (${CHOSEN})
         SELECT s.node_id AS nodeId, ifnull(sum(${IS_PEER_OFF} AND ifnull(m.phase <> 'suspended', TRUE)), 0) AS waiting,
           sum(ifnull(m.phase = 'suspended', FALSE)) AS suspended,
           ifnull(sum(m.peer_id IS NOT NULL AND NOT ${IS_PEER_OFF}), 0) AS regaining, sum(m.code IS NOT NULL) AS failing,
           sum(ifnull(m.phase = 'wanted' AND m.clearance = 'held', FALSE)) AS held,
           min(iif(m.phase = 'wanted' AND m.clearance = 'held', m.wanted_at, NULL)) AS heldSince
         FROM chosen c ${joins} GROUP BY s.node_id`,
        { parts: this.#parts() },
      )
      .map((row) => ({ ...row, heldSince: toDate(row.heldSince) }));
  }

  counts(nodeId: NodeId | null, since: Date): { owned: number; waiting: number } {
    const params = { since: since.getTime(), parts: this.#parts(), ...(nodeId === null ? {} : { nodeId }) };
    const where = `p.ended_at IS NULL AND s.node_id ${nodeId === null ? `IN (${ENFORCED})` : '= @nodeId'}`;
    const row = this.#sql.get<{ owned: number; waiting: number }>(
      `WITH ${PART} SELECT count(*) AS owned, ifnull(sum(${IS_PEER_OFF} AND (m.peer_id IS NULL OR (m.phase = 'wanted'
         AND m.clearance <> 'confirmed' AND m.wanted_at >= @since))), 0) AS waiting
       FROM vpn_service s JOIN peer p ON p.service_id = s.id JOIN user u ON u.id = p.user_id
       LEFT JOIN access_mark m ON m.peer_id = p.id WHERE ${where}`,
      params,
    );
    return row ?? { owned: 0, waiting: 0 };
  }

  /** One row per user, node and protocol; null: all. */
  #parts(): string {
    const rows = this.#quotas
      .partsOff()
      .flatMap(({ userId, only }) =>
        (only?.nodeIds ?? [null]).flatMap((nodeId) =>
          (only?.protocols ?? [null]).map((protocol) => ({ userId, nodeId, protocol })),
        ),
      );
    return JSON.stringify(rows);
  }

  pause(): AccessPause | null {
    const row = this.#sql.get<{ value: string }>("SELECT value FROM meta WHERE name = 'enforcement-paused'");
    const stored = row === undefined ? null : (JSON.parse(row.value) as StoredPause | null);
    return stored === null ? null : { reason: stored.reason, since: new Date(stored.sinceMs) };
  }
}

/** As restore.ts writes it. */
export interface StoredPause {
  readonly reason: AccessPause['reason'];
  readonly sinceMs: number;
}

/**
 * Peers whose access is to be off, and those that have a mark. CROSS JOIN: from those few on, never through all peers (in
 * the order of a union's sorting SQLite would).
 */
const CHOSEN = `SELECT p.id FROM user u CROSS JOIN peer p ON p.user_id = u.id WHERE ${IS_OFF} AND p.ended_at IS NULL
  UNION SELECT p.id FROM (SELECT DISTINCT userId FROM part) d CROSS JOIN peer p ON p.user_id = d.userId
    CROSS JOIN vpn_service s ON s.id = p.service_id CROSS JOIN user u ON u.id = p.user_id
    WHERE ${IS_PART_OFF} AND p.ended_at IS NULL
  UNION SELECT p.id FROM source_limit l CROSS JOIN peer p ON p.id = l.peer_id AND p.user_id = l.user_id
    WHERE l.reached = 1 AND p.ended_at IS NULL
  UNION SELECT peer_id FROM access_mark`;

const ENFORCED = `SELECT n.id FROM node n JOIN node_access a ON a.node_id = n.id
  WHERE n.deleted_at IS NULL AND a.mode = 'enforce'`;

const joins = `CROSS JOIN peer p ON p.id = c.id CROSS JOIN vpn_service s ON s.id = p.service_id
  LEFT JOIN user u ON u.id = p.user_id LEFT JOIN access_mark m ON m.peer_id = p.id`;

const columns = `p.id AS peerId, s.identity, s.name AS service, s.kind, p.key, p.name, p.user_id AS userId,
  u.name AS userName, ${REASON} AS reason, p.ended_at AS endedAt, m.phase, m.clearance, m.kept, m.sealed,
  m.wanted_at AS wantedAt, m.applied_at AS appliedAt, m.overshoot, m.dropped, m.failures, m.retry_at AS retryAt, m.code,
  m.message, m.hint`;

interface LimitColumns {
  /** Null: there is no row. */
  readonly userId: UserId | null;
  readonly period: string;
  readonly since: bigint;
  readonly servicesBefore: bigint;
  readonly reportsBefore: bigint;
  readonly reached: bigint;
  readonly givenBackAt: bigint | null;
}
type LimitRow = LimitColumns & Pick<SourceLimitPeer, 'peerId' | 'key'>;

function toLimitState({ userId, since, reached, givenBackAt, ...rest }: LimitColumns): SourceLimitState | null {
  if (userId === null) return null;
  const instants = { since: new Date(Number(since)), givenBackAt: instant(givenBackAt) };
  return { ...rest, ...instants, userId, isReached: reached === 1n };
}

interface TargetRow {
  readonly peerId: PeerId;
  readonly identity: string;
  readonly service: string;
  readonly kind: string;
  readonly key: string;
  readonly name: string | null;
  readonly userId: UserId | null;
  readonly userName: string | null;
  readonly reason: string | null;
  readonly endedAt: bigint | null;
  readonly phase: AccessMark['phase'] | null;
  readonly clearance: AccessMark['clearance'];
  readonly kept: Buffer | null;
  readonly sealed: bigint;
  readonly wantedAt: bigint;
  readonly appliedAt: bigint | null;
  readonly overshoot: bigint;
  readonly dropped: bigint;
  readonly failures: bigint;
  readonly retryAt: bigint | null;
  readonly code: string | null;
  readonly message: string | null;
  readonly hint: string | null;
}

type ListedRow = TargetRow & { position: bigint; nodeId: NodeId; nodeName: string; mode: AccessMode };

function toTarget(row: TargetRow): Stored<AccessTarget> {
  const { peerId, identity, service, kind, key, name, userId, userName, reason, endedAt } = row;
  return {
    ...{ peerId, identity, service, kind, key, name, userId, userName, reason },
    isEnded: endedAt !== null,
    mark: row.phase === null ? null : toMark(row, row.phase),
  };
}

function toMark(row: TargetRow, phase: AccessMark['phase']): StoredMark {
  const { clearance, overshoot, dropped, code, message, hint } = row;
  return {
    phase,
    clearance,
    kept: row.kept === null ? null : { bytes: row.kept, isSealed: row.sealed === 1n },
    wantedAt: new Date(Number(row.wantedAt)),
    appliedAt: phase === 'suspended' ? instant(row.appliedAt) : null,
    overshoot,
    dropped,
    failures: Number(row.failures),
    retryAt: instant(row.retryAt),
    problem: code === null || message === null ? null : { code, message, hint },
  };
}

function instant(ms: bigint | null): Date | null {
  return toDate(ms === null ? null : Number(ms));
}
