import { copyFileSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { FakeWeb } from '../support/fake-web.ts';
import { until } from '../support/lab.ts';
import { PostgresServer } from '../support/postgres.ts';
import { startServer, type TestServer, temporaryFolder } from '../support/server.ts';
import { Owner } from '../torture/load.ts';

const GIB = 1024 ** 3;
/** Users are looked at once a minute. */
const LOOKED_MS = 120_000;

let database: PostgresServer;
const folder = temporaryFolder('processes-alerts');
const web = new FakeWeb(() => ({ status: 204, body: '' }));
const servers: TestServer[] = [];

beforeAll(async () => {
  database = await PostgresServer.start();
});

afterAll(async () => {
  for (const server of servers) await server.kill();
  await web.close();
  await database?.stop();
  folder.remove();
});

async function start(who: string, url: string): Promise<TestServer> {
  const dataDir = join(folder.path, who);
  mkdirSync(dataDir);
  if (who !== 'one') copyFileSync(join(folder.path, 'one', 'secret.key'), join(dataDir, 'secret.key'));
  const server = await startServer({ dataDir, env: { XPERT_DATABASE_URL: url }, readyPath: '/readyz' });
  servers.push(server);
  return server;
}

interface Told {
  /** Of the message. */
  readonly id: string;
  readonly alertId: string;
  readonly event: string;
  readonly user: string;
}

/** What was told of users, in order. */
function told(): Told[] {
  return web.requests.flatMap(({ headers, body }) => {
    const { data } = JSON.parse(body) as {
      data: { events: { alertId: string; event: string; user: { name: string } | null }[] };
    };
    const ofUsers = data.events.flatMap(({ alertId, event, user }) =>
      user === null ? [] : [{ alertId, event, user: user.name }],
    );
    return ofUsers.map((each) => ({ id: String(headers['webhook-id']), ...each }));
  });
}

const toldOf = (user: string) => told().filter((each) => each.user === user);

/** A user who has used 85 of 100 parts of a quota. */
async function nearLimit(owner: Owner, name: string): Promise<void> {
  const { id } = await owner.call<{ id: string }>('POST', '/api/v1/users', { name, userToken: name });
  await owner.call('PUT', `/api/v1/users/${id}/entitlement`, { quota: 100 * GIB });
  await owner.call('POST', '/api/xpert/traffic-webhook', {
    ...{ user_token: name, server: 'vpn.example.com', port: 443, protocol: 'vless', event_id: name },
    ...{ bytes_uploaded: 80 * GIB, bytes_downloaded: 5 * GIB },
  });
}

test('an alert is one whoever leads: one that was on its way is told again under the same id, others are not', async () => {
  const url = database.newDatabase();
  const [one, two] = [await start('one', url), await start('two', url)];
  // A process that stands by passes on what it is asked.
  const owner = await Owner.of(two.url);
  const signingSecret = `whsec_${Buffer.alloc(32, 5).toString('base64')}`;
  await owner.call('POST', '/api/v1/channels', {
    ...{ name: 'hook', kind: 'webhook', rules: { minSeverity: 'info', namesUsers: true } },
    options: { url: `http://127.0.0.1:${await web.start()}/`, signingSecret, privateAddress: true },
  });
  await nearLimit(owner, 'ann');
  await until('ann is told of', () => toldOf('ann').length > 0, LOOKED_MS);

  // The receiver has it, and the process that leads ends before it hears so.
  web.isHanging = true;
  await nearLimit(owner, 'ben');
  await until('ben is on the way', () => toldOf('ben').length > 0, LOOKED_MS);
  await one.kill();
  web.isHanging = false;
  await until('ben is told of again', () => toldOf('ben').length > 1, LOOKED_MS);

  // That it looked, and at all of them, is seen by what it tells next.
  await nearLimit(owner, 'eve');
  await until('eve is told of', () => toldOf('eve').length > 0, LOOKED_MS);
  expect(two.output()).toContain('this process leads');
  const [ann, ben, eve] = [toldOf('ann'), toldOf('ben'), toldOf('eve')];
  expect([ann.length, ben.length, eve.length]).toEqual([1, 2, 1]);
  expect(ben[1]).toEqual(ben[0]);
  expect(new Set([...ann, ...ben, ...eve].map(({ alertId }) => alertId)).size).toBe(3);
  expect(new Set(told().map(({ event }) => event))).toEqual(new Set(['opened']));
}, 600_000);
