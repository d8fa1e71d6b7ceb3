import type pg from 'pg';
import { monthOfDay } from '../../core/units/calendar.ts';
import type {
  Batch,
  DaySlice,
  MirroredRow,
  MirroredSum,
  MirrorState,
  Outbox,
  SliceComparison,
} from '../sql/mirror/outbox.ts';
import { BATCH_COLUMNS } from '../sql/mirror/outbox.ts';
import { compareSlice, compareSums } from './mirror-comparison.ts';
import { OutboxConnection } from './outbox-connection.ts';

/** Changes that are taken over, or put into a batch, in one transaction: a moment's work. */
const SHARE = 20_000;
/** No more is taken over while so many wait. */
const MOST_WAITING = 5 * SHARE;
/** Batches that are kept after they were shipped: what was sent last can be looked into. */
const KEPT_BATCHES = 8;
/** A statement may take so long. */
const LONGEST_MS = 30_000;
/** How far the mirror is: whoever asks for it shows a page, and is told soon that it is not known. */
const LOOK_MS = 3_000;

/**
 * The outbox in PostgreSQL, over a connection of its own, and another one for who only asks how far it is. Several processes may use it at once: each step is one
 * transaction under one lock.
 */
export class PostgresOutbox implements Outbox {
  readonly #share: number;
  readonly #connection: OutboxConnection;
  readonly #looks: OutboxConnection;
  #look: Promise<MirrorState | null> | null = null;

  constructor(url: string, share = SHARE, longestMs = LONGEST_MS) {
    this.#share = share;
    this.#connection = new OutboxConnection(url, longestMs);
    this.#looks = new OutboxConnection(url, LOOK_MS, LOOK_MS);
  }

  begin(): Promise<MirrorState> {
    return this.#connection.locked(async (client) => {
      const { rows } = await client.query(
        `SELECT 1 FROM history_mirror WHERE incarnation = ${INCARNATION} AND (SELECT count(*) FROM pg_trigger t
           WHERE t.tgrelid = 'xpert.day'::regclass AND t.tgname = ANY ($1)) = $2`,
        [TRIGGERS.map(({ name }) => name), TRIGGERS.length],
      );
      if (rows.length === 0) await beginAnew(client);
      return (await readState(client)) as MirrorState;
    });
  }

  restart(): Promise<void> {
    return this.#connection.locked(beginAnew);
  }

  fill(today: number): Promise<boolean> {
    return this.#connection.locked(async (client) => {
      const state = await readMirror(client);
      if (state === null || (await isFull(client))) return false;
      // Nobody may change day rows between the look at them and the mark up to which they were taken.
      if (!(await lockDays(client))) return false;
      const { rows } = await client.query<{ day: string; tally: string }>(
        `SELECT min(day) AS day, (SELECT filled_tally FROM history_mirror) AS tally
         FROM day, history_mirror WHERE day > filled_day`,
      );
      const day = Math.min(rows[0]?.day == null ? today : Number(rows[0].day), today);
      if (day > state.filledDay + 1) return await moveOn(client, day - 1);
      if (day >= today) return false;
      const taken = await client.query<{ last: string; count: string }>(
        `WITH taken AS (
           INSERT INTO history_outbox (day, tally_id, rx, tx, undirected, markup, hours, connections, present)
           SELECT day, tally_id, rx, tx, undirected, markup, hours, connections, 1 FROM day
           WHERE day = $1 AND tally_id > $2 ORDER BY tally_id LIMIT $3 RETURNING tally_id)
         SELECT max(tally_id) AS last, count(*) AS count FROM taken`,
        [day, rows[0]?.tally ?? '0', this.#share],
      );
      const { last = '0', count = '0' } = taken.rows[0] ?? {};
      if (Number(count) < this.#share) return await moveOn(client, day);
      await client.query('UPDATE history_mirror SET filled_tally = $1', [last]);
      return true;
    });
  }

  seal(): Promise<Batch | null> {
    return this.#connection.locked(async (client) => {
      const state = await readMirror(client);
      if (state === null) return null;
      await refuseRestored(client);
      if (state.sealed > state.shipped) return await readBatch(client, state.life, state.sealed);
      const number = state.sealed + 1;
      for (;;) {
        const { rows } = await client.query<{ day: string }>('SELECT day FROM history_outbox LIMIT 1');
        const [waiting] = rows;
        if (waiting === undefined) return null;
        await this.#cut(client, number, monthOfDay(Number(waiting.day)));
        const batch = await readBatch(client, state.life, number);
        // What was undone by what waited, too, is nothing to be sent.
        if (batch === null) continue;
        await client.query('UPDATE history_mirror SET sealed = $1', [number]);
        return batch;
      }
    });
  }

  async #cut(client: pg.Client, number: number, month: { readonly first: number; readonly last: number }) {
    await client.query(
      `WITH taken AS (
         DELETE FROM history_outbox WHERE ctid = ANY (ARRAY(
           SELECT ctid FROM history_outbox WHERE day BETWEEN $2 AND $3 LIMIT $4)) RETURNING *),
       added AS (
         INSERT INTO history_batch_row
         SELECT $1::bigint, day, tally_id, ${ADDED.map((name) => `sum(${name})`).join(', ')} FROM taken
         GROUP BY day, tally_id HAVING ${ADDED.map((name) => `sum(${name}) <> 0`).join(' OR ')} RETURNING 1)
       INSERT INTO history_batch SELECT $1::bigint, floor(random() * 4e18)::bigint, (SELECT min(at) FROM taken)
       WHERE EXISTS (SELECT 1 FROM added)`,
      [number, month.first, month.last, this.#share],
    );
  }

  acknowledge({ life, number, seal }: Pick<Batch, 'life' | 'number' | 'seal'>): Promise<void> {
    return this.#connection.locked(async (client) => {
      const { rowCount } = await client.query(
        'UPDATE history_mirror SET shipped = sealed, shipped_seal = $3 WHERE life = $1 AND sealed = $2 AND shipped < sealed',
        [life, number, seal],
      );
      if (rowCount === 0) return;
      const old = [number - KEPT_BATCHES];
      await client.query('DELETE FROM history_batch_row WHERE number <= $1', old);
      await client.query('DELETE FROM history_batch WHERE number <= $1', old);
    });
  }

  slicesOf(day: number): Promise<number> {
    return this.#connection.run(async (client) => {
      const { rows } = await client.query<{ count: string }>('SELECT count(*) FROM day WHERE day = $1', [day]);
      return Math.max(1, Math.ceil(Number(rows[0]?.count ?? 0) / this.#share));
    });
  }

  compare(
    slice: DaySlice,
    read: (state: MirrorState) => Promise<readonly MirroredRow[] | null>,
    mends: boolean,
  ): Promise<SliceComparison | null> {
    return this.#compared(slice.day, read, (client, rows) => compareSlice(client, slice, rows, mends));
  }

  compareSums(
    day: number,
    read: (state: MirrorState) => Promise<readonly MirroredSum[] | null>,
    mends: boolean,
  ): Promise<SliceComparison | null> {
    return this.#compared(day, read, (client, sums) => compareSums(client, day, sums, mends));
  }

  #compared<Far>(
    day: number,
    read: (state: MirrorState) => Promise<Far | null>,
    compare: (client: pg.Client, far: Far) => Promise<SliceComparison>,
  ): Promise<SliceComparison | null> {
    return this.#connection.locked(async (client) => {
      const state = await readState(client);
      if (state === null || state.sealed > state.shipped || state.filledDay < day) return null;
      await refuseRestored(client);
      const far = await read(state);
      return far === null ? null : await compare(client, far);
    });
  }

  /** All who ask meanwhile are told the same. @throws within some seconds where PostgreSQL does not answer */
  state(): Promise<MirrorState | null> {
    this.#look ??= this.#looks.run(readState).finally(() => {
      this.#look = null;
    });
    return this.#look;
  }

  async close(): Promise<void> {
    await Promise.all([this.#connection.close(), this.#looks.close()]);
  }
}

/** Whoever writes waits behind this: where somebody else works on the table for long, it is tried again later. */
async function lockDays(client: pg.Client): Promise<boolean> {
  await client.query("SAVEPOINT lock; SET LOCAL lock_timeout = '200ms'");
  try {
    await client.query('LOCK TABLE day IN SHARE ROW EXCLUSIVE MODE');
    return true;
  } catch (error) {
    if ((error as { code?: string }).code !== LOCK_NOT_AVAILABLE) throw error;
    await client.query('ROLLBACK TO lock');
    return false;
  }
}

const LOCK_NOT_AVAILABLE = '55P03';

const ADDED = ['rx', 'tx', 'undirected', 'markup', 'hours', 'connections', 'present'] as const;

const INCARNATION = "(SELECT value::json ->> 'id' FROM meta WHERE name = 'incarnation')";

const TRIGGERS = [
  { name: 'history_come', on: 'INSERT', tables: 'NEW TABLE AS come' },
  { name: 'history_changed', on: 'UPDATE', tables: 'OLD TABLE AS gone NEW TABLE AS come' },
  { name: 'history_gone', on: 'DELETE', tables: 'OLD TABLE AS gone' },
];

async function beginAnew(client: pg.Client): Promise<void> {
  await client.query('LOCK TABLE day IN SHARE ROW EXCLUSIVE MODE');
  for (const { name, on, tables } of TRIGGERS) {
    await client.query(
      `CREATE OR REPLACE TRIGGER ${name} AFTER ${on} ON day REFERENCING ${tables}
       FOR EACH STATEMENT EXECUTE FUNCTION note_day_changes()`,
    );
  }
  await client.query('DELETE FROM history_outbox; DELETE FROM history_batch; DELETE FROM history_batch_row');
  await client.query(
    `INSERT INTO history_mirror (id, life, incarnation, filled_day, filled_tally, sealed, shipped, shipped_seal)
     SELECT 1, floor(extract(epoch FROM clock_timestamp()) * 1000), ${INCARNATION},
       coalesce((SELECT min(day) FROM day) - 1, 0), 0, 0, 0, 0
     ON CONFLICT (id) DO UPDATE SET life = greatest(excluded.life, history_mirror.life + 1),
       incarnation = excluded.incarnation, filled_day = excluded.filled_day, filled_tally = 0,
       sealed = 0, shipped = 0, shipped_seal = 0`,
  );
}

/** Nothing is noted any more, and what waits is forgotten: for a ledger whose mirror is not kept. @returns false if there was none */
export async function endMirror(url: string): Promise<boolean> {
  const connection = new OutboxConnection(url, LONGEST_MS);
  try {
    return await connection.locked(async (client) => {
      const { rows } = await client.query('SELECT 1 FROM history_mirror');
      if (rows.length === 0) return false;
      const drops = TRIGGERS.map(({ name }) => `DROP TRIGGER IF EXISTS ${name} ON day;`).join(' ');
      const tables = ['history_mirror', 'history_outbox', 'history_batch', 'history_batch_row'];
      await client.query(`${drops} ${tables.map((table) => `DELETE FROM ${table};`).join(' ')}`);
      return true;
    });
  } finally {
    await connection.close();
  }
}

/** The ledger was put back while it ran: its mirror is of another one, and is to be begun anew. */
async function refuseRestored(client: pg.Client): Promise<void> {
  const { rows } = await client.query(`SELECT 1 FROM history_mirror WHERE incarnation = ${INCARNATION}`);
  if (rows.length === 0) throw new Error('The ledger was restored: its mirror is begun anew.');
}

/** All days up to this one are taken over. */
async function moveOn(client: pg.Client, day: number): Promise<true> {
  await client.query('UPDATE history_mirror SET filled_day = $1, filled_tally = 0', [day]);
  return true;
}

type Mirror = Pick<MirrorState, 'life' | 'filledDay' | 'shipped' | 'shippedSeal' | 'sealed'>;

async function readMirror(client: pg.Client): Promise<Mirror | null> {
  const { rows } = await client.query<Record<string, string>>('SELECT * FROM history_mirror');
  const [row] = rows;
  return row === undefined ? null : toMirror(row);
}

function toMirror(row: Readonly<Record<string, string>>): Mirror {
  return {
    life: row.life as string,
    filledDay: Number(row.filled_day),
    shipped: Number(row.shipped),
    shippedSeal: row.shipped_seal as string,
    sealed: Number(row.sealed),
  };
}

/** Looks no further than it has to, however much waits. */
async function isFull(client: pg.Client): Promise<boolean> {
  const { rows } = await client.query('SELECT 1 FROM history_outbox OFFSET $1 LIMIT 1', [MOST_WAITING]);
  return rows.length > 0;
}

/** With all that waits, which is counted. */
async function readState(client: pg.Client): Promise<MirrorState | null> {
  const { rows } = await client.query<Record<string, string>>(
    `SELECT m.*, least(w.since, b.since) AS since, w.waiting + (SELECT count(*) FROM history_batch_row r
       WHERE r.number > m.shipped) AS waiting
     FROM history_mirror m LEFT JOIN history_batch b ON b.number = m.sealed AND m.sealed > m.shipped,
       (SELECT min(at) AS since, count(*) AS waiting FROM history_outbox) w`,
  );
  const [row] = rows;
  if (row === undefined) return null;
  const since = row.since == null ? null : new Date(Number(row.since));
  return { ...toMirror(row), waiting: Number(row.waiting), waitingSince: since };
}

async function readBatch(client: pg.Client, life: string, number: number): Promise<Batch | null> {
  const { rows: found } = await client.query<{ seal: string }>('SELECT seal FROM history_batch WHERE number = $1', [
    number,
  ]);
  const [batch] = found;
  if (batch === undefined) return null;
  const { rows } = await client.query<string[]>({
    rowMode: 'array',
    text: `SELECT ${BATCH_COLUMNS.map((name) => COLUMN[name] ?? `r.${name}`).join(', ')}
      FROM history_batch_row r LEFT JOIN tally t ON t.id = r.tally_id LEFT JOIN series s ON s.id = t.series_id
      LEFT JOIN carrier c ON c.id = coalesce(s.carrier_id, -r.tally_id) WHERE r.number = $1 ORDER BY r.day, r.tally_id`,
    values: [number],
  });
  return { life, number, seal: batch.seal, rows };
}

/** Columns that a batch does not keep: what they tell never changes. */
const COLUMN: Readonly<Record<string, string>> = {
  segment_id: 'coalesce(t.segment_id, 0)',
  carrier_id: 'c.id',
  server: 'c.server',
  port: 'c.port',
  protocol: 'c.protocol',
  node_id: "coalesce(c.node_id, '')",
  service_id: "coalesce(c.service_id, '')",
};
