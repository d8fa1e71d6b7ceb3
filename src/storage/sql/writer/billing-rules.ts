import { ExpectedError, InvalidInput, NotFound } from '../../../core/errors.ts';
import { type BillingRuleEntry, type NewBillingRule, nextQuarter } from '../../../core/ledger/billing.ts';
import { QUARTER_MS, quarterOf, quarterStart } from '../../../core/units/quarter.ts';
import type { Database } from '../database.ts';
import { type BillingRuleRow, billingRuleColumns, toBillingRule, toRowId } from '../rows.ts';

/** Writes of the rules by which counted bytes are billed. A rule never reaches back: what was billed stays. */
export class BillingRules {
  readonly #sql: ReturnType<typeof prepare>;

  constructor(db: Database) {
    this.#sql = prepare(db);
  }

  /** Replaces a rule for the same instant, which cannot have begun. @throws InvalidInput, NotFound */
  set({ nodeId, serviceId, from, rule, by }: NewBillingRule, nowMs: number): BillingRuleEntry {
    if (this.#sql.nodeExists.get(nodeId) === undefined) throw new NotFound('node', nodeId);
    if (serviceId !== null && this.#sql.serviceExists.get(serviceId, nodeId) === undefined) {
      throw new NotFound('VPN service of this node', serviceId);
    }
    const earliest = this.#earliest(nodeId, nowMs);
    const quarter = from === null ? earliest : from.getTime() / QUARTER_MS;
    if (!Number.isInteger(quarter) || quarter < earliest) {
      throw new InvalidInput(
        '/from',
        '"from" must be the start of a quarter of an hour that has not begun.',
        `What was counted stays billed as it was. The next one: ${new Date(quarterStart(earliest)).toISOString()}`,
      );
    }
    const { thousandths = null, direction = null } = rule ?? {};
    const id = this.#sql.set.get(nodeId, serviceId, quarter, thousandths, direction, nowMs, by) as number;
    return toBillingRule(this.#sql.find.get(id) as BillingRuleRow);
  }

  /** Takes back a rule that has not begun. */
  remove(id: string, nowMs: number): BillingRuleEntry {
    const row = this.#sql.find.get(toRowId(id)) as BillingRuleRow | undefined;
    if (row === undefined) throw new NotFound('billing rule', id);
    const entry = toBillingRule(row);
    if (row.fromQuarter < this.#earliest(entry.nodeId, nowMs)) {
      throw new ExpectedError('rule-in-force', 'The rule has begun: bytes were billed by it.', {
        hint: 'Set another rule instead; it holds from the next quarter of an hour on.',
      });
    }
    this.#sql.remove.run(row.id);
    return entry;
  }

  /** Where the clock was set back, quarters after the next one have bytes already. */
  #earliest(nodeId: string, nowMs: number): number {
    const booked = this.#sql.lastBooked.get(nodeId) as number | undefined;
    return Math.max(quarterOf(nextQuarter(nowMs).getTime()), (booked ?? 0) + 1);
  }
}

function prepare(db: Database) {
  return {
    nodeExists: db.prepare('SELECT 1 FROM node WHERE id = ? AND deleted_at IS NULL'),
    serviceExists: db.prepare('SELECT 1 FROM vpn_service WHERE id = ? AND node_id = ?'),
    lastBooked: db
      .prepare(
        `SELECT q.quarter FROM carrier_quarter q WHERE q.carrier_id IN (SELECT id FROM carrier WHERE node_id = ?)
         ORDER BY q.quarter DESC LIMIT 1`,
      )
      .pluck(),
    set: db
      .prepare(
        `INSERT INTO billing_rule (node_id, service_id, from_quarter, thousandths, direction, set_at, admin_id)
         VALUES (?, ?, ?, ?, ?, ?, ?)
         ON CONFLICT (node_id, ifnull(service_id, ''), from_quarter) DO UPDATE SET thousandths = excluded.thousandths, direction = excluded.direction,
           set_at = excluded.set_at, admin_id = excluded.admin_id
         RETURNING id`,
      )
      .pluck(),
    find: db.prepare(`SELECT ${billingRuleColumns} FROM billing_rule b WHERE b.id = ?`),
    remove: db.prepare('DELETE FROM billing_rule WHERE id = ?'),
  };
}
