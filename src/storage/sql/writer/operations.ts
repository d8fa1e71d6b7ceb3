import type { NewBillingRule } from '../../../core/ledger/billing.ts';
import type { Decision, EntryOutcome, EntryUndo, NewCorrection, NewRebinding } from '../../../core/ledger/entry.ts';
import type { TrackingState } from '../../../core/ledger/usage-ledger.ts';
import { PAUSE } from '../../../core/metering/gap-words.ts';
import type { AuditEntry } from '../../../core/settings/settings-store.ts';
import type { Calendar, ZoneSince } from '../../../core/units/calendar.ts';
import type { NewId } from '../../../core/units/ids.ts';
import type { WriteConnection } from '../connections.ts';
import type { Database } from '../database.ts';
import { afterLastDay } from '../opening.ts';
import { AccessMarks } from './access-marks.ts';
import { accessOperations } from './access-operations.ts';
import { accountOperations } from './account-operations.ts';
import { AdminLimitWriter, adminLimitOperations } from './admin-limits.ts';
import { AgentMarks } from './agent-marks.ts';
import { agentOperations } from './agent-operations.ts';
import { alertOperations } from './alert-operations.ts';
import { Alerts } from './alerts.ts';
import { Attribution } from './attribution.ts';
import { BillingRules } from './billing-rules.ts';
import { Booking } from './booking.ts';
import { budgetOperations } from './budgets.ts';
import { Channels } from './channels.ts';
import { Checks } from './checks.ts';
import { Cleanup } from './cleanup.ts';
import { Corrections } from './corrections.ts';
import { Entries } from './entries.ts';
import { Figures } from './figures.ts';
import { Findings } from './findings.ts';
import { Health, healthOperations } from './health.ts';
import { Identities } from './identities.ts';
import { Inbox } from './inbox.ts';
import { inventoryOperations } from './inventory-operations.ts';
import { Links } from './links.ts';
import { Liveness } from './liveness.ts';
import { MeterStates } from './meter-states.ts';
import { Nodes } from './nodes.ts';
import { operation } from './operation.ts';
import { Owners } from './owners.ts';
import { Plans } from './plans.ts';
import { PollOutcomes } from './poll-outcomes.ts';
import { PollRecorder } from './polls.ts';
import { QuotaAccounts } from './quota-accounts.ts';
import { quotaOperations } from './quota-operations.ts';
import { Quotas } from './quotas.ts';
import { Rebindings } from './rebindings.ts';
import { ReportBooking } from './report-booking.ts';
import { ReportDesk } from './report-desk.ts';
import { ReportIntake } from './report-intake.ts';
import { resetOperations } from './reset-operations.ts';
import { Resets } from './resets.ts';
import { ScheduledResets } from './scheduled-resets.ts';
import { Settings } from './settings.ts';
import { Tenures } from './tenures.ts';
import { TrackingSwitch } from './tracking.ts';
import { TwoFactors, twoFactorOperations } from './two-factors.ts';

export interface WriterSizes {
  /** Counters that are kept in memory. */
  readonly countersKept?: number;
  /** Readings of a poll that one transaction books. */
  readonly readingsPerCommit?: number;
}

/** The parts of the writer, wired. Everything here works on the one connection that writes. */
export function makeParts(db: Database, calendar: Calendar, newId: NewId, nowMs: number, sizes: WriterSizes = {}) {
  const attribution = new Attribution(db);
  const tracking = new TrackingSwitch(db, nowMs);
  const accounts = new QuotaAccounts(db, calendar);
  const quotas = new Quotas(db, attribution, accounts, () => tracking.state.enabled, nowMs);
  const booking = new Booking(db, calendar, quotas);
  const states = new MeterStates(db, sizes.countersKept);
  const outcomes = new PollOutcomes(db);
  const agents = new AgentMarks(db);
  const access = new AccessMarks(db);
  const resets = new Resets(db, quotas, newId);
  const adminLimits = new AdminLimitWriter(db, quotas, calendar);
  const intake = new ReportIntake(db, tracking);
  // A fold lasts over several transactions, in between which polls book: they gather apart.
  const reportSums = new Booking(db, calendar, quotas);
  const reportBooking = new ReportBooking(db, attribution, reportSums, calendar);
  const entries = new Entries(db, attribution, calendar, newId);
  const rebindings = new Rebindings(db, attribution, entries);
  return {
    attribution,
    booking,
    states,
    tracking,
    outcomes,
    agents,
    access,
    resets,
    schedule: new ScheduledResets(db, resets, adminLimits, newId),
    intake,
    desk: new ReportDesk({ inbox: new Inbox(db), intake, reportBooking, booking: reportSums }),
    reportBooking,
    reportSums,
    polls: new PollRecorder(db, {
      attribution,
      booking,
      states,
      tracking,
      outcomes,
      agents,
      access,
      calendar,
      checks: new Checks(db, calendar),
      findings: new Findings(db),
      newId,
      readingsPerCommit: sizes.readingsPerCommit,
    }),
    figures: new Figures(db),
    quotas,
    plans: new Plans(db, quotas, resets, newId),
    adminLimits,
    owners: new Owners(db, resets, quotas, new Tenures(db, calendar), newId),
    health: new Health(db),
    ...{ alerts: new Alerts(db, newId), channels: new Channels(db, newId), twoFactors: new TwoFactors(db) },
    nodes: new Nodes(db, outcomes, quotas, newId),
    identities: new Identities(db, newId),
    corrections: new Corrections(db, attribution, entries, rebindings, calendar),
    rebindings,
    links: new Links(db, newId),
    cleanup: new Cleanup(db, calendar),
    settings: new Settings(db),
    calendar,
    billing: new BillingRules(db),
    liveness: new Liveness(db),
  };
}

export type WriterParts = ReturnType<typeof makeParts>;

/** An entry, or with `preview` only what it would do. */
function entryOperation<A>(parts: WriterParts, run: (nowMs: number, request: A) => EntryOutcome) {
  return {
    ...operation('usage', (now, request: A, preview: boolean): EntryOutcome => {
      const { entry, effect } = run(now, request);
      parts.booking.forgetActive();
      parts.reportSums.forgetActive();
      for (const { userId } of effect.holders) if (userId !== null) parts.quotas.usageChanged(userId);
      return { entry: preview ? null : entry, effect };
    }),
    isPreview: ([, preview]: readonly unknown[]) => preview === true,
  };
}

/** Every operation of the writer but reports and polls. Each runs in a savepoint of its own. */
export function makeOperations(parts: WriterParts, connection: WriteConnection) {
  const { db } = connection;
  const { settings, outcomes, corrections, rebindings, states, tracking, cleanup } = parts;
  return {
    ...accessOperations(parts),
    ...agentOperations(parts),
    ...alertOperations(parts),
    ...twoFactorOperations(parts),
    ...resetOperations(parts),
    ...healthOperations(parts),
    ...quotaOperations(parts),
    ...adminLimitOperations(parts),
    ...budgetOperations(db),
    cleanupStep: operation('none', (now, beforeMs: number, maxRows: number) => cleanup.step(beforeMs, maxRows, now)),
    correct: entryOperation(parts, (now, correction: NewCorrection) => corrections.correct(correction, now)),
    decide: entryOperation(parts, (now, decision: Decision) => corrections.decide(decision, now)),
    rebind: entryOperation(parts, (now, asked: NewRebinding) => {
      const outcome = rebindings.rebind(asked, now);
      states.forgetOwnersOf([asked.peerId]);
      return outcome;
    }),
    undoEntry: entryOperation(parts, (now, undo: EntryUndo) => {
      const outcome = corrections.undo(undo, now);
      states.forgetOwnersOf(rebindings.peersOf(undo.id));
      return outcome;
    }),
    setTracking: operation('inventory', (now, enabled: boolean): TrackingState => {
      if (tracking.set(enabled, now) && !enabled) gapOnEveryNode(db, outcomes, now);
      return tracking.state;
    }),
    /** Proves that the ledger can be written, and does what is due now and then. */
    beat: operation('none', (now) => {
      cleanup.sweepKeys(now);
      settings.sampleSize(now, connection.bytes());
    }),

    /** Keeps room for the moment at which the disk is full. False: there is none to keep at present. */
    keepReserve: operation('none', (): boolean => connection.keepReserve()),

    /** Whether somebody keeps sums beside the tables and wants to be told what is added to them. */
    watch: operation('none', (_now, watched: boolean) => {
      parts.booking.isWatched = watched;
      parts.reportSums.isWatched = watched;
    }),

    setBillingRule: operation('inventory', (now, rule: NewBillingRule) => parts.billing.set(rule, now)),
    removeBillingRule: operation('inventory', (now, id: string) => parts.billing.remove(id, now)),

    ...inventoryOperations(parts),
    ...accountOperations(parts),
    setSetting: operation('none', (_now, name: string, value: unknown) => settings.set(name, value)),
    /** Saves the zone that holds from the next midnight on; `adoptZones` has to follow once that is durable. */
    saveZone: operation('none', (now, timeZone: string): readonly ZoneSince[] => {
      const { zones } = parts.calendar.withZone(timeZone, afterLastDay(db, now));
      settings.setMeta('calendar', zones);
      return zones;
    }),
    adoptZones: operation('none', (_now, zones: readonly ZoneSince[]) => {
      parts.calendar.adopt(zones);
      // Cycles that run may end at another instant.
      parts.quotas.everybodysUsageChanged();
    }),
    setMeta: operation('none', (_now, name: string, value: unknown) => settings.setMeta(name, value)),
    writeAudit: operation('none', (_now, entry: AuditEntry) => settings.audit(entry)),
  };
}

export type WriterOperations = ReturnType<typeof makeOperations>;
export type OperationName = keyof WriterOperations;
type DropFirst<T extends readonly unknown[]> = T extends readonly [unknown, ...infer Rest] ? Rest : [];
export type OperationArgs<N extends OperationName> = DropFirst<Parameters<WriterOperations[N]['run']>>;
export type OperationResult<N extends OperationName> = ReturnType<WriterOperations[N]['run']>;

function gapOnEveryNode(db: Database, outcomes: PollOutcomes, nowMs: number): void {
  for (const id of db.prepare('SELECT id FROM node WHERE deleted_at IS NULL').pluck().all()) {
    outcomes.turnGap(id as string, 'tracking-off', PAUSE.trackingCut.message);
    // What came after the last reading counts neither: nobody saw that it belongs before.
    outcomes.openGapSinceLast(id as string, nowMs, 'tracking-off', PAUSE.trackingOff.message);
  }
}
