import type { AccountBeyond } from '../../../core/ledger/usage-history.ts';
import type { NodeId, UserId } from '../../../core/units/ids.ts';
import { type Statements, VISIBLE } from './statements.ts';

/** Reads what the users of a panel's accounts moved elsewhere. */
export class BeyondReader {
  readonly #sql: Statements;

  constructor(sql: Statements) {
    this.#sql = sql;
  }

  usageBeyond(nodeId: NodeId, keys: readonly string[]): Map<string, AccountBeyond> {
    const rows = this.#sql.allBig<{ key: string; userId: UserId; shown: bigint; ever: bigint }>(
      `WITH account AS MATERIALIZED (SELECT DISTINCT p.key, p.user_id FROM json_each(@keys) k 
           JOIN vpn_service v ON v.node_id = @nodeId
           JOIN peer p ON p.service_id = v.id AND p.key = k.value WHERE p.user_id IS NOT NULL)
       SELECT a.key, a.user_id AS userId, ifnull(sum(b.bytes), 0) AS ever, ifnull(sum(iif(b.visible, b.bytes, 0)), 0) AS shown
       FROM account a LEFT JOIN (
         SELECT g.user_id, t.rx + t.tx + t.undirected AS bytes, ${VISIBLE} AS visible
         FROM segment g JOIN tally t ON t.segment_id = g.id JOIN series s ON s.id = t.series_id
         JOIN carrier c ON c.id = s.carrier_id
         WHERE g.user_id IN (SELECT user_id FROM account)
           AND (c.service_id IS NULL OR c.service_id NOT IN (SELECT id FROM vpn_service WHERE node_id = @nodeId))
       ) b ON b.user_id = a.user_id GROUP BY a.key, a.user_id`,
      { nodeId, keys: JSON.stringify(keys) },
    );
    return new Map(rows.map(({ key, userId, shown, ever }) => [key, { userId, shown, ever }]));
  }
}
