import type { BudgetStore, ProviderBudget } from '../../core/ledger/provider-budget.ts';
import type { NodeId } from '../../core/units/ids.ts';
import type { Asked } from './reader/asked.ts';
import type { BudgetReader } from './reader/budget-reader.ts';
import type { SlowReader } from './slow-reader.ts';
import type { WriterLink } from './writer-link.ts';

/** Budgets of nodes, and what nodes carried. */
export class SqlBudgetStore implements BudgetStore {
  readonly #reader: Asked<BudgetReader>;
  readonly #slow: SlowReader;
  readonly #writer: WriterLink;

  constructor(reader: Asked<BudgetReader>, slow: SlowReader, writer: WriterLink) {
    this.#reader = reader;
    this.#slow = slow;
    this.#writer = writer;
  }

  async budgets() {
    return this.#reader.budgets();
  }

  setBudget(budget: ProviderBudget) {
    return this.#writer.run('setBudget', budget);
  }

  removeBudget(nodeId: NodeId) {
    return this.#writer.run('removeBudget', nodeId);
  }

  async carried(nodeId: NodeId, first: number, last: number) {
    await this.#writer.settle();
    return await this.#slow.read('carriedDays', nodeId, first, last);
  }
}
