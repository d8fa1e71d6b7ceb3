import type { Database, Statement } from '../database.ts';

/** A port's question, answered at once by the connection that it is asked of. */
export type Sync<F> = F extends (...args: infer A) => Promise<infer R> ? (...args: A) => R : never;

export type Params = Readonly<Record<string, string | number | bigint | Buffer | null>>;

/** What was asked, and is taken when it is needed. */
export interface Later<T> {
  all(): T[];
  get(): T | undefined;
}

/** 1 for a gap that ended with its node: nothing was read after it. */
export const IS_LAST_GAP =
  'iif(EXISTS (SELECT 1 FROM node n WHERE n.id = gap.node_id AND n.deleted_at <= gap.to_at), 1, 0)';

/** Prepared statements of one connection, each prepared at its first use. */
export class Statements {
  readonly #db: Database;
  readonly #prepared = new Map<string, Statement>();

  constructor(db: Database) {
    this.#db = db;
  }

  /** Rows whose integers fit a number: ids, instants, counts. */
  all<T>(sql: string, params: Params = {}): T[] {
    return this.#get(sql, false).all(params) as T[];
  }

  get<T>(sql: string, params: Params = {}): T | undefined {
    return this.#get(sql, false).get(params) as T | undefined;
  }

  /** Rows with bytes: every integer comes as bigint. */
  allBig<T>(sql: string, params: Params = {}): T[] {
    return this.#get(sql, true).all(params) as T[];
  }

  /** As `all` and `get`; what is asked before the first rows are taken is asked at once, where each way to the server costs. */
  later<T>(sql: string, params: Params = {}): Later<T> {
    return this.#later(sql, false, params);
  }

  /** As `allBig` and `getBig`. */
  laterBig<T>(sql: string, params: Params = {}): Later<T> {
    return this.#later(sql, true, params);
  }

  #later<T>(sql: string, big: boolean, params: Params): Later<T> {
    const statement = this.#get(sql, big);
    let rows: T[] | null = null;
    const take = statement.allLater?.(params);
    if (take === undefined) rows = statement.all(params) as T[];
    const all = () => {
      rows ??= take?.() as T[];
      return rows;
    };
    return { all, get: () => all()[0] };
  }

  /** Rows one after the other, never all in memory. The connection stays at the state of the first one until the last. */
  eachBig<T>(sql: string, params: Params = {}): IterableIterator<T> {
    return this.#get(sql, true).iterate(params) as IterableIterator<T>;
  }

  getBig<T>(sql: string, params: Params = {}): T | undefined {
    return this.#get(sql, true).get(params) as T | undefined;
  }

  get db(): Database {
    return this.#db;
  }

  #get(sql: string, big: boolean): Statement {
    const key = big ? `${sql}\0` : sql;
    let statement = this.#prepared.get(key);
    if (statement === undefined) {
      statement = this.#db.prepare(sql).safeIntegers(big);
      this.#prepared.set(key, statement);
    }
    return statement;
  }
}

/** Pages are asked for by an opaque text; null for the first. Text that we did not make starts from the first. */
export function encodeCursor(position: readonly (string | number)[]): string {
  return Buffer.from(JSON.stringify(position)).toString('base64url');
}

export function decodeCursor(cursor: string | null): readonly (string | number)[] | null {
  if (cursor === null) return null;
  try {
    const position: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString());
    const isPart = (part: unknown) => typeof part === 'string' || Number.isSafeInteger(part);
    return Array.isArray(position) && position.every(isPart) ? position : null;
  } catch {
    return null;
  }
}

/** Cuts a result that was asked for with one row more than the page holds. */
export function toPage<R, T>(
  rows: R[],
  limit: number,
  total: number | null,
  toItem: (row: R) => T,
  positionOf: (row: R) => readonly (string | number)[],
): { items: T[]; nextCursor: string | null; total: number | null } {
  const shown = rows.slice(0, limit);
  const last = shown.at(-1);
  const nextCursor = rows.length > limit && last !== undefined ? encodeCursor(positionOf(last)) : null;
  return { items: shown.map(toItem), nextCursor, total };
}

/** Pattern for LIKE … ESCAPE '\' that finds the text anywhere. */
export function likePattern(text: string): string {
  return `%${text.replace(/[\\%_]/g, '\\$&')}%`;
}

/** Users of one admin; users without an owner belong to the owner. Parameter: @owner. */
export const OWNED = ownedIn('u');

/** The same of another table with an `owner_id`. */
export function ownedIn(alias: string): string {
  return `(${alias}.owner_id = @owner OR (${alias}.owner_id IS NULL
    AND EXISTS (SELECT 1 FROM admin WHERE id = @owner AND role = 'owner')))`;
}

/** Segments `g` that no reset mark hides. */
export const VISIBLE = `(g.hidden = 0 AND g.all_mark >=
  (SELECT ifnull(max(r.id), 0) FROM reset r WHERE r.scope = 'all' AND r.undone_at IS NULL))`;

/** Sums of the traffic columns of a table or alias. */
export function sums(alias: string): string {
  return `ifnull(sum(${alias}.rx), 0) AS rx, ifnull(sum(${alias}.tx), 0) AS tx,
    ifnull(sum(${alias}.undirected), 0) AS undirected, ifnull(sum(${alias}.markup), 0) AS markup`;
}
