import type { UserSort } from '../../../core/inventory/inventory-store.ts';
import { evaluate, type QuotaStanding } from '../../../core/quota/evaluate.ts';
import { type Terms, termsFromText } from '../../../core/quota/plan.ts';
import type { Calendar } from '../../../core/units/calendar.ts';
import type { UserId } from '../../../core/units/ids.ts';
import { metersByUser, metersOf, SELECT_USERS_METERS, type UsersMeterRow } from '../quota-meters.ts';
import { QuotaUsageReader } from '../quota-usage.ts';
import type { QuotaReader } from './quota-reader.ts';
import { type Statements, VISIBLE } from './statements.ts';

export type RankedSort = Exclude<UserSort, 'name'>;

/** Users, by the numbers of their rows, from the least value to the greatest; those without a value in the order of rows. */
export interface UserOrder {
  readonly rows: Float64Array;
  readonly values: Float64Array;
  readonly unknown: Float64Array;
}

/** All orders at one instant. Users whose row comes after `lastRow` were made since. */
export interface UserOrders {
  readonly users: number;
  readonly lastRow: number;
  /** What reading them took, without what it waited for others before. */
  readonly costMs: number;
  readonly by: Readonly<Record<RankedSort, UserOrder>>;
}

/** Puts all users in order by what changes with every poll: too much to be kept in indexes (ADR 21), a moment's work to sort. */
export class UserOrderReader {
  readonly #sql: Statements;
  readonly #quotas: QuotaReader;
  readonly #usage: QuotaUsageReader;

  constructor(sql: Statements, quotas: QuotaReader, calendar: Calendar) {
    this.#sql = sql;
    this.#quotas = quotas;
    this.#usage = new QuotaUsageReader(sql.db, calendar);
  }

  read(nowMs: number): UserOrders {
    const began = performance.now();
    const users = this.#sql.all<{ row: number; id: string }>(
      'SELECT u.rowid AS row, u.id FROM user u WHERE u.deleted_at IS NULL ORDER BY u.rowid',
    );
    const places = new Map(users.map(({ id }, place) => [id, place]));
    const column = () => new Float64Array(users.length).fill(Number.NaN);
    const values = { used: column(), share: column(), total: column().fill(0), expires: column(), seen: column() };
    this.#addTotals(places, values);
    this.#addHandshakes(places, values);
    this.#addQuotas(places, values, nowMs);
    const rows = users.map(({ row }) => row);
    const by = Object.fromEntries(Object.entries(values).map(([sort, of]) => [sort, orderOf(rows, of)]));
    return {
      users: rows.length,
      lastRow: rows.at(-1) ?? 0,
      costMs: performance.now() - began,
      by: by as Record<RankedSort, UserOrder>,
    };
  }

  #addTotals(places: ReadonlyMap<string, number>, { total, seen }: Columns): void {
    // Bytes as floating point: they only put users in order.
    const rows = this.#sql.all<{ id: string; total: number; at: number }>(
      `SELECT g.user_id AS id, total(iif(${VISIBLE}, t.total, 0)) AS total, max(t.last_at) AS at
       FROM segment g JOIN tally t ON t.segment_id = g.id WHERE g.user_id IS NOT NULL GROUP BY g.user_id`,
    );
    for (const { id, total: bytes, at } of rows) {
      const place = places.get(id);
      if (place === undefined) continue;
      total[place] = bytes;
      raise(seen, place, at);
    }
  }

  #addHandshakes(places: ReadonlyMap<string, number>, { seen }: Columns): void {
    const rows = this.#sql.all<{ id: string; at: number }>(
      `SELECT p.user_id AS id, max(c.last_handshake_at) AS at FROM counter c JOIN peer p ON p.id = c.peer_id
       WHERE p.user_id IS NOT NULL AND c.last_handshake_at IS NOT NULL GROUP BY p.user_id`,
    );
    for (const { id, at } of rows) raise(seen, places.get(id), at);
  }

  #addQuotas(places: ReadonlyMap<string, number>, { used, share, expires }: Columns, nowMs: number): void {
    const trusted = new Set(this.#quotas.trustedServers());
    const termsBy = new Map<string, Terms>();
    const meters = metersByUser(this.#sql.eachBig<UsersMeterRow>(SELECT_USERS_METERS));
    for (const row of this.#sql.all<EntitlementRow>(ENTITLEMENTS)) {
      const place = places.get(row.id);
      if (place === undefined) continue;
      const terms = termsBy.get(row.terms) ?? termsFromText(row.terms);
      termsBy.set(row.terms, terms);
      const entitlement = { terms, startedMs: row.startedAt, expiresMs: row.expiresAt, hasNext: row.hasNext === 1 };
      const cycle = this.#usage.cycleAt(terms, row.startedAt, nowMs);
      const usage =
        metersOf(meters.get(row.id) ?? [], terms, cycle)?.usage ??
        this.#usage.usage(row.id, entitlement, cycle, trusted);
      const { quotas, expiresMs } = evaluate(entitlement, usage, cycle, nowMs);
      if (expiresMs !== null) expires[place] = expiresMs;
      const nearest = quotas.toSorted((a, b) => shareOf(b) - shareOf(a))[0];
      if (nearest === undefined) continue;
      share[place] = shareOf(nearest);
      used[place] = Number(nearest.used);
    }
  }
}

type Columns = Readonly<Record<RankedSort, Float64Array>>;

interface EntitlementRow {
  readonly id: UserId;
  readonly terms: string;
  readonly startedAt: number | null;
  readonly expiresAt: number | null;
  readonly hasNext: 0 | 1;
}

const ENTITLEMENTS = `SELECT e.user_id AS id, ifnull(e.terms, p.terms) AS terms, e.started_at AS startedAt,
  e.expires_at AS expiresAt, e.next_plan_id IS NOT NULL AS hasNext
  FROM entitlement e LEFT JOIN plan p ON p.id = e.plan_id`;

function shareOf({ used, allowance }: QuotaStanding): number {
  return allowance <= 0n ? 1 : Number(used) / Number(allowance);
}

function raise(column: Float64Array, place: number | undefined, value: number): void {
  if (place !== undefined && !((column[place] ?? Number.NaN) >= value)) column[place] = value;
}

/** Equal values in the order of rows: the same in every reading. */
function orderOf(rows: readonly number[], values: Float64Array): UserOrder {
  const places = Uint32Array.from(rows.keys());
  const known = places.filter((place) => !Number.isNaN(values[place]));
  known.sort((a, b) => (values[a] as number) - (values[b] as number) || a - b);
  const rowsOf = (of: Uint32Array) => Float64Array.from(of, (place) => rows[place] as number);
  return {
    rows: rowsOf(known),
    values: Float64Array.from(known, (place) => values[place] as number),
    unknown: rowsOf(places.filter((place) => Number.isNaN(values[place]))),
  };
}
