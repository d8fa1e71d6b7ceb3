import { createHash } from 'node:crypto';
import { LedgerFailure } from '../../core/errors.ts';
import {
  batches,
  belongsToLedger,
  chunked,
  type MoveSide,
  type MoveTable,
  type MoveTarget,
  type Told,
  toldPlainly,
} from '../../storage/sql/moving.ts';

/** Rows that are copied together. */
export interface Part {
  readonly table: MoveTable;
  readonly where: string;
}

export const whole = (table: MoveTable): Part => ({ table, where: belongsToLedger(table) });

/** Of a table that is chunked. */
export function ofDay(table: MoveTable, day: number): Part {
  const { column, per } = rule(table);
  return { table, where: `"${column}" >= ${day * per} AND "${column}" < ${(day + 1) * per}` };
}

/** Of a table that is chunked: days that are open. */
export function since(table: MoveTable, day: number): Part {
  const { column, per } = rule(table);
  return { table, where: `"${column}" >= ${day * per}` };
}

export const isChunked = ({ name }: MoveTable): boolean => Object.hasOwn(chunked, name);

function rule({ name }: MoveTable): { readonly column: string; readonly per: number } {
  const found = chunked[name];
  if (found === undefined) throw new Error(`${name} has no days`);
  return found;
}

/** Copies parts of a ledger and proves each: what the other side gives back is the same, value by value. */
export class Copying {
  readonly #from: MoveSide;
  readonly #to: MoveTarget;
  /** Rows of each part that was copied and is the same there. */
  readonly #parts = new Map<string, number>();
  #copied = 0;

  constructor(from: MoveSide, to: MoveTarget) {
    this.#from = from;
    this.#to = to;
  }

  /** Rows that were written, also those that were written again. */
  get copied(): number {
    return this.#copied;
  }

  /** Days of a chunked table that have rows, in order. */
  days({ name }: MoveTable): number[] {
    const { column, per } = chunked[name] as { column: string; per: number };
    const days = [...this.#from.rows(`SELECT DISTINCT "${column}" / ${per} FROM "${name}"`)].map(([day]) =>
      Number(day),
    );
    return days.sort((a, b) => a - b);
  }

  /** The first day that has usage; null: none has. */
  firstDay(): number | null {
    const [row] = [...this.#from.rows('SELECT min(day) FROM day')];
    return row?.[0] == null ? null : Number(row[0]);
  }

  /** Again, if it was copied before. @returns its rows @throws LedgerFailure `move-differs` */
  copy({ table, where }: Part): number {
    const key = `${table.name} ${where}`;
    if (this.#parts.has(key)) this.#to.clear(table, where);
    this.#parts.delete(key);
    const sql = selectOf(table, where);
    const [here, there] = [new Fingerprint(), new Fingerprint()];
    for (const rows of batches(this.#from.rows(sql))) here.add(this.#to.write(table, rows));
    this.#copied += here.rows;
    for (const told of this.#to.told(table, sql)) there.add(told);
    if (here.end() !== there.end()) throw differs(`${table.name} has other rows there (${there.rows} of ${here.rows})`);
    this.#parts.set(key, here.rows);
    return here.rows;
  }

  /** Nothing that was copied is taken for granted any more. */
  forget(table: MoveTable): void {
    for (const key of this.#parts.keys()) if (key.startsWith(`${table.name} `)) this.#parts.delete(key);
    this.#to.clear(table, belongsToLedger(table));
  }

  /**
   * All is there and nothing else: rows of every table, and bytes by day, holder and carrier, added up by either side.
   * @throws LedgerFailure `move-differs`
   */
  prove(tables: readonly MoveTable[]): number {
    let all = 0;
    for (const table of tables) {
      const count = (side: MoveSide): number => {
        const [row] = [...side.rows(`SELECT count(*) FROM "${table.name}" WHERE ${belongsToLedger(table)}`)];
        return Number(row?.[0]);
      };
      const [here, there] = [count(this.#from), count(this.#to)];
      if (here !== there) throw differs(`${table.name} has ${there} of ${here} rows`);
      all += here;
    }
    for (const sql of SUMS) {
      const [here, there] = [this.#from, this.#to].map((side) => {
        const print = new Fingerprint();
        for (const rows of batches(side.rows(sql))) print.add(toldPlainly(rows));
        return print.end();
      });
      if (here !== there) throw differs('sums of users, days and services differ');
    }
    return all;
  }
}

const TRAFFIC = 'sum(x.rx), sum(x.tx), sum(x.undirected), sum(x.markup), count(*)';
const SUMS = [
  `SELECT x.day, t.segment_id, s.carrier_id, ${TRAFFIC} FROM day x JOIN tally t ON t.id = x.tally_id
   JOIN series s ON s.id = t.series_id GROUP BY x.day, t.segment_id, s.carrier_id ORDER BY x.day, t.segment_id, s.carrier_id`,
  `SELECT x.quarter / 96, ${TRAFFIC} FROM record x GROUP BY x.quarter / 96 ORDER BY x.quarter / 96`,
];

function selectOf({ name, columns, key }: MoveTable, where: string): string {
  const names = columns.map((column) => `"${column.name}"`).join(', ');
  return `SELECT ${names} FROM "${name}" WHERE ${where} ORDER BY ${key.map((column) => `"${column}"`).join(', ')}`;
}

/** Of rows in their order, as a side tells them. */
export class Fingerprint {
  readonly #hash = createHash('sha256');
  rows = 0;

  add({ text, rows }: Told): void {
    this.#hash.update(text);
    this.rows += rows;
  }

  end(): string {
    return this.#hash.digest('hex');
  }
}

export function differs(what: string): LedgerFailure {
  return new LedgerFailure('move-differs', `The copy is not the same: ${what}.`, {
    hint: 'Nothing was moved: the ledger is where it was. Try again, and report it if it happens again.',
  });
}
