import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { PostgresDatabase } from '../../src/storage/postgres/database.ts';
import { becomeWriter } from '../../src/storage/postgres/migrations/migrate.ts';
import { BreakableProxy } from '../support/breakable-proxy.ts';
import { DATABASE_PASSWORD, PostgresServer, postgresWorkers } from '../support/postgres.ts';
import { login, startServer, type TestServer, temporaryFolder } from '../support/server.ts';
import { FileNode, Owner } from '../torture/load.ts';

let database: PostgresServer;
let folder: ReturnType<typeof temporaryFolder>;
let servers: TestServer[] = [];

beforeAll(async () => {
  database = await PostgresServer.start({ tls: true });
});

afterAll(() => database.stop());

beforeEach(() => {
  folder = temporaryFolder('postgres');
});

afterEach(async () => {
  for (const server of servers) await server.kill();
  servers = [];
  folder.remove();
});

async function start(url: string, dataDir = folder.path): Promise<TestServer> {
  const server = await startServer({ dataDir, env: { XPERT_DATABASE_URL: url } });
  servers.push(server);
  return server;
}

const secretAddress = (options?: Parameters<PostgresServer['tlsAddress']>[1]) =>
  database.tlsAddress(new URL(database.newDatabase()).pathname.slice(1), options);

/** Without a token nobody is suspended for it. */
function send(server: TestServer, report: object, token?: string) {
  return fetch(`${server.url}/api/xpert/traffic-webhook`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
    },
    body: JSON.stringify(report),
  });
}

const report = { user_token: 'ann', server: 'vpn.example.com', port: 443, protocol: 'vless' };
const bytes = (up: number, down: number) => ({ bytes_uploaded: up, bytes_downloaded: down });

async function usageOf(server: TestServer, token: string): Promise<{ total_gb_used: number }> {
  const answer = await fetch(`${server.url}/api/xpert/traffic-stats/${token}?days=30`, {
    headers: { cookie: await login(server) },
  });
  return (await answer.json()) as { total_gb_used: number };
}

/** Asks until it is so. */
async function until<T>(ask: () => Promise<T>, isSo: (value: T) => boolean): Promise<T> {
  for (const deadline = performance.now() + 60_000; ; await delay(20)) {
    const value = await ask();
    if (isSo(value)) return value;
    if (performance.now() > deadline) throw new Error(`it is not so within a minute: ${JSON.stringify(value)}`);
  }
}

const GIB = 2 ** 30;

describe('a server whose ledger PostgreSQL holds', () => {
  test('counts reports and a node, keeps quotas, and has all of it after a restart', async () => {
    const url = secretAddress();
    let server = await start(url);
    let owner = await Owner.of(server.url);
    const ann = await owner.call<{ id: string }>('POST', '/api/v1/users', { name: 'ann', userToken: 'ann' });
    await owner.call('PUT', `/api/v1/users/${ann.id}/entitlement`, { quota: 3 * GIB });
    const { token } = await owner.call<{ token: string }>('POST', '/api/v1/tokens', { name: 'it', scopes: ['ingest'] });
    const first = { ...report, ...bytes(GIB, GIB / 2), event_id: 'a' };
    expect((await send(server, first, token)).status).toBe(200);
    expect((await send(server, first, token)).status).toBe(200);
    expect((await usageOf(server, 'ann')).total_gb_used).toBe(1.5);

    const node = new FileNode(join(folder.path, 'node.txt'));
    const nodeId = await owner.addFileNode(node.path);
    await owner.call('POST', `/api/v1/nodes/${nodeId}/poll`);
    node.carry();
    await owner.call('POST', `/api/v1/nodes/${nodeId}/poll`);
    const carried = [...node.carried.values()].reduce((a, b) => a + b, 0n);
    const peers = await owner.call<{ items: { totalBytes?: number }[] }>('GET', '/api/v1/peers');
    expect(peers.items).toHaveLength(5);
    const summary = await owner.call<{ traffic: { totalBytes: number } }>('GET', '/api/v1/usage/summary?days=30');
    expect(BigInt(summary.traffic.totalBytes)).toBe(carried + BigInt(1.5 * GIB));

    expect((await send(server, { ...report, ...bytes(GIB, GIB), event_id: 'b' }, token)).status).toBe(200);
    const state = () => owner.call<{ state: string }>('GET', `/api/v1/users/${ann.id}`);
    expect((await until(state, (user) => user.state !== 'active')).state).toBe('limited');

    expect(await server.stop()).toBe(0);
    expect(server.output()).not.toContain(encodeURIComponent(DATABASE_PASSWORD));
    expect(existsSync(join(folder.path, 'traffic_stats.db'))).toBe(false);
    server = await start(url);
    owner = await Owner.of(server.url);
    expect((await usageOf(server, 'ann')).total_gb_used).toBe(3.5);
    expect((await state()).state).toBe('limited');
  }, 120_000);

  test('says where its ledger is and who makes copies, never the password', async () => {
    const server = await start(secretAddress());
    const owner = await Owner.of(server.url);
    const { checks } = await owner.call<{ checks: { name: string; status: string; message: string }[] }>(
      'GET',
      '/api/v1/doctor',
    );
    const said = (name: string) => checks.find((check) => check.name === name);
    expect(said('ledger')).toMatchObject({ status: 'ok', message: expect.stringMatching(/postgres:\/\/xpert@127/) });
    expect(said('backup')).toMatchObject({ status: 'ok', message: expect.stringContaining('pg_dump') });
    await expect(owner.call('POST', '/api/v1/backups')).rejects.toThrow(/409.*backup-elsewhere.*pg_dump/);
    const info = await owner.call<{ database_size_mb: number }>('GET', '/api/xpert/traffic-stats/database/info');
    expect(info.database_size_mb).toBeGreaterThan(1);
    const everything = `${JSON.stringify(checks)} ${server.output()}`;
    expect(everything).not.toContain(DATABASE_PASSWORD);
    expect(everything).not.toContain(encodeURIComponent(DATABASE_PASSWORD));
  }, 60_000);

  test('answers every question that can be asked, with something in the ledger', async () => {
    const server = await start(secretAddress());
    const owner = await Owner.of(server.url);
    const { id: userId } = await owner.call<{ id: string }>('POST', '/api/v1/users', { name: 'ann', userToken: 'ann' });
    await owner.call('PUT', `/api/v1/users/${userId}/entitlement`, { quota: GIB });
    const node = new FileNode(join(folder.path, 'node.txt'));
    const nodeId = await owner.addFileNode(node.path);
    await owner.call('POST', `/api/v1/nodes/${nodeId}/poll`);
    expect((await send(server, { ...report, ...bytes(5, 7), event_id: 'a' })).status).toBe(200);
    const { items } = await owner.call<{ items: { id: string }[] }>('GET', '/api/v1/peers');
    await owner.call('POST', '/api/v1/peers/assign', { assignments: [{ peerId: items[0]?.id, userId }] });
    await owner.call('POST', '/api/v1/resets', { scope: 'all' });
    const cookie = await login(server);
    const { paths } = await owner.call<{ paths: Record<string, { get?: object }> }>('GET', '/api/openapi.json');
    const asked = Object.keys(paths).filter((path) => paths[path]?.get !== undefined && path !== '/api/v1/events');
    expect(asked.length).toBeGreaterThan(60);
    const failed: string[] = [];
    for (const path of asked) {
      for (const id of path.includes('{') ? [userId, nodeId, items[0]?.id, 'ann', '443'] : ['']) {
        const url = `${server.url}${path.replaceAll(/\{\w+\}/g, String(id))}`;
        const answer = await fetch(url, { headers: { cookie, accept: '*/*' }, signal: AbortSignal.timeout(20_000) });
        const text = await answer.text();
        if (answer.status >= 500) failed.push(`${url}: ${answer.status} ${text}`);
      }
    }
    expect(failed, server.output()).toEqual([]);
  }, 180_000);
});

describe('a database that was put back to an earlier state', () => {
  test('is a new life of the ledger: what is missing is named, and enforcement waits', async () => {
    const url = database.newDatabase();
    const name = new URL(url).pathname.slice(1);
    const [early, copy] = [`${name}_early`, `${name}_copy`];
    let server = await start(url);
    const node = new FileNode(join(folder.path, 'node.txt'));
    const nodeId = await (await Owner.of(server.url)).addFileNode(node.path);
    await (await Owner.of(server.url)).call('POST', `/api/v1/nodes/${nodeId}/poll`);
    expect((await send(server, { ...report, ...bytes(5, 7), event_id: 'kept' })).status).toBe(200);
    await server.stop();
    for (const made of [early, copy]) database.sql('postgres', `CREATE DATABASE ${made} TEMPLATE ${name}`);
    const putBack = (from: string) => {
      database.sql('postgres', `DROP DATABASE ${name}`);
      database.sql('postgres', `ALTER DATABASE ${from} RENAME TO ${name}`);
    };
    server = await start(url);
    expect((await send(server, { ...report, ...bytes(11, 13), event_id: 'gone' })).status).toBe(200);
    node.carry();
    await (await Owner.of(server.url)).call('POST', `/api/v1/nodes/${nodeId}/poll`);
    await server.stop();
    putBack(early);
    server = await start(url);
    const owner = await Owner.of(server.url);
    const { notices } = await owner.call<{ notices: object[] }>('GET', '/api/v1/overview');
    expect(notices).toContainEqual(expect.objectContaining({ code: 'restored' }));
    await owner.call('POST', `/api/v1/nodes/${nodeId}/poll`);
    const { traffic } = await owner.call<{ traffic: { totalBytes: number } }>('GET', '/api/v1/usage/summary?days=30');
    const carried = [...node.carried.values()].reduce((a, b) => a + b, 0n);
    expect(BigInt(traffic.totalBytes)).toBe(carried + 12n);
    expect((await send(server, { ...report, ...bytes(11, 13), event_id: 'gone' })).status).toBe(200);
    await server.stop();
    // The same copy once more: it is not the life that ended before, either.
    putBack(copy);
    server = await start(url);
    const again = await (await Owner.of(server.url)).call<{ notices: object[] }>('GET', '/api/v1/overview');
    expect(again.notices).toContainEqual(expect.objectContaining({ code: 'restored' }));
  }, 120_000);
});

describe('a start that cannot be', () => {
  const refused: [what: string, url: () => string, says: RegExp][] = [
    ['wrong password', () => secretAddress({ password: 'wrong-one' }), /does not let this user in/],
    ['no such database', () => database.tlsAddress('nowhere'), /has no such database.*"nowhere"[\s\S]*createdb/],
    ['another authority', () => secretAddress({ ca: '/etc/ssl/certs/ca-certificates.crt' }), /cannot be trusted/],
    ['a file that is not there', () => secretAddress({ ca: '/nowhere/ca.pem' }), /ENOENT.*ca\.pem[\s\S]*sslrootcert/],
    ['nobody there', () => secretAddress({ port: 1 }), /cannot be reached.*ECONNREFUSED/],
    ['no TLS', () => secretAddress().replace('verify-full', 'disable'), /does not let this user in/],
  ];
  test.each(refused)('%s: says so, and not the password', async (_, url, says) => {
    const failure = await start(url()).then(
      () => 'it started',
      (error: Error) => error.message,
    );
    expect(failure).toMatch(says);
    expect(failure).toMatch(/ended with 1/);
    for (const secret of [DATABASE_PASSWORD, encodeURIComponent(DATABASE_PASSWORD), 'wrong-one'])
      expect(failure).not.toContain(secret);
  });

  test('a newer schema is left alone', async () => {
    const url = database.newDatabase();
    const name = new URL(url).pathname.slice(1);
    await (await start(url)).stop();
    database.sql(name, 'UPDATE xpert.schema_version SET version = 1000');
    await expect(start(url)).rejects.toThrow(/newer Xpert \(schema 1000/);
    expect(database.sql(name, 'SELECT version FROM xpert.schema_version')).toBe('1000');
  }, 60_000);
});

describe('a database that is away', () => {
  test('nothing is acknowledged, reads say so, and it comes back by itself', async () => {
    const server = await start(secretAddress());
    const cookie = await login(server);
    expect((await send(server, { ...report, ...bytes(5, 7), event_id: 'before' })).status).toBe(200);
    await database.down();
    const answer = await until(
      () => send(server, { ...report, ...bytes(11, 13), event_id: 'meanwhile' }),
      ({ status }) => status !== 200,
    );
    expect(answer.status).toBe(503);
    expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(await answer.json()).toMatchObject({ code: 'ledger-unreachable' });
    expect((await fetch(`${server.url}/readyz`)).status).toBe(503);
    expect((await fetch(`${server.url}/healthz`)).status).toBe(200);
    const read = await fetch(`${server.url}/api/v1/users`, { headers: { cookie } });
    expect(read.status).toBe(503);
    await database.up();
    const again = () => send(server, { ...report, ...bytes(11, 13), event_id: 'meanwhile' });
    expect((await until(again, ({ status }) => status === 200)).status).toBe(200);
    const owner = await Owner.of(server.url);
    const { traffic } = await owner.call<{ traffic: object }>('GET', '/api/v1/usage/summary?days=30');
    expect(traffic).toMatchObject({ rxBytes: 16, txBytes: 20 });
    expect(server.output()).toContain('the connection to PostgreSQL is there again');
  }, 120_000);

  test('one that another session writes to meanwhile is waited for, and senders are told to try again', async () => {
    const url = database.newDatabase();
    const server = await start(url);
    expect((await send(server, { ...report, ...bytes(5, 7), event_id: 'before' })).status).toBe(200);
    const other = new PostgresDatabase(url, (await postgresWorkers()).socket);
    try {
      other.exec("SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND granted");
      becomeWriter(other);
      const meanwhile = async () => {
        const answer = await send(server, { ...report, ...bytes(11, 13), event_id: 'meanwhile' });
        return { status: answer.status, after: answer.headers.get('retry-after'), text: await answer.text() };
      };
      const refused = await until(meanwhile, ({ text }) => text.includes('No Xpert process leads'));
      expect(refused).toMatchObject({ status: 503, after: expect.stringMatching(/^[1-9]/) });
      expect(JSON.parse(refused.text)).toMatchObject({ code: 'no-leader' });
      other.close();
      await until(meanwhile, ({ status }) => status === 200);
    } finally {
      other.close();
    }
  }, 120_000);

  test('a cable that is pulled is noticed, and nothing is counted twice when it is plugged in again', async () => {
    const proxy = await BreakableProxy.to(database.tlsPort as number);
    try {
      const server = await start(secretAddress({ port: proxy.port }));
      expect((await send(server, { ...report, ...bytes(5, 7), event_id: 'before' })).status).toBe(200);
      proxy.cut();
      const meanwhile = () => send(server, { ...report, ...bytes(11, 13), event_id: 'meanwhile' });
      const beganMs = performance.now();
      expect((await meanwhile()).status).toBe(503);
      process.stdout.write(`cut off: noticed after ${Math.round(performance.now() - beganMs)} ms\n`);
      proxy.mend();
      await until(meanwhile, ({ status }) => status === 200);
      const owner = await Owner.of(server.url);
      const { traffic } = await owner.call<{ traffic: object }>('GET', '/api/v1/usage/summary?days=30');
      expect(traffic).toMatchObject({ rxBytes: 16, txBytes: 20 });
    } finally {
      proxy.close();
    }
  }, 120_000);
});
