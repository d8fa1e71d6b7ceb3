import { NotFound } from '../../../core/errors.ts';
import type { ProviderBudget } from '../../../core/ledger/provider-budget.ts';
import { formatCycle } from '../../../core/units/billing-cycle.ts';
import type { NodeId } from '../../../core/units/ids.ts';
import type { Database } from '../database.ts';
import { operation } from './operation.ts';

/** Budgets of nodes. */
export function budgetOperations(db: Database) {
  const sql = {
    node: db.prepare('SELECT 1 FROM node WHERE id = ? AND deleted_at IS NULL'),
    set: db.prepare(
      'INSERT OR REPLACE INTO node_budget (node_id, bytes, cycle, direction, price_per_tb, currency) VALUES (?, ?, ?, ?, ?, ?)',
    ),
    remove: db.prepare('DELETE FROM node_budget WHERE node_id = ?'),
  };
  return {
    setBudget: operation('none', (_now, budget: ProviderBudget) => {
      const { nodeId, bytes, cycle, direction, pricePerTb, currency } = budget;
      if (sql.node.get(nodeId) === undefined) throw new NotFound('node', nodeId);
      sql.set.run(nodeId, bytes, formatCycle(cycle), direction, pricePerTb, currency);
    }),
    removeBudget: operation('none', (_now, nodeId: NodeId) => void sql.remove.run(nodeId)),
  };
}
