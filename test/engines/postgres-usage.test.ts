import { usageContracts } from '../contract/store-contracts.ts';
import { postgresContracts } from '../support/postgres-contracts.ts';

// Beside the other contracts: they run at the same time.
postgresContracts(usageContracts);
