import type { ReportOutcome, ReportSender, UsageReport } from '../../../core/ledger/report.ts';
import { directed, type Traffic } from '../../../core/units/bytes.ts';
import type { Booking } from './booking.ts';
import type { Inbox } from './inbox.ts';
import type { ReportBooking } from './report-booking.ts';
import { ReportFold } from './report-fold.ts';
import type { AcceptedReport, ReportIntake } from './report-intake.ts';

/** So few are booked in the commit that answers them: nothing is left to fold, and reads need not wait. */
const FEW = 16;
/** So many are folded even if the flow never pauses: what waits is held in memory, some 300 bytes each. */
const MANY = 30_000;
/** So are those that wait this long: who reads the file from outside is not further behind. */
const LONGEST_WAIT_MS = 2_000;
/** If the tables cannot be written for long, reports are refused before memory runs out. */
const TOO_MANY = 500_000;
/** Steps of folding in the commit that answers a report where MANY wait: more than the three that it brings itself. */
const STEPS_PER_REPORT = 4;

interface DeskParts {
  readonly inbox: Inbox;
  readonly intake: ReportIntake;
  readonly reportBooking: ReportBooking;
  /** Of reports only. */
  readonly booking: Booking;
}

export interface Decision {
  readonly outcome: ReportOutcome;
  readonly accepted: AcceptedReport[];
}

/**
 * Takes reports and answers for them. A report of a random user touches a page in each of four tables: booked by the
 * dozen as they come that costs 100 µs a report, most of it for writing pages. So a busy desk only decides and appends
 * to the inbox, and the tables follow sorted and by the ten thousand, a share of them with every commit (ReportFold).
 * Whoever reads asks for `foldAll` first.
 *
 * All methods that write are to be called in a transaction, after `begin`; `rolledBack` if it failed.
 */
export class ReportDesk {
  readonly #use: DeskParts;
  /** In the inbox, after those being folded. */
  #waiting: AcceptedReport[] = [];
  #lastWaiting = 0;
  #fold: ReportFold | null = null;
  /** As it was when the running transaction began. */
  #before: State = { fold: null, waiting: [], count: 0, last: 0 };

  constructor(parts: DeskParts) {
    this.#use = parts;
  }

  /** After a start: takes up what the process before answered and did not finish. */
  recover(): void {
    const { inbox } = this.#use;
    const progress = inbox.progress();
    if (progress.upto > 0) this.#fold = new ReportFold(this.#use, inbox.upTo(progress.upto), progress);
    const { reports, last } = inbox.after(progress.upto);
    this.#waiting = reports;
    this.#lastWaiting = last;
    this.#remember();
  }

  begin(): void {
    this.#before = { fold: this.#fold, waiting: this.#waiting, count: this.#waiting.length, last: this.#lastWaiting };
  }

  /** The transaction was rolled back: the desk is as it was when it began. */
  rolledBack(): void {
    const { inbox, booking, reportBooking } = this.#use;
    const { fold, waiting, count, last } = this.#before;
    booking.drop();
    reportBooking.forgetAll();
    waiting.length = count;
    this.#waiting = waiting;
    this.#lastWaiting = last;
    this.#fold = fold === null ? null : new ReportFold(this.#use, fold.reports, inbox.progress());
    this.#remember();
  }

  /** What is answered and not in the tables is known to the intake: the next report is judged by it. */
  #remember(): void {
    const { intake } = this.#use;
    intake.forgetFresh();
    intake.remember(this.#fold?.reports ?? []);
    intake.beginFolding();
    intake.remember(this.#waiting);
  }

  /** Something that was answered is not in the tables yet. */
  get isBehind(): boolean {
    return this.#fold !== null || this.#waiting.length > 0;
  }

  /** It is time to fold, whatever else is to be done. */
  isDue(nowMs: number): boolean {
    if (this.#fold !== null) return true;
    const [oldest] = this.#waiting;
    return oldest !== undefined && (this.#waiting.length >= MANY || nowMs - oldest.receivedAtMs >= LONGEST_WAIT_MS);
  }

  /** @throws EventIdReused, TooManyUnclaimedTokens, TrackingOff */
  decide(sender: ReportSender, reports: readonly UsageReport[], nowMs: number): Decision {
    return this.#use.intake.decide(sender, reports, nowMs);
  }

  get isOverfull(): boolean {
    return this.#waiting.length >= TOO_MANY;
  }

  /** Accepted reports count from the commit on. With `folding` a share of what waits is folded on the way. */
  accept(reports: readonly AcceptedReport[], folding: boolean): void {
    if (reports.length <= FEW && !this.isBehind && folding) {
      this.#use.intake.beginFolding();
      this.#fold = new ReportFold(this.#use, reports, { upto: 0, phase: 0, done: 0 });
      this.foldSome(Number.POSITIVE_INFINITY);
      return;
    }
    this.append(reports);
    // Else the tables follow while the writer has nothing to answer.
    if (folding && this.#waiting.length >= MANY) this.foldSome(STEPS_PER_REPORT * reports.length);
  }

  append(reports: readonly AcceptedReport[]): void {
    this.#lastWaiting = this.#use.inbox.append(reports);
    for (const report of reports) this.#waiting.push(report);
  }

  /** @returns true when everything that was waiting at the beginning of this fold is in the tables */
  foldSome(steps: number, isWanted?: () => boolean): boolean {
    const { intake } = this.#use;
    if (this.#fold === null) {
      intake.beginFolding();
      this.#fold = new ReportFold(this.#use, this.#waiting, { upto: this.#lastWaiting, phase: 0, done: 0 });
      this.#waiting = [];
    }
    if (!this.#fold.advance(steps, isWanted)) return false;
    this.#fold = null;
    intake.endFolding();
    return true;
  }
}

interface State {
  readonly fold: ReportFold | null;
  readonly waiting: AcceptedReport[];
  readonly count: number;
  readonly last: number;
}

/** What accepted reports add; null if that is nothing. */
export function bytesOf(reports: readonly AcceptedReport[]): Traffic | null {
  let rx = 0n;
  let tx = 0n;
  for (const report of reports) {
    if (report.implausible !== null) continue;
    rx += report.rx;
    tx += report.tx;
  }
  return rx + tx === 0n ? null : directed(rx, tx);
}
