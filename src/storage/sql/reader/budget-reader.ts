import type { BudgetDirection, CarriedDay, ProviderBudget } from '../../../core/ledger/provider-budget.ts';
import { CALENDAR_MONTHS, parseCycle } from '../../../core/units/billing-cycle.ts';
import type { NodeId } from '../../../core/units/ids.ts';
import type { Statements } from './statements.ts';

/** Reads budgets of nodes, and what nodes carried: by the network card, and by their services. */
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
    const cards = this.#sql.allBig<CardRow>(
      `SELECT r.day, b.from_at AS fromMs, b.to_at AS toMs, r.own_rx AS "in", r.own_tx AS out, r.checked_ms AS knownMs
       FROM reconcile_day r JOIN calendar_day b ON b.day = r.day
       WHERE r.node_id = @nodeId AND r.service_id = '' AND r.day BETWEEN @first AND @last`,
      params,
    );
    const metered = this.#sql.allBig<CarriedRow>(
      `SELECT d.day, min(b.from_at) AS fromMs, min(b.to_at) AS toMs, sum(d.rx + d.tx + d.undirected) AS "in",
         sum(d.rx + d.tx + d.undirected) AS out
       FROM carrier c CROSS JOIN series s ON s.carrier_id = c.id CROSS JOIN tally t ON t.series_id = s.id
       CROSS JOIN calendar_day b CROSS JOIN day d ON d.day = b.day AND d.tally_id = t.id
       WHERE c.node_id = @nodeId AND b.day BETWEEN @first AND @last GROUP BY d.day`,
      params,
    );
    const services = new Map(metered.map((row) => [row.day, row]));
    const read = new Set(cards.map(({ day }) => day));
    const days = [
      ...metered.filter(({ day }) => !read.has(day)).map((row) => toDay(row, null, row)),
      ...cards.map((row) => toDay(row, row, services.get(row.day))),
    ];
    return days.sort((a, b) => a.day - b.day);
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
  readonly fromMs: bigint;
  readonly toMs: bigint;
  readonly in: bigint;
  readonly out: bigint;
}

interface CardRow extends CarriedRow {
  readonly knownMs: bigint;
}

function toDay({ day, fromMs, toMs }: CarriedRow, card: CardRow | null, services: CarriedRow | undefined): CarriedDay {
  return {
    ...{ day: Number(day), fromMs: Number(fromMs), toMs: Number(toMs) },
    card: card === null ? null : { in: card.in, out: card.out, knownMs: Number(card.knownMs) },
    services: { in: services?.in ?? 0n, out: services?.out ?? 0n },
  };
}
