import { ExpectedError, NotFound, Taken } from '../../../core/errors.ts';
import { beginsWhenGiven, checkTerms, type Terms, termsFromText, termsToText } from '../../../core/quota/plan.ts';
import type { EntitlementChange, NewPlan, NewTopUp, Plan, TopUp } from '../../../core/quota/quota-store.ts';
import type { AdminId, NewId, PlanId, TopUpId, UserId } from '../../../core/units/ids.ts';
import type { Database } from '../database.ts';
import { type PlanRow, planColumns, type TopUpRow, toPlan, topUpColumns, toTopUp } from '../quota-rows.ts';
import type { Quotas } from './quotas.ts';
import type { Resets } from './resets.ts';

/** Plans, what users are entitled to, and top-ups; the states that follow are settled with each of them. */
export class Plans {
  readonly #sql: ReturnType<typeof prepare>;
  readonly #quotas: Quotas;
  readonly #resets: Resets;
  readonly #newId: NewId;

  constructor(db: Database, quotas: Quotas, resets: Resets, newId: NewId) {
    this.#sql = prepare(db);
    this.#quotas = quotas;
    this.#resets = resets;
    this.#newId = newId;
  }

  add({ name, terms }: NewPlan, nowMs: number): Plan {
    checkTerms(terms);
    this.#refuseTakenName(name);
    const id = this.#newId();
    this.#sql.add.run(id, name, termsToText(terms), nowMs);
    return this.#plan(id);
  }

  update(id: PlanId, change: Partial<NewPlan>): Plan {
    const before = this.#plan(id);
    const { name, terms } = { ...before, ...change };
    checkTerms(terms);
    if (name !== before.name) this.#refuseTakenName(name);
    this.#sql.update.run(name, termsToText(terms), id);
    if (change.terms !== undefined) this.#quotas.planChanged(id);
    return this.#plan(id);
  }

  delete(id: PlanId, nowMs: number): void {
    const { name } = this.#plan(id);
    if (this.#sql.usersOf.get(id, id) !== undefined) {
      throw new ExpectedError('plan-in-use', `Users have the plan "${name}", or it is their next one.`, {
        hint: 'Give them another plan first.',
      });
    }
    this.#sql.delete.run(nowMs, id);
  }

  /** @throws NotFound for an unknown user or plan */
  entitle(userIds: readonly UserId[], change: EntitlementChange, by: AdminId | null, nowMs: number): void {
    const { to, nextPlanId, fresh } = change;
    if (to !== undefined && to !== null && 'planId' in to) this.#plan(to.planId);
    if (to !== undefined && to !== null && 'terms' in to) checkTerms(to.terms);
    if (nextPlanId !== undefined && nextPlanId !== null) this.#plan(nextPlanId);
    for (const userId of userIds) {
      if (this.#sql.userExists.get(userId) === undefined) throw new NotFound('user', userId);
      this.#entitleOne(userId, change, nowMs);
    }
    if (fresh === true && userIds.length > 0) {
      this.#resets.reset({ scope: 'user', userIds, by, reason: 'new plan' }, nowMs);
    }
    for (const userId of userIds) {
      this.#quotas.usageChanged(userId);
      this.#quotas.judgeNow(userId, nowMs);
    }
  }

  #entitleOne(userId: UserId, change: EntitlementChange, nowMs: number): void {
    if (change.to === null) this.#sql.dropEntitlement.run(userId);
    if (change.to === null && !change.expiresAt) return;
    const before = this.#sql.entitlement.get(userId) as EntitlementRow | undefined;
    const after = { ...(before ?? EVERYTHING), ...changesOf(change) };
    const goesOn = before !== undefined && !this.#beginsAnew(after, before);
    if (change.begins !== undefined) after.startedAt = change.begins === 'now' ? nowMs : null;
    else if (!goesOn) after.startedAt = nowMs;
    const { planId, terms, startedAt, expiresAt, nextPlanId } = after;
    const heldAt = startedAt !== null ? null : change.begins === undefined ? after.heldAt : nowMs;
    this.#sql.setEntitlement.run(userId, planId, terms, startedAt, heldAt, expiresAt, nextPlanId);
  }

  /** Other terms that count from the user's own day begin today; the same ones, and calendar cycles, go on. */
  #beginsAnew(after: EntitlementRow, before: EntitlementRow): boolean {
    if (after.planId === before.planId && after.terms === before.terms) return false;
    const terms = after.planId === null ? termsFromText(after.terms ?? '') : this.#plan(after.planId).terms;
    return before.startedAt !== null && beginsWhenGiven(terms);
  }

  /** For those who wait: their next plan begins, with no usage. @returns who they are */
  beginNext(nowMs: number): UserId[] {
    const waiting = this.#quotas.waitingForNext(nowMs);
    for (const userId of waiting) this.#sql.beginNext.run(nowMs, userId);
    if (waiting.length === 0) return waiting;
    this.#resets.reset({ scope: 'user', userIds: waiting, by: null, reason: 'the next plan begins' }, nowMs);
    for (const userId of waiting) {
      this.#quotas.usageChanged(userId);
      this.#quotas.judgeNow(userId, nowMs);
    }
    return waiting;
  }

  addTopUp({ userId, quota, bytes, by, reason }: NewTopUp, nowMs: number): TopUp {
    if (this.#sql.userExists.get(userId) === undefined) throw new NotFound('user', userId);
    const terms = this.#termsOf(userId);
    if (!terms?.quotas.some(({ name }) => name === quota)) {
      throw new NotFound('quota', quota, 'A top-up adds to a quota that the user has.');
    }
    const id = this.#newId();
    this.#sql.addTopUp.run(id, userId, quota, bytes, nowMs, by, reason);
    this.#settle(userId, nowMs);
    return this.#topUp(id);
  }

  undoTopUp(id: TopUpId, by: AdminId | null, nowMs: number): TopUp {
    const { userId, undoneAt } = this.#topUp(id);
    if (undoneAt !== null) {
      throw new ExpectedError('already-undone', `The top-up "${id}" was undone already.`, {
        hint: 'Nothing is left to do.',
      });
    }
    this.#sql.undoTopUp.run(nowMs, by, id);
    this.#settle(userId, nowMs);
    return this.#topUp(id);
  }

  #settle(userId: UserId, nowMs: number): void {
    this.#quotas.usageChanged(userId);
    this.#quotas.judgeNow(userId, nowMs);
  }

  #termsOf(userId: UserId): Terms | null {
    const text = this.#sql.termsOf.get(userId) as string | undefined;
    return text === undefined ? null : termsFromText(text);
  }

  #plan(id: string): Plan {
    const row = this.#sql.find.get(id) as PlanRow | undefined;
    if (row === undefined) throw new NotFound('plan', id, 'List the plans: `xpert plan list`.');
    return toPlan(row);
  }

  #topUp(id: string): TopUp {
    const row = this.#sql.findTopUp.get(id) as TopUpRow | undefined;
    if (row === undefined) throw new NotFound('top-up', id);
    return toTopUp(row);
  }

  #refuseTakenName(name: string): void {
    if (this.#sql.nameExists.get(name) === undefined) return;
    throw new Taken('name-taken', `There is already a plan named "${name}".`, 'Choose another name.');
  }
}

function changesOf({ to, expiresAt, nextPlanId }: EntitlementChange): Partial<EntitlementRow> {
  return {
    ...(to === undefined || to === null ? {} : columnsOf(to)),
    ...(expiresAt === undefined ? {} : { expiresAt: expiresAt?.getTime() ?? null }),
    ...(nextPlanId === undefined ? {} : { nextPlanId }),
  };
}

function columnsOf(to: NonNullable<EntitlementChange['to']>): Pick<EntitlementRow, 'planId' | 'terms'> {
  return 'planId' in to ? { planId: to.planId, terms: null } : { planId: null, terms: termsToText(to.terms) };
}

interface EntitlementRow {
  planId: string | null;
  terms: string | null;
  startedAt: number | null;
  heldAt: number | null;
  expiresAt: number | null;
  nextPlanId: string | null;
}

const EVERYTHING: EntitlementRow = {
  planId: null,
  terms: termsToText({ cycle: { kind: 'none' }, quotas: [], validDays: null, graceHours: 0 }),
  startedAt: null,
  heldAt: null,
  expiresAt: null,
  nextPlanId: null,
};

function prepare(db: Database) {
  return {
    find: db.prepare(`SELECT ${planColumns} FROM plan p WHERE p.id = ? AND p.deleted_at IS NULL`),
    nameExists: db.prepare('SELECT 1 FROM plan WHERE name = ? AND deleted_at IS NULL'),
    add: db.prepare('INSERT INTO plan (id, name, terms, created_at) VALUES (?, ?, ?, ?)'),
    update: db.prepare('UPDATE plan SET name = ?, terms = ? WHERE id = ?'),
    delete: db.prepare('UPDATE plan SET deleted_at = ? WHERE id = ?'),
    usersOf: db.prepare(
      `SELECT 1 FROM entitlement e JOIN user u ON u.id = e.user_id
       WHERE (e.plan_id = ? OR e.next_plan_id = ?) AND u.deleted_at IS NULL LIMIT 1`,
    ),
    userExists: db.prepare('SELECT 1 FROM user WHERE id = ? AND deleted_at IS NULL'),
    entitlement: db.prepare(
      `SELECT plan_id AS planId, terms, started_at AS startedAt, held_at AS heldAt, expires_at AS expiresAt,
         next_plan_id AS nextPlanId FROM entitlement WHERE user_id = ?`,
    ),
    dropEntitlement: db.prepare('DELETE FROM entitlement WHERE user_id = ?'),
    setEntitlement: db.prepare(
      `INSERT INTO entitlement (user_id, plan_id, terms, started_at, held_at, expires_at, next_plan_id)
       VALUES (?, ?, ?, ?, ?, ?, ?)
       ON CONFLICT DO UPDATE SET plan_id = excluded.plan_id, terms = excluded.terms, started_at = excluded.started_at,
         held_at = excluded.held_at, expires_at = excluded.expires_at, next_plan_id = excluded.next_plan_id`,
    ),
    beginNext: db.prepare(
      `UPDATE entitlement SET plan_id = next_plan_id, terms = NULL, next_plan_id = NULL, started_at = ?, expires_at = NULL
       WHERE user_id = ?`,
    ),
    termsOf: db
      .prepare(
        'SELECT ifnull(e.terms, p.terms) FROM entitlement e LEFT JOIN plan p ON p.id = e.plan_id WHERE e.user_id = ?',
      )
      .pluck(),
    addTopUp: db.prepare(
      'INSERT INTO top_up (public_id, user_id, quota, bytes, at, admin_id, reason) VALUES (?, ?, ?, ?, ?, ?, ?)',
    ),
    findTopUp: db.prepare(`SELECT ${topUpColumns} FROM top_up t WHERE t.public_id = ?`).safeIntegers(),
    undoTopUp: db.prepare('UPDATE top_up SET undone_at = ?, undone_by = ? WHERE public_id = ?'),
  };
}
