import type { CycleUsage } from '../../core/ledger/statement.ts';
import type {
  EntryQuery,
  HolderQuery,
  Period,
  QualitySubject,
  SeriesQuery,
  UsageHistory,
  Visibility,
} from '../../core/ledger/usage-history.ts';
import type { Calendar } from '../../core/units/calendar.ts';
import type { Clock } from '../../core/units/clock.ts';
import type { AdminId, NodeId, PeerId, ResetId, UserId } from '../../core/units/ids.ts';
import type { FarDays } from './mirror/far-days.ts';
import type { AskedReaders } from './reader/asked.ts';
import type { SlowReader } from './slow-reader.ts';
import { Standings } from './standings.ts';
import type { WriterLink } from './writer-link.ts';

/** More of them are looked up where it disturbs nobody. */
const MOST_ACCOUNTS_AT_ONCE = 200;

/** A mirror that is fed while it is asked may have more than what was read beside it: then both are asked anew. */
const MOST_TRIES = 3;

interface HistoryParts {
  readonly writer: WriterLink;
  /** Reads of a millisecond or so. */
  readonly quick: AskedReaders;
  readonly slow: SlowReader;
  readonly calendar: Calendar;
  readonly clock: Clock;
  /** Null: the tables are all there is. */
  readonly far: FarDays | null;
}

/** Reads the ledger: what takes a moment at once, the rest through the slow reader; never without what was answered. */
export class SqlUsageHistory implements UsageHistory, CycleUsage {
  readonly #writer: WriterLink;
  readonly #quick: AskedReaders;
  readonly #slow: SlowReader;
  readonly #calendar: Calendar;
  readonly #clock: Clock;
  readonly #far: FarDays | null;
  readonly #standings: Standings;

  constructor({ writer, quick, slow, calendar, clock, far }: HistoryParts) {
    this.#writer = writer;
    this.#quick = quick;
    this.#slow = slow;
    this.#calendar = calendar;
    this.#clock = clock;
    this.#far = far;
    this.#standings = new Standings(writer, slow, quick.holders, () => this.#nowMs());
  }

  /** To be called every few minutes: gives back memory that nobody needs. */
  tidy(): Promise<void> {
    return this.#standings.tidy();
  }

  async summary(period: Period | null, who: Visibility, seenBy?: 'services' | 'reports') {
    await this.#writer.settle();
    const days = period !== null && who.kind === 'all' && seenBy === undefined ? this.#recentDays(period) : null;
    if (period === null || days === null) return await this.#slow.read('summary', period, who, seenBy);
    const presence = await this.#standings.presence(days.first, days.last);
    return { ...(await this.#quick.usage.carrierSummary(period)), ...presence };
  }

  async traffic(period: Period, who: Visibility) {
    await this.#writer.settle();
    const summary = await (who.kind === 'all'
      ? this.#quick.usage.carrierSummary(period)
      : this.#slow.read('summary', period, who));
    return summary.traffic;
  }

  async topCarriers(period: Period, limit: number, who: Visibility) {
    await this.#writer.settle();
    if (who.kind === 'all') return this.#quick.usage.topCarriers(period, limit, who);
    return await this.#slow.read('topCarriers', period, limit, who);
  }

  async topHolders(period: Period, limit: number, who: Visibility) {
    await this.#writer.settle();
    const days = who.kind === 'all' ? this.#recentDays(period) : null;
    if (days !== null) return await this.#standings.top(days.first, days.last, limit);
    return await this.#slow.read('topHolders', period, limit, who);
  }

  async holders(query: HolderQuery, who: Visibility) {
    await this.#writer.settle();
    const { search, server, port, protocol, sort } = query;
    const isPlain = search === null && server === null && port === null && protocol === null;
    const days = who.kind === 'all' && isPlain ? this.#recentDays(query.period) : null;
    if (days !== null && sort !== 'name') {
      return await this.#standings.page(days.first, days.last, { ...query, sort });
    }
    return await this.#slow.read('holders', query, who);
  }

  async userCarriers(userId: UserId, period: Period) {
    await this.#writer.settle();
    return this.#quick.usage.userCarriers(userId, period);
  }

  async tokenCarriers(userToken: string, period: Period) {
    await this.#writer.settle();
    return this.#quick.usage.tokenCarriers(userToken, period);
  }

  async peerCarriers(peerId: PeerId, period: Period) {
    await this.#writer.settle();
    return this.#quick.usage.peerCarriers(peerId, period);
  }

  async carrier(server: string, port: number, period: Period, who: Visibility) {
    await this.#writer.settle();
    return await this.#slow.read('carrier', server, port, period, who);
  }

  async series(query: SeriesQuery, who: Visibility) {
    await this.#writer.settle();
    for (let tries = 0; this.#far !== null && tries < MOST_TRIES; tries++) {
      const far = await this.#far.chart(query, who);
      if (far === null) break;
      const drawn = await this.#slow.read('drawChart', far, this.#nowMs());
      if (drawn !== null) return drawn;
    }
    return await this.#slow.read('series', query, who, this.#nowMs());
  }

  async carriedToday() {
    await this.#writer.settle();
    const nowMs = this.#nowMs();
    const isQuick = !(await this.#quick.usage.hasMuchToday(nowMs));
    return isQuick ? this.#quick.usage.carriedToday(nowMs) : await this.#slow.read('carriedToday', nowMs);
  }

  async usageBetween(userId: UserId, period: Period) {
    await this.#writer.settle();
    return this.#quick.statements.usageBetween(userId, period);
  }

  async statement(userId: UserId, period: Period) {
    await this.#writer.settle();
    return await this.#slow.read('statement', userId, period, this.#nowMs());
  }

  async activePeers(period: Period, bucketSeconds: number) {
    await this.#writer.settle();
    return await this.#slow.read('activePeers', period, bucketSeconds, this.#nowMs());
  }

  async peerTotals(who: Visibility, peerIds?: readonly PeerId[]) {
    await this.#writer.settle();
    if (peerIds !== undefined) return this.#quick.usage.peerTotals(who, peerIds);
    return await this.#slow.read('peerTotals', who);
  }

  async userTotals(userIds: readonly UserId[]) {
    await this.#writer.settle();
    return this.#quick.usage.userTotals(userIds);
  }

  async usageBeyond(nodeId: NodeId, keys: readonly string[]) {
    await this.#writer.settle();
    if (keys.length <= MOST_ACCOUNTS_AT_ONCE) return this.#quick.beyond.usageBeyond(nodeId, keys);
    return await this.#slow.read('usageBeyond', nodeId, keys);
  }

  async movedElsewhere(nodeId: NodeId, keys: readonly string[]) {
    await this.#writer.settle();
    return await this.#slow.read('movedElsewhere', nodeId, keys);
  }

  async doubtedSince(userId: UserId, since: Date) {
    await this.#writer.settle();
    return await this.#slow.read('doubtedSince', userId, since);
  }

  async lifetimeTotals() {
    await this.#writer.settle();
    return await this.#slow.read('lifetimeTotals');
  }

  async quality(subject: QualitySubject, period: Period) {
    await this.#writer.settle();
    return await this.#slow.read('quality', subject, period, this.#nowMs());
  }

  async unclaimed() {
    await this.#writer.settle();
    const isQuick = !(await this.#quick.usage.hasManyUnclaimed());
    return isQuick ? this.#quick.usage.unclaimed() : await this.#slow.read('unclaimed');
  }

  async unclaimedSums() {
    await this.#writer.settle();
    const isQuick = !(await this.#quick.usage.hasManyUnclaimed());
    return isQuick ? this.#quick.usage.unclaimedSums() : await this.#slow.read('unclaimedSums');
  }

  async gaps(period: Period, nodeId?: NodeId) {
    return this.#quick.ledger.gaps(period, nodeId);
  }

  async database() {
    await this.#writer.settle();
    return await this.#slow.read('database', this.#nowMs());
  }

  async resets(limit: number, cursor: string | null, by: AdminId | null = null) {
    return this.#quick.ledger.resets(limit, cursor, by);
  }

  async reset(id: ResetId, by: AdminId | null = null) {
    return this.#quick.ledger.reset(id, by);
  }

  async scheduledResets(limit: number, cursor: string | null, by: AdminId | null = null) {
    return this.#quick.ledger.scheduledResets(limit, cursor, by);
  }

  async quarantine(limit: number, cursor: string | null) {
    await this.#writer.settle();
    return this.#quick.entries.quarantine(limit, cursor);
  }

  async baselines(limit: number, cursor: string | null) {
    return this.#quick.entries.baselines(limit, cursor);
  }

  async entries(query: EntryQuery, who: Visibility) {
    return this.#quick.entries.entries(query, who);
  }

  /** The days of a period that reaches up to now: what standings are kept for. */
  #recentDays({ from, to }: Period): { readonly first: number; readonly last: number } | null {
    const { first, last } = this.#calendar.daysTouching(from.getTime(), to.getTime());
    if (last.number < this.#calendar.dayOf(this.#nowMs()).number) return null;
    return { first: first.number, last: last.number };
  }

  #nowMs(): number {
    return this.#clock.now().getTime();
  }
}
