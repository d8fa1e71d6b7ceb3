import type { Decided, LedgerEntry } from '../../../core/ledger/entry.ts';
import type { Baseline, EntryQuery, Page, Quarantined, Visibility } from '../../../core/ledger/usage-history.ts';
import type { AdminId, EntryId, PeerId } from '../../../core/units/ids.ts';
import { decisionOf, type EntryRow, entryColumns, toEntry } from '../entry-rows.ts';
import { type TrafficRow, toTraffic } from '../rows.ts';
import { decodeCursor, OWNED, type Params, type Statements, toPage } from './statements.ts';

/** Reads of entries by admins, and of what was set aside for them to decide. */
export class EntryReader {
  readonly #sql: Statements;

  constructor(sql: Statements) {
    this.#sql = sql;
  }

  entries({ userId, limit, cursor }: EntryQuery, who: Visibility): Page<LedgerEntry> {
    const where: string[] = [];
    const params: Record<string, Params[string]> = {};
    const ofHolder = "EXISTS (SELECT 1 FROM json_each(e.detail, '$.holders') h WHERE";
    if (userId !== null) {
      where.push(`AND ${ofHolder} h.value ->> 'userId' = @userId)`);
      params.userId = userId;
    }
    if (who.kind === 'owner') {
      where.push(`AND ${ofHolder} h.value ->> 'userId' IN (SELECT u.id FROM user u WHERE ${OWNED}))`);
      params.owner = who.adminId;
    }
    const from = `FROM entry e WHERE e.id < @position ${where.join(' ')}`;
    const position = before(cursor);
    const rows = this.#sql.all<EntryRow>(`SELECT ${entryColumns} ${from} ORDER BY e.id DESC LIMIT @limit`, {
      ...params,
      position,
      limit: limit + 1,
    });
    const everything = { ...params, position: Number.MAX_SAFE_INTEGER };
    const total = this.#sql.get<{ n: number }>(`SELECT count(*) AS n ${from}`, everything)?.n ?? 0;
    return toPage(rows, limit, total, toEntry, ({ rowId }) => [rowId]);
  }

  quarantine(limit: number, cursor: string | null): Page<Quarantined> {
    const rows = this.#sql.allBig<QuarantineRow>(
      `SELECT x.id, x.at, x.reason, x.report, x.peer_id AS peerId, x.rx, x.tx, x.undirected, ${DECIDED}
       FROM quarantine x LEFT JOIN entry d ON d.id = ${decisionOf('quarantine_id', 'x.id')}
       WHERE x.id < @position ORDER BY x.id DESC LIMIT @limit`,
      { position: before(cursor), limit: limit + 1 },
    );
    const total = this.#sql.get<{ n: number }>('SELECT count(*) AS n FROM quarantine')?.n ?? 0;
    return toPage(rows, limit, total, toQuarantined, ({ id }) => [Number(id)]);
  }

  baselines(limit: number, cursor: string | null): Page<Baseline> {
    const from = "FROM baseline x WHERE x.reason <> 'tracking-off' AND x.rx + x.tx + x.undirected > 0";
    const rows = this.#sql.allBig<BaselineRow>(
      `SELECT x.id, x.at, x.reason, x.peer_id AS peerId, x.rx, x.tx, x.undirected, ${DECIDED}
       ${from.replace('WHERE', `LEFT JOIN entry d ON d.id = ${decisionOf('baseline_id', 'x.id')} WHERE`)}
         AND x.id < @position ORDER BY x.id DESC LIMIT @limit`,
      { position: before(cursor), limit: limit + 1 },
    );
    const total = this.#sql.get<{ n: number }>(`SELECT count(*) AS n ${from}`)?.n ?? 0;
    return toPage(rows, limit, total, toBaseline, ({ id }) => [Number(id)]);
  }
}

function before(cursor: string | null): string | number {
  return decodeCursor(cursor)?.[0] ?? Number.MAX_SAFE_INTEGER;
}

const DECIDED = `d.public_id AS decidedBy, d.kind AS decision, d.at AS decidedAt, d.admin_id AS decidedByAdmin,
  d.reason AS decidedBecause`;

interface AsideRow extends TrafficRow {
  readonly id: bigint;
  readonly at: bigint;
  readonly decidedBy: EntryId | null;
  readonly decision: Decided['kind'];
  readonly decidedAt: bigint;
  readonly decidedByAdmin: AdminId | null;
  readonly decidedBecause: string;
}

interface QuarantineRow extends AsideRow {
  readonly reason: string;
  readonly report: string | null;
  readonly peerId: PeerId | null;
}

interface BaselineRow extends AsideRow {
  readonly reason: Baseline['reason'];
  readonly peerId: PeerId;
}

function asideOf(row: AsideRow) {
  const { id, at, decidedBy, decision, decidedAt, decidedByAdmin, decidedBecause } = row;
  const decided =
    decidedBy === null
      ? null
      : {
          entryId: decidedBy,
          kind: decision,
          at: new Date(Number(decidedAt)),
          by: decidedByAdmin,
          reason: decidedBecause,
        };
  return { id: String(id), at: new Date(Number(at)), traffic: toTraffic(row), decided };
}

function toBaseline(row: BaselineRow): Baseline {
  return { ...asideOf(row), peerId: row.peerId, reason: row.reason };
}

function toQuarantined(row: QuarantineRow): Quarantined {
  const { reason, report, peerId } = row;
  return { ...asideOf(row), reason, report: report === null ? null : toReport(JSON.parse(report)), peerId };
}

function toReport(saved: NonNullable<Quarantined['report']>): NonNullable<Quarantined['report']> {
  const { periodStart, periodEnd } = saved;
  return {
    ...saved,
    periodStart: periodStart === null ? null : new Date(periodStart),
    periodEnd: periodEnd === null ? null : new Date(periodEnd),
  };
}
