import type { BilledDirection } from '../../src/core/ledger/billing.ts';
import type { ReportSender, UsageReport } from '../../src/core/ledger/report.ts';
import type { UsageHalf } from '../../src/core/ledger/segment.ts';
import type { AsideModel } from './model-state.ts';
import type { Snapshot } from './world.ts';

/** One call of the ledger. People, peers and nodes go by their names, which never come twice; marks by their number. */
export type Action =
  | { readonly kind: 'reports'; readonly sender: ReportSender; readonly reports: readonly UsageReport[] }
  | {
      readonly kind: 'poll';
      readonly snapshot: Snapshot;
      readonly opening: 'baseline' | 'count';
      /** When it was read, by our wall clock as far as it can be trusted, and in which period of tracking. */
      readonly atMs: number;
      readonly trackingPeriod: number;
      readonly suspect: boolean;
      /** By a node that was added although another one reads this interface already. */
      readonly second?: boolean;
    }
  | { readonly kind: 'failed-poll'; readonly node: string; readonly atMs: number }
  | { readonly kind: 'add-user'; readonly name: string; readonly token: string; readonly countInCycle: boolean }
  | { readonly kind: 'delete-user'; readonly name: string }
  | { readonly kind: 'rotate-token'; readonly name: string; readonly token: string }
  | { readonly kind: 'assign'; readonly assignments: readonly PeerAssignment[] }
  | {
      readonly kind: 'reset';
      readonly scope: 'all' | 'owner' | 'user';
      readonly users: readonly string[];
      readonly half: UsageHalf | null;
      /** Planned for then; null: now. */
      readonly dueMs: number | null;
    }
  /** Number of the planned reset. */
  | { readonly kind: 'cancel'; readonly planned: number }
  | { readonly kind: 'undo'; readonly mark: number }
  | {
      readonly kind: 'correct';
      readonly subject: CorrectedSubject;
      readonly carrier: string;
      readonly fromMs: number;
      readonly toMs: number;
      /** Both at least 0, or both at most 0. */
      readonly rx: bigint;
      readonly tx: bigint;
    }
  /** Number of what was set aside, in the model. */
  | {
      readonly kind: 'decide';
      readonly aside: number;
      readonly item: Pick<AsideModel, 'source' | 'rx' | 'tx' | 'atMs'>;
      readonly decision: 'book' | 'dismiss';
    }
  | {
      readonly kind: 'rebind';
      readonly peer: string;
      readonly user: string | null;
      readonly fromMs: number;
      readonly toMs: number | null;
      /** Not previewed: for a call that others are to come together with. */
      readonly isDirect?: true;
    }
  /** Number of the entry. */
  | { readonly kind: 'undo-entry'; readonly entry: number }
  | { readonly kind: 'tracking'; readonly enabled: boolean }
  | { readonly kind: 'cleanup'; readonly days: number; readonly maxRows: number }
  /** Of days that were proven before. */
  | { readonly kind: 'cleanup-step'; readonly beforeMs: number; readonly maxRows: number }
  | {
      readonly kind: 'billing';
      readonly node: string;
      readonly thousandths: number;
      readonly direction: BilledDirection;
    }
  | { readonly kind: 'beat' };

export interface PeerAssignment {
  readonly peer: string;
  readonly user: string | null;
  readonly fromMs: number;
  readonly countInCycle: boolean;
}

export type CorrectedSubject = { readonly user: string } | { readonly token: string } | { readonly peer: string };

/** What became of an action, as text: compared between the model and the ledger. */
export type Answer = string;
