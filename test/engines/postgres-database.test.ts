import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openForWriting, writeConnection } from '../../src/storage/postgres/connections.ts';
import { PostgresDatabase } from '../../src/storage/postgres/database.ts';
import { openForWriting as openSqlite } from '../../src/storage/sqlite/database.ts';
import { PostgresServer, postgresWorkers } from '../support/postgres.ts';

let server: PostgresServer;
let socket: string;
let url: string;
let db: PostgresDatabase;

beforeAll(async () => {
  server = await PostgresServer.start();
  socket = (await postgresWorkers()).socket.href;
});

afterAll(() => server.stop());

beforeEach(() => {
  url = server.newDatabase();
  db = openForWriting({ url, socket });
});

afterEach(() => db.close());

const put = () => db.prepare('INSERT INTO inbox (body) VALUES (?)');
const bodies = () => db.prepare('SELECT body FROM inbox ORDER BY id').pluck().all();
const run = (sql: string) => db.prepare(sql).run();

describe('the schema', () => {
  it('has the tables and columns that SQLite has', () => {
    const sqlite = openSqlite(':memory:');
    const tables = sqlite
      .prepare("SELECT name FROM sqlite_schema WHERE type IN ('table', 'view') AND name NOT LIKE 'sqlite_%'")
      .pluck()
      .all() as string[];
    const ours = tables.flatMap((table) =>
      (sqlite.pragma(`table_xinfo(${table})`) as { name: string }[]).map(({ name }) => `${table}.${name}`),
    );
    sqlite.close();
    const theirs = db
      .prepare(
        `SELECT table_name || '.' || column_name FROM information_schema.columns WHERE table_schema = 'xpert'
         AND table_name <> 'schema_version' AND column_name <> 'rowid'`,
      )
      .pluck()
      .all() as string[];
    expect(theirs.sort()).toEqual(ours.sort());
  });

  it('is made once, and found again', () => {
    run('BEGIN');
    put().run('kept');
    run('COMMIT');
    db.close();
    db = openForWriting({ url, socket });
    expect(bodies()).toEqual(['kept']);
  });

  it('of a newer version is left alone', () => {
    db.exec('UPDATE schema_version SET version = 1000');
    db.close();
    expect(() => openForWriting({ url, socket })).toThrow(/newer Xpert/);
    db = new PostgresDatabase(url, new URL(socket));
    expect(db.prepare('SELECT version FROM schema_version').pluck().get()).toBe(1000);
  });
});

describe('a transaction', () => {
  it('is there as a whole, with ids of what it inserted and counts of what it changed', () => {
    run('BEGIN IMMEDIATE');
    const first = put().run('a').lastInsertRowid;
    const second = put().run('b').lastInsertRowid;
    const changed = db.prepare('UPDATE inbox SET body = ? WHERE id >= ?').run('c', first).changes;
    run('COMMIT');
    expect(Number(second)).toBeGreaterThan(Number(first));
    expect(changed).toBe(2);
    expect(bodies()).toEqual(['c', 'c']);
  });

  it('in which a write failed tells it before the commit, and nothing of it is there', () => {
    run('BEGIN');
    put().run('a');
    db.prepare('INSERT INTO inbox (id, body) VALUES (1, NULL)').run();
    put().run('b');
    expect(() => run('COMMIT')).toThrow(/null value in column "body"/);
    expect(() => run('ROLLBACK')).not.toThrow();
    expect(bodies()).toEqual([]);
    run('BEGIN');
    put().run('later');
    run('COMMIT');
    expect(bodies()).toEqual(['later']);
  });

  it('goes on after a savepoint that failed', () => {
    run('BEGIN');
    put().run('before');
    run('SAVEPOINT item');
    put().run('lost');
    db.prepare('INSERT INTO inbox (body) VALUES (NULL)').run();
    expect(() => run('RELEASE item')).toThrow(/null value/);
    run('ROLLBACK TO item');
    run('RELEASE item');
    put().run('after');
    run('COMMIT');
    expect(bodies()).toEqual(['before', 'after']);
  });

  it('undoes an attempt alone: a sum beyond 63 bits fails as in SQLite', () => {
    run('BEGIN');
    put().run('before');
    const most = 2n ** 63n - 1n;
    db.prepare('INSERT INTO size_sample (day, bytes) VALUES (1, ?)').run(most);
    const add = db.prepare('UPDATE size_sample SET bytes = bytes + ?');
    expect(() => db.attempt(() => add.run(1n))).toThrow(/out of range/);
    put().run('after');
    run('COMMIT');
    expect(bodies()).toEqual(['before', 'after']);
    expect(db.prepare('SELECT bytes FROM size_sample').safeIntegers().pluck().get()).toBe(most);
    expect(() =>
      db.prepare('SELECT sum(bytes) FROM (SELECT bytes FROM size_sample UNION ALL SELECT 1) b').get(),
    ).toThrow(/out of range/);
  });
});

describe('the writer', () => {
  it('is one: a second one is refused while the first is connected, and may begin after it', () => {
    expect(() => openForWriting({ url, socket })).toThrow(/Another Xpert writes to this database/);
    db.close();
    db = openForWriting({ url, socket });
    expect(bodies()).toEqual([]);
  }, 30_000);

  it('that lost its server says so, and what was committed is there for the next one', async () => {
    run('BEGIN');
    put().run('committed');
    run('COMMIT');
    run('BEGIN');
    put().run('not committed');
    await server.kill();
    let failure: unknown;
    try {
      run('COMMIT');
    } catch (error) {
      failure = error;
    }
    expect(writeConnection(db).failureOf(failure)?.code).toBe('ledger-unreachable');
    expect(() => bodies()).toThrow(/connection to PostgreSQL is lost/);
    await server.up();
    db = openForWriting({ url, socket });
    expect(bodies()).toEqual(['committed']);
  }, 60_000);

  it('that reaches no server says why, and what to do', () => {
    const wrong = url.replace(/ledger_\d+/, 'no_such_database');
    expect(() => openForWriting({ url: wrong, socket })).toThrow(
      expect.objectContaining({ code: 'ledger-unreachable', hint: expect.stringContaining('XPERT_DATABASE_URL') }),
    );
  });
});
