import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { ClickHouseServer } from '../test/support/clickhouse.ts';
import { PostgresServer } from '../test/support/postgres.ts';
import { type Figure, type Part, round, weakest } from './lib/figure.ts';
import { compare, percentile, type Sample, timeMs } from './lib/rounds.ts';
import { type RunningServer, startXpert } from './lib/server.ts';
import { scratchDir } from './lib/workspace.ts';

const DAY_MS = 86_400_000;

const users = 4_600;
const days = 365;
/** What is read each minute of an hour in which somebody is active. */
const recordsADay = 60;
/** Users whom the ledger knows, and who are asked for. */
const known = 20;
const asks = 200;
/** Ten minutes and what merging takes. */
const MOST_TRIES = 6_000;
/** Of as many servers each day has bytes. */
const carriers = 200;

/**
 * A year in ClickHouse behind the built server and PostgreSQL: the chart of everything by days against the same question to
 * 100 million raw records in the same ClickHouse, and one user's year. The ledger in PostgreSQL has the users who are asked for, and of
 * the year only what the mirror does not have: every byte of the answers comes from ClickHouse.
 */
export const figure: Figure = {
  name: 'history',
  target: 1,
  better: 'higher',
  async run() {
    const [postgres, clickhouse] = [await PostgresServer.start(), await ClickHouseServer.start()];
    try {
      return await measure(postgres, clickhouse, scratchDir());
    } finally {
      await Promise.all([postgres.stop(), clickhouse.stop()]);
    }
  },
};

async function measure(postgres: PostgresServer, clickhouse: ClickHouseServer, scratch: string) {
  const url = postgres.newDatabase();
  const mirror = await clickhouse.newDatabase();
  const dataDir = path.join(scratch, 'history');
  mkdirSync(dataDir);
  const env = { XPERT_DATABASE_URL: url, XPERT_CLICKHOUSE_URL: mirror, XPERT_TIME_ZONE: 'UTC' };
  const today = Math.floor(Date.now() / DAY_MS);
  const sql = (text: string) => postgres.sql(new URL(url).pathname.slice(1), text);
  await begin(await startXpert(dataDir, env), sql, today);
  const raw = new RawYear(clickhouse, new URL(mirror).pathname.slice(1), today - 2 - days);
  const segments = sql('SELECT id FROM xpert.segment WHERE user_id IS NOT NULL ORDER BY id').split('\n');
  const filledMs = await timeMs(() => raw.fill(sql('SELECT life FROM xpert.history_mirror'), segments));
  const server = await startXpert(dataDir, env);
  try {
    return { ...(await ask(server, raw)), records: users * days * recordsADay, filledSeconds: round(filledMs / 1000) };
  } finally {
    await server.stop();
  }
}

/** Users who have reported, and a mirror that has all there is. */
async function begin(server: RunningServer, sql: (text: string) => string, today: number): Promise<void> {
  const headers = { 'content-type': 'application/json', cookie: await logIn(server.url) };
  const post = async (address: string, body: unknown) => {
    const answer = await fetch(`${server.url}${address}`, { method: 'POST', headers, body: JSON.stringify(body) });
    if (!answer.ok) throw new Error(`${address} answered ${answer.status}: ${await answer.text()}`);
  };
  const instant = (day: number) => new Date(day * DAY_MS).toISOString();
  for (let user = 0; user < known; user++) {
    await post('/api/v1/users', { name: `user ${user}`, userToken: `token-${user}` });
    await post('/api/xpert/traffic-webhook', {
      ...{ user_token: `token-${user}`, server: 'vpn.example.com', port: 443, protocol: 'vless', event_id: `${user}` },
      ...{ bytes_uploaded: 1, bytes_downloaded: 2, period_start: instant(today - 2), period_end: instant(today - 1) },
    });
  }
  const isSent = `SELECT filled_day >= ${today - 2} AND shipped = sealed AND shipped > 0
    AND NOT EXISTS (SELECT 1 FROM xpert.history_outbox) FROM xpert.history_mirror`;
  for (let tries = 0; sql(isSent) !== 't'; tries++) {
    if (tries === 300) throw new Error('The mirror does not get what was reported.');
    await sleep(100);
  }
  await server.stop();
}

/** 100 million records of a year, and the days that they are, as the mirror has them. */
class RawYear {
  readonly first: number;
  readonly #clickhouse: ClickHouseServer;
  readonly #database: string;

  constructor(clickhouse: ClickHouseServer, database: string, first: number) {
    this.#clickhouse = clickhouse;
    this.#database = database;
    this.first = first;
  }

  async fill(life: string, segments: readonly string[]): Promise<void> {
    const [raw, mirror] = [`${this.#database}.record`, `${this.#database}.xpert_history`];
    await this.#clickhouse.ask(`CREATE TABLE ${raw} (at DateTime, segment_id UInt64, rx Int64, tx Int64)
      ENGINE = MergeTree PARTITION BY toYYYYMM(at) ORDER BY (at, segment_id)`);
    const ofDay = users * recordsADay;
    for (let from = 0; from < days; from += 30) {
      const count = Math.min(30, days - from);
      const atMs = `(${this.first + from} + intDiv(number, ${ofDay})) * 86400 + intDiv(number % ${ofDay}, ${users}) * 60`;
      const user = `number % ${users}`;
      await this.#clickhouse.ask(`INSERT INTO ${raw} SELECT toDateTime(${atMs}),
        if(${user} < ${known}, toUInt64([${segments.join(', ')}][${user} % ${known} + 1]), toUInt64(1000000 + ${user})),
        toInt64(intHash32(number) % 1000000), toInt64(intHash32(number + 7) % 9000000) FROM numbers(${ofDay * count})`);
      const since = `at >= toDateTime(${(this.first + from) * 86_400})`;
      const columns =
        'life, date, day, seal, server, port, protocol, carrier_id, tally_id, segment_id, rx, tx, present';
      const carrier = `segment_id % ${carriers} + 1`;
      const of = `${life}, toDate(at) AS date, toInt32(date)`;
      const named = (id: string) => `concat('vpn-', toString(${id}), '.example.com'), 443, 'vless', ${id}`;
      await this.#clickhouse.ask(`INSERT INTO ${mirror} (${columns})
        SELECT ${of}, 0, ${named(carrier)}, segment_id, segment_id, sum(rx), sum(tx), 1
        FROM ${raw} WHERE ${since} GROUP BY date, segment_id`);
      await this.#clickhouse.ask(`INSERT INTO ${mirror} (${columns})
        SELECT ${of}, 1, ${named('of')}, of, 0, sum(rx), sum(tx), 0
        FROM (SELECT at, ${carrier} AS of, rx, tx FROM ${raw} WHERE ${since}) GROUP BY date, of`);
    }
    await this.#merge(mirror);
    await this.#merge(raw);
  }

  /**
   * What was filled in long ago is merged: here every statement above would else be a part of its own, of either side, or be merged while
   * times are taken. Old servers merge one partition for a statement, as far as they see fit.
   */
  async #merge(table: string): Promise<void> {
    const [database, name] = table.split('.');
    const parts = `SELECT partition, count() FROM system.parts
      WHERE database = '${database}' AND table = '${name}' AND active GROUP BY partition`;
    for (let tries = 0; ; tries++) {
      const apart = (await this.#clickhouse.ask(parts)).filter(([, count]) => count !== '1');
      if (apart.length === 0) return;
      // Parts that are being merged already are waited for.
      if (tries === MOST_TRIES) throw new Error(`The parts of ${table} are not merged.`);
      for (const [partition] of apart)
        await this.#clickhouse.ask(`OPTIMIZE TABLE ${table} PARTITION ${partition} FINAL`);
      await sleep(100);
    }
  }

  /** The question of the chart, to all records. */
  async byDays(): Promise<bigint> {
    const rows = await this.#clickhouse.ask(
      `SELECT toDate(at) AS date, sum(rx), sum(tx) FROM ${this.#database}.record GROUP BY date ORDER BY date`,
    );
    return rows.reduce((sum, [, rx = '0', tx = '0']) => sum + BigInt(rx) + BigInt(tx), 0n);
  }
}

async function ask(server: RunningServer, raw: RawYear) {
  const headers = { cookie: await logIn(server.url) };
  const get = async (address: string) => await (await fetch(`${server.url}${address}`, { headers })).text();
  const instant = (day: number) => new Date(day * DAY_MS).toISOString();
  const year = `/api/v1/usage/series?from=${instant(raw.first)}&to=${instant(raw.first + days)}&bucket=86400`;
  const expected = await raw.byDays();
  // Until the mirror was looked at, PostgreSQL answers, which knows nothing of the year.
  for (let tries = 0; totalOf(await get(year)) !== expected; tries++) {
    if (tries === 100)
      throw new Error(`The chart has ${totalOf(await get(year))} bytes, the records have ${expected}.`);
    await sleep(100);
  }
  const perSecond = async (work: () => Promise<unknown>, runs: number): Promise<Sample> => {
    const ms = await timeMs(work, runs);
    return { value: 1000 / ms, ms: round(ms) };
  };
  const totals = await compare(
    5,
    () => perSecond(() => get(year), 5),
    () => perSecond(() => raw.byDays(), 1),
  );
  const { items } = JSON.parse(await get('/api/v1/users?limit=100')) as { items: readonly { id: string }[] };
  const times: number[] = [];
  for (let n = 0; n < asks + known; n++) {
    const address = `${year}&by=user&user=${items[n % items.length]?.id}`;
    const began = performance.now();
    const text = await get(address);
    if (n >= known) times.push(performance.now() - began);
    if (totalOf(text) < 1_000_000n) throw new Error('A user has not their year.');
  }
  const parts: Record<string, Part> = {
    totals: { ...totals, target: 50, better: 'higher' },
    userYear: {
      ratio: round(percentile(times, 0.99)),
      target: 50,
      better: 'lower',
      p50Ms: round(percentile(times, 0.5)),
    },
  };
  return { ratio: weakest(parts), parts };
}

/** All bytes of a chart. */
function totalOf(text: string): bigint {
  let sum = 0n;
  for (const [, list = ''] of text.matchAll(/"totalBytes":\[([^\]]*)\]/g)) {
    for (const [bytes] of list.matchAll(/\d+/g)) sum += BigInt(bytes);
  }
  return sum;
}

async function logIn(url: string): Promise<string> {
  const answer = await fetch(`${url}/api/v1/session`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ name: 'owner', password: 'bench-password-of-no-worth' }),
  });
  return answer.headers.get('set-cookie')?.split(';')[0] ?? '';
}
