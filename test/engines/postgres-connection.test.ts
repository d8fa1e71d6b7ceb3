import { once } from 'node:events';
import { copyFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { MessageChannel, Worker } from 'node:worker_threads';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { ManualClock } from '../../src/core/units/testing.ts';
import { openForWriting } from '../../src/storage/postgres/connections.ts';
import { PostgresDatabase } from '../../src/storage/postgres/database.ts';
import { PostgresOutbox } from '../../src/storage/postgres/outbox.ts';
import { openPostgresStore } from '../../src/storage/postgres/postgres-store.ts';
import type { NewSocket } from '../../src/storage/postgres/socket-messages.ts';
import { ThreadedSlowReader } from '../../src/storage/sql/slow-reader.ts';
import { BreakableProxy } from '../support/breakable-proxy.ts';
import { PostgresServer, postgresWorkers } from '../support/postgres.ts';
import { temporaryFolder } from '../support/server.ts';

let server: PostgresServer;
let workers: Awaited<ReturnType<typeof postgresWorkers>>;
let folder: ReturnType<typeof temporaryFolder>;

beforeAll(async () => {
  server = await PostgresServer.start({ tls: true });
  workers = await postgresWorkers();
});

afterAll(() => server.stop());

beforeEach(() => {
  folder = temporaryFolder('postgres-connection');
});

afterEach(() => folder.remove());

const nameOf = (url: string): string => new URL(url).pathname.slice(1);

describe('the thread of sockets', () => {
  test('that fails ends its connections, and serves the next one', async () => {
    const thread = new Worker(workers.socket);
    const connect = async () => {
      const { port1, port2 } = new MessageChannel();
      const signal = new Int32Array(new SharedArrayBuffer(4));
      const asked: NewSocket = { url: server.address('postgres'), port: port2, signal };
      thread.postMessage(asked, [port2]);
      const [answer] = await once(port1, 'message');
      expect(answer).toEqual({ kind: 'open' });
      return port1;
    };
    try {
      const port = await connect();
      const told = once(port, 'message');
      // Nothing that it knows.
      thread.postMessage(null);
      expect(await told).toEqual([
        { kind: 'lost', message: expect.stringContaining('the thread of its socket failed'), isAway: false },
      ]);
      (await connect()).close();
    } finally {
      await thread.terminate();
    }
  });

  test('goes on where a file that the address names is away while a long statement runs', () => {
    const ca = join(folder.path, 'ca.pem');
    copyFileSync(join(server.folder, 'cert.pem'), ca);
    const url = server.tlsAddress('postgres', { ca });
    const db = new PostgresDatabase(url, workers.socket);
    try {
      rmSync(ca);
      expect(db.prepare("SELECT 'slept' FROM pg_sleep(6)").pluck().get()).toBe('slept');
      expect(() => new PostgresDatabase(url, workers.socket)).toThrow(/as XPERT_DATABASE_URL says: ENOENT/);
      copyFileSync(join(server.folder, 'cert.pem'), ca);
      new PostgresDatabase(url, workers.socket).close();
    } finally {
      db.close();
    }
  }, 60_000);
});

describe('the outbox of a mirror', () => {
  test('gives a server up that is silent, and asks over another connection', async () => {
    const database = server.newDatabase();
    openForWriting({ url: database, socket: workers.socket.href }).close();
    const proxy = await BreakableProxy.to(server.tlsPort as number);
    const outbox = new PostgresOutbox(server.tlsAddress(nameOf(database), { port: proxy.port }), undefined, 500);
    try {
      expect(await outbox.seal()).toBeNull();
      proxy.cut();
      const [seal, state] = await Promise.allSettled([outbox.seal(), outbox.state()]);
      expect(seal).toMatchObject({ status: 'rejected', reason: { message: 'Query read timeout' } });
      expect(state).toMatchObject({ status: 'rejected' });
      proxy.mend();
      expect(await outbox.state()).toBeNull();
    } finally {
      await outbox.close();
      proxy.close();
    }
  }, 60_000);

  test('tells how far it is while something else waits, and soon that it cannot be told', async () => {
    const database = server.newDatabase();
    openForWriting({ url: database, socket: workers.socket.href }).close();
    server.sql(nameOf(database), 'INSERT INTO xpert.meta VALUES (\'incarnation\', \'{"id": "one"}\')');
    const proxy = await BreakableProxy.to(server.tlsPort as number);
    const outbox = new PostgresOutbox(server.tlsAddress(nameOf(database), { port: proxy.port }));
    const other = new PostgresOutbox(database);
    try {
      await other.begin();
      let heard = () => {};
      const paused = new Promise<null>((resolve) => {
        heard = () => resolve(null);
      });
      // Whoever compares holds the lock for which the other one waits.
      const compared = other.compare({ day: 0, slice: 0, slices: 1 }, () => paused, false);
      const waiting = Promise.allSettled([outbox.seal()]);
      for (let looks = 0; looks < 3; looks++) expect(await outbox.state()).toMatchObject({ shipped: 0, waiting: 0 });
      proxy.cut();
      for (let looks = 0; looks < 2; looks++) {
        const began = performance.now();
        const all = await Promise.allSettled([outbox.state(), outbox.state(), outbox.state()]);
        expect(all.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected']);
        expect(performance.now() - began).toBeLessThan(8_000);
      }
      heard();
      await Promise.allSettled([compared]);
      proxy.mend();
      await waiting;
      expect(await outbox.state()).toMatchObject({ shipped: 0 });
    } finally {
      await Promise.all([outbox.close(), other.close()]);
      proxy.close();
    }
  }, 60_000);

  test('holds no locks for longer than a statement may take', async () => {
    const database = server.newDatabase();
    openForWriting({ url: database, socket: workers.socket.href }).close();
    server.sql(nameOf(database), 'INSERT INTO xpert.meta VALUES (\'incarnation\', \'{"id": "one"}\')');
    const outbox = new PostgresOutbox(database, undefined, 500);
    const other = new PostgresOutbox(database);
    try {
      await outbox.begin();
      let heard = () => {};
      const paused = new Promise<null>((resolve) => {
        heard = () => resolve(null);
      });
      const compared = outbox.compare({ day: 0, slice: 0, slices: 1 }, () => paused, false);
      compared.catch(() => {});
      expect(await other.seal()).toBeNull();
      heard();
      await expect(compared).rejects.toThrow();
      expect(await outbox.seal()).toBeNull();
    } finally {
      await Promise.all([outbox.close(), other.close()]);
    }
  }, 60_000);
});

describe('a reader', () => {
  test('refuses everybody who waits for one attempt to connect, and tries again for the next', async () => {
    const database = server.newDatabase();
    openForWriting({ url: database, socket: workers.socket.href }).close();
    const proxy = await BreakableProxy.to(server.tlsPort as number);
    const address = { url: server.tlsAddress(nameOf(database), { port: proxy.port }), socket: workers.socket.href };
    const reader = new ThreadedSlowReader(workers.reader, { address, zones: [{ timeZone: 'UTC', fromMs: 0 }] });
    const ask = async () => await reader.readers().ledger.tracking();
    try {
      proxy.cut();
      const answers = await Promise.allSettled([ask(), ask(), ask(), ask()]);
      for (const answer of answers) {
        expect(answer).toMatchObject({ status: 'rejected', reason: { code: 'ledger-unreachable' } });
      }
      // For some seconds nobody waits for another one.
      const began = performance.now();
      await expect(ask()).rejects.toMatchObject({ code: 'ledger-unreachable' });
      expect(performance.now() - began).toBeLessThan(1_000);
      expect(proxy.connections).toBe(1);
      proxy.mend();
      await expect.poll(() => ask().catch(() => null)).toMatchObject({ enabled: true });
    } finally {
      await reader.close();
      proxy.close();
    }
  }, 60_000);

  test('says that there is no such read', async () => {
    const database = server.newDatabase();
    const address = { url: database, socket: workers.socket.href };
    openForWriting(address).close();
    const reader = new ThreadedSlowReader(workers.reader, { address, zones: [{ timeZone: 'UTC', fromMs: 0 }] });
    const ledger = reader.readers().ledger as unknown as { nothing(): Promise<unknown> };
    try {
      await expect(ledger.nothing()).rejects.toThrow('There is no read "nothing" (ledger)');
    } finally {
      await reader.close();
    }
  });
});

describe('a writer that lost its connection', () => {
  test('brings the zones that it finds, and whoever follows the ledger is told to look anew', async () => {
    const url = server.newDatabase();
    const address = { url, socket: workers.socket.href };
    const sql = (text: string) => server.sql(nameOf(url), text);
    let onRegained = (): void => {};
    const regained = new Promise<void>((resolve) => {
      onRegained = resolve;
    });
    const mark = join(folder.path, 'last-commit.json');
    const parts = { address, clock: new ManualClock(), workers, mark, timeZone: 'UTC', onLost() {} };
    const store = await openPostgresStore({ ...parts, onRegained: () => onRegained() });
    try {
      const told: unknown[] = [];
      store.userStates.onChange((userIds) => told.push(userIds));
      store.onAnew(() => told.push('anew'));
      const zones = [{ timeZone: 'Asia/Tehran', fromMs: 0 }];
      sql(`UPDATE xpert.meta SET value = '${JSON.stringify(zones)}' WHERE name = 'calendar'`);
      sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'xpert'");
      await expect(store.heartbeat()).rejects.toMatchObject({ code: 'ledger-unreachable' });
      await regained;
      expect(store.calendar().zones).toEqual(zones);
      expect(told).toEqual([null, 'anew']);
    } finally {
      await store.close();
    }
  });
});
