import { otherContracts } from '../contract/store-contracts.ts';
import { postgresContracts } from '../support/postgres-contracts.ts';

postgresContracts(otherContracts);
