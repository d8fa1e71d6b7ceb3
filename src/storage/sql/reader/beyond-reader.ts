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
           CROSS JOIN vpn_service v ON v.node_id = @nodeId
           CROSS JOIN peer p ON p.service_id = v.id AND p.key = k.value WHERE p.user_id IS NOT NULL)
       SELECT a.key, a.user_id AS userId, ${sumOf('TRUE')} AS ever, ${sumOf(VISIBLE)} AS shown FROM account a`,
      { nodeId, keys: JSON.stringify(keys) },
    );
    return new Map(rows.map(({ key, userId, shown, ever }) => [key, { userId, shown, ever }]));
  }
}

/** From the user's segments on, never from a carrier through everybody's series. */
function sumOf(condition: string): string {
  return `(SELECT ifnull(sum(t.rx + t.tx + t.undirected), 0) FROM segment g CROSS JOIN tally t ON t.segment_id = g.id
    CROSS JOIN series s ON s.id = t.series_id CROSS JOIN carrier c ON c.id = s.carrier_id
    WHERE g.user_id = a.user_id AND ${condition}
      AND (c.service_id IS NULL OR c.service_id NOT IN (SELECT id FROM vpn_service WHERE node_id = @nodeId)))`;
}
