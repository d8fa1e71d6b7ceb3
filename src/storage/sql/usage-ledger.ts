import type { ChainPlace } from '../../core/agents/chain.ts';
import { InvalidInput } from '../../core/errors.ts';
import type { Decision, EntryOutcome, EntryUndo, NewCorrection, NewRebinding } from '../../core/ledger/entry.ts';
import type { ReportOutcome, ReportSender, UsageReport } from '../../core/ledger/report.ts';
import type {
  AgentMark,
  CleanupPreview,
  Commit,
  FailedPoll,
  NewScheduledReset,
  NodePoll,
  PollBooked,
  RawTotals,
  ResetEffect,
  ResetMark,
  ResetRequest,
  ScheduledReset,
  TrackingState,
  UsageLedger,
} from '../../core/ledger/usage-ledger.ts';
import type { Clock } from '../../core/units/clock.ts';
import type { AdminId, NodeId, ResetId, ScheduledResetId } from '../../core/units/ids.ts';
import type { SlowReader } from './slow-reader.ts';
import type { WriterLink } from './writer-link.ts';

/** The transactional truth, on the main thread's side: everything is done by the writer. */
export class SqlUsageLedger implements UsageLedger {
  readonly #writer: WriterLink;
  readonly #reader: SlowReader;
  /** For work on the whole file that may take minutes: nobody waits behind it. */
  readonly #worker: SlowReader;
  readonly #clock: Clock;

  constructor(writer: WriterLink, reader: SlowReader, worker: SlowReader, clock: Clock) {
    this.#writer = writer;
    this.#reader = reader;
    this.#worker = worker;
    this.#clock = clock;
  }

  recordReports(sender: ReportSender, reports: readonly UsageReport[]): Promise<ReportOutcome> {
    return this.#writer.reports(sender, reports);
  }

  recordPoll(poll: NodePoll): Promise<PollBooked> {
    return this.#writer.poll(poll);
  }

  recordFailedPoll(failure: FailedPoll): Promise<ChainPlace> {
    return this.#writer.run('recordFailedPoll', failure);
  }

  passAgentReading(nodeId: NodeId, at: Date, mark: AgentMark): Promise<void> {
    return this.#writer.run('passAgentReading', nodeId, at, mark);
  }

  reset(request: ResetRequest): Promise<ResetMark> {
    return this.#writer.run('reset', request);
  }

  undoReset(id: ResetId, by: AdminId | null): Promise<ResetMark> {
    return this.#writer.run('undoReset', id, by);
  }

  previewReset(request: ResetRequest): Promise<ResetEffect> {
    return this.#writer.run('previewReset', request);
  }

  previewUndoReset(id: ResetId): Promise<ResetEffect> {
    return this.#writer.run('previewUndoReset', id);
  }

  scheduleReset(request: NewScheduledReset): Promise<ScheduledReset> {
    return this.#writer.run('scheduleReset', request);
  }

  cancelScheduledReset(id: ScheduledResetId, _by: AdminId | null): Promise<ScheduledReset> {
    return this.#writer.run('cancelScheduledReset', id);
  }

  correct(correction: NewCorrection, preview: boolean): Promise<EntryOutcome> {
    return this.#writer.run('correct', correction, preview);
  }

  decide(decision: Decision, preview: boolean): Promise<EntryOutcome> {
    return this.#writer.run('decide', decision, preview);
  }

  rebind(rebinding: NewRebinding, preview: boolean): Promise<EntryOutcome> {
    return this.#writer.run('rebind', rebinding, preview);
  }

  undoEntry(undo: EntryUndo, preview: boolean): Promise<EntryOutcome> {
    return this.#writer.run('undoEntry', undo, preview);
  }

  async previewCleanup(days: number): Promise<CleanupPreview> {
    requireDays(days);
    await this.#writer.settle();
    return await this.#reader.read('previewCleanup', days, this.#clock.now().getTime());
  }

  async daysOfRecords(before: Date): Promise<readonly number[]> {
    await this.#writer.settle();
    return await this.#worker.read('daysOfRecords', before.getTime());
  }

  proveDay(day: number): Promise<void> {
    return this.#worker.read('proveDay', day);
  }

  async rawTotals(): Promise<RawTotals> {
    await this.#writer.settle();
    return await this.#worker.read('rawTotals');
  }

  cleanupStep(before: Date, maxRows: number): Promise<{ readonly deleted: number; readonly remaining: boolean }> {
    return this.#writer.run('cleanupStep', before.getTime(), maxRows);
  }

  setTracking(enabled: boolean, _by: AdminId | null): Promise<TrackingState> {
    return this.#writer.run('setTracking', enabled);
  }

  async backup(
    path: string,
    sealedKey: string | null = null,
  ): Promise<{ readonly path: string; readonly bytes: number }> {
    await this.#writer.settle();
    return await this.#worker.read('backup', path, sealedKey);
  }

  onCommit(listener: (commit: Commit) => void): () => void {
    return this.#writer.onCommit(listener);
  }
}

function requireDays(days: number): void {
  if (Number.isInteger(days) && days >= 1) return;
  throw new InvalidInput('/days', '"days" must be a whole number of at least 1.', 'Records of today are always kept.');
}
