/** A usage report of a sender, already validated (core/metering/ingest.ts); viewpoint of the node, units bytes. */
export interface UsageReport {
  readonly userToken: string;
  readonly server: string;
  readonly port: number;
  readonly protocol: string;
  /** Uploaded by the user. */
  readonly rx: bigint;
  /** Downloaded by the user. */
  readonly tx: bigint;
  /** `delta`: bytes since the sender's last report. `cumulative`: value of the named stream, which starts at 0. */
  readonly mode: 'delta' | 'cumulative';
  /** Name of a cumulative stream; '' is the default stream. */
  readonly stream: string;
  /** Makes the report count once per sender; null = the sender gave none. */
  readonly eventId: string | null;
  readonly periodStart: Date | null;
  readonly periodEnd: Date | null;
}

/** Who sent a request with reports. Ids are unique per sender. */
export interface ReportSender {
  /** Credential id, or null for reports nobody signed: their ids are unique per user_token. */
  readonly credential: string | null;
  readonly verified: boolean;
  /** May send reports older than the deduplication window (`?backfill=true` with a `write` token). */
  readonly backfill: boolean;
}

/** What became of the reports of one request: all of them or none were recorded. */
export interface ReportOutcome {
  readonly recorded: number;
  /** Same event id, same body: counted before. */
  readonly duplicates: number;
  /** Cumulative values not later than the last applied one. */
  readonly stale: number;
  /** Implausible: kept, not counted until an admin decides. */
  readonly quarantined: number;
}

/** Days for which event ids are remembered; older reports are refused instead of maybe counted twice. */
export const DEDUPLICATION_DAYS = 35;
