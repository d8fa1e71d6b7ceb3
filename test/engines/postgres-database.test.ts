import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openForReading, openForWriting, writeConnection } from '../../src/storage/postgres/connections.ts';
import { copyLines } from '../../src/storage/postgres/copy-lines.ts';
import { PostgresDatabase } from '../../src/storage/postgres/database.ts';
import { rowsOf } from '../../src/storage/postgres/move-side.ts';
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

/** How often something was sent from now on. */
function countWays(): () => number {
  let ways = 0;
  const { pipeline } = db;
  const flush = pipeline.flush.bind(pipeline);
  pipeline.flush = () => {
    ways += pipeline.isEmpty ? 0 : 1;
    flush();
  };
  return () => ways;
}

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
         AND table_name <> 'schema_version' AND table_name NOT LIKE 'history\\_%' AND column_name <> 'rowid'`,
      )
      .pluck()
      .all() as string[];
    expect(theirs.sort()).toEqual(ours.sort());
  });

  it('that another one made while this one waited is known to it', () => {
    const empty = server.newDatabase();
    const waited = openForWriting({ url: empty, socket }, () => openForWriting({ url: empty, socket }).close());
    expect(waited.prepare('INSERT INTO inbox (body) VALUES (?)').run('a').lastInsertRowid).toBe(1);
    waited.close();
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
    // As after a commit of SQLite that failed: whoever sees it rolls back, and the next transaction is not refused.
    expect(db.inTransaction).toBe(true);
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

describe('an attempt', () => {
  it('before which a write failed tells that, and not that it was not begun', () => {
    run('BEGIN');
    db.prepare('INSERT INTO inbox (id, body) VALUES (1, NULL)').run();
    expect(() => db.attempt(() => put().run('a'))).toThrow(/null value in column "body"/);
    run('ROLLBACK');
    expect(bodies()).toEqual([]);
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

describe('what the server keeps of a session', () => {
  const kept = () => Number(db.prepare('SELECT count(*) FROM pg_prepared_statements').pluck().get());
  const work = () => {
    put().run('a');
    put().run('b');
    expect(bodies().length).toBeGreaterThan(1);
    db.transaction(() => db.attempt(() => put().run('c')))();
    db.prepare('SELECT id FROM inbox WHERE id = ?').getEach([[1], [2]]);
  };

  it('grows with the texts that it is asked, not with how often they are', () => {
    work();
    const before = kept();
    for (let i = 0; i < 20; i++) work();
    expect(kept()).toBe(before);
  });

  it('knows nothing of a cursor that has other columns than the one before', () => {
    put().run('a');
    expect([...rowsOf(db, 'SELECT id FROM inbox')]).toEqual([[1n]]);
    expect([...rowsOf(db, 'SELECT body, id FROM inbox')]).toEqual([['a', 1n]]);
  });
});

describe('a session that only reads', () => {
  it('may do nothing else, nor may one beside it', () => {
    const reader = openForReading({ url, socket });
    const beside = reader.apart();
    for (const other of [reader.db, beside.db])
      expect(() => other.prepare("INSERT INTO inbox (body) VALUES ('a')").run()).toThrow(/read-only/);
    beside.close();
    reader.close();
  });
});

describe('many at once', () => {
  const LARGEST = 2n ** 63n - 1n;
  const putAll = () => db.prepare('INSERT INTO quarantine (at, reason, report, rx, tx) VALUES (?, ?, ?, ?, ?)');
  const rows = () =>
    db.prepare('SELECT at, reason, report, rx, tx FROM quarantine ORDER BY id').raw().safeIntegers().all();

  it('are written with one statement, whatever is in them', () => {
    const words = ['plain', `a "quoted" {brace}, \\ back\nslash`, 'NULL', ''];
    putAll().runColumns([
      [1, -2, 2 ** 53 - 1, -(2 ** 40)],
      words,
      [null, '{}', null, '"ü"'],
      [LARGEST, -LARGEST - 1n, 0n, 7],
      [0n, 0, -1, 2n],
    ]);
    expect(rows()).toEqual([
      [1n, words[0], null, LARGEST, 0n],
      [-2n, words[1], '{}', -LARGEST - 1n, 0n],
      [2n ** 53n - 1n, words[2], null, 0n, -1n],
      [-(2n ** 40n), words[3], '"ü"', 7n, 2n],
    ]);
    expect(() => db.prepare('INSERT INTO inbox (body) SELECT ?').runColumns([['a']])).toThrow(/no list/);
  });

  it('may have columns in which nothing is known', () => {
    putAll().runColumns([
      [1, 2],
      ['a', 'b'],
      [null, null],
      [3, 4],
      [5, 6],
    ]);
    putAll().runColumns([[3], ['c'], ['[]'], [7], [8]]);
    expect(rows().map((row) => (row as unknown[])[2])).toEqual([null, null, '[]']);
  });

  it('fail together, as one of them would', () => {
    const tooMuch = [
      [1, 2],
      ['a', 'b'],
      [null, null],
      [1n, LARGEST + 1n],
      [1, 1],
    ];
    expect(() => putAll().runColumns(tooMuch)).toThrow(expect.objectContaining({ code: '22003' }));
    expect(() =>
      putAll().runColumns([
        [1, 2.5e300],
        ['a', 'b'],
        [null, null],
        [1, 1],
        [1, 1],
      ]),
    ).toThrow();
    expect(() =>
      putAll().runColumns([
        [1, 'x'],
        ['a', 'b'],
        [null, null],
        [1, 1],
        [1, 1],
      ]),
    ).toThrow(/differ in kind/);
    run('BEGIN');
    run('ROLLBACK');
    expect(rows()).toEqual([]);
  });

  it('are asked for with one statement, each answered in its place', () => {
    run("INSERT INTO report_key (hash, body, day) VALUES (x'000000000000000000000001', 11, 1)");
    run("INSERT INTO report_key (hash, body, day) VALUES (x'000000000000000000000002', 22, 1)");
    const key = (last: number) => [Buffer.from([...Array(11).fill(0), last])];
    const find = db.prepare('SELECT body FROM report_key WHERE hash = ?').pluck();
    expect(find.getEach([key(2), key(3), key(1), key(2)])).toEqual([22, undefined, 11, 22]);
    expect(find.getEach([])).toEqual([]);
    for (const body of ['a', 'b', 'c']) put().run(body);
    const between = db.prepare('SELECT id, body FROM inbox WHERE id >= ? AND body <> ? ORDER BY id').raw();
    expect(
      between.allEach([
        [2, 'c'],
        [9, 'c'],
        [1, 'b'],
      ]),
    ).toEqual([
      [[2, 'b']],
      [],
      [
        [1, 'a'],
        [3, 'c'],
      ],
    ]);
    const sameReport = db.prepare('SELECT reason FROM quarantine WHERE report IS ? ORDER BY id DESC LIMIT 1').pluck();
    putAll().runColumns([
      [1, 2],
      ['a', 'b'],
      [null, '{}'],
      [0, 0],
      [0, 0],
    ]);
    expect(sameReport.getEach([[null], ['{}']])).toEqual(['a', 'b']);
    expect(sameReport.getEach([[null], [null]])).toEqual(['a', 'a']);
  });

  it('cost one way to the server, and in a transaction none of their own', () => {
    const ways = countWays();
    run('BEGIN');
    const count = Array.from({ length: 1_000 }, (_, n) => n);
    putAll().runColumns([count, count.map(String), count.map(() => null), count, count]);
    expect(ways()).toBe(0);
    db.prepare('SELECT at FROM quarantine WHERE at = ?').getEach(count.map((n) => [n]));
    run('COMMIT');
    expect(ways()).toBe(2);
    expect(rows()).toHaveLength(1_000);
  });
});

describe('what is taken later', () => {
  const ids = () => db.prepare('SELECT id FROM inbox WHERE body = ?').pluck();

  it('is one way to the server together with the transaction around it', () => {
    for (const body of ['a', 'b']) put().run(body);
    const ways = countWays();
    const [first, second] = db.transaction(() => [ids().allLater('a'), ids().allLater('b')] as const)();
    expect([first(), second()]).toEqual([[1], [2]]);
    expect(ways()).toBe(1);
  });

  it('is of one moment', () => {
    put().run('a');
    const reader = openForReading({ url, socket });
    const seen = reader.db.prepare('SELECT id FROM inbox').pluck();
    reader.db.transaction(() => {
      expect(seen.allLater?.()()).toEqual([1]);
      put().run('b');
      expect(seen.allLater?.()()).toEqual([1]);
    })();
    expect(seen.all()).toEqual([1, 2]);
    reader.close();
  });

  it('is not taken for nothing where one before it failed', () => {
    const broken = db.prepare('SELECT 1 / (id - id) FROM inbox').pluck();
    put().run('a');
    const [failing, after] = [broken.allLater(), ids().allLater('a')];
    expect(failing).toThrow(/division by zero/);
    expect(after).toThrow(/was not asked/);
    expect(ids().all('a')).toEqual([1]);
  });

  it('is not asked any more where the transaction around it fails: nothing of that is left open', () => {
    const broken = db.prepare('SELECT 1 / (id - id) FROM inbox');
    put().run('a');
    const failing = db.transaction(() => {
      broken.allLater();
      throw new Error('of its own');
    });
    expect(failing).toThrow('of its own');
    expect(ids().all('a')).toEqual([1]);
    run('BEGIN');
    put().run('b');
    broken.allLater();
    run('ROLLBACK');
    put().run('c');
    expect(bodies()).toEqual(['a', 'c']);
    expect(broken.allLater()).toThrow(/division by zero/);
  });
});

describe('a copy', () => {
  const odd = ['tab\tline\nreturn\rback\\slash', '\b\f\v\u0001', '\\N', '', 'ü\u2028😀'];

  it('comes back as it was sent, byte by byte', () => {
    const rows = odd.map((body, i) => [BigInt(i + 1), body]);
    const sent = Buffer.from(copyLines(rows), 'utf8');
    db.pipeline.copyIn('COPY inbox (id, body) FROM STDIN', sent);
    expect(bodies()).toEqual(odd);
    const back = [...db.pipeline.copyOut('COPY (SELECT id, body FROM inbox ORDER BY id) TO STDOUT')];
    expect(Buffer.concat(back.map(({ text }) => text)).equals(sent)).toBe(true);
    expect(back.reduce((sum, { rows: some }) => sum + some, 0)).toBe(odd.length);
    const key = [[new Uint8Array(12).fill(255), -1n, 2n ** 63n - 1n]];
    db.pipeline.copyIn('COPY report_key (hash, body, day) FROM STDIN', Buffer.from(copyLines(key)));
    const [keys] = [...db.pipeline.copyOut('COPY (SELECT hash, body, day FROM report_key) TO STDOUT')];
    expect(keys?.text.toString()).toBe(copyLines(key));
  });

  it('that failed says so when anything else is asked, and the next one is not spoiled', () => {
    const lines = (text: string) => Buffer.from(text);
    db.pipeline.copyIn('COPY inbox (id, body) FROM STDIN', lines('1\t\\N\n'));
    expect(() => db.pipeline.copyIn('COPY inbox (id, body) FROM STDIN', lines('1\ta\n'))).toThrow(/null value/);
    db.pipeline.copyIn('COPY inbox (id, body) FROM STDIN', lines('1\ta\n'));
    expect(() => [...db.pipeline.copyOut('COPY (SELECT 1 / (id - 1) FROM inbox) TO STDOUT')]).toThrow(
      /division by zero/,
    );
    expect(bodies()).toEqual(['a']);
  });
});
