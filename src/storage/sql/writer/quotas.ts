import { FLAG } from '../../../core/metering/flags.ts';
import { type Evaluation, evaluate } from '../../../core/quota/evaluate.ts';
import { countsOn } from '../../../core/quota/plan.ts';
import { stateOf } from '../../../core/quota/user-state.ts';
import type { UserId } from '../../../core/units/ids.ts';
import type { Database } from '../database.ts';
import { addTo, tagsOf } from '../quota-usage.ts';
import { VISIBLE } from '../reader/statements.ts';
import type { Line, PendingRecord } from './attributed.ts';
import type { Attribution } from './attribution.ts';
import type { Account, QuotaAccounts } from './quota-accounts.ts';

/** For so long after the clock was last vouched for, and as long before, users are judged by it. */
const TRUST_MS = 300_000;
/** Users judged per step because they are due: some 20 ms. */
const DUE_PER_STEP = 500;
const SEGMENTS_KEPT = 200_000;

/** Why a user is judged. A hand's decision holds at once; what follows from usage and time waits for a clock to be trusted. */
type Cause = 'hand' | 'usage';

/**
 * Keeps what users used of their quotas, and their states, in line with what is booked: in the same transaction, and
 * without a look at anybody who moved nothing. Users without a quota cost one test per row that is booked.
 */
export class Quotas {
  readonly #sql: ReturnType<typeof prepare>;
  readonly #attribution: Attribution;
  readonly accounts: QuotaAccounts;
  readonly #isTracking: () => boolean;
  #anybody: boolean | null = null;
  #touched = new Map<string, Account>();
  /**
   * Null: nobody's, or of somebody who is entitled to everything, or hidden by a mark. A user's id: hidden by a mark, and
   * what the cycle before left of it is carried over all the same.
   */
  readonly #bySegment = new Map<number, Account | UserId | null>();
  #generation = -1;
  readonly #carriers = new Map<number, Carrier>();
  readonly #changed = new Set<UserId>();
  readonly #wanted = new Set<string>();
  #trustedMs: number | null = null;
  #nowMs: number;

  constructor(
    db: Database,
    attribution: Attribution,
    accounts: QuotaAccounts,
    isTracking: () => boolean,
    nowMs: number,
  ) {
    this.#sql = prepare(db);
    this.#nowMs = nowMs;
    this.#attribution = attribution;
    this.accounts = accounts;
    this.#isTracking = isTracking;
  }

  /** Of every record that is written, after its day row was. */
  add(line: Line, day: number, record: PendingRecord): void {
    this.#anybody ??= this.#sql.anybody.get() !== undefined;
    if (!this.#anybody) return;
    const account = this.#countingAccount(line.segment.id);
    if (account === null) return;
    const { entitlement, cycle } = account;
    if (entitlement === null) return;
    this.#touch(account);
    const carrier = this.#carrierOf(line.series.carrier.id);
    const isDoubted = (record.flags & FLAG.unverified) !== 0 && !this.accounts.trusted.has(carrier.server);
    if (entitlement.startedMs === null && !isDoubted && record.fromMs >= account.heldMs) account.isFirstUse = true;
    if (account.isStale) return;
    if (cycle !== null && (day < cycle.firstDay || day > cycle.lastDay)) {
      // What comes late for the cycle before takes from what that one left over, and from nothing else.
      if (entitlement.terms.quotas.some(({ rollover }) => rollover)) account.isStale = true;
      return;
    }
    entitlement.terms.quotas.forEach((quota, i) => {
      const usage = account.usage[i];
      if (usage === undefined || !countsOn(quota, carrier)) return;
      addTo(usage.sums, record);
      if (isDoubted) addTo(usage.doubted, record);
    });
  }

  /** To be called once in every transaction, after everything is booked. */
  settle(nowMs: number): void {
    this.#nowMs = nowMs;
    for (const userId of this.#wanted) {
      const account = this.accounts.find(userId, nowMs);
      if (account !== null) this.#touch(account);
    }
    this.#wanted.clear();
    if (this.#touched.size === 0) return;
    const touched = this.#touched;
    this.#touched = new Map();
    for (const account of touched.values()) {
      account.isTouched = false;
      if (account.isGone) continue;
      if (account.isFirstUse) this.#begin(account, nowMs);
      else this.#settleOne(account, nowMs, 'usage');
    }
  }

  /** Nothing in memory may be ahead of the disk. */
  forget(): void {
    for (const account of this.#touched.values()) account.isGone = true;
    this.#touched.clear();
    this.#bySegment.clear();
    this.#carriers.clear();
    this.#anybody = null;
    this.accounts.forget();
  }

  /** What the state follows from was changed by hand. */
  judgeNow(userId: string, nowMs: number): void {
    this.accounts.drop(userId, false);
    this.#anybody = null;
    const account = this.accounts.find(userId, nowMs);
    if (account !== null) this.#settleOne(account, nowMs, 'hand');
  }

  /** Other bytes count for the user than before, or others are allowed: judged at the end of the transaction. */
  usageChanged(userId: string): void {
    this.accounts.drop(userId, true);
    this.#wanted.add(userId);
  }

  everybodysUsageChanged(): void {
    this.accounts.forgetAllMeters();
    this.#sql.everybodyIsDue.run();
  }

  /** Nodes joined or left a group: what counts towards its quotas is another. */
  groupsChanged(): void {
    this.#carriers.clear();
    this.everybodysUsageChanged();
  }

  planChanged(planId: string): void {
    this.accounts.forgetMetersOfPlan(planId);
    this.#sql.planIsDue.run(planId);
  }

  /** The clock can be trusted: those are judged who are due. `nextBegins`: some of them wait for their next plan. */
  judgeDue(nowMs: number): { readonly more: boolean; readonly nextBegins: boolean } {
    this.#trustedMs = nowMs;
    const due = this.#sql.due.all(nowMs, DUE_PER_STEP) as string[];
    let nextBegins = false;
    for (const userId of due) {
      const account = this.accounts.find(userId, nowMs);
      if (account !== null && this.#settleOne(account, nowMs, 'usage')) nextBegins = true;
    }
    return { more: due.length === DUE_PER_STEP, nextBegins };
  }

  /** Users whose plan is used up or over while another one waits. */
  waitingForNext(nowMs: number): UserId[] {
    return this.#sql.waiting.all(nowMs, DUE_PER_STEP).flatMap((userId) => {
      const account = this.accounts.find(userId as string, nowMs);
      return account !== null && !account.isDeleted && this.#settleOne(account, nowMs, 'usage') ? account.userId : [];
    });
  }

  /** Users whose state changed since this was last asked; also where the change was taken back. */
  takeChanged(): readonly UserId[] {
    if (this.#changed.size === 0) return NOBODY;
    const changed = [...this.#changed];
    this.#changed.clear();
    return changed;
  }

  #touch(account: Account): void {
    if (account.isTouched) return;
    account.isTouched = true;
    this.#touched.set(account.userId, account);
  }

  /** Whose running cycle bytes of the segment count in; null: nobody's. */
  #countingAccount(segmentId: number): Account | null {
    const found = this.#accountOf(segmentId);
    if (typeof found !== 'string') return found;
    this.usageChanged(found);
    return null;
  }

  #accountOf(segmentId: number): Account | UserId | null {
    if (this.#generation !== this.#attribution.generation || this.#bySegment.size > SEGMENTS_KEPT) {
      this.#bySegment.clear();
      this.#generation = this.#attribution.generation;
    }
    const known = this.#bySegment.get(segmentId);
    if (known === null || typeof known === 'string') return known;
    if (known !== undefined && this.accounts.isCurrent(known)) return known;
    const account = this.#findAccount(segmentId);
    this.#bySegment.set(segmentId, account);
    return account;
  }

  #findAccount(segmentId: number): Account | UserId | null {
    const row = this.#sql.entitledUser.get(segmentId) as { userId: UserId; isShown: number } | undefined;
    if (row === undefined) return null;
    const account = this.#touched.get(row.userId) ?? this.accounts.find(row.userId, this.#nowMs);
    if (row.isShown === 1 || account === null) return account;
    return account.entitlement?.terms.quotas.some(({ rollover }) => rollover) === true ? row.userId : null;
  }

  #carrierOf(id: number): Carrier {
    let carrier = this.#carriers.get(id);
    if (carrier === undefined) {
      const { tags, ...rest } = this.#sql.carrier.get(id) as Omit<Carrier, 'nodeTags'> & { tags: string | null };
      carrier = { ...rest, nodeTags: tagsOf(tags) };
      this.#carriers.set(id, carrier);
    }
    return carrier;
  }

  /** The user's time begins, with bytes that count already. */
  #begin(account: Account, nowMs: number): void {
    this.#sql.begin.run(nowMs, account.userId);
    this.accounts.drop(account.userId, true);
    const begun = this.accounts.find(account.userId, nowMs);
    if (begun !== null) this.#settleOne(begun, nowMs, 'usage');
  }

  /** @returns true if the next plan is to begin */
  #settleOne(account: Account, nowMs: number, cause: Cause): boolean {
    this.accounts.refresh(account, nowMs);
    this.accounts.save(account);
    const { entitlement, isDeleted } = account;
    if (cause === 'usage' && !this.#isTrusted(nowMs)) {
      this.#setDue(account, 0);
      return false;
    }
    const evaluation = entitlement === null ? null : evaluate(entitlement, account.usage, account.cycle, nowMs);
    this.#setState(account, evaluation, nowMs);
    this.#setParts(account, evaluation, nowMs);
    const nextBegins = evaluation?.nextBegins === true && !isDeleted;
    this.#setDue(account, isDeleted ? null : nextBegins ? nowMs : (evaluation?.dueMs ?? null));
    return nextBegins;
  }

  #isTrusted(nowMs: number): boolean {
    return this.#trustedMs !== null && Math.abs(nowMs - this.#trustedMs) < TRUST_MS && this.#isTracking();
  }

  #setState(account: Account, evaluation: Evaluation | null, nowMs: number): void {
    const { userId, isDeleted, isSuspended, isAdminLimited } = account;
    const { state, reason } = stateOf({ isDeleted, isSuspended, isAdminLimited, evaluation });
    if (state === account.state && reason === account.reason) return;
    const quota = state === 'limited' ? (evaluation?.limitedBy ?? null) : null;
    this.#sql.setState.run(state, reason, nowMs, userId);
    this.#sql.addChange.run(userId, nowMs, account.state, state, reason, quota);
    if (reason !== 'admin' && state !== 'deleted') {
      this.#sql.audit.run(nowMs, account.name, JSON.stringify({ from: account.state, to: state, reason, quota }));
    }
    account.state = state;
    account.reason = reason;
    this.#changed.add(userId);
  }

  #setParts(account: Account, evaluation: Evaluation | null, nowMs: number): void {
    const parts = account.isDeleted ? [] : (evaluation?.limitedParts ?? []);
    const before = account.limitedParts;
    if (parts.length === before.length && parts.every((part) => before.includes(part))) return;
    for (const part of before) if (!parts.includes(part)) this.#sql.liftPart.run(account.userId, part);
    for (const part of parts) if (!before.includes(part)) this.#sql.limitPart.run(account.userId, part, nowMs);
    account.limitedParts = parts;
    this.#changed.add(account.userId);
  }

  #setDue(account: Account, dueMs: number | null): void {
    if (account.entitlement === null || account.dueMs === dueMs) return;
    this.#sql.setDue.run(dueMs, account.userId);
    account.dueMs = dueMs;
  }
}

const NOBODY: readonly UserId[] = [];

interface Carrier {
  readonly nodeId: string | null;
  readonly nodeTags: readonly string[];
  readonly server: string;
  readonly protocol: string;
}

function prepare(db: Database) {
  return {
    anybody: db.prepare('SELECT 1 FROM entitlement LIMIT 1'),
    entitledUser: db.prepare(
      `SELECT e.user_id AS userId, ${VISIBLE} AS isShown FROM segment g JOIN entitlement e ON e.user_id = g.user_id
       WHERE g.id = ? AND g.in_cycle = 1`,
    ),
    carrier: db.prepare(
      `SELECT c.node_id AS nodeId, n.tags, c.server, c.protocol FROM carrier c LEFT JOIN node n ON n.id = c.node_id
       WHERE c.id = ?`,
    ),
    due: db
      .prepare('SELECT user_id FROM entitlement WHERE due_at IS NOT NULL AND due_at <= ? ORDER BY due_at LIMIT ?')
      .pluck(),
    waiting: db
      .prepare(
        `SELECT user_id FROM entitlement WHERE due_at IS NOT NULL AND due_at <= ? AND next_plan_id IS NOT NULL
         ORDER BY due_at LIMIT ?`,
      )
      .pluck(),
    everybodyIsDue: db.prepare('UPDATE entitlement SET due_at = 0'),
    planIsDue: db.prepare('UPDATE entitlement SET due_at = 0 WHERE plan_id = ?'),
    begin: db.prepare('UPDATE entitlement SET started_at = ?, held_at = NULL WHERE user_id = ?'),
    setState: db.prepare('UPDATE user SET state = ?, state_reason = ?, state_since = ? WHERE id = ?'),
    addChange: db.prepare(
      'INSERT INTO state_change (user_id, at, from_state, to_state, reason, quota) VALUES (?, ?, ?, ?, ?, ?)',
    ),
    audit: db.prepare(
      `INSERT INTO audit (at, admin_id, via, action, subject, detail) VALUES (?, NULL, 'system', 'user.state-changed', ?, ?)`,
    ),
    limitPart: db.prepare('INSERT INTO part_limit (user_id, quota, since) VALUES (?, ?, ?)'),
    liftPart: db.prepare('DELETE FROM part_limit WHERE user_id = ? AND quota = ?'),
    setDue: db.prepare('UPDATE entitlement SET due_at = ? WHERE user_id = ?'),
  };
}
