import { randomFillSync } from 'node:crypto';
import pg from 'pg';

/** Readings per commit, as the product cuts large polls. */
const readingsPerCommit = 2_000;

interface Row {
  readonly tallyId: string;
  readonly carrierId: string;
}

interface PeerRow extends Row {
  readonly counterId: string;
  readonly endpoint: string | null;
}

/** A value per row and column: what one statement writes. */
type Columns = readonly (readonly (string | number | Buffer | null)[])[];

/**
 * Frozen baseline of pg-ingest: writes the rows that reports and polls become into the product's own tables, as a script
 * would that is told which rows. Per commit one statement for each table, or, with `rowByRow`, one for each row. Nothing is
 * looked up, compared or checked, no second thread; each commit is durable.
 */
export class BarePostgres {
  readonly #client: pg.Client;
  #tallies: readonly Row[] = [];
  #peers: readonly PeerRow[] = [];
  #nextTally = 0;
  rowByRow = false;

  private constructor(client: pg.Client) {
    this.#client = client;
  }

  static async open(url: string): Promise<BarePostgres> {
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    await client.query('SET search_path = xpert');
    const bare = new BarePostgres(client);
    const { rows: tallies } = await client.query<Row>(
      `SELECT t.id AS "tallyId", s.carrier_id AS "carrierId" FROM tally t JOIN series s ON s.id = t.series_id
       WHERE s.token IS NOT NULL ORDER BY random()`,
    );
    const { rows: peers } = await client.query<PeerRow>(
      `SELECT c.id AS "counterId", t.id AS "tallyId", s.carrier_id AS "carrierId", c.endpoint
       FROM counter c JOIN series s ON s.peer_id = c.peer_id JOIN tally t ON t.series_id = s.id ORDER BY c.id`,
    );
    bare.#tallies = tallies;
    bare.#peers = peers;
    return bare;
  }

  get peers(): number {
    return this.#peers.length;
  }

  /** One durable commit of `count` reports, each of another tally. */
  async report(count: number, at: number): Promise<void> {
    const rows = Array.from(
      { length: count },
      (_, n) => this.#tallies[(this.#nextTally + n) % this.#tallies.length] as Row,
    );
    this.#nextTally += count;
    const hashes = randomFillSync(Buffer.allocUnsafe(12 * count));
    const [quarter, day] = [Math.floor(at / 900_000), Math.floor(at / 86_400_000)];
    const rx = rows.map(() => 1_000 + Math.floor(Math.random() * 1_000_000));
    const tx = rows.map(() => 10_000 + Math.floor(Math.random() * 50_000_000));
    const same = (value: number) => rows.map(() => value);
    const tallies = rows.map(({ tallyId }) => tallyId);
    await this.#client.query('BEGIN');
    await this.#write('key', [rows.map((_, n) => hashes.subarray(12 * n, 12 * n + 12)), rx, same(day)]);
    await this.#write('record', [same(quarter), tallies, same(64), rx, tx]);
    await this.#write('day', [same(day), tallies, rx, tx]);
    await this.#write('tally', [tallies, rx, tx, same(at)]);
    await this.#writeCarriers(rows, rx, tx, quarter, day, 64);
    await this.#client.query('COMMIT');
  }

  /** One poll at the wall instant `at`: every counter moves by these bytes. */
  async poll(at: number, rx: number, tx: number): Promise<void> {
    for (let n = 0; n < this.#peers.length; n += readingsPerCommit) {
      await this.#read(this.#peers.slice(n, n + readingsPerCommit), at, rx, tx);
    }
  }

  async #read(rows: readonly PeerRow[], at: number, rx: number, tx: number): Promise<void> {
    const [quarter, day] = [Math.floor(at / 900_000), Math.floor(at / 86_400_000)];
    const same = (value: number) => rows.map(() => value);
    const tallies = rows.map(({ tallyId }) => tallyId);
    const [rxs, txs] = [same(rx), same(tx)];
    await this.#client.query('BEGIN');
    await this.#write('counter', [
      ...[rows.map(({ counterId }) => counterId), rxs, txs, same(at % 1_000_000_000), same(at)],
      rows.map(({ endpoint }) => endpoint),
    ]);
    await this.#write('record', [same(quarter), tallies, same(0), rxs, txs]);
    await this.#write('day', [same(day), tallies, rxs, txs]);
    await this.#write('tally', [tallies, rxs, txs, same(at)]);
    await this.#writeCarriers(rows, rxs, txs, quarter, day, 0);
    await this.#client.query('COMMIT');
  }

  async #writeCarriers(
    rows: readonly Row[],
    rx: readonly number[],
    tx: readonly number[],
    quarter: number,
    day: number,
    flags: number,
  ) {
    const sums = new Map<string, { rx: number; tx: number }>();
    rows.forEach(({ carrierId }, n) => {
      const before = sums.get(carrierId) ?? { rx: 0, tx: 0 };
      sums.set(carrierId, { rx: before.rx + (rx[n] ?? 0), tx: before.tx + (tx[n] ?? 0) });
    });
    const ids = [...sums.keys()];
    const same = (value: number) => ids.map(() => value);
    const [rxs, txs] = [[...sums.values()].map((sum) => sum.rx), [...sums.values()].map((sum) => sum.tx)];
    await this.#write('carrierDay', [same(day), ids, rxs, txs]);
    await this.#write('carrierQuarter', [same(quarter), ids, rxs, txs, same(flags)]);
  }

  async #write(name: keyof typeof statements, columns: Columns): Promise<void> {
    const { types, sql } = statements[name];
    if (!this.rowByRow) {
      const lists = types.map((type, n) => `$${n + 1}::${type}[]`).join(', ');
      await this.#client.query({ name, text: sql(`SELECT * FROM unnest(${lists})`), values: [...columns] });
      return;
    }
    const row = `VALUES (${types.map((type, n) => `$${n + 1}::${type}`).join(', ')})`;
    for (let n = 0; n < (columns[0]?.length ?? 0); n++) {
      const values = columns.map((column) => column[n]);
      await this.#client.query({ name: `${name}1`, text: sql(row), values });
    }
  }

  async close(): Promise<void> {
    await this.#client.end();
  }
}

const add = (table: string) => `DO UPDATE SET rx = ${table}.rx + excluded.rx, tx = ${table}.tx + excluded.tx`;

const statements = {
  key: {
    types: ['bytea', 'bigint', 'bigint'],
    sql: (rows: string) => `INSERT INTO report_key (hash, body, day) ${rows}`,
  },
  counter: {
    types: ['bigint', 'bigint', 'bigint', 'bigint', 'bigint', 'text'],
    sql: (rows: string) => `WITH given (id, rx, tx, uptime, at, endpoint) AS (${rows})
      UPDATE counter SET rx = counter.rx + given.rx, tx = counter.tx + given.tx, total = total + given.rx + given.tx,
        uptime_ms = given.uptime, at = given.at, endpoint = given.endpoint, last_handshake_at = given.at, ended = 0
      FROM given WHERE counter.id = given.id`,
  },
  record: {
    types: ['bigint', 'bigint', 'bigint', 'bigint', 'bigint'],
    sql: (rows: string) => `WITH given (quarter, tally_id, flags, rx, tx) AS (${rows})
      INSERT INTO record (quarter, tally_id, flags, lag, rx, tx) SELECT quarter, tally_id, flags, 0, rx, tx FROM given
      ON CONFLICT (quarter, tally_id, flags, lag) ${add('record')}`,
  },
  day: {
    types: ['bigint', 'bigint', 'bigint', 'bigint'],
    sql: (rows: string) => `WITH given (day, tally_id, rx, tx) AS (${rows})
      INSERT INTO day (day, tally_id, rx, tx, hours, connections) SELECT day, tally_id, rx, tx, 1, 1 FROM given
      ON CONFLICT (day, tally_id) ${add('day')}`,
  },
  tally: {
    types: ['bigint', 'bigint', 'bigint', 'bigint'],
    sql: (rows: string) => `WITH given (id, rx, tx, at) AS (${rows})
      UPDATE tally SET rx = tally.rx + given.rx, tx = tally.tx + given.tx, last_at = given.at
      FROM given WHERE tally.id = given.id`,
  },
  carrierDay: {
    types: ['bigint', 'bigint', 'bigint', 'bigint'],
    sql: (rows: string) => `WITH given (day, carrier_id, rx, tx) AS (${rows})
      INSERT INTO carrier_day (day, all_mark, carrier_id, rx, tx, connections) SELECT day, 0, carrier_id, rx, tx, 1 FROM given
      ON CONFLICT (day, all_mark, carrier_id) ${add('carrier_day')}`,
  },
  carrierQuarter: {
    types: ['bigint', 'bigint', 'bigint', 'bigint', 'bigint'],
    sql: (rows: string) => `WITH given (quarter, carrier_id, rx, tx, flags) AS (${rows})
      INSERT INTO carrier_quarter (quarter, carrier_id, rx, tx, active, flags)
      SELECT quarter, carrier_id, rx, tx, 1, flags FROM given
      ON CONFLICT (quarter, carrier_id) ${add('carrier_quarter')}`,
  },
} as const;
