import { canonicalServer } from '../../../core/metering/ingest.ts';
import { type Entitlement, evaluate } from '../../../core/quota/evaluate.ts';
import {
  beginsWhenGiven,
  countsFromStart,
  type Quota,
  type Terms,
  termsFromText,
  termsToText,
} from '../../../core/quota/plan.ts';
import type { Plan, StateChange, TermsPreview, TopUp, UserStanding } from '../../../core/quota/quota-store.ts';
import {
  type AccessOff,
  hasAccess,
  type StateReason,
  stateOf,
  type UserState,
} from '../../../core/quota/user-state.ts';
import type { CycleBounds } from '../../../core/units/billing-cycle.ts';
import type { Calendar } from '../../../core/units/calendar.ts';
import type { NodeId, PlanId, UserId } from '../../../core/units/ids.ts';
import { type MeterRow, metersByUser, metersOf, SELECT_USERS_METERS, type UsersMeterRow } from '../quota-meters.ts';
import {
  type PlanRow,
  planColumns,
  type StateChangeRow,
  stateChangeColumns,
  type TopUpRow,
  toPlan,
  topUpColumns,
  toStateChange,
  toTopUp,
} from '../quota-rows.ts';
import { QuotaUsageReader, tagsOf } from '../quota-usage.ts';
import { toDate } from '../rows.ts';
import type { Params, Statements } from './statements.ts';

/** Reads of plans, and of how users stand: by their meters, and where none is kept by day rows, which say the same. */
export class QuotaReader {
  readonly #sql: Statements;
  readonly usage: QuotaUsageReader;

  constructor(sql: Statements, calendar: Calendar) {
    this.#sql = sql;
    this.usage = new QuotaUsageReader(sql.db, calendar);
  }

  plans(): Plan[] {
    return this.#sql
      .all<PlanRow>(`SELECT ${planColumns} FROM plan p WHERE p.deleted_at IS NULL ORDER BY p.name`)
      .map(toPlan);
  }

  findPlan(text: string): Plan | null {
    const row = this.#sql.get<PlanRow>(
      `SELECT ${planColumns} FROM plan p WHERE p.deleted_at IS NULL AND (p.id = @text OR p.name = @text)
       ORDER BY p.id = @text DESC LIMIT 1`,
      { text },
    );
    return row === undefined ? null : toPlan(row);
  }

  topUps(userId: UserId): TopUp[] {
    return this.#sql
      .allBig<TopUpRow>(`SELECT ${topUpColumns} FROM top_up t WHERE t.user_id = @userId ORDER BY t.id DESC`, { userId })
      .map(toTopUp);
  }

  topUp(id: string): TopUp | null {
    const row = this.#sql.getBig<TopUpRow>(`SELECT ${topUpColumns} FROM top_up t WHERE t.public_id = @id`, { id });
    return row === undefined ? null : toTopUp(row);
  }

  stateChanges(userId: UserId, limit: number): StateChange[] {
    return this.#sql
      .all<StateChangeRow>(
        `SELECT ${stateChangeColumns} FROM state_change WHERE user_id = @userId ORDER BY id DESC LIMIT @limit`,
        { userId, limit },
      )
      .map(toStateChange);
  }

  trustedServers(): readonly string[] {
    return trustedServers(this.#sql);
  }

  standings(userIds: readonly UserId[], nowMs: number): Map<UserId, UserStanding> {
    const rows = this.#sql.all<EntitlementRow>(
      `SELECT e.user_id AS userId, p.id AS planId, p.name AS planName, n.id AS nextId, n.name AS nextName,
         ifnull(e.terms, p.terms) AS terms, e.started_at AS startedAt, e.expires_at AS expiresAt
       FROM entitlement e LEFT JOIN plan p ON p.id = e.plan_id LEFT JOIN plan n ON n.id = e.next_plan_id
       WHERE e.user_id IN (SELECT value FROM json_each(@ids))`,
      { ids: JSON.stringify(userIds) },
    );
    if (rows.length === 0) return new Map();
    const ids = JSON.stringify(rows.map(({ userId }) => userId));
    const facts: StandingFacts = {
      trusted: new Set(this.trustedServers()),
      terms: new Map([...new Set(rows.map(({ terms }) => terms))].map((text) => [text, termsFromText(text)])),
      meters: metersByUser(
        this.#sql.allBig<UsersMeterRow>(`${SELECT_USERS_METERS} WHERE user_id IN (SELECT value FROM json_each(@ids))`, {
          ids,
        }),
      ),
      resets: this.#lastResets(ids),
      everybodyAtMs: this.#lastResetOfAll(),
      nowMs,
    };
    return new Map(rows.map((row) => [row.userId, this.#standing(row, facts)]));
  }

  #standing(row: EntitlementRow, { trusted, terms: termsOf, meters, resets, everybodyAtMs, nowMs }: StandingFacts) {
    const { userId, startedAt: startedMs, expiresAt: expiresMs } = row;
    const terms = termsOf.get(row.terms) ?? termsFromText(row.terms);
    const entitlement = { terms, startedMs, expiresMs, hasNext: row.nextId !== null };
    const cycle = this.usage.cycleAt(terms, startedMs, nowMs);
    const metered = metersOf(meters.get(userId) ?? [], terms, cycle)?.usage;
    const usage = metered ?? this.usage.usage(userId, entitlement, cycle, trusted);
    const beginMs = cycle?.fromMs ?? startedMs;
    return {
      plan: named(row.planId, row.planName),
      nextPlan: named(row.nextId, row.nextName),
      terms,
      startedAt: toDate(startedMs),
      expiresAt: toDate(expiresMs),
      // The beginning, or the last reset of all usage that came after it and is in force.
      countsFrom: toDate(beginMs === null ? null : Math.max(beginMs, everybodyAtMs, resets.get(userId) ?? 0)),
      evaluation: evaluate(entitlement, usage, cycle, nowMs),
    };
  }

  /** When usage of each of the users was last reset, of those whose was; `ids`: a list in JSON. */
  #lastResets(ids: string): Map<UserId, number> {
    const rows = this.#sql.all<{ userId: UserId; at: number }>(
      `SELECT x.user_id AS userId, max(r.at) AS at FROM reset_target x CROSS JOIN reset r ON r.id = x.reset_id
       WHERE x.user_id IN (SELECT value FROM json_each(@ids)) AND r.undone_at IS NULL AND r.half IS NULL
       GROUP BY x.user_id`,
      { ids },
    );
    return new Map(rows.map(({ userId, at }) => [userId, at]));
  }

  /** 0: there was none. Looks through all marks: to be asked once for many users. */
  #lastResetOfAll(): number {
    const row = this.#sql.get<{ at: number | null }>(
      "SELECT max(at) AS at FROM reset WHERE scope = 'all' AND undone_at IS NULL AND half IS NULL",
      {},
    );
    return row?.at ?? 0;
  }

  preview(
    terms: Terms,
    userIds: readonly UserId[],
    how: 'given' | 'changed',
    planId: PlanId | null,
    nowMs: number,
  ): TermsPreview {
    const trusted = new Set(this.trustedServers());
    const effect = { users: 0, cutOff: 0, restored: 0, cutInPart: 0 };
    const names: string[] = [];
    for (const userId of userIds) {
      const user = this.#sql.get<PreviewRow>(
        `SELECT u.name, u.active, u.state, e.started_at AS startedAt, e.expires_at AS expiresAt,
           ifnull(e.terms, p.terms) AS terms, e.plan_id AS planId, e.terms AS ownTerms
         FROM user u LEFT JOIN entitlement e ON e.user_id = u.id LEFT JOIN plan p ON p.id = e.plan_id
         WHERE u.id = @userId AND u.deleted_at IS NULL`,
        { userId },
      );
      if (user === undefined) continue;
      const then = this.#stateUnder(
        terms,
        userId,
        how === 'given' ? givenAnew(terms, planId, user, nowMs) : user,
        trusted,
        nowMs,
      );
      effect.users++;
      if (this.#losesPart(userId, then)) effect.cutInPart++;
      if (hasAccess(then.state) === hasAccess(user.state)) continue;
      if (hasAccess(then.state)) effect.restored++;
      else {
        effect.cutOff++;
        if (names.length < NAMES_TOLD) names.push(user.name);
      }
    }
    return { ...effect, names };
  }

  #stateUnder(
    terms: Terms,
    userId: UserId,
    { active, startedAt, expiresAt, isFresh }: PreviewRow,
    trusted: ReadonlySet<string>,
    nowMs: number,
  ) {
    const entitlement: Entitlement = { terms, startedMs: startedAt ?? nowMs, expiresMs: expiresAt, hasNext: false };
    const cycle: CycleBounds | null = this.usage.cycleAt(terms, entitlement.startedMs, nowMs);
    const usage = isFresh === true ? [] : this.usage.usage(userId, entitlement, cycle, trusted);
    const evaluation = evaluate(entitlement, usage, cycle, nowMs);
    const { state } = stateOf({ isDeleted: false, isSuspended: active === 0, evaluation });
    return { state, limitedParts: evaluation.limitedParts };
  }

  /** Has access then, and not to a part that is not off already. */
  #losesPart(userId: UserId, { state, limitedParts }: { state: UserState; limitedParts: readonly string[] }): boolean {
    if (limitedParts.length === 0 || !hasAccess(state)) return false;
    const rows = this.#sql.all<{ quota: string }>('SELECT quota FROM part_limit WHERE user_id = @userId', { userId });
    const off = new Set(rows.map(({ quota }) => quota));
    return limitedParts.some((name) => !off.has(name));
  }

  /** Everybody's, or those of some users: access off everywhere, and where only quotas of a part are used up. */
  accessOff(userIds: readonly UserId[] | null): AccessOff[] {
    const params = userIds === null ? {} : { ids: JSON.stringify(userIds) };
    const some = (column: string) => (userIds === null ? '' : `AND +${column} IN (SELECT value FROM json_each(@ids))`);
    const whole = this.#sql.all<AccessRow>(
      `SELECT id, state, state_reason AS reason, state_since AS since FROM user u
       WHERE state NOT IN ('active', 'on-hold') ${some('id')}`,
      params,
    );
    return [...whole.map(toAccessOff), ...this.partsOff(some('l.user_id'), params)];
  }

  /** Where quotas of a part are used up, of everybody who has access elsewhere; `some` narrows it. */
  partsOff(some = '', params: Params = {}): AccessOff[] {
    const parts = this.#sql.all<PartRow>(
      `SELECT l.user_id AS id, l.quota, l.since, ifnull(e.terms, p.terms) AS terms
       FROM part_limit l JOIN entitlement e ON e.user_id = l.user_id LEFT JOIN plan p ON p.id = e.plan_id
       JOIN user u ON u.id = l.user_id WHERE u.state IN ('active', 'on-hold') ${some}`,
      params,
    );
    if (parts.length === 0) return [];
    const nodes = this.#sql.all<{ id: NodeId; tags: string }>('SELECT id, tags FROM node WHERE deleted_at IS NULL');
    const tagged = nodes.map(({ id, tags }) => ({ id, tags: tagsOf(tags) }));
    return parts.flatMap((part) => toPartOff(part, tagged));
  }
}

/** Names that a preview tells. */
const NAMES_TOLD = 100;

interface EntitlementRow {
  readonly userId: UserId;
  readonly planId: PlanId | null;
  readonly planName: string | null;
  readonly nextId: PlanId | null;
  readonly nextName: string | null;
  readonly terms: string;
  readonly startedAt: number | null;
  readonly expiresAt: number | null;
}

/** What is asked once for all users of a page. */
interface StandingFacts {
  readonly trusted: ReadonlySet<string>;
  /** By their texts: users of a plan share them. */
  readonly terms: ReadonlyMap<string, Terms>;
  readonly meters: ReadonlyMap<UserId, readonly MeterRow[]>;
  readonly resets: ReadonlyMap<UserId, number>;
  readonly everybodyAtMs: number;
  readonly nowMs: number;
}

interface PreviewRow {
  readonly name: string;
  readonly active: number;
  readonly state: UserState;
  readonly startedAt: number | null;
  readonly expiresAt: number | null;
  /** Null: everything is allowed. */
  readonly terms: string | null;
  readonly planId: PlanId | null;
  /** Null: those of the plan. */
  readonly ownTerms: string | null;
  /** Usage so far would not count. */
  readonly isFresh?: boolean;
}

/**
 * How somebody would stand to whom the terms are given: other ones that count from the beginning begin with that day, and so
 * do the same ones of another plan.
 */
function givenAnew(terms: Terms, planId: PlanId | null, user: PreviewRow, nowMs: number): PreviewRow {
  const isFresh = countsFromStart(terms.cycle);
  const isOther =
    planId === null ? user.terms !== termsToText(terms) : user.planId !== planId || user.ownTerms !== null;
  return isOther && user.startedAt !== null && beginsWhenGiven(terms)
    ? { ...user, startedAt: nowMs, isFresh }
    : { ...user, isFresh };
}

interface AccessRow {
  readonly id: UserId;
  readonly state: AccessOff['state'];
  readonly reason: StateReason | null;
  readonly since: number;
}

interface PartRow {
  readonly id: UserId;
  readonly quota: string;
  readonly since: number;
  readonly terms: string;
}

function named(id: PlanId | null, name: string | null): Pick<Plan, 'id' | 'name'> | null {
  return id === null || name === null ? null : { id, name };
}

function toAccessOff({ id, state, reason, since }: AccessRow): AccessOff {
  return { userId: id, state, reason, since: new Date(since), only: null };
}

type Tagged = readonly { readonly id: NodeId; readonly tags: readonly string[] }[];

function toPartOff({ id, quota, since, terms }: PartRow, nodes: Tagged): AccessOff[] {
  const part = termsFromText(terms).quotas.find(({ name }) => name === quota);
  if (part === undefined) return [];
  const only = { nodeIds: nodesOf(part, nodes), protocols: part.protocols };
  return [{ userId: id, state: 'limited', reason: 'quota', since: new Date(since), only }];
}

/** The nodes that a quota is of, its groups as they are now; null: all. */
function nodesOf({ nodeIds, nodeTags }: Quota, nodes: Tagged): readonly NodeId[] | null {
  if (nodeTags === null) return nodeIds as readonly NodeId[] | null;
  const inGroups = nodes.filter(({ tags }) => tags.some((tag) => nodeTags.includes(tag))).map(({ id }) => id);
  return [...new Set([...((nodeIds ?? []) as readonly NodeId[]), ...inGroups])];
}

/** Servers whose unsigned reports are believed, as the ledger names them. */
export function trustedServers(sql: Statements): readonly string[] {
  const row = sql.get<{ value: string }>("SELECT value FROM setting WHERE name = 'quota.trusted-servers'");
  return row === undefined ? [] : [...trustedIn(row.value)];
}

/** As they stand in the settings, in whatever way somebody wrote them. */
export function trustedIn(setting: string): ReadonlySet<string> {
  return new Set((JSON.parse(setting) as string[]).map(canonicalServer));
}
