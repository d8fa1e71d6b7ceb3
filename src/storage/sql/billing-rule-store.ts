import type { BillingRuleEntry, BillingRuleStore, NewBillingRule } from '../../core/ledger/billing.ts';
import type { NodeId } from '../../core/units/ids.ts';
import type { Asked } from './reader/asked.ts';
import type { LedgerReader } from './reader/ledger-reader.ts';
import type { WriterLink } from './writer-link.ts';

/** Rules by which counted bytes are billed. */
export class SqlBillingRuleStore implements BillingRuleStore {
  readonly #reader: Asked<LedgerReader>;
  readonly #writer: WriterLink;

  constructor(reader: Asked<LedgerReader>, writer: WriterLink) {
    this.#reader = reader;
    this.#writer = writer;
  }

  async rules(nodeId?: NodeId): Promise<BillingRuleEntry[]> {
    return this.#reader.billingRules(nodeId);
  }

  setRule(rule: NewBillingRule): Promise<BillingRuleEntry> {
    return this.#writer.run('setBillingRule', rule);
  }

  removeRule(id: string): Promise<BillingRuleEntry> {
    return this.#writer.run('removeBillingRule', id);
  }
}
