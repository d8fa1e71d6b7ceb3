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
  }, 0.1);
});

afterAll(() => server.stop());

/** Tests that run over SQLite, too, of what no contract of the stores is about: access, alerts, links, logins and limits. */
const parts = {
  'access pass': () => import('../contract/access-pass.test.ts'),
  alerting: () => import('../contract/alerting.test.ts'),
  access: () => import('../contract/http-access.test.ts'),
  bot: () => import('../contract/http-bot.test.ts'),
  budgets: () => import('../contract/http-budgets.test.ts'),
  links: () => import('../contract/http-links.test.ts'),
  quotas: () => import('../contract/http-quotas.test.ts'),
  sessions: () => import('../contract/http-session.test.ts'),
  'two factors': () => import('../contract/http-two-factor.test.ts'),
};

describe('over PostgreSQL', { timeout: 60_000 }, () => {
  // Each in a place of its own: what a file does before and after its tests is for them alone.
  for (const [name, load] of Object.entries(parts)) describe(name, async () => void (await load()));
});
