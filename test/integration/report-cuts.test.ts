import { afterAll, beforeAll, expect, test } from 'vitest';
import { FakeMarzban } from '../support/fake-marzban.ts';
import { login, startServer, type TestServer, temporaryFolder } from '../support/server.ts';
import { asOwner } from '../support/small-fleet.ts';

/*
 * A report of somebody else's server uses a quota up: the user is off on our nodes at once, although the next reading of
 * these is an hour away.
 */

const folder = temporaryFolder('report-cuts');
const panel = new FakeMarzban();
let server: TestServer;
let cookie: string;
let ingest: string;

const ask = <T = Record<string, unknown>>(method: string, path: string, body?: unknown) =>
  asOwner<T>(server, cookie, method, `api/v1/${path}`, body);

beforeAll(async () => {
  const url = `http://127.0.0.1:${await panel.start()}`;
  panel.users = ['alice', 'bob'].map((username) => {
    return { username, lifetime: 5_000n, createdAt: '2024-05-01T12:34:56', onlineAt: null, status: 'active' };
  });
  server = await startServer({ dataDir: folder.path });
  cookie = await login(server);
  const { username, password } = panel;
  const node = { name: 'shop', kind: 'marzban', pollIntervalSeconds: 3600, usersPolicy: 'from-comments' };
  await ask('POST', 'nodes', { ...node, options: { url, username, password, privateAddress: true } });
  await ask('POST', 'nodes/shop/poll', {});
  for (const name of ['alice', 'bob']) await ask('PUT', `users/${name}/entitlement`, { quota: 1_000, cycle: 'none' });
  await ask('PUT', 'nodes/shop/access', { mode: 'enforce' });
  const scopes = { name: 'sender', scopes: ['ingest'] };
  ingest = (await ask<{ token: string }>('POST', 'tokens', scopes)).token;
}, 60_000);

afterAll(async () => {
  await server?.stop();
  await panel.web.close();
  folder.remove();
});

async function report(name: string, bytes: number, token?: string): Promise<Record<string, unknown>> {
  const { userToken } = await ask<{ userToken: string }>('GET', `users/${name}`);
  const carried = { user_token: userToken, server: 'elsewhere.example.net', port: 443, protocol: 'vless' };
  const answer = await fetch(`${server.url}/api/xpert/traffic-webhook`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
    },
    body: JSON.stringify({ ...carried, bytes_uploaded: 0, bytes_downloaded: bytes }),
  });
  expect(answer.status).toBe(200);
  return (await answer.json()) as Record<string, unknown>;
}

const states = () => panel.users.map(({ username, status }) => `${username} ${status}`);
const waiting = { timeout: 20_000 };

test('a signed report cuts with its last byte, at once; a top-up gives back at once', async () => {
  expect(await report('alice', 999, ingest)).not.toHaveProperty('limit_reached');
  await ask('POST', 'nodes/shop/poll', {});
  expect(states()).toEqual(['alice active', 'bob active']);
  await report('alice', 1, ingest);
  await expect.poll(states, waiting).toEqual(['alice disabled', 'bob active']);
  expect(await report('alice', 1, ingest)).toMatchObject({ limit_reached: true });
  await ask('POST', 'users/alice/top-ups', { bytes: 500 });
  await expect.poll(states, waiting).toEqual(['alice active', 'bob active']);
});

test('a report that nobody signed cuts nobody, unless its server is trusted', async () => {
  await report('bob', 5_000);
  await ask('POST', 'nodes/shop/poll', {});
  expect(states()).toEqual(['alice active', 'bob active']);
  await ask('PUT', 'settings/trusted-servers', { servers: ['Elsewhere.Example.net'] });
  await expect.poll(states, waiting).toEqual(['alice active', 'bob disabled']);
  await ask('PUT', 'settings/trusted-servers', { servers: [] });
  await expect.poll(states, waiting).toEqual(['alice active', 'bob active']);
});
