import { describe } from 'vitest';
import { accessMarksContract } from './access-marks.contract.ts';
import { adminLimitsContract } from './admin-limits.contract.ts';
import { auditSubjectsContract } from './audit-subjects.contract.ts';
import { billingRuleStoreContract } from './billing-rule-store.contract.ts';
import { correctionsContract } from './corrections.contract.ts';
import { healthStoreContract } from './health-store.contract.ts';
import { identityStoreContract } from './identity-store.contract.ts';
import { inventoryStoreContract } from './inventory-store.contract.ts';
import { onHoldContract } from './on-hold.contract.ts';
import { polledUsageContract } from './polled-usage.contract.ts';
import { quotaStoreContract } from './quota-store.contract.ts';
import { rebindingContract } from './rebinding.contract.ts';
import { reconciliationStoreContract } from './reconciliation-store.contract.ts';
import { reportedUsageContract } from './reported-usage.contract.ts';
import { resetsContract } from './resets.contract.ts';
import { shownUsageContract } from './shown-usage.contract.ts';
import { sourceLimitsContract } from './source-limits.contract.ts';
import type { MakeStore } from './store-fixture.ts';
import { usageBetweenContract } from './usage-between.contract.ts';
import { usageExportContract } from './usage-export.contract.ts';
import { usageLedgerContract } from './usage-ledger.contract.ts';
import { usageQualityContract } from './usage-quality.contract.ts';
import { userStatesContract } from './user-states.contract.ts';

type Contract = (makeStore: MakeStore) => void;

/** Of what was counted. */
export const usageContracts: Readonly<Record<string, Contract>> = {
  reportedUsageContract,
  polledUsageContract,
  usageLedgerContract,
  shownUsageContract,
  correctionsContract,
  rebindingContract,
  resetsContract,
  usageQualityContract,
  usageBetweenContract,
  usageExportContract,
};

/** Of everything else. */
export const otherContracts: Readonly<Record<string, Contract>> = {
  inventoryStoreContract,
  userStatesContract,
  quotaStoreContract,
  onHoldContract,
  adminLimitsContract,
  identityStoreContract,
  billingRuleStoreContract,
  reconciliationStoreContract,
  healthStoreContract,
  sourceLimitsContract,
  accessMarksContract,
  auditSubjectsContract,
};

/** What an engine keeps. Each contract is by itself: its database is not opened for the cases of the others. */
export function storeContracts(makeStore: MakeStore, contracts = { ...usageContracts, ...otherContracts }): void {
  for (const [name, contract] of Object.entries(contracts)) describe(name, () => contract(makeStore));
}
