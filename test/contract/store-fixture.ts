import type { AccessStore } from '../../src/core/access/access-store.ts';
import type { HealthStore } from '../../src/core/health/health-store.ts';
import type { IdentityStore } from '../../src/core/identity/identity-store.ts';
import type { InventoryStore, NewNode, NewUser } from '../../src/core/inventory/inventory-store.ts';
import type { BillingRuleStore } from '../../src/core/ledger/billing.ts';
import type { BudgetStore } from '../../src/core/ledger/provider-budget.ts';
import type { ReconciliationStore } from '../../src/core/ledger/reconciliation-store.ts';
import type { ReportSender, UsageReport } from '../../src/core/ledger/report.ts';
import type { CycleUsage } from '../../src/core/ledger/statement.ts';
import type { UsageExport } from '../../src/core/ledger/usage-export.ts';
import type { Period, UsageHistory } from '../../src/core/ledger/usage-history.ts';
import type { NodePoll, UsageLedger } from '../../src/core/ledger/usage-ledger.ts';
import type { PeerReading, Poll, ServiceReading } from '../../src/core/metering/collector.ts';
import type { AdminLimits } from '../../src/core/quota/admin-limit.ts';
import type { QuotaStore } from '../../src/core/quota/quota-store.ts';
import type { UserStates } from '../../src/core/quota/user-state.ts';
import type { AuditLog, SettingsStore } from '../../src/core/settings/settings-store.ts';
import { directed, type Traffic } from '../../src/core/units/bytes.ts';
import type { NodeId } from '../../src/core/units/ids.ts';
import type { ManualClock } from '../../src/core/units/testing.ts';

/** Everything an engine stores, over one database. */
export interface StorePorts {
  readonly ledger: UsageLedger;
  readonly history: UsageHistory & CycleUsage;
  readonly exports: UsageExport;
  readonly billing: BillingRuleStore;
  readonly inventory: InventoryStore;
  readonly identity: IdentityStore;
  readonly reconciliation: ReconciliationStore;
  readonly budgets: BudgetStore;
  readonly userStates: UserStates;
  readonly quotas: QuotaStore;
  readonly adminLimits: AdminLimits;
  readonly health: HealthStore;
  readonly access: AccessStore;
  readonly settings: SettingsStore;
  readonly audit: AuditLog;
  heartbeat(): Promise<void>;
  close(): Promise<void>;
}

/** One database of an engine, empty at first, with the clock that it lives by. */
export interface StoreFixture {
  /** False: copies of the ledger are made by the engine's own means, and `backup` says so. */
  readonly writesCopies?: boolean;
  readonly clock: ManualClock;
  /** Opens the database, again after a close. Days are those of `timeZone`; null: as before. */
  open(timeZone?: string | null): Promise<StorePorts>;
  /** Removes it. */
  dispose(): Promise<void>;
}

export type MakeStore = () => Promise<StoreFixture>;

export const open: ReportSender = { credential: null, verified: false, backfill: false };
export const signed: ReportSender = { credential: 'token-1', verified: true, backfill: false };
export const all = { kind: 'all' } as const;

let lastEvent = 0;

/** A delta of 3 bytes up and 5 down, unless told otherwise. */
export function report(fields: Partial<UsageReport> = {}): UsageReport {
  return {
    userToken: 'alice-token',
    server: 'vpn.example.com',
    port: 443,
    protocol: 'vless',
    rx: 3n,
    tx: 5n,
    mode: 'delta',
    stream: '',
    eventId: `event-${++lastEvent}`,
    periodStart: null,
    periodEnd: null,
    ...fields,
  };
}

export function newUser(name: string, fields: Partial<NewUser> = {}): NewUser {
  return {
    name,
    userToken: `${name}-token`,
    linkToken: `${name}-link`,
    telegramId: null,
    role: 'user',
    note: '',
    ownerId: null,
    active: true,
    createdAt: new Date('2026-03-01T00:00:00Z'),
    countInCycle: false,
    ...fields,
  };
}

export function newNode(name: string, fields: Partial<NewNode> = {}): NewNode {
  return {
    name,
    description: '',
    source: { kind: 'wireguard', options: { transport: 'local' } },
    pollIntervalMs: 30_000,
    opening: 'baseline',
    usersPolicy: 'none',
    createdAt: new Date('2026-03-01T00:00:00Z'),
    ...fields,
  };
}

/** Reads like a WireGuard interface: `{ peer: [rx, tx] }`, keys of peers to their counters. */
export function wg0(
  peers: Readonly<Record<string, readonly [rx: number | bigint, tx: number | bigint]>>,
  fields: Partial<ServiceReading> = {},
): ServiceReading {
  return {
    identity: 'wg0-public-key',
    kind: 'wireguard',
    name: 'wg0',
    listenPort: 51820,
    startEvidence: 'boot-1:7',
    peers: Object.entries(peers).map(
      ([key, [rx, tx]]): PeerReading => ({ key, traffic: directed(BigInt(rx), BigInt(tx)) }),
    ),
    ...fields,
  };
}

/** Metered at `at` by a source that dumps all its series and starts from zero. */
export function nodePoll(
  nodeId: NodeId,
  at: Date,
  services: readonly ServiceReading[],
  fields: Partial<Omit<NodePoll, 'poll'>> & { readonly poll?: Partial<Poll> } = {},
): NodePoll {
  const { poll, ...rest } = fields;
  return {
    nodeId,
    at,
    semantics: { kind: 'cumulative', falls: 'to-zero', absence: 'ended' },
    opening: 'baseline',
    durationMs: 12,
    clockSuspect: false,
    poll: {
      order: { bootId: 'boot-1', uptimeMs: at.getTime() - Date.parse('2026-02-01T00:00:00Z') },
      complete: true,
      services,
      notices: [],
      ...poll,
    },
    ...rest,
  };
}

export function traffic(rx: number | bigint, tx: number | bigint): Traffic {
  return directed(BigInt(rx), BigInt(tx));
}

/** The last `days` days up to the clock's present day. */
export function lastDays(days: number, clock: ManualClock): Period {
  const to = new Date(clock.now().getTime() + 1);
  return { from: new Date(to.getTime() - (days - 1) * 86_400_000), to };
}
