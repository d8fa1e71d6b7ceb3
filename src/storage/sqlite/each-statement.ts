import type BetterSqlite from 'better-sqlite3';
import type { Database } from '../../lib/sqlite.ts';
import type { RunResult, Statement } from '../sql/database.ts';

type Rows = 'objects' | 'lists' | 'first columns';

/** Lists of parameters in the text of a statement. More of them cost as much each, and a rest that fills none costs more. */
const LISTS = 16;

/** A statement that asks, and can ask for many parameters at once: some of the time of a small question goes into calling it. */
export class EachStatement implements Statement {
  readonly #db: Database;
  readonly #sql: string;
  readonly #one: BetterSqlite.Statement;
  #ofMany: BetterSqlite.Statement | null = null;
  #rows: Rows = 'objects';
  #isExact = false;

  constructor(db: Database, sql: string) {
    this.#db = db;
    this.#sql = sql;
    this.#one = db.prepare(sql);
  }

  run(...params: unknown[]): RunResult {
    return this.#one.run(...params);
  }

  get(...params: unknown[]): unknown {
    return this.#one.get(...params);
  }

  all(...params: unknown[]): unknown[] {
    return this.#one.all(...params);
  }

  iterate(...params: unknown[]): IterableIterator<unknown> {
    return this.#one.iterate(...params);
  }

  getEach(params: readonly (readonly unknown[])[]): unknown[] {
    return this.allEach(params).map(([first]) => first);
  }

  allEach(params: readonly (readonly unknown[])[]): unknown[][] {
    const answers: unknown[][] = [];
    let at = 0;
    for (; at + LISTS <= params.length; at += LISTS) this.#askSome(params, at, answers);
    for (; at < params.length; at++) answers.push(this.all(...(params[at] as readonly unknown[])));
    return answers;
  }

  #askSome(params: readonly (readonly unknown[])[], at: number, answers: unknown[][]): void {
    const given: unknown[] = [];
    for (let n = at; n < at + LISTS; n++) {
      given.push(n, ...(params[n] as readonly unknown[]));
      answers.push([]);
    }
    for (const row of this.#many().all(given)) {
      const [number, answer] =
        this.#rows === 'objects' ? partedObject(row as Numbered) : this.#parted(row as unknown[]);
      answers[Number(number)]?.push(answer);
    }
  }

  pluck(): this {
    this.#one.pluck();
    this.#rows = 'first columns';
    return this;
  }

  raw(): this {
    this.#one.raw();
    this.#rows = 'lists';
    return this;
  }

  safeIntegers(toggle = true): this {
    this.#one.safeIntegers(toggle);
    this.#isExact = toggle;
    return this;
  }

  #many(): BetterSqlite.Statement {
    if (this.#ofMany === null) {
      this.#ofMany = this.#db.prepare(selectForEach(this.#sql, LISTS)).safeIntegers(this.#isExact);
      if (this.#rows !== 'objects') this.#ofMany.raw();
    }
    return this.#ofMany;
  }

  #parted(row: unknown[]): [number: unknown, answer: unknown] {
    const number = row.pop();
    return [number, this.#rows === 'lists' ? row : row[0]];
  }
}

interface Numbered {
  readonly given_number: unknown;
}

function partedObject({ given_number: number, ...row }: Numbered): [number: unknown, answer: unknown] {
  return [number, row];
}

/**
 * The same question for each of so many lists of parameters, before each of which stands its number: the last column of a row says of
 * which list it is. It is made by words: the statement has one FROM outside of parentheses and nothing that joins rows of several
 * lists.
 */
export function selectForEach(sql: string, lists: number): string {
  const own = sql.replace(/ LIMIT 1\s*$/, '');
  const outer = outside(own);
  const [from, second] = [...outer.matchAll(/\bFROM\b/g)];
  const joins = /\b(?:GROUP BY|HAVING|LIMIT|DISTINCT|UNION|WITH|count|sum|avg)\b/.test(outer) || /['"]/.test(own);
  if (from === undefined || second !== undefined || joins) throw new Error(`It cannot be asked for each: ${sql}`);
  const names: string[] = [];
  const said = [own.slice(0, from.index), own.slice(from.index + 'FROM'.length)];
  const [columns, tables] = said.map((text) => text.replace(/\?/g, () => `given_values.given_${names.push('') - 1}`));
  const list = `(?${', ?'.repeat(names.length)})`;
  const given = ['given_number', ...names.map((_, i) => `given_${i}`)].join(', ');
  // CROSS JOIN: from the lists on.
  return `WITH given_values (${given}) AS (VALUES ${Array(lists).fill(list).join(', ')})
    ${columns}, given_number FROM given_values CROSS JOIN${tables}`;
}

/** Blanks in place of what is in parentheses. */
function outside(sql: string): string {
  let depth = 0;
  return sql.replace(/./gs, (sign) => {
    if (sign === '(') depth++;
    const isInside = depth > 0;
    if (sign === ')') depth--;
    return isInside ? ' ' : sign;
  });
}
