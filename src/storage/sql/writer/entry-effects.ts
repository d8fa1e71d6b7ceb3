import type { EntryEffect, HolderEffect } from '../../../core/ledger/entry.ts';
import type { Calendar } from '../../../core/units/calendar.ts';
import type { PeerId, UserId } from '../../../core/units/ids.ts';
import { quarterStart } from '../../../core/units/quarter.ts';
import type { Database } from '../database.ts';
import { sums, VISIBLE } from '../reader/statements.ts';
import { toTraffic } from '../rows.ts';
import { DAY_ONLY, type Posting } from './postings.ts';
import { addSums, noSums, type Sums } from './sums.ts';

interface HolderChange extends Pick<HolderEffect, 'userId' | 'userToken' | 'peerId'> {
  /** All that changes, and the part of it that no mark hides. */
  readonly all: Sums;
  readonly shown: Sums;
}

/** Says what postings do, to be asked after they were written. */
export class EntryEffects {
  readonly #sql: ReturnType<typeof prepare>;
  readonly #calendar: Calendar;

  constructor(db: Database, calendar: Calendar) {
    this.#sql = prepare(db);
    this.#calendar = calendar;
  }

  of(postings: readonly Posting[], estimated: bigint): EntryEffect {
    const sum = noSums();
    for (const posting of postings) addSums(sum, posting);
    const bounds = postings.map((posting) => this.#boundsOf(posting));
    const days = (which: readonly Posting[]): number => new Set(which.map(({ day }) => day)).size;
    return {
      traffic: toTraffic(sum),
      holders: this.#holders(postings),
      from: bounds.length === 0 ? null : new Date(least(bounds.map(({ fromMs }) => fromMs))),
      to: bounds.length === 0 ? null : new Date(-least(bounds.map(({ toMs }) => -toMs))),
      days: days(postings),
      wholeDays: days(postings.filter(({ quarter }) => quarter === DAY_ONLY)),
      estimated,
    };
  }

  #boundsOf({ quarter, day }: Posting): { readonly fromMs: number; readonly toMs: number } {
    if (quarter === DAY_ONLY) return this.#calendar.day(day);
    return { fromMs: quarterStart(quarter), toMs: quarterStart(quarter + 1) };
  }

  #holders(postings: readonly Posting[]): HolderEffect[] {
    return [...this.#changes(postings).values()].map(({ all, shown, ...holder }) => {
      const after = this.#sql.shown.get(holder) as Sums;
      const before = difference(after, shown);
      return {
        ...holder,
        traffic: toTraffic(all),
        shownBefore: toTraffic(before),
        shownAfter: toTraffic(after),
      };
    });
  }

  #changes(postings: readonly Posting[]): Map<string, HolderChange> {
    const changes = new Map<string, HolderChange>();
    const owners = new Map<number, OwnerRow>();
    for (const posting of postings) {
      let owner = owners.get(posting.tallyId);
      if (owner === undefined) {
        owner = this.#sql.owner.get(posting.tallyId) as OwnerRow;
        owners.set(posting.tallyId, owner);
      }
      const { isShown, ...holder } = owner;
      const key = JSON.stringify(holder);
      const change = changes.get(key) ?? { ...holder, all: noSums(), shown: noSums() };
      changes.set(key, change);
      addSums(change.all, posting);
      if (isShown === 1) addSums(change.shown, posting);
    }
    return changes;
  }
}

interface OwnerRow {
  readonly userId: UserId | null;
  readonly userToken: string | null;
  readonly peerId: PeerId | null;
  readonly isShown: number;
}

function difference(a: Sums, b: Sums): Sums {
  return { rx: a.rx - b.rx, tx: a.tx - b.tx, undirected: a.undirected - b.undirected, markup: a.markup - b.markup };
}

function least(values: readonly number[]): number {
  return values.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY);
}

function prepare(db: Database) {
  return {
    owner: db.prepare(
      `SELECT g.user_id AS userId, iif(g.user_id IS NULL, g.token, NULL) AS userToken,
         iif(g.user_id IS NULL, g.peer_id, NULL) AS peerId, ${VISIBLE} AS isShown
       FROM tally t JOIN segment g ON g.id = t.segment_id WHERE t.id = ?`,
    ),
    // Each of the three by its own index.
    shown: db
      .prepare(
        `SELECT ${sums('t')}
         FROM (SELECT id FROM segment WHERE user_id = @userId
           UNION ALL SELECT id FROM segment WHERE token = @userToken AND user_id IS NULL
           UNION ALL SELECT id FROM segment WHERE peer_id = @peerId AND user_id IS NULL) w
         JOIN segment g ON g.id = w.id JOIN tally t ON t.segment_id = g.id WHERE ${VISIBLE}`,
      )
      .safeIntegers(),
  };
}
