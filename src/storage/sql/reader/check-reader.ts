import type { Finding } from '../../../core/health/findings.ts';
import type { CheckDay, StoredFigure } from '../../../core/ledger/reconciliation-store.ts';
import type { NodeId } from '../../../core/units/ids.ts';
import { type CheckDayRow, type FigureRow, toCheckDay, toFigure } from '../check-rows.ts';
import { decisionOf } from '../entry-rows.ts';
import type { Statements } from './statements.ts';

/** Reads of checks, of what providers say, and of what was found while metering. */
export class CheckReader {
  readonly #sql: Statements;

  constructor(sql: Statements) {
    this.#sql = sql;
  }

  days(nodeId: NodeId, first: number, last: number): CheckDay[] {
    return this.#sql
      .allBig<CheckDayRow>(
        `SELECT * FROM reconcile_day WHERE node_id = @nodeId AND day BETWEEN @first AND @last ORDER BY day, service_id`,
        { nodeId, first, last },
      )
      .map(toCheckDay);
  }

  figures(nodeId: NodeId): StoredFigure[] {
    return this.#sql
      .allBig<FigureRow>(
        `SELECT * FROM provider_figure WHERE node_id = @nodeId AND deleted_at IS NULL
         ORDER BY last_day DESC, first_day DESC, id DESC`,
        { nodeId },
      )
      .map(toFigure);
  }

  findings(): Finding[] {
    return this.#sql
      .all<Omit<Finding, 'firstAt' | 'lastAt'> & { firstAt: number; lastAt: number }>(
        `SELECT s.node_id AS nodeId, f.service_id AS serviceId, s.name AS serviceName, f.code, f.first_at AS firstAt,
           f.last_at AS lastAt, f.times
         FROM finding f JOIN vpn_service s ON s.id = f.service_id JOIN node n ON n.id = s.node_id
         WHERE n.deleted_at IS NULL AND (f.code <> 'reading-quarantined' OR EXISTS (SELECT 1 FROM quarantine x
           WHERE x.service_id = f.service_id AND ${decisionOf('quarantine_id', 'x.id')} IS NULL)) ORDER BY s.name, f.code`,
      )
      .map((row) => ({ ...row, firstAt: new Date(row.firstAt), lastAt: new Date(row.lastAt) }));
  }
}
