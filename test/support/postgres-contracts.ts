import { join } from 'node:path';
import { afterAll, beforeAll, describe } from 'vitest';
import { ManualClock } from '../../src/core/units/testing.ts';
import { openForWriting } from '../../src/storage/postgres/connections.ts';
import { openPostgresStore } from '../../src/storage/postgres/postgres-store.ts';
import { storeContracts } from '../contract/store-contracts.ts';
import type { StoreFixture } from '../contract/store-fixture.ts';
import { PostgresServer, postgresWorkers } from './postgres.ts';
import { temporaryFolder } from './server.ts';

/** With the schema in it: to make it takes longer than most tests. */
const TEMPLATE = 'made';

/** Holds the store over PostgreSQL to contracts of SQLite's: each case has a database of its own. */
export function postgresContracts(contracts: Parameters<typeof storeContracts>[1]): void {
  let server: PostgresServer;

  beforeAll(async () => {
    server = await PostgresServer.start();
    const { socket } = await postgresWorkers();
    server.sql('postgres', `CREATE DATABASE ${TEMPLATE}`);
    openForWriting({ url: server.address(TEMPLATE), socket: socket.href }).close();
  });

  afterAll(() => server.stop());

  // Some cases ask ten thousand things one after the other, each of which is a way to the server and back.
  describe('PostgreSQL', { timeout: 240_000 }, () => storeContracts(() => makePostgres(server), contracts));
}

async function makePostgres(server: PostgresServer): Promise<StoreFixture> {
  const clock = new ManualClock();
  const { socket, ...workers } = await postgresWorkers();
  const temporary = temporaryFolder('postgres-store');
  const address = { url: server.newDatabase(TEMPLATE), socket: socket.href };
  const mark = join(temporary.path, 'last-commit.json');
  const parts = { address, clock, workers, mark, onLost() {}, onRegained() {} };
  return {
    writesCopies: false,
    clock,
    open: (timeZone: string | null = 'UTC') => openPostgresStore({ ...parts, timeZone }),
    dispose: async () => {
      server.dropDatabase(address.url);
      temporary.remove();
    },
  };
}
