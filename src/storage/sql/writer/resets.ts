import { ExpectedError, InvalidInput, NotFound } from '../../../core/errors.ts';
import { type AppliedReset, effectiveMark, marksOnHalf, type UsageHalf } from '../../../core/ledger/segment.ts';
import type { ResetEffect, ResetMark, ResetRequest } from '../../../core/ledger/usage-ledger.ts';
import type { Traffic } from '../../../core/units/bytes.ts';
import type { AdminId, NewId, UserId } from '../../../core/units/ids.ts';
import type { Database } from '../database.ts';
import { sums, VISIBLE } from '../reader/statements.ts';
import { type ResetRow, resetColumns, toResetMark, toTraffic } from '../rows.ts';
import { AccessEffects, type ChangedUsers } from './access-effect.ts';
import type { Quotas } from './quotas.ts';
import { ADD_SUMS, addSums, noSums, type Sums } from './sums.ts';

/**
 * Reset marks. A mark of scope `all` is one row: what it hides follows from `all_mark`. A mark on users flips `hidden` on
 * their segments and takes their days out of the sums per carrier (or puts them back).
 */
export class Resets {
  readonly #sql: ReturnType<typeof prepare>;
  readonly #quotas: Quotas;
  readonly #access: AccessEffects;
  readonly #newId: NewId;

  constructor(db: Database, quotas: Quotas, newId: NewId) {
    this.#sql = prepare(db);
    this.#quotas = quotas;
    this.#access = new AccessEffects(db, quotas.accounts);
    this.#newId = newId;
  }

  /** @throws InvalidInput, NotFound */
  reset({ scope, userIds, half = null, by, reason }: ResetRequest, atMs: number): ResetMark {
    if (scope === 'all' && half !== null) throw new InvalidInput('/half', 'Everybody is reset as a whole.');
    const targets = scope === 'all' ? [] : [...new Set<string>(userIds)];
    for (const userId of targets) {
      if (this.#sql.userExists.get(userId) === undefined) throw new NotFound('user', userId);
    }
    const users = scope === 'all' ? (this.#sql.countUsers.get() as number) : targets.length;
    const id = this.#newId();
    const { lastInsertRowid } = this.#sql.add.run(id, scope, half, users, atMs, by, reason);
    if (scope === 'all') this.#quotas.everybodysUsageChanged();
    for (const userId of targets) {
      this.#sql.addTarget.run(userId, lastInsertRowid);
      this.applyMarks(userId);
    }
    return this.#mark(id);
  }

  undo(id: string, by: AdminId | null, nowMs: number): ResetMark {
    const row = this.#sql.find.get(id) as ResetRow | undefined;
    if (row === undefined) throw new NotFound('reset', id, 'List the reset marks: `xpert reset`.');
    if (row.undoneAt !== null) {
      throw new ExpectedError('already-undone', `The reset "${id}" was undone already.`, {
        hint: 'Usage from before it counts again; nothing is left to do.',
      });
    }
    this.#sql.undo.run(nowMs, by, row.rowId);
    if (row.scope === 'all') this.#quotas.everybodysUsageChanged();
    for (const userId of this.#sql.targets.all(row.rowId)) this.applyMarks(userId as string);
    return this.#mark(id);
  }

  /** Brings `hidden` of a user's segments, and the sums per carrier, in line with the marks on that user. */
  applyMarks(userId: string): void {
    this.#quotas.usageChanged(userId);
    const marks = (this.#sql.marksOn.all(userId) as MarkRow[]).map(
      ({ id, at, undone, half }): AppliedReset => ({ id, atMs: at, undone: undone === 1, half }),
    );
    const effective = {
      services: effectiveMark(marksOnHalf(marks, 'services')),
      reports: effectiveMark(marksOnHalf(marks, 'reports')),
    };
    for (const { id, mark, half, hidden } of this.#sql.segments.all(userId) as SegmentRow[]) {
      const hide = mark < effective[half] ? 1 : 0;
      if (hide === hidden) continue;
      this.#sql.setHidden.run(hide, id);
      this.#sql.moveCarrierDays.run({ sign: hide === 1 ? -1 : 1, segment: id });
    }
  }

  /** What `change` does to shown usage; to be taken back afterwards. */
  effectOf(scope: Pick<ResetRequest, 'scope' | 'userIds'>, nowMs: number, change: () => void): ResetEffect {
    const look = (): Map<UserId | null, Sums> => {
      const shown =
        scope.scope === 'all' ? this.#sql.shown.all() : this.#sql.shownOf.all(JSON.stringify(scope.userIds));
      return new Map((shown as ShownRow[]).map(({ userId, ...sums }) => [userId, sums]));
    };
    const before = look();
    change();
    const { changed, ...effect } = resetEffect(before, look());
    return { ...effect, access: this.#access.of(changed, nowMs) };
  }

  /** @throws NotFound, ExpectedError `already-undone` */
  effectOfUndo(id: string, nowMs: number): ResetEffect {
    const { rowId, scope } = (this.#sql.find.get(id) as ResetRow | undefined) ?? { rowId: 0, scope: 'user' as const };
    const userIds = this.#sql.targets.all(rowId) as UserId[];
    return this.effectOf({ scope, userIds }, nowMs, () => this.undo(id, null, nowMs));
  }

  #mark(id: string): ResetMark {
    return toResetMark(this.#sql.find.get(id) as ResetRow);
  }
}

interface MarkRow {
  readonly id: number;
  readonly at: number;
  readonly undone: number;
  readonly half: UsageHalf | null;
}

interface SegmentRow {
  readonly id: number;
  readonly mark: number;
  readonly half: UsageHalf;
  readonly hidden: number;
}

interface ShownRow extends Sums {
  readonly userId: UserId | null;
}

const MOST_TOLD = 100;

function resetEffect(
  before: ReadonlyMap<UserId | null, Sums>,
  after: ReadonlyMap<UserId | null, Sums>,
): Omit<ResetEffect, 'access'> & { readonly changed: ChangedUsers } {
  const sums = { before: noSums(), after: noSums() };
  const changed: { userId: UserId; shownBefore: Traffic; shownAfter: Traffic }[] = [];
  for (const userId of new Set([...before.keys(), ...after.keys()])) {
    const [was, is] = [before.get(userId) ?? noSums(), after.get(userId) ?? noSums()];
    addSums(sums.before, was);
    addSums(sums.after, is);
    const [shownBefore, shownAfter] = [toTraffic(was), toTraffic(is)];
    if (userId !== null && shownBefore.total !== shownAfter.total) changed.push({ userId, shownBefore, shownAfter });
  }
  const change = (each: (typeof changed)[number]): bigint => each.shownAfter.total - each.shownBefore.total;
  const size = (each: (typeof changed)[number]): bigint => (change(each) < 0n ? -change(each) : change(each));
  return {
    users: changed.length,
    shownBefore: toTraffic(sums.before),
    shownAfter: toTraffic(sums.after),
    unclaimedBefore: toTraffic(before.get(null) ?? noSums()),
    unclaimedAfter: toTraffic(after.get(null) ?? noSums()),
    most: changed.sort((a, b) => (size(a) < size(b) ? 1 : -1)).slice(0, MOST_TOLD),
    changed: {
      less: changed.filter((each) => change(each) < 0n).map(({ userId }) => userId),
      more: changed.filter((each) => change(each) > 0n).map(({ userId }) => userId),
    },
  };
}

function prepare(db: Database) {
  const shown = `SELECT g.user_id AS userId, ${sums('t')} FROM segment g JOIN tally t ON t.segment_id = g.id
    WHERE ${VISIBLE}`;
  return {
    userExists: db.prepare('SELECT 1 FROM user WHERE id = ?'),
    countUsers: db.prepare('SELECT count(*) FROM user WHERE deleted_at IS NULL').pluck(),
    add: db.prepare(
      'INSERT INTO reset (public_id, scope, half, users, at, admin_id, reason) VALUES (?, ?, ?, ?, ?, ?, ?)',
    ),
    addTarget: db.prepare('INSERT INTO reset_target (user_id, reset_id) VALUES (?, ?)'),
    find: db.prepare(`SELECT ${resetColumns} FROM reset WHERE public_id = ?`),
    undo: db.prepare('UPDATE reset SET undone_at = ?, undone_by = ? WHERE id = ?'),
    targets: db.prepare('SELECT user_id FROM reset_target WHERE reset_id = ?').pluck(),
    marksOn: db.prepare(
      `SELECT id, at, undone_at IS NOT NULL AS undone, half FROM reset
       WHERE id IN (SELECT reset_id FROM reset_target WHERE user_id = ?)`,
    ),
    segments: db.prepare('SELECT id, mark, half, hidden FROM segment WHERE user_id = ?'),
    shown: db.prepare(`${shown} GROUP BY g.user_id`).safeIntegers(),
    shownOf: db.prepare(`${shown} AND g.user_id IN (SELECT value FROM json_each(?)) GROUP BY g.user_id`).safeIntegers(),
    setHidden: db.prepare('UPDATE segment SET hidden = ? WHERE id = ?'),
    moveCarrierDays: db.prepare(
      `INSERT INTO carrier_day (day, all_mark, carrier_id, rx, tx, undirected, markup, connections, last_at)
       SELECT d.day, g.all_mark, s.carrier_id, CAST(@sign AS INTEGER) * sum(d.rx), CAST(@sign AS INTEGER) * sum(d.tx),
         CAST(@sign AS INTEGER) * sum(d.undirected), CAST(@sign AS INTEGER) * sum(d.markup),
         CAST(@sign AS INTEGER) * sum(d.connections),
         max(min(t.last_at, b.to_at - 1))
       FROM segment g
       JOIN tally t ON t.segment_id = g.id
       JOIN series s ON s.id = t.series_id
       CROSS JOIN calendar_day b
       JOIN day d ON d.day = b.day AND d.tally_id = t.id
       WHERE g.id = @segment
       GROUP BY 1, 2, 3
       ON CONFLICT DO UPDATE SET ${ADD_SUMS}, connections = connections + excluded.connections,
         last_at = max(last_at, excluded.last_at)`,
    ),
  };
}
