import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { describe } from 'vitest';
import { ManualClock } from '../../src/core/units/testing.ts';
import { randomId } from '../../src/lib/random-id.ts';
import { openSqliteStore } from '../../src/storage/sqlite/sqlite-store.ts';
import { sqliteWorkers } from '../support/sqlite-workers.ts';
import { billingRuleStoreContract } from './billing-rule-store.contract.ts';
import { correctionsContract } from './corrections.contract.ts';
import { healthStoreContract } from './health-store.contract.ts';
import { identityStoreContract } from './identity-store.contract.ts';
import { inventoryStoreContract } from './inventory-store.contract.ts';
import { quotaStoreContract } from './quota-store.contract.ts';
import { rebindingContract } from './rebinding.contract.ts';
import { reconciliationStoreContract } from './reconciliation-store.contract.ts';
import { resetsContract } from './resets.contract.ts';
import type { StoreFixture } from './store-fixture.ts';
import { usageBetweenContract } from './usage-between.contract.ts';
import { usageExportContract } from './usage-export.contract.ts';
import { usageLedgerContract } from './usage-ledger.contract.ts';
import { usageQualityContract } from './usage-quality.contract.ts';
import { userStatesContract } from './user-states.contract.ts';

async function makeSqlite(threads: boolean): Promise<StoreFixture> {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'xpert-sqlite-'));
  const clock = new ManualClock();
  const workers = threads ? await sqliteWorkers() : null;
  return {
    clock,
    open: (timeZone = 'UTC') =>
      openSqliteStore({ path: path.join(folder, 'ledger.db'), clock, newId: () => randomId(16), timeZone, workers }),
    dispose: async () => rmSync(folder, { recursive: true }),
  };
}

describe('SQLite in this thread', { timeout: 30_000 }, () => {
  usageLedgerContract(() => makeSqlite(false));
  correctionsContract(() => makeSqlite(false));
  rebindingContract(() => makeSqlite(false));
  resetsContract(() => makeSqlite(false));
  inventoryStoreContract(() => makeSqlite(false));
  userStatesContract(() => makeSqlite(false));
  quotaStoreContract(() => makeSqlite(false));
  identityStoreContract(() => makeSqlite(false));
  billingRuleStoreContract(() => makeSqlite(false));
  reconciliationStoreContract(() => makeSqlite(false));
  healthStoreContract(() => makeSqlite(false));
  usageQualityContract(() => makeSqlite(false));
  usageBetweenContract(() => makeSqlite(false));
  usageExportContract(() => makeSqlite(false));
});

describe('SQLite with its threads', { timeout: 30_000 }, () => {
  usageLedgerContract(() => makeSqlite(true));
  correctionsContract(() => makeSqlite(true));
  resetsContract(() => makeSqlite(true));
  inventoryStoreContract(() => makeSqlite(true));
  userStatesContract(() => makeSqlite(true));
  quotaStoreContract(() => makeSqlite(true));
  identityStoreContract(() => makeSqlite(true));
  billingRuleStoreContract(() => makeSqlite(true));
  reconciliationStoreContract(() => makeSqlite(true));
  healthStoreContract(() => makeSqlite(true));
  usageQualityContract(() => makeSqlite(true));
  usageBetweenContract(() => makeSqlite(true));
  usageExportContract(() => makeSqlite(true));
});
