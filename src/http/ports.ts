import type { AccessOperations } from '../core/access/operations.ts';
import type { AgentDesk } from '../core/agents/agent-desk.ts';
import type { AlertOperations } from '../core/alerting/operations.ts';
import type { ServiceOperations } from '../core/health/service-operations.ts';
import type { IdentityStore } from '../core/identity/identity-store.ts';
import type { TwoFactorStore } from '../core/identity/two-factor-store.ts';
import type { InventoryStore } from '../core/inventory/inventory-store.ts';
import type { NodeOperations } from '../core/inventory/node-operations.ts';
import type { UserTemplates } from '../core/inventory/user-template.ts';
import type { BillingRuleStore } from '../core/ledger/billing.ts';
import type { BudgetStore } from '../core/ledger/provider-budget.ts';
import type { ReconciliationStore } from '../core/ledger/reconciliation-store.ts';
import type { CycleUsage } from '../core/ledger/statement.ts';
import type { UsageExport } from '../core/ledger/usage-export.ts';
import type { UsageHistory } from '../core/ledger/usage-history.ts';
import type { UsageLedger } from '../core/ledger/usage-ledger.ts';
import type { ForeignSubscriptions } from '../core/links/foreign-subscription.ts';
import type { LinkJoiner } from '../core/links/joined.ts';
import type { LinkStore } from '../core/links/link-store.ts';
import type { AdminLimits } from '../core/quota/admin-limit.ts';
import type { QuotaStore } from '../core/quota/quota-store.ts';
import type { UserStates } from '../core/quota/user-state.ts';
import type { ChangeFeed, Operations } from '../core/settings/operations.ts';
import type { AuditLog } from '../core/settings/settings-store.ts';
import type { Clock } from '../core/units/clock.ts';
import type { Logger } from './logging.ts';
import type { SharedReading } from './routes/shared-reading.ts';
import type { VisitorSeal } from './visitor-seal.ts';

/** Everything the HTTP server asks of the product. Named dependencies: each route takes the ones it uses. */
export interface HttpPorts {
  readonly clock: Clock;
  readonly ledger: Pick<
    UsageLedger,
    | 'recordReports'
    | 'reset'
    | 'undoReset'
    | 'previewReset'
    | 'previewUndoReset'
    | 'scheduleReset'
    | 'cancelScheduledReset'
    | 'correct'
    | 'decide'
    | 'rebind'
    | 'undoEntry'
    | 'previewCleanup'
    | 'onCommit'
  >;
  readonly history: UsageHistory & CycleUsage;
  readonly exports: UsageExport;
  readonly billing: BillingRuleStore;
  readonly budgets: BudgetStore;
  readonly reconciliation: ReconciliationStore;
  readonly inventory: InventoryStore;
  readonly templates: UserTemplates;
  /** Signing secrets come and go in plain text here; the store behind it seals them at rest. */
  readonly identity: IdentityStore;
  readonly twoFactors: TwoFactorStore;
  readonly links: LinkStore;
  readonly userLinks: LinkJoiner & ForeignSubscriptions;
  readonly quotas: QuotaStore;
  readonly adminLimits: AdminLimits;
  readonly userStates: UserStates;
  /** Tells devices apart without keeping what they are told apart by. */
  readonly deviceDigest: (text: string) => string;
  readonly audit: AuditLog;
  readonly nodes: NodeOperations;
  readonly agents: AgentDesk;
  readonly services: ServiceOperations;
  readonly access: AccessOperations;
  readonly alerting: AlertOperations;
  readonly operations: Operations;
  readonly changes: ChangeFeed;
}

/** What the server needs to know at start; read from the environment by app/config.ts. */
export interface HttpConfig {
  readonly version: string;
  /** Addresses or CIDR ranges whose forwarding headers are believed; `loopback` for this machine. */
  readonly trustedProxies: readonly string[];
  /** Path under which a proxy passes requests on without stripping it, for example `/xpert`; usually ''. */
  readonly basePath: string;
  /** XPERT_DOMAIN as a URL without a slash at its end; null if none is set: links then lead where the visitor came. */
  readonly publicUrl: string | null;
  /** Where the panel listens on this machine, for links that the owner's socket asks for; null while it does not. */
  readonly localUrl: () => string | null;
  /** `host` or `host:port` of XPERT_DOMAIN, by which browsers know the panel; null if none is set. */
  readonly publicHost: string | null;
  readonly webhookAuth: 'open' | 'key';
  readonly publicSummary: boolean;
  /** A `user_token` opens links and pages, too, as in the original. */
  readonly legacyLinks: boolean;
  /** Folder of the built panel; null serves the API alone. */
  readonly webRoot: string | null;
  /** The agent's program, as nodes fetch it. */
  readonly agentProgramPath: string;
  /** The committed OpenAPI description. */
  readonly openapiPath: string;
  /** Opens what other processes say of whom they pass on; absent where there are none. */
  readonly visitors?: Pick<VisitorSeal, 'open'>;
  /** How many processes stand by; absent where there can be no other. */
  readonly standingBy?: () => number;
  /** What this process, which leads, has others read; absent where there can be no other. */
  readonly reading?: SharedReading & { readonly elsewhere: number };
  /** Null logs nothing. */
  readonly logger: Logger | null;
}
