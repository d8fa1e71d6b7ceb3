import type { ReportSender, UsageReport } from '../../src/core/ledger/report.ts';
import type { UsageHalf } from '../../src/core/ledger/segment.ts';
import type { Action, Answer, PeerAssignment } from './actions.ts';
import { deepCopy } from './deep-copy.ts';
import { addToCell, correct, decide } from './model-entries.ts';
import { beginPoll, bookPart, endPoll, type PollPart, recordPoll, unseenIn } from './model-meter.ts';
import { addUser, assignPeer, deleteUser, rotateToken } from './model-people.ts';
import { holderOfPeer, rebind } from './model-rebinding.ts';
import {
  type Bytes,
  type EntryModel,
  emptyState,
  type Holder,
  type LedgerState,
  type Mark,
  type Pot,
  type Source,
} from './model-state.ts';
import { undoEntry } from './model-undo.ts';
import { type DayOf, isLong, slicesOf } from './slices.ts';
import type { ShownPeer, Snapshot } from './world.ts';

const TIB = 1024n ** 4n;
const QUARTER_MS = 900_000;

/**
 * What the ledger should hold, written down as simply as the rules are told, without a line of the real one. Knows
 * nothing of transactions: `apply` is asked only for what was committed.
 */
export class Model {
  readonly state: LedgerState;
  readonly #dayOf: DayOf;

  /** `dayOf`: the panel's days are not told once more; calendar.test.ts does that. */
  constructor(dayOf: DayOf, state: LedgerState = emptyState()) {
    this.#dayOf = dayOf;
    this.state = state;
  }

  clone(): Model {
    return new Model(this.#dayOf, deepCopy(this.state));
  }

  /** Sets the planned marks whose instant has come; the ledger does so before anything else. */
  runPlanned(nowMs: number): void {
    const due = this.state.planned.filter(({ state, atMs }) => state === 'waiting' && atMs <= nowMs);
    for (const planned of due.sort((a, b) => a.atMs - b.atMs)) {
      const { atMs, users, half } = planned;
      this.state.marks.push({ atMs, users, half, undone: false });
      planned.state = 'done';
    }
  }

  isPlannedDue(nowMs: number): boolean {
    return this.state.planned.some(({ state, atMs }) => state === 'waiting' && atMs <= nowMs);
  }

  apply(action: Action, nowMs: number): Answer {
    this.runPlanned(nowMs);
    switch (action.kind) {
      case 'reports':
        return this.#reports(action.sender, action.reports, nowMs);
      case 'poll':
        return recordPoll(this, action, nowMs);
      case 'add-user':
        return addUser(this.state, action, nowMs);
      case 'delete-user':
        return deleteUser(this.state, action.name, nowMs);
      case 'rotate-token':
        return rotateToken(this.state, action, nowMs);
      case 'assign':
        return this.#assign(action.assignments);
      case 'reset':
        return this.#reset(action, nowMs);
      case 'cancel':
        return this.#cancel(action.planned);
      case 'undo':
        return this.#undo(action.mark);
      case 'correct':
        return correct(this, action, nowMs);
      case 'decide':
        return decide(this, action);
      case 'rebind':
        return rebind(this, action, nowMs);
      case 'undo-entry':
        return undoEntry(this, action.entry, nowMs);
      case 'tracking':
        this.#track(action.enabled, nowMs);
        return 'ok';
      default:
        return 'ok';
    }
  }

  /** A poll that is booked part by part; see model-meter.ts. */
  beginPoll(poll: Action & { kind: 'poll' }, nowMs: number): Answer | null {
    this.runPlanned(nowMs);
    return beginPoll(this, poll, nowMs);
  }

  bookPart(poll: Action & { kind: 'poll' }, part: PollPart): ShownPeer[] {
    return bookPart(this, poll, part);
  }

  endPoll(poll: Action & { kind: 'poll' }): Answer {
    return endPoll(this, poll);
  }

  unseenIn(poll: Action & { kind: 'poll' }): string[] {
    return unseenIn(this.state, poll);
  }

  /** Books bytes of a peer or token to whoever they belong to, slice by slice. @returns what it added */
  book(
    source: Source,
    carrier: string,
    bytes: Bytes,
    fromMs: number | null,
    toMs: number,
    owner: string | null = null,
  ): EntryModel['postings'] {
    const own = { user: owner, token: null, peer: null, inCycle: true };
    const half = carrier.endsWith('/wireguard') ? 'services' : 'reports';
    const ownerCuts =
      owner !== null ? [] : 'token' in source ? this.#tokenCuts(source.token) : this.#peerCuts(source.peer);
    const marks = isLong({ fromMs, toMs })
      ? this.#marksOf(owner === null ? this.#ownersOf(source) : [owner], half)
      : [];
    return slicesOf(bytes, { fromMs, toMs }, [...ownerCuts, ...marks], this.#dayOf).flatMap((slice) => {
      if (slice.rx + slice.tx === 0n) return [];
      const holder = owner !== null ? own : this.holderOf(source, slice);
      const pot = this.pot(holder, this.markAt(holder.user, half, slice.fromMs, slice.toMs), half);
      const quarter = Math.floor(Math.max(slice.fromMs, slice.toMs - 1) / QUARTER_MS);
      return [addToCell(this.state, { pot, carrier, source, quarter }, slice)];
    });
  }

  holderOf(source: Source, time: { fromMs: number; toMs: number }): Holder {
    if ('token' in source) return this.#holderOfToken(source.token, time);
    return holderOfPeer(source.peer, this.state.owners.get(source.peer)?.bindings ?? [], time);
  }

  /** The mark in force: the highest that applies and was not undone. */
  effectiveMark(user: string | null, half: UsageHalf): number {
    return this.state.marks.reduce(
      (highest, mark, i) => (!mark.undone && appliesTo(mark, user, half) ? i + 1 : highest),
      0,
    );
  }

  /** Shown usage of a user; of a token or peer that nobody owns where `user` is null. */
  shown(user: string | null): Bytes {
    const effective = { services: this.effectiveMark(user, 'services'), reports: this.effectiveMark(user, 'reports') };
    return sumOf(this.state.pots.filter((pot) => pot.user === user && pot.mark >= effective[pot.half]));
  }

  /** Everything that was booked, whosever it is. */
  get sum(): Bytes {
    return sumOf(this.state.pots);
  }

  /** Whether that poll is the last one that the ledger took of its node. */
  hasRead({ node, bootId, uptimeMs }: Snapshot): boolean {
    const last = this.state.services.get(node)?.last;
    return last?.bootId === bootId && last.uptimeMs === uptimeMs;
  }

  #reports(sender: ReportSender, reports: readonly UsageReport[], nowMs: number): Answer {
    if (!this.state.tracking) return 'error tracking-off';
    // A request counts as a whole or not at all; where no id can be misused it counts.
    const trial = this.#mayBeRefused(sender, reports) ? this.clone() : this;
    const count = { recorded: 0, duplicates: 0, stale: 0, quarantined: 0 };
    for (const report of reports) {
      const outcome = trial.#report(sender, report, nowMs);
      if (outcome === 'reused') return 'error event-id-reused';
      count[outcome]++;
    }
    this.#take(trial);
    return `recorded ${count.recorded} duplicates ${count.duplicates} stale ${count.stale} quarantined ${count.quarantined}`;
  }

  /** True if an id comes with two bodies, here and before or twice here. */
  #mayBeRefused(sender: ReportSender, reports: readonly UsageReport[]): boolean {
    const bodies = new Map<string, string>();
    return reports.some((report) => {
      const key = keyOf(sender, report);
      if (key === null) return false;
      const body = bodyOf(report);
      const known = this.state.keys.get(key) ?? bodies.get(key) ?? body;
      bodies.set(key, body);
      return known !== body;
    });
  }

  #report(sender: ReportSender, report: UsageReport, nowMs: number) {
    const key = keyOf(sender, report);
    const body = bodyOf(report);
    const known = key === null ? undefined : this.state.keys.get(key);
    if (known !== undefined) return known === body ? 'duplicates' : 'reused';
    const added = report.mode === 'delta' ? deltaOf(report, nowMs) : this.#advance(sender, report, nowMs);
    if (added === 'stale') return 'stale';
    if (key !== null) this.state.keys.set(key, body);
    if (added.rx + added.tx > 10n * TIB) {
      const source = { token: report.userToken };
      const fromMs = report.mode === 'delta' ? added.fromMs : null;
      const aside = { ...added, fromMs, source, carrier: carrierOf(report), atMs: nowMs, decided: 'open' as const };
      this.state.quarantined.push(aside);
      return 'quarantined';
    }
    this.book({ token: report.userToken }, carrierOf(report), added, added.fromMs, added.toMs);
    return 'recorded';
  }

  #advance(sender: ReportSender, report: UsageReport, nowMs: number): Interval | 'stale' {
    const name = `${sender.credential ?? ''} ${report.userToken} ${carrierOf(report)} ${report.stream}`;
    const last = this.state.streams.get(name);
    const endMs = report.periodEnd?.getTime() ?? null;
    const lastEndMs = last?.periodEndMs ?? null;
    if (endMs !== null && lastEndMs !== null && endMs <= lastEndMs) return 'stale';
    const toMs = Math.min(endMs ?? nowMs, nowMs);
    this.state.streams.set(name, { rx: report.rx, tx: report.tx, atMs: toMs, periodEndMs: endMs ?? lastEndMs });
    const grew = last !== undefined && report.rx >= last.rx && report.tx >= last.tx;
    const fromMs = last?.atMs ?? report.periodStart?.getTime() ?? null;
    return {
      rx: grew ? report.rx - last.rx : report.rx,
      tx: grew ? report.tx - last.tx : report.tx,
      fromMs: fromMs === null ? null : Math.min(fromMs, toMs),
      toMs,
    };
  }

  #assign(assignments: readonly PeerAssignment[]): Answer {
    // One alone is refused before it changes anything.
    const trial = assignments.length > 1 ? this.clone() : this;
    for (const assignment of assignments) {
      const refusal = assignPeer(trial.state, assignment);
      if (refusal !== null) return refusal;
    }
    this.#take(trial);
    return 'ok';
  }

  #reset({ scope, users, half, dueMs }: Action & { kind: 'reset' }, nowMs: number): Answer {
    if (dueMs !== null && dueMs <= nowMs) return 'error invalid-input';
    const whose = scope === 'all' ? 'all' : users;
    if (dueMs === null) this.state.marks.push({ atMs: nowMs, users: whose, half, undone: false });
    else this.state.planned.push({ atMs: dueMs, users: whose, half, state: 'waiting' });
    return 'ok';
  }

  #cancel(number: number): Answer {
    const planned = this.state.planned[number];
    if (planned === undefined) return 'error not-found';
    if (planned.state !== 'waiting') return 'error already-done';
    planned.state = 'cancelled';
    return 'ok';
  }

  #undo(number: number): Answer {
    const mark = this.state.marks[number - 1];
    if (mark === undefined) return 'error not-found';
    if (mark.undone) return 'error already-undone';
    mark.undone = true;
    return 'ok';
  }

  /** Switched on again, every counter is as if it had never been read: its time of tracking is another one. */
  #track(enabled: boolean, nowMs: number): void {
    if (enabled && !this.state.tracking) {
      this.state.trackingPeriod = Math.max(this.state.trackingPeriod + 1, nowMs);
    }
    this.state.tracking = enabled;
  }

  #tokenCuts(token: string): number[] {
    const owner = this.state.tokens.get(token);
    return owner === undefined || owner.released ? [] : [owner.sinceMs];
  }

  #holderOfToken(token: string, slice: { fromMs: number; toMs: number }): Holder {
    const owner = this.state.tokens.get(token);
    if (owner === undefined || owner.released) return { user: null, token, peer: null, inCycle: true };
    const isBefore = slice.fromMs === slice.toMs ? slice.toMs < owner.sinceMs : slice.toMs <= owner.sinceMs;
    if (isBefore) return { user: owner.user, token, peer: null, inCycle: owner.inCycle };
    return { user: owner.user, token: null, peer: null, inCycle: true };
  }

  #peerCuts(peer: string): number[] {
    const bindings = this.state.owners.get(peer)?.bindings ?? [];
    return bindings.flatMap(({ fromMs, toMs }) => (toMs === null ? [fromMs] : [fromMs, toMs]));
  }

  /** Everybody, or nobody, whose bytes of that source may be. */
  #ownersOf(source: Source): (string | null)[] {
    if ('peer' in source) {
      return [null, ...(this.state.owners.get(source.peer)?.bindings ?? []).map(({ user }) => user)];
    }
    const owner = this.state.tokens.get(source.token);
    return [owner === undefined || owner.released ? null : owner.user];
  }

  #marksOf(users: readonly (string | null)[], half: UsageHalf): number[] {
    return this.state.marks.filter((mark) => users.some((user) => appliesTo(mark, user, half))).map(({ atMs }) => atMs);
  }

  markAt(user: string | null, half: UsageHalf, fromMs: number, toMs: number): number {
    let highest = 0;
    this.state.marks.forEach((mark, i) => {
      const isBefore = mark.atMs < toMs || (mark.atMs === toMs && fromMs === toMs);
      if (isBefore && appliesTo(mark, user, half)) highest = i + 1;
    });
    return highest;
  }

  pot(holder: Holder, mark: number, half: UsageHalf): Pot {
    const { user, token, peer, inCycle } = holder;
    const found = this.state.pots.findLast(
      (pot) =>
        pot.user === user &&
        pot.token === token &&
        pot.peer === peer &&
        pot.mark === mark &&
        pot.half === half &&
        pot.inCycle === inCycle,
    );
    if (found !== undefined) return found;
    const id = this.state.pots.length;
    const pot = { id, user, token, peer, mark, half, inCycle, carriers: new Map() };
    this.state.pots.push(pot);
    return pot;
  }

  /** After a request that counts as a whole or not at all. */
  #take(trial: Model): void {
    Object.assign(this.state, trial.state);
  }
}

function appliesTo(mark: Mark, user: string | null, half: UsageHalf): boolean {
  if (mark.half !== null && mark.half !== half) return false;
  return mark.users === 'all' || (user !== null && mark.users.includes(user));
}

interface Interval extends Bytes {
  readonly fromMs: number | null;
  readonly toMs: number;
}

function deltaOf(report: UsageReport, nowMs: number): Interval {
  const toMs = Math.min(report.periodEnd?.getTime() ?? nowMs, nowMs);
  const fromMs = report.periodStart === null ? null : Math.min(report.periodStart.getTime(), toMs);
  return { rx: report.rx, tx: report.tx, fromMs, toMs };
}

function keyOf(sender: ReportSender, { eventId, userToken }: UsageReport): string | null {
  if (eventId === null) return null;
  return sender.credential === null ? `open ${userToken} ${eventId}` : `${sender.credential} ${eventId}`;
}

function bodyOf(body: UsageReport): string {
  const { server, port, protocol, userToken, rx, tx, mode, stream, periodStart, periodEnd } = body;
  const period = `${periodStart?.getTime()} ${periodEnd?.getTime()}`;
  return `${server} ${port} ${protocol} ${userToken} ${rx} ${tx} ${mode} ${stream} ${period}`;
}

export function carrierOf({ server, port, protocol }: Pick<UsageReport, 'server' | 'port' | 'protocol'>): string {
  return `${server}:${port}/${protocol}`;
}

function sumOf(pots: readonly Pot[]): Bytes {
  let rx = 0n;
  let tx = 0n;
  for (const { carriers } of pots) {
    for (const bytes of carriers.values()) {
      rx += bytes.rx;
      tx += bytes.tx;
    }
  }
  return { rx, tx };
}
