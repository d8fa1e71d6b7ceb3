import { afterAll, beforeAll, describe } from 'vitest';
import { ManualClock } from '../../src/core/units/testing.ts';
import { randomId } from '../../src/lib/random-id.ts';
import { openForWriting } from '../../src/storage/postgres/connections.ts';
import { openPostgresStore } from '../../src/storage/postgres/postgres-store.ts';
import { adminLimitsContract } from '../contract/admin-limits.contract.ts';
import { billingRuleStoreContract } from '../contract/billing-rule-store.contract.ts';
import { correctionsContract } from '../contract/corrections.contract.ts';
import { healthStoreContract } from '../contract/health-store.contract.ts';
import { identityStoreContract } from '../contract/identity-store.contract.ts';
import { inventoryStoreContract } from '../contract/inventory-store.contract.ts';
import { quotaStoreContract } from '../contract/quota-store.contract.ts';
import { rebindingContract } from '../contract/rebinding.contract.ts';
import { reconciliationStoreContract } from '../contract/reconciliation-store.contract.ts';
import { resetsContract } from '../contract/resets.contract.ts';
import type { StoreFixture } from '../contract/store-fixture.ts';
import { usageBetweenContract } from '../contract/usage-between.contract.ts';
import { usageExportContract } from '../contract/usage-export.contract.ts';
import { usageLedgerContract } from '../contract/usage-ledger.contract.ts';
import { usageQualityContract } from '../contract/usage-quality.contract.ts';
import { userStatesContract } from '../contract/user-states.contract.ts';
import { PostgresServer, postgresWorkers } from '../support/postgres.ts';

let server: PostgresServer;

/** With the schema in it: to make it takes longer than most tests. */
const TEMPLATE = 'made';

beforeAll(async () => {
  server = await PostgresServer.start();
  const { socket } = await postgresWorkers();
  server.sql('postgres', `CREATE DATABASE ${TEMPLATE}`);
  openForWriting({ url: server.address(TEMPLATE), socket }).close();
});

afterAll(() => server.stop());

async function makePostgres(): Promise<StoreFixture> {
  const clock = new ManualClock();
  const { socket } = await postgresWorkers();
  const address = { url: server.newDatabase(TEMPLATE), socket };
  return {
    writesCopies: false,
    clock,
    open: (timeZone: string | null = 'UTC') =>
      openPostgresStore({ address, clock, newId: () => randomId(16), timeZone }),
    dispose: async () => {},
  };
}

// Some cases ask ten thousand things one after the other, each of which is a way to the server and back.
describe('PostgreSQL', { timeout: 240_000 }, () => {
  usageLedgerContract(makePostgres);
  correctionsContract(makePostgres);
  rebindingContract(makePostgres);
  resetsContract(makePostgres);
  inventoryStoreContract(makePostgres);
  userStatesContract(makePostgres);
  quotaStoreContract(makePostgres);
  adminLimitsContract(makePostgres);
  identityStoreContract(makePostgres);
  billingRuleStoreContract(makePostgres);
  reconciliationStoreContract(makePostgres);
  healthStoreContract(makePostgres);
  usageQualityContract(makePostgres);
  usageBetweenContract(makePostgres);
  usageExportContract(makePostgres);
});
