import type { ExportQuery } from '../../../core/ledger/usage-export.ts';
import type {
  HolderQuery,
  HolderUsage,
  Period,
  QualitySubject,
  SeriesQuery,
  UsageSummary,
  Visibility,
} from '../../../core/ledger/usage-history.ts';
import type { AdminLimit } from '../../../core/quota/admin-limit.ts';
import type { Calendar } from '../../../core/units/calendar.ts';
import type { AdminId, NodeId, PeerId, UserId } from '../../../core/units/ids.ts';
import type { ReadConnection } from '../connections.ts';
import type { FarAnswer } from '../mirror/far-days.ts';
import { AccessReader } from './access-reader.ts';
import { AdminLimitReader } from './admin-limit-reader.ts';
import { AlertReader } from './alert-reader.ts';
import { BeyondReader } from './beyond-reader.ts';
import { BudgetReader } from './budget-reader.ts';
import { ChartReader } from './chart-reader.ts';
import { CheckReader } from './check-reader.ts';
import { CleanupProof } from './cleanup-proof.ts';
import { EntryReader } from './entry-reader.ts';
import { ExportReader } from './export-reader.ts';
import { HealthReader } from './health-reader.ts';
import { HolderReader } from './holder-reader.ts';
import { IdentityReader } from './identity-reader.ts';
import { InventoryReader } from './inventory-reader.ts';
import { LedgerReader } from './ledger-reader.ts';
import { LinkReader } from './link-reader.ts';
import { MirrorReader } from './mirror-reader.ts';
import { NoteworthyReader } from './noteworthy-reader.ts';
import { QualityReader } from './quality-reader.ts';
import { QuotaReader } from './quota-reader.ts';
import { StatementReader } from './statement-reader.ts';
import { Statements } from './statements.ts';
import { TwoFactorReader } from './two-factor-reader.ts';
import { UsageReader } from './usage-reader.ts';
import { UserOrderReader } from './user-order-reader.ts';
import { UserReader } from './user-reader.ts';
import { UserTextReader } from './user-text-reader.ts';

/** All readers on one connection. */
export function makeReaders(connection: ReadConnection, calendar: Calendar) {
  const sql = new Statements(connection.db);
  const ledger = new LedgerReader(sql, calendar, connection);
  const quotas = new QuotaReader(sql, calendar);
  return {
    ...{ connection, sql },
    inventory: new InventoryReader(sql),
    users: new UserReader(sql),
    identity: new IdentityReader(sql),
    twoFactors: new TwoFactorReader(sql),
    links: new LinkReader(sql),
    access: new AccessReader(sql, quotas),
    usage: new UsageReader(sql, calendar),
    holders: new HolderReader(sql, calendar),
    ledger,
    proof: new CleanupProof(sql, calendar),
    beyond: new BeyondReader(sql, calendar, quotas.usage, () => quotas.trustedServers()),
    budgets: new BudgetReader(sql),
    entries: new EntryReader(sql),
    checks: new CheckReader(sql),
    health: new HealthReader(sql),
    alerts: new AlertReader(sql),
    quality: new QualityReader(sql),
    quotas,
    noteworthy: new NoteworthyReader(sql, quotas),
    adminLimits: new AdminLimitReader(sql, calendar, quotas.usage, () => quotas.trustedServers()),
    userOrders: new UserOrderReader(sql, quotas, calendar),
    userTexts: new UserTextReader(sql),
    exports: new ExportReader(connection, calendar),
    charts: new ChartReader(sql, calendar, ledger, new MirrorReader(sql, calendar)),
    statements: new StatementReader(sql, calendar, ledger),
  };
}

export type Readers = ReturnType<typeof makeReaders>;

/** Reads that may take longer than a moment: with threads they run beside the main thread. */
export function makeSlowReads(readers: Readers) {
  const { connection, usage, beyond, holders, charts, statements, exports, ledger, proof, quality } = readers;
  const { quotas, noteworthy, adminLimits, budgets, userOrders, userTexts, inventory } = readers;
  return {
    previewTerms: (...asked: Parameters<typeof quotas.preview>) => quotas.preview(...asked),
    noteworthyUsers: (nowMs: number) => noteworthy.users(nowMs),
    adminStanding: (id: AdminId, nowMs: number) => adminLimits.standing(id, nowMs),
    adminSums: (id: AdminId, limit: AdminLimit, nowMs: number) => adminLimits.sums(id, limit, nowMs),
    userOrders: (nowMs: number) => userOrders.read(nowMs),
    userTexts: () => userTexts.read(),
    summary: (period: Period | null, who: Visibility, seenBy?: 'services' | 'reports'): UsageSummary =>
      who.kind === 'owner'
        ? usage.ownerSummary(period, who.adminId, seenBy)
        : { ...usage.carrierSummary(period, seenBy), ...holders.presence(period, seenBy) },
    topCarriers: (period: Period, limit: number, who: Visibility) => usage.topCarriers(period, limit, who),
    topHolders: (period: Period, limit: number, who: Visibility): HolderUsage[] => holders.top(period, limit, who),
    holders: (query: HolderQuery, who: Visibility) => holders.holders(query, who),
    segmentSums: (first: number, last: number) => holders.segmentSums(first, last),
    carrier: (server: string, port: number, period: Period, who: Visibility) =>
      usage.carrier(server, port, period, who),
    series: (query: SeriesQuery, who: Visibility, nowMs: number) => charts.series(query, who, nowMs),
    openChart: (...asked: Parameters<typeof charts.open>) => charts.open(...asked),
    drawChart: (far: FarAnswer, nowMs: number) => charts.draw(far, nowMs),
    dropChart: (id: number) => charts.drop(id),
    beginExport: (id: number, query: ExportQuery, who: Visibility) => exports.begin(id, query, who),
    nextOfExport: (id: number) => exports.next(id),
    endExport: (id: number) => exports.end(id),
    statement: (userId: UserId, period: Period, nowMs: number) => statements.statement(userId, period, nowMs),
    activePeers: (period: Period, bucketSeconds: number, nowMs: number) =>
      charts.activePeers(period, bucketSeconds, nowMs),
    quality: (subject: QualitySubject, period: Period, nowMs: number) => quality.timeline(subject, period, nowMs),
    peerSums: (nodeIds: readonly NodeId[]) => inventory.peerSums(nodeIds),
    peerTotals: (who: Visibility, peerIds?: readonly PeerId[]) => usage.peerTotals(who, peerIds),
    carriedDays: (nodeId: NodeId, first: number, last: number) => budgets.carried(nodeId, first, last),
    movedElsewhere: (nodeId: NodeId, keys: readonly string[]) => beyond.movedElsewhere(nodeId, keys),
    doubtedSince: (userId: UserId, since: Date) => beyond.doubtedSince(userId, since),
    usageBeyond: (nodeId: NodeId, keys: readonly string[]) => beyond.usageBeyond(nodeId, keys),
    carriedToday: (nowMs: number) => usage.carriedToday(nowMs),
    unclaimed: () => usage.unclaimed(),
    unclaimedSums: () => usage.unclaimedSums(),
    lifetimeTotals: () => usage.lifetimeTotals(),
    database: (nowMs: number) => ledger.database(nowMs),
    previewCleanup: (days: number, nowMs: number) => ledger.previewCleanup(days, nowMs),
    daysOfRecords: (beforeMs: number) => proof.daysOfRecords(beforeMs),
    proveDay: (day: number) => proof.proveDay(day),
    rawTotals: () => proof.rawTotals(),
    backup: (path: string, sealedKey: string | null) => connection.backup(path, sealedKey),
  };
}

export type SlowReads = ReturnType<typeof makeSlowReads>;
export type SlowReadName = keyof SlowReads;
