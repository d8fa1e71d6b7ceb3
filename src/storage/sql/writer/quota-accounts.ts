import type { Entitlement, QuotaUsage } from '../../../core/quota/evaluate.ts';
import { type Terms, termsFromText } from '../../../core/quota/plan.ts';
import type { StateReason, UserState } from '../../../core/quota/user-state.ts';
import type { CycleBounds } from '../../../core/units/billing-cycle.ts';
import type { Calendar } from '../../../core/units/calendar.ts';
import type { UserId } from '../../../core/units/ids.ts';
import { BoundedMap } from '../bounded-map.ts';
import type { Database } from '../database.ts';
import { type MeterRow, metersOf, SELECT_METERS } from '../quota-meters.ts';
import { type MutableUsage, noSums, QuotaUsageReader } from '../quota-usage.ts';
import { trustedIn } from '../reader/quota-reader.ts';

/** A user's state, entitlement, and what was used of it: as the tables have it, with what is not written yet. */
export interface Account {
  readonly userId: UserId;
  readonly name: string;
  readonly isSuspended: boolean;
  readonly isDeleted: boolean;
  /** The limit of the user's admin is reached, and cuts users. */
  readonly isAdminLimited: boolean;
  state: UserState;
  reason: StateReason | null;
  readonly entitlement: Entitlement | null;
  /** On hold since then: what was carried before is no first use. */
  readonly heldMs: number;
  dueMs: number | null;
  /** Quotas of a part that are used up, as stored. */
  limitedParts: readonly string[];
  /** The cycle that `usage` is of. */
  cycle: CycleBounds | null;
  usage: MutableUsage[];
  /** Rows of the meters, in the order of the quotas. */
  meterIds: readonly number[];
  /** `usage` is not what the day rows say: it has to be read anew. */
  isStale: boolean;
  /** Something changed since it was last settled. */
  isTouched: boolean;
  /** What was used begins the time of a user who is on hold. */
  isFirstUse: boolean;
  /** It was thrown away: whoever still has it looks again. */
  isGone: boolean;
}

/** Some 800 bytes each. */
const ACCOUNTS_KEPT = 100_000;
const TERMS_KEPT = 1_000;

/** Accounts of users, read when they are first wanted and kept; meters that are missing are made from the day rows. */
export class QuotaAccounts {
  readonly #sql: ReturnType<typeof prepare>;
  readonly usage: QuotaUsageReader;
  readonly #accounts = new BoundedMap<string, Account>(ACCOUNTS_KEPT);
  readonly #terms = new BoundedMap<string, Terms>(TERMS_KEPT);
  #trusted: ReadonlySet<string> | null = null;

  constructor(db: Database, calendar: Calendar) {
    this.#sql = prepare(db);
    this.usage = new QuotaUsageReader(db, calendar);
  }

  /** Servers whose unsigned reports are believed. */
  get trusted(): ReadonlySet<string> {
    if (this.#trusted === null) {
      const text = this.#sql.trusted.get() as string | undefined;
      this.#trusted = text === undefined ? new Set() : trustedIn(text);
    }
    return this.#trusted;
  }

  /** What is in memory may not be what is on disk any more. */
  forget(): void {
    this.#accounts.clear();
    this.#trusted = null;
  }

  /** Null: there is no such user. */
  find(userId: string, nowMs: number): Account | null {
    const known = this.#accounts.get(userId);
    if (known !== undefined && !known.isGone) return known;
    const row = this.#sql.find.get(userId) as AccountRow | undefined;
    if (row === undefined) return null;
    const account = this.#toAccount(row, nowMs);
    this.#accounts.set(userId, account);
    return account;
  }

  /** False: it was thrown away, and another one has taken its place or will. */
  isCurrent(account: Account): boolean {
    return !account.isGone && this.#accounts.get(account.userId) === account;
  }

  /** The account is read anew when it is next wanted; its meters too where what they sum up has changed. */
  drop(userId: string, withMeters: boolean): void {
    const known = this.#accounts.get(userId);
    if (known !== undefined) known.isGone = true;
    if (withMeters) this.#sql.dropMeters.run(userId);
  }

  /** Brings `usage` to the running cycle and to what the day rows say, where it is not. */
  refresh(account: Account, nowMs: number): void {
    const { entitlement, cycle } = account;
    if (entitlement === null) return;
    if (cycle !== null && (nowMs >= cycle.toMs || nowMs < cycle.fromMs)) account.isStale = true;
    if (!account.isStale) return;
    account.cycle = this.usage.cycleAt(entitlement.terms, entitlement.startedMs, nowMs);
    account.usage = this.usage.usage(account.userId, entitlement, account.cycle, this.trusted);
    account.meterIds = [];
    account.isStale = false;
  }

  /** Writes the meters. */
  save(account: Account): void {
    const { entitlement, usage, meterIds, userId, cycle } = account;
    const quotas = entitlement?.terms.quotas ?? [];
    if (quotas.length === 0) return;
    if (meterIds.length === quotas.length) {
      usage.forEach((each, i) => {
        this.#sql.setMeter.run(...columnsOf(each), meterIds[i]);
      });
      return;
    }
    this.#sql.dropMeters.run(userId);
    account.meterIds = quotas.map(({ name }, i) => {
      const each = usage[i] ?? { sums: noSums(), doubted: noSums(), carried: 0n, toppedUp: 0n };
      const { carried, toppedUp } = each;
      const values = [...columnsOf(each), atMost(carried), atMost(toppedUp)];
      return Number(this.#sql.addMeter.run(userId, name, cycle?.firstDay ?? null, ...values).lastInsertRowid);
    });
  }

  /** Of some terms, or all that there are. */
  forgetMetersOfPlan(planId: string): void {
    this.#sql.dropMetersOfPlan.run(planId);
    this.#accounts.clear();
  }

  forgetAllMeters(): void {
    this.#sql.dropAllMeters.run();
    this.#accounts.clear();
    this.#trusted = null;
  }

  #toAccount(row: AccountRow, nowMs: number): Account {
    const { startedAt: startedMs, expiresAt: expiresMs, hasNext, parts } = row;
    const entitlement: Entitlement | null =
      row.terms === null ? null : { terms: this.#termsOf(row.terms), startedMs, expiresMs, hasNext: hasNext === 1 };
    const account: Account = {
      userId: row.id,
      name: row.name,
      isSuspended: row.active === 0,
      isDeleted: row.deletedAt !== null,
      isAdminLimited: row.adminLimited === 1,
      state: row.state,
      reason: row.reason,
      entitlement,
      heldMs: row.heldAt ?? 0,
      dueMs: row.dueAt,
      limitedParts: parts === null ? [] : (JSON.parse(parts) as string[]),
      cycle: null,
      usage: [],
      meterIds: [],
      isStale: true,
      isTouched: false,
      isFirstUse: false,
      isGone: false,
    };
    if (entitlement !== null) this.#readMeters(account, entitlement, nowMs);
    return account;
  }

  #readMeters(account: Account, { terms, startedMs }: Entitlement, nowMs: number): void {
    const cycle = this.usage.cycleAt(terms, startedMs, nowMs);
    account.cycle = cycle;
    const kept = metersOf(this.#sql.meters.all(account.userId) as MeterRow[], terms, cycle);
    if (kept === null) return;
    account.usage = kept.usage;
    account.meterIds = kept.ids;
    account.isStale = false;
  }

  #termsOf(text: string): Terms {
    let terms = this.#terms.get(text);
    if (terms === undefined) {
      terms = termsFromText(text);
      this.#terms.set(text, terms);
    }
    return terms;
  }
}

/** Sums of many totals may be larger than what a column holds; no limit is. */
const MOST = 2n ** 63n - 1n;

function atMost(bytes: bigint): bigint {
  return bytes > MOST ? MOST : bytes;
}

function columnsOf({ sums, doubted }: QuotaUsage): bigint[] {
  return [sums, doubted].flatMap(({ rx, tx, undirected, markup }) => [rx, tx, undirected, markup].map(atMost));
}

interface AccountRow {
  readonly id: UserId;
  readonly name: string;
  readonly active: number;
  readonly deletedAt: number | null;
  readonly adminLimited: number;
  readonly state: UserState;
  readonly reason: StateReason | null;
  readonly terms: string | null;
  readonly startedAt: number | null;
  readonly heldAt: number | null;
  readonly expiresAt: number | null;
  readonly hasNext: number;
  readonly dueAt: number | null;
  readonly parts: string | null;
}

function prepare(db: Database) {
  return {
    trusted: db.prepare("SELECT value FROM setting WHERE name = 'quota.trusted-servers'").pluck(),
    find: db.prepare(
      `SELECT u.id, u.name, u.active, u.deleted_at AS deletedAt, u.state, u.state_reason AS reason,
         ifnull(e.terms, p.terms) AS terms, e.started_at AS startedAt, e.held_at AS heldAt, e.expires_at AS expiresAt,
         e.next_plan_id IS NOT NULL AS hasNext, e.due_at AS dueAt,
         EXISTS (SELECT 1 FROM admin_limit a WHERE a.cuts_users = 1 AND a.reached_at IS NOT NULL
           AND a.admin_id = u.owner_id) AS adminLimited,
         (SELECT json_group_array(l.quota) FROM part_limit l WHERE l.user_id = u.id) AS parts
       FROM user u LEFT JOIN entitlement e ON e.user_id = u.id LEFT JOIN plan p ON p.id = e.plan_id WHERE u.id = ?`,
    ),
    meters: db.prepare(`${SELECT_METERS} WHERE user_id = ?`).safeIntegers(),
    setMeter: db.prepare(
      `UPDATE quota_meter SET rx = ?, tx = ?, undirected = ?, markup = ?, doubted_rx = ?, doubted_tx = ?,
         doubted_undirected = ?, doubted_markup = ? WHERE id = ?`,
    ),
    addMeter: db.prepare(
      `INSERT INTO quota_meter (user_id, quota, first_day, rx, tx, undirected, markup, doubted_rx, doubted_tx,
         doubted_undirected, doubted_markup, carried, topped_up) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    ),
    dropMeters: db.prepare('DELETE FROM quota_meter WHERE user_id = ?'),
    dropMetersOfPlan: db.prepare(
      'DELETE FROM quota_meter WHERE user_id IN (SELECT user_id FROM entitlement WHERE plan_id = ?)',
    ),
    dropAllMeters: db.prepare('DELETE FROM quota_meter'),
  };
}
