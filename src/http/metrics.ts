import type { ReportOutcome } from '../core/ledger/report.ts';

/** Counts kept while the process runs, for /metrics; plain numbers, because the webhook adds to them on every request. */
export class Metrics {
  recorded = 0;
  duplicates = 0;
  stale = 0;
  quarantined = 0;
  commits = 0;

  reported(outcome: ReportOutcome): void {
    this.recorded += outcome.recorded;
    this.duplicates += outcome.duplicates;
    this.stale += outcome.stale;
    this.quarantined += outcome.quarantined;
  }
}
