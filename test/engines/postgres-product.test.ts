import { afterAll, beforeAll, describe } from 'vitest';
import { randomId } from '../../src/lib/random-id.ts';
import { openForWriting } from '../../src/storage/postgres/connections.ts';
import { openLocalPostgresStore } from '../support/local-postgres-store.ts';
import { PostgresServer, postgresWorkers } from '../support/postgres.ts';
import { useTestStore } from '../support/test-store.ts';

let server: PostgresServer;
let socket: string;

/** With the schema in it. */
const TEMPLATE = 'made';

beforeAll(async () => {
  server = await PostgresServer.start();
  socket = (await postgresWorkers()).socket.href;
  server.sql('postgres', `CREATE DATABASE ${TEMPLATE}`);
  openForWriting({ url: server.address(TEMPLATE), socket }).close();
  useTestStore(async (clock) => {
    const address = { url: server.newDatabase(TEMPLATE), socket };
    const { store } = openLocalPostgresStore({ address, clock, newId: () => randomId(16), timeZone: 'UTC' });
    const close = store.close.bind(store);
    return Object.assign(store, {
      async close() {
        await close();
        server.dropDatabase(address.url);
      },
    });
  });
});

afterAll(() => server.stop());

/** Tests that run over SQLite, too: access, alerts, links, logins, limits and figures, as they are asked for. */
const parts = {
  'access pass': () => import('../contract/access-pass.test.ts'),
  alerting: () => import('../contract/alerting.test.ts'),
  access: () => import('../contract/http-access.test.ts'),
  bot: () => import('../contract/http-bot.test.ts'),
  budgets: () => import('../contract/http-budgets.test.ts'),
  links: () => import('../contract/http-links.test.ts'),
  quotas: () => import('../contract/http-quotas.test.ts'),
  resellers: () => import('../contract/http-reseller.test.ts'),
  resets: () => import('../contract/http-resets.test.ts'),
  services: () => import('../contract/http-services.test.ts'),
  sessions: () => import('../contract/http-session.test.ts'),
  statistics: () => import('../contract/http-statistics.test.ts'),
  'two factors': () => import('../contract/http-two-factor.test.ts'),
  'version 1': () => import('../contract/http-v1.test.ts'),
};

describe('over PostgreSQL', { timeout: 60_000 }, () => {
  // Each in a place of its own: what a file does before and after its tests is for them alone.
  for (const [name, load] of Object.entries(parts)) describe(name, async () => void (await load()));
});
