import type { ReportSender, UsageReport } from '../../../core/ledger/report.ts';
import type { Commit, NodePoll } from '../../../core/ledger/usage-ledger.ts';
import type { UserId } from '../../../core/units/ids.ts';
import type { DayDelta } from './booking.ts';
import type { OperationName } from './operations.ts';

/** One call of a port, as it waits for the writer. `settle`: everything answered before is in the tables. */
export type WriterItem =
  | {
      readonly id: number;
      readonly kind: 'reports';
      readonly sender: ReportSender;
      readonly reports: readonly UsageReport[];
    }
  | { readonly id: number; readonly kind: 'poll'; readonly poll: NodePoll }
  | { readonly id: number; readonly kind: 'operation'; readonly name: OperationName; readonly args: readonly unknown[] }
  | { readonly id: number; readonly kind: 'settle' };

export type Item<K extends WriterItem['kind']> = WriterItem & { readonly kind: K };

export type WriterAnswer =
  | { readonly id: number; readonly ok: true; readonly value: unknown }
  | { readonly id: number; readonly ok: false; readonly error: unknown };

export interface WriterTurn {
  readonly answers: readonly WriterAnswer[];
  /** What was made durable, for those who look on; null if that is nothing. */
  readonly commit: Commit | null;
  /** Reports that were answered are not in the tables yet: `settle` before reading. */
  readonly unfolded: boolean;
  /** What changed in the tables, for those who keep sums beside them. */
  readonly tables: TablesChange;
  /** Users whose state may have changed. */
  readonly states: readonly UserId[];
}

export interface TablesChange {
  /** `alive.sequence` after the last of these changes. */
  readonly sequence: number;
  /** Added to day rows; only while somebody watches. */
  readonly deltas: readonly DayDelta[];
  /** Owners or marks changed: sums by holder have to be made anew. */
  readonly ownersChanged: boolean;
  /** Users who came, went or are called otherwise, or whose tokens are; also where that was taken back. */
  readonly people: readonly UserId[];
}

/** One error for all of them. */
export function failAll(items: readonly { readonly id: number }[], error: unknown): WriterAnswer[] {
  return items.map(({ id }) => ({ id, ok: false, error }));
}
