import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Clock } from '../../src/core/units/clock.ts';
import { openClickHouseMirror } from '../../src/storage/clickhouse/open-mirror.ts';
import { PostgresOutbox } from '../../src/storage/postgres/outbox.ts';
import { openPostgresStore } from '../../src/storage/postgres/postgres-store.ts';
import type { ClickHouseServer } from './clickhouse.ts';
import { type PostgresServer, postgresWorkers } from './postgres.ts';

interface MirroredOptions {
  readonly postgres: PostgresServer;
  /** Of the database in PostgreSQL. */
  readonly url: string;
  /** Of the database in ClickHouse, perhaps through a proxy. */
  readonly mirrorUrl: string;
  /** Of ClickHouse; null: one server. */
  readonly cluster?: string | null;
  readonly clock: Clock;
  readonly folder: string;
  readonly timeZone?: string | null;
  /** Rows of a batch. */
  readonly share?: number | undefined;
}

/** A ledger in PostgreSQL with a mirror in ClickHouse, which answers for any number of days. */
export async function openMirroredStore(options: MirroredOptions) {
  const { url, mirrorUrl, cluster = null, clock, folder, timeZone = 'UTC', share } = options;
  const { socket, ...workers } = await postgresWorkers();
  const seen = { isAsked: true, answers: 0, restarts: 0, failures: [] as unknown[] };
  const store = await openPostgresStore({
    address: { url, socket: socket.href },
    ...{ clock, workers, timeZone, onLost() {}, onRegained() {} },
    mark: join(folder, 'last-commit.json'),
    openMirror: (ledger) => {
      const mirror = openClickHouseMirror(
        {
          url: mirrorUrl,
          cluster,
          outbox: new PostgresOutbox(url, share),
          ...{ atLeastDays: 0, idleMs: 20, retryMs: { first: 50, most: 200 } },
          onFailure: (failure) => failure !== null && seen.failures.push(failure),
          onRestart: () => seen.restarts++,
        },
        ledger,
      );
      return {
        ...mirror,
        async chart(query, who) {
          const answer = seen.isAsked ? await mirror.chart(query, who) : null;
          if (answer !== null) seen.answers++;
          return answer;
        },
      };
    },
  });
  return Object.assign(store, { seen });
}

export type MirroredStore = Awaited<ReturnType<typeof openMirroredStore>>;

/** Until nothing waits and all days before today are there. */
export async function shipped(store: MirroredStore): Promise<void> {
  for (let tries = 0; tries < 3000; tries++) {
    const state = await store.shipping();
    if (state?.failure === null && state.waiting === 0 && state.missingDays === 0) return;
    await delay(20);
  }
  throw new Error(`the mirror is behind: ${JSON.stringify(await store.shipping())} ${store.seen.failures.slice(-1)}`);
}

const COLUMNS = 'day, tally_id, rx, tx, undirected, markup, hours, connections';

/** Day rows that are over, as the ledger has them. */
export function ledgerDays(postgres: PostgresServer, url: string, today: number): string[] {
  const database = new URL(url).pathname.slice(1);
  const sql = `SELECT ${COLUMNS} FROM xpert.day WHERE day < ${today} ORDER BY day, tally_id`;
  const text = postgres.sql(database, sql).replaceAll('|', ' ');
  return text === '' ? [] : text.split('\n');
}

/** The same as a table of the mirror has them, whose sums by carrier are those of its rows. */
export async function mirrorDays(clickhouse: ClickHouseServer, table: string, life: string): Promise<string[]> {
  const unlike = ['rx', 'tx', 'undirected', 'markup'].map((name) => `sum(if(seal = 0, ${name}, -${name})) <> 0`);
  const unfit = await clickhouse.ask(
    `SELECT day, carrier_id FROM ${table} WHERE life = ${life} AND batch = 0
     GROUP BY day, carrier_id HAVING ${unlike.join(' OR ')}`,
  );
  if (unfit.length > 0) throw new Error(`sums of ${table} are not those of its rows: ${unfit.join(' ')}`);
  const sums = COLUMNS.split(', ')
    .slice(2)
    .map((name) => `sum(${name})`);
  const rows = await clickhouse.ask(
    `SELECT day, tally_id, ${sums.join(', ')} FROM ${table} WHERE life = ${life} AND batch = 0 AND seal = 0
     GROUP BY day, tally_id HAVING sum(present) <> 0 ORDER BY day, tally_id`,
  );
  return rows.map((row) => row.join(' '));
}
