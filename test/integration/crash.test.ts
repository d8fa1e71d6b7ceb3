import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterAll, describe, expect, it } from 'vitest';
import { freePort, login, startServer, type TestServer, temporaryFolder } from '../support/server.ts';

const ROUNDS = 50;
const SENDERS = 24;

interface Tally {
  sent: bigint;
  acked: bigint;
}

const modes = ['with-id', 'without-id', 'stream'] as const;
type Mode = (typeof modes)[number];

/** What a report carried, per user_token. */
type Book = Map<string, Tally>;

const random = (max: number) => Math.floor(Math.random() * max);
const sleep = (ms: number) => new Promise((done) => setTimeout(done, ms));

describe('SIGKILL under webhook load', () => {
  const folder = temporaryFolder('crash');
  let server: TestServer | null = null;
  afterAll(async () => {
    await server?.kill();
    folder.remove();
  });

  it(`keeps every acknowledged byte and doubles none, over ${ROUNDS} rounds`, { timeout: 600_000 }, async () => {
    const port = await freePort();
    const book: Book = new Map();
    let killed = 0;
    for (let round = 0; round < ROUNDS; round++) {
      server ??= await startServer({ dataDir: folder.path, port });
      const load = startLoad(port, book, round);
      await sleep(30 + random(250));
      await server.kill();
      killed++;
      load.stopNew();
      server = await startServer({ dataDir: folder.path, port });
      await load.finished;
      await settle(server);
      compare(folder.path, book);
    }
    expect(killed).toBe(ROUNDS);
    expect([...book.values()].reduce((sum, tally) => sum + tally.sent, 0n)).toBeGreaterThan(0n);
    expect(await server?.stop()).toBe(0);
    server = null;
    compare(folder.path, book);
  });
});

/** Starts senders; those with ids and streams repeat a report until it is answered, across the crash. */
function startLoad(port: number, book: Book, round: number) {
  let open = true;
  const senders = Array.from({ length: SENDERS }, async (_, n) => {
    const mode = modes[n % modes.length] ?? 'with-id';
    const token = `${mode}-${n}`;
    const tally = book.get(token) ?? { sent: 0n, acked: 0n };
    book.set(token, tally);
    const next = reports(mode, token, n, round);
    while (open) {
      const { report, bytes } = next();
      tally.sent += bytes;
      if (await deliver(port, report, mode !== 'without-id')) tally.acked += bytes;
    }
  });
  const stopNew = () => {
    open = false;
  };
  return { stopNew, finished: Promise.all(senders) };
}

/** Makes one sender's reports: random bytes, received never equal to sent. */
function reports(mode: Mode, token: string, n: number, round: number) {
  const target = { user_token: token, server: `vpn-${n % 4}.example.com`, port: 443, protocol: 'vless' };
  let [up, down] = [0, 0];
  return () => {
    const [rx, tx] = [1 + random(1_000_000), 1_000_001 + random(5_000_000)];
    [up, down] = [up + rx, down + tx];
    const bytes = BigInt(rx + tx);
    if (mode === 'stream') {
      const stream = { mode: 'cumulative', stream: `round-${round}`, bytes_uploaded: up, bytes_downloaded: down };
      return { report: { ...target, ...stream }, bytes };
    }
    const delta = { bytes_uploaded: rx, bytes_downloaded: tx };
    return { report: { ...target, ...delta, ...(mode === 'with-id' ? { event_id: randomUUID() } : {}) }, bytes };
  };
}

/** @returns whether it was acknowledged; with `insist` it repeats the same body until it is. */
async function deliver(port: number, report: object, insist: boolean): Promise<boolean> {
  for (const deadline = Date.now() + 30_000; ; ) {
    const answer = await fetch(`http://127.0.0.1:${port}/api/xpert/traffic-webhook`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(report),
    }).catch(() => null);
    const text = await answer?.text().catch(() => null);
    if (answer?.status === 200 && text != null) return true;
    if (answer !== null && answer.status < 500 && answer.status !== 200) throw new Error(`${answer.status}: ${text}`);
    if (!insist) return false;
    if (Date.now() > deadline) throw new Error('No answer within 30 s.');
    await sleep(10);
  }
}

/** Reads through the server show every acknowledged report; the file may follow a little later, so read once. */
async function settle(server: TestServer): Promise<void> {
  const answer = await fetch(`${server.url}/api/xpert/traffic-stats/global`, {
    headers: { cookie: await login(server) },
  });
  expect(answer.status, await answer.text()).toBe(200);
}

/** Booked = sent for senders that repeat; acked <= booked <= sent for the others; records = days = totals for all. */
function compare(dataDir: string, book: Book): void {
  const database = new Database(join(dataDir, 'traffic_stats.db'), { readonly: true });
  database.defaultSafeIntegers(true);
  try {
    const booked = sums(
      database,
      `SELECT s.token, sum(t.total) AS total FROM tally t JOIN series s ON s.id = t.series_id GROUP BY s.token`,
    );
    const [records, days] = ['record', 'day'].map((rows) =>
      sums(
        database,
        `SELECT s.token, sum(r.total) AS total FROM ${rows} r JOIN tally t ON t.id = r.tally_id JOIN series s ON s.id = t.series_id GROUP BY s.token`,
      ),
    );
    for (const [token, tally] of book) {
      const bytes = booked.get(token) ?? 0n;
      expect(records?.get(token) ?? 0n, `records of ${token}`).toBe(bytes);
      expect(days?.get(token) ?? 0n, `days of ${token}`).toBe(bytes);
      if (token.startsWith('without-id')) {
        expect(bytes, `${token}: at least what was acknowledged`).toBeGreaterThanOrEqual(tally.acked);
        expect(bytes, `${token}: at most what was sent`).toBeLessThanOrEqual(tally.sent);
      } else {
        expect(bytes, `${token}: exactly what was sent`).toBe(tally.sent);
      }
    }
  } finally {
    database.close();
  }
}

function sums(database: Database.Database, sql: string): Map<string, bigint> {
  const rows = database.prepare(sql).all() as { token: string; total: bigint }[];
  return new Map(rows.map(({ token, total }) => [token, total]));
}
