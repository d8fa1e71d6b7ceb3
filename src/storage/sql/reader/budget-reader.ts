import type { BudgetDirection, CarriedDay, ProviderBudget } from '../../../core/ledger/provider-budget.ts';
import { CALENDAR_MONTHS, parseCycle } from '../../../core/units/billing-cycle.ts';
import type { NodeId } from '../../../core/units/ids.ts';
import type { Statements } from './statements.ts';

/** Reads budgets of nodes, and what nodes carried: by the network card where that was read, else by their services. */
export class BudgetReader {
  readonly #sql: Statements;

  constructor(sql: Statements) {
    this.#sql = sql;
  }

  budgets(): ProviderBudget[] {
    const rows = this.#sql.all<BudgetRow>(
      `SELECT b.node_id AS nodeId, CAST(b.bytes AS TEXT) AS bytes, b.cycle, b.direction, b.price_per_tb AS pricePerTb,
         b.currency
       FROM node_budget b JOIN node n ON n.id = b.node_id WHERE n.deleted_at IS NULL ORDER BY n.name`,
    );
    return rows.map(({ bytes, cycle, ...row }) => {
      return { ...row, bytes: BigInt(bytes), cycle: parseCycle(cycle) ?? CALENDAR_MONTHS };
    });
  }

  carried(nodeId: NodeId, first: number, last: number): CarriedDay[] {
    const params = { nodeId, first, last };
    const card = this.#sql.allBig<CarriedRow>(
      `SELECT day, own_rx AS "in", own_tx AS out FROM reconcile_day
       WHERE node_id = @nodeId AND service_id = '' AND day BETWEEN @first AND @last`,
      params,
    );
    const metered = this.#sql.allBig<CarriedRow>(
      `SELECT d.day, sum(d.rx + d.tx + d.undirected) AS "in", sum(d.rx + d.tx + d.undirected) AS out
       FROM carrier c CROSS JOIN series s ON s.carrier_id = c.id CROSS JOIN tally t ON t.series_id = s.id
       CROSS JOIN calendar_day b CROSS JOIN day d ON d.day = b.day AND d.tally_id = t.id
       WHERE c.node_id = @nodeId AND b.day BETWEEN @first AND @last GROUP BY d.day`,
      params,
    );
    const days = new Map(metered.map((row) => [row.day, toDay(row, 'services')]));
    for (const row of card) days.set(row.day, toDay(row, 'card'));
    return [...days.values()].sort((a, b) => a.day - b.day);
  }
}

interface BudgetRow {
  readonly nodeId: NodeId;
  readonly bytes: string;
  readonly cycle: string;
  readonly direction: BudgetDirection;
  readonly pricePerTb: number | null;
  readonly currency: string | null;
}

interface CarriedRow {
  readonly day: bigint;
  readonly in: bigint;
  readonly out: bigint;
}

function toDay({ day, ...carried }: CarriedRow, source: CarriedDay['source']): CarriedDay {
  return { day: Number(day), ...carried, source };
}
