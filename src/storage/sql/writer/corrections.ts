import { ExpectedError, InvalidInput, NotFound } from '../../../core/errors.ts';
import { billedBytes, type CarrierRules, ruleAt } from '../../../core/ledger/billing.ts';
import type {
  CorrectedCarrier,
  CorrectionSubject,
  Decision,
  EntryOutcome,
  EntryUndo,
  NewCorrection,
} from '../../../core/ledger/entry.ts';
import type { UsageReport } from '../../../core/ledger/report.ts';
import { type Amount, takeFrom } from '../../../core/ledger/take.ts';
import { FLAG } from '../../../core/metering/flags.ts';
import { reportInterval } from '../../../core/metering/ingest.ts';
import { cutInterval, spread } from '../../../core/metering/spread.ts';
import type { Traffic } from '../../../core/units/bytes.ts';
import type { Calendar } from '../../../core/units/calendar.ts';
import type { PeerId } from '../../../core/units/ids.ts';
import { isQuarterClosed, quarterOf } from '../../../core/units/quarter.ts';
import type { Database } from '../database.ts';
import { decisionOf } from '../entry-rows.ts';
import { toTraffic } from '../rows.ts';
import type { Attribution } from './attribution.ts';
import { type CorrectionTarget, CorrectionTargets } from './correction-target.ts';
import type { Entries } from './entries.ts';
import { DAY_ONLY, type Posting } from './postings.ts';
import type { Rebindings } from './rebindings.ts';
import { addSums, noSums, type Sums } from './sums.ts';

interface Time {
  readonly fromMs: number;
  readonly toMs: number;
}

/** Corrections by admins, and what they decide about bytes that were set aside. */
export class Corrections {
  readonly #sql: ReturnType<typeof prepare>;
  readonly #attribution: Attribution;
  readonly #targets: CorrectionTargets;
  readonly #entries: Entries;
  readonly #rebindings: Rebindings;
  readonly #calendar: Calendar;

  constructor(db: Database, attribution: Attribution, entries: Entries, rebindings: Rebindings, calendar: Calendar) {
    this.#sql = prepare(db);
    this.#attribution = attribution;
    this.#targets = new CorrectionTargets(db, attribution);
    this.#entries = entries;
    this.#rebindings = rebindings;
    this.#calendar = calendar;
  }

  /** @throws InvalidInput, NotFound, ExpectedError `more-than-booked`, `only-days-left`, `carrier-needed`, … */
  correct({ subject, carrier, from, to, traffic, reason, by }: NewCorrection, nowMs: number): EntryOutcome {
    const time = { fromMs: from.getTime(), toMs: to.getTime() };
    if (time.fromMs > time.toMs) throw new InvalidInput('/from', '"from" must not lie after "to".');
    if (time.toMs > nowMs) throw new InvalidInput('/to', '"to" must not lie ahead.');
    const target = this.#targets.find(subject, carrier);
    const postings = [...this.#adding(target, time, traffic, nowMs), ...this.#taking(target, time, traffic, nowMs)];
    if (postings.length === 0) throw new InvalidInput('/totalBytes', 'There is nothing to add and nothing to take.');
    return this.#entries.write({ kind: 'correction', reason, by, postings }, nowMs);
  }

  /** Books or dismisses something that was set aside, once. @throws NotFound, ExpectedError `already-decided` */
  decide({ item, decision, beforeXpert, reason, by }: Decision, nowMs: number): EntryOutcome {
    const aside = item.kind === 'quarantine' ? this.#quarantined(item.id) : this.#baseline(item.id, beforeXpert);
    if (aside.decidedBy !== null) {
      throw new ExpectedError('already-decided', 'This was booked or dismissed already.', {
        hint: `Undo that first, if it was wrong: the entry "${aside.decidedBy}".`,
      });
    }
    if (decision === 'dismiss')
      return this.#entries.write({ kind: 'dismissal', reason, by, item, postings: [] }, nowMs);
    const target = this.#targets.find(aside.subject, aside.carrier);
    const postings = this.#adding(target, aside.time, aside.traffic, nowMs);
    return this.#entries.write({ kind: 'booking', reason, by, item, postings }, nowMs);
  }

  /** Books the opposite. @throws NotFound, ExpectedError `already-undone`, `not-undoable`, `more-than-booked`, … */
  undo({ id, reason, by }: EntryUndo, nowMs: number): EntryOutcome {
    const found = this.#entries.findUndoable(id);
    const { entry, rowId } = found;
    if (entry.kind === 'rebinding') return this.#rebindings.undo(found, { reason, by }, nowMs);
    const { kind, item } = entry;
    const postings = this.#entries.postings.opposites(rowId);
    return this.#entries.write({ kind, reason, by, item, undoes: rowId, postings }, nowMs);
  }

  #adding(target: CorrectionTarget, { fromMs, toMs }: Time, traffic: Traffic, nowMs: number): Posting[] {
    const added = positivePart(traffic);
    if (added.total === 0n) return [];
    const isInstant = fromMs === toMs;
    const interval = { fromMs: isInstant ? null : fromMs, toMs, bookedAtMs: nowMs, flags: FLAG.correction };
    const pieces = cutInterval(interval, target.cuts({ fromMs, toMs }), this.#calendar);
    return spread(added, pieces).map((slice) => {
      const series = target.series();
      const { tallyId } = this.#attribution.line(series, target.holderAt(slice), slice.fromMs, slice.toMs, nowMs);
      const day = this.#calendar.dayOf(quarterMs(slice.quarter));
      const isDetailed = this.#entries.postings.booked.read(tallyId, day.number).isDetailed;
      return {
        tallyId,
        day: day.number,
        quarter: isDetailed ? slice.quarter : DAY_ONLY,
        flags: slice.flags,
        lag: slice.lag,
        hours: isDetailed ? 0 : 1 << this.#calendar.hourOf(quarterMs(slice.quarter), day),
        ...withMarkup(toAmount(slice.traffic), series.carrier.rules, slice.quarter),
      };
    });
  }

  #taking(target: CorrectionTarget, time: Time, traffic: Traffic, nowMs: number): Posting[] {
    const { rx, tx, total } = traffic;
    const isDirected = rx !== null && tx !== null;
    const wanted = {
      rx: isDirected ? lack(rx) : 0n,
      tx: isDirected ? lack(tx) : 0n,
      any: isDirected ? 0n : lack(total),
    };
    if (wanted.rx + wanted.tx + wanted.any === 0n) return [];
    const cells = target.tallies().flatMap((tallyId) => this.#cells(tallyId, time, nowMs));
    const taken = takeFrom(cells, wanted);
    if (taken === null) throw lessThanWanted(cells);
    return cells.map((cell, i) => {
      const { rx: rxTaken, tx: txTaken, undirected } = taken[i] ?? noSums();
      const part = rxTaken + txTaken + undirected;
      // Of a day without records the same part of what is billed.
      const markup = part === 0n ? 0n : -(cell.markup * part) / (cell.rx + cell.tx + cell.undirected);
      return { ...cell, rx: -rxTaken, tx: -txTaken, undirected: -undirected, markup };
    });
  }

  /** What a tally has booked in a time, as postings that could take all of it. */
  #cells(tallyId: number, { fromMs, toMs }: Time, nowMs: number): Posting[] {
    const [first, last] = [quarterOf(fromMs), quarterOf(Math.max(fromMs, toMs - 1))];
    const { booked } = this.#entries.postings;
    return booked.daysOf(tallyId, fromMs, Math.max(toMs, fromMs + 1)).flatMap((number): Posting[] => {
      const { day, quarters, rest, isDetailed } = booked.read(tallyId, number);
      const cells = quarters
        .filter(({ quarter }) => quarter >= first && quarter <= last)
        .map((each) => ({ tallyId, day: number, ...atLeastZero(each), ...bookedIn(each.quarter, nowMs), hours: 0 }));
      if (isDetailed) return cells;
      if (day.fromMs < fromMs || toMs < Math.min(day.toMs, nowMs)) throw onlyDaysLeft(day.fromMs, day.toMs);
      const dayOnly = { quarter: DAY_ONLY, flags: FLAG.correction, lag: 0, hours: 0 };
      return [...cells, { tallyId, day: number, ...atLeastZero(rest), ...dayOnly }];
    });
  }

  #quarantined(id: string): Aside {
    const row = this.#sql.quarantined.get(Number(id)) as
      | (AsideRow & { report: string | null; fromAt: bigint | null })
      | undefined;
    if (row === undefined) throw new NotFound('quarantined report or reading', id);
    const atMs = Number(row.at);
    if (row.report === null) {
      const time = { fromMs: row.fromAt === null ? atMs : Number(row.fromAt), toMs: atMs };
      return { ...asideOf(row), ...onPeer(row.peerId as PeerId, atMs), time };
    }
    const report = JSON.parse(row.report) as SavedReport;
    const { fromMs, toMs } = reportInterval(
      { periodStart: toDate(report.periodStart), periodEnd: toDate(report.periodEnd) },
      atMs,
    );
    const { server, port, protocol } = report;
    return {
      ...asideOf(row),
      subject: { kind: 'token', userToken: report.userToken },
      carrier: { server, port, protocol },
      time: { fromMs: fromMs ?? toMs, toMs },
    };
  }

  #baseline(id: string, beforeXpert: boolean): Aside {
    const row = this.#sql.baseline.get(Number(id)) as (AsideRow & { reason: string; peerId: PeerId }) | undefined;
    if (row === undefined) throw new NotFound('baseline', id);
    if (row.reason === 'tracking-off') {
      throw new ExpectedError('not-bookable', 'While tracking was off nothing was to be counted.', {
        hint: 'Enter a correction, if some of it is to count after all.',
      });
    }
    if (row.reason === 'before-xpert' && !beforeXpert) {
      throw new ExpectedError('not-bookable', 'This flowed before Xpert counted on that node.', {
        hint: 'Ask for it expressly: "beforeXpert": true, or `--before-xpert`.',
      });
    }
    return { ...asideOf(row), ...onPeer(row.peerId, Number(row.at)) };
  }
}

/** Something set aside, as a correction would name it. */
interface Aside {
  readonly decidedBy: string | null;
  readonly traffic: Traffic;
  readonly subject: CorrectionSubject;
  readonly carrier: CorrectedCarrier | null;
  readonly time: Time;
}

interface AsideRow extends Amount {
  readonly at: bigint;
  readonly peerId: PeerId | null;
  readonly decidedBy: string | null;
}

interface SavedReport extends Omit<UsageReport, 'rx' | 'tx' | 'periodStart' | 'periodEnd'> {
  readonly periodStart: string | null;
  readonly periodEnd: string | null;
}

function asideOf(row: AsideRow): Pick<Aside, 'decidedBy' | 'traffic'> {
  return { decidedBy: row.decidedBy, traffic: toTraffic(row) };
}

/** When within the last poll's interval it flowed is not known: it is booked at the instant of the reading. */
function onPeer(peerId: PeerId, atMs: number): Pick<Aside, 'subject' | 'carrier' | 'time'> {
  return { subject: { kind: 'peer', peerId }, carrier: null, time: { fromMs: atMs, toMs: atMs } };
}

function toDate(text: string | null): Date | null {
  return text === null ? null : new Date(text);
}

function positivePart({ rx, tx, total }: Traffic): Traffic {
  if (rx === null || tx === null) return { rx: null, tx: null, total: gain(total) };
  return { rx: gain(rx), tx: gain(tx), total: gain(rx) + gain(tx) };
}

function gain(bytes: bigint): bigint {
  return bytes > 0n ? bytes : 0n;
}

function lack(bytes: bigint): bigint {
  return bytes < 0n ? -bytes : 0n;
}

function withMarkup(added: Amount, rules: CarrierRules | null, quarter: number): Sums {
  const { rx, tx, undirected } = added;
  if (rules === null) return { ...added, markup: 0n };
  return { ...added, markup: billedBytes(ruleAt(rules, quarter), rx, tx, undirected) - (rx + tx + undirected) };
}

function toAmount({ rx, tx, total }: Traffic): Amount {
  return rx === null || tx === null ? { rx: 0n, tx: 0n, undirected: total } : { rx, tx, undirected: 0n };
}

function atLeastZero({ rx, tx, undirected, markup }: Sums): Sums {
  return { rx: gain(rx), tx: gain(tx), undirected: gain(undirected), markup };
}

function quarterMs(quarter: number): number {
  return quarter * 900_000;
}

function bookedIn(quarter: number, nowMs: number): Pick<Posting, 'quarter' | 'flags' | 'lag'> {
  if (!isQuarterClosed(quarter, nowMs)) return { quarter, flags: FLAG.correction, lag: 0 };
  return { quarter, flags: FLAG.correction | FLAG.late, lag: quarterOf(nowMs) - quarter };
}

function lessThanWanted(cells: readonly Sums[]): ExpectedError {
  const there = noSums();
  for (const cell of cells) addSums(there, cell);
  const without = there.undirected === 0n ? '' : ` and ${there.undirected} without a direction`;
  return new ExpectedError(
    'more-than-booked',
    `Only ${there.rx} bytes up, ${there.tx} down${without} are booked there at that time; usage never falls below 0.`,
    { hint: 'Take less, or name a longer time.' },
  );
}

function onlyDaysLeft(fromMs: number, toMs: number): ExpectedError {
  const [from, to] = [new Date(fromMs).toISOString(), new Date(toMs).toISOString()];
  return new ExpectedError('only-days-left', `Of the day from ${from} to ${to} only the sum is left.`, {
    hint: 'Name whole days of the panel’s time zone.',
  });
}

function prepare(db: Database) {
  const decided = (item: 'quarantine_id' | 'baseline_id') =>
    `(SELECT d.public_id FROM entry d WHERE d.id = ${decisionOf(item, 'x.id')}) AS decidedBy`;
  return {
    quarantined: db
      .prepare(
        `SELECT at, from_at AS fromAt, report, peer_id AS peerId, rx, tx, undirected, ${decided('quarantine_id')}
         FROM quarantine x WHERE id = ?`,
      )
      .safeIntegers(),
    baseline: db
      .prepare(
        `SELECT at, reason, peer_id AS peerId, rx, tx, undirected, ${decided('baseline_id')}
         FROM baseline x WHERE id = ?`,
      )
      .safeIntegers(),
  };
}
