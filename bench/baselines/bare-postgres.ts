import { randomFillSync } from 'node:crypto';
import pg from 'pg';

/**
 * Frozen baseline of pg-ingest: writes the rows that reports become into the product's own tables, one statement per table
 * and commit with all rows in lists (`unnest`), as a script would that is told which rows. No HTTP, no JSON, nothing
 * checked, nobody looked up, no second thread; durable commits as the product makes them.
 */
export class BarePostgres {
  readonly #client: pg.Client;
  readonly #tallies: readonly { readonly id: string; readonly carrierId: string }[];

  private constructor(client: pg.Client, tallies: readonly { readonly id: string; readonly carrierId: string }[]) {
    this.#client = client;
    this.#tallies = tallies;
  }

  static async open(connectionString: string): Promise<BarePostgres> {
    const client = new pg.Client({ connectionString });
    await client.connect();
    await client.query('SET search_path = xpert');
    const sql = 'SELECT t.id, s.carrier_id AS "carrierId" FROM tally t JOIN series s ON s.id = t.series_id';
    return new BarePostgres(client, (await client.query<{ id: string; carrierId: string }>(sql)).rows);
  }

  /** One durable commit of `count` records of random tallies. */
  async commit(count: number): Promise<void> {
    const now = Date.now();
    const [quarter, day] = [Math.floor(now / 900_000), Math.floor(now / 86_400_000)];
    const hashes = randomFillSync(Buffer.allocUnsafe(12 * count));
    const rows = new Map<string, Row>();
    const carriers = new Map<string, Row>();
    const bodies: number[] = [];
    for (let n = 0; n < count; n++) {
      const tally = this.#tallies[Math.floor(Math.random() * this.#tallies.length)] ?? { id: '0', carrierId: '0' };
      const rx = 1_000 + Math.floor(Math.random() * 1_000_000);
      const tx = 10_000 + Math.floor(Math.random() * 50_000_000);
      bodies.push(rx);
      add(rows, tally.id, rx, tx);
      add(carriers, tally.carrierId, rx, tx);
    }
    const keys = bodies.map((_, n) => hashes.subarray(12 * n, 12 * n + 12));
    const ask = (name: string, text: string, values: unknown[]) => this.#client.query({ name, text, values });
    await this.#client.query('BEGIN');
    await ask(
      'keys',
      'INSERT INTO report_key (hash, body, day) SELECT k, b, $3 FROM unnest($1::bytea[], $2::bigint[]) x (k, b)',
      [keys, bodies, day],
    );
    await ask(
      'records',
      `INSERT INTO record (quarter, tally_id, flags, lag, rx, tx) SELECT $4, i, 64, 0, r, t ${LISTS} ${ADD('record')}`,
      [...lists(rows), quarter],
    );
    await ask(
      'days',
      `INSERT INTO day (day, tally_id, rx, tx, hours, connections) SELECT $4, i, r, t, 1, 1 ${LISTS} ${ADD('day')}`,
      [...lists(rows), day],
    );
    await ask(
      'tallies',
      `UPDATE tally SET rx = tally.rx + r, tx = tally.tx + t, last_at = $4 ${LISTS} WHERE tally.id = i`,
      [...lists(rows), now],
    );
    await ask(
      'carrier days',
      `INSERT INTO carrier_day (day, all_mark, carrier_id, rx, tx, connections) SELECT $4, 0, i, r, t, 1 ${LISTS} ${ADD('carrier_day')}`,
      [...lists(carriers), day],
    );
    await ask(
      'carrier quarters',
      `INSERT INTO carrier_quarter (quarter, carrier_id, rx, tx, active, flags) SELECT $4, i, r, t, 1, 64 ${LISTS} ${ADD('carrier_quarter')}`,
      [...lists(carriers), quarter],
    );
    await this.#client.query('COMMIT');
  }

  /** Number of the product's last commit. */
  async commits(): Promise<number> {
    const { rows } = await this.#client.query<{ sequence: string }>('SELECT sequence FROM alive');
    return Number(rows[0]?.sequence);
  }

  async close(): Promise<void> {
    await this.#client.end();
  }
}

interface Row {
  rx: number;
  tx: number;
}

function add(rows: Map<string, Row>, id: string, rx: number, tx: number): void {
  const row = rows.get(id);
  if (row === undefined) rows.set(id, { rx, tx });
  else {
    row.rx += rx;
    row.tx += tx;
  }
}

const LISTS = 'FROM unnest($1::bigint[], $2::bigint[], $3::bigint[]) x (i, r, t)';
const ADD = (table: string) =>
  `ON CONFLICT ON CONSTRAINT ${table}_pkey DO UPDATE SET rx = ${table}.rx + excluded.rx, tx = ${table}.tx + excluded.tx`;

function lists(rows: ReadonlyMap<string, Row>): unknown[] {
  const values = [...rows.values()];
  return [[...rows.keys()], values.map(({ rx }) => rx), values.map(({ tx }) => tx)];
}
