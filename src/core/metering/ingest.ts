import { ExpectedError, InvalidInput } from '../errors.ts';
import { DEDUPLICATION_DAYS, type UsageReport } from '../ledger/report.ts';
import { IMPLAUSIBLE_BYTES, type Traffic } from '../units/bytes.ts';

const USER_TOKEN = /^[A-Za-z0-9._~@:-]{1,128}$/;
/** Path segments with a meaning of their own behind `traffic-stats/`: a token of that name could not be asked for. */
const ROUTE_WORDS: ReadonlySet<string> = new Set(['global', 'server', 'database', 'cleanup', 'reset', '.', '..']);
/** RFC 3339 date-time, section 5.6. */
const INSTANT = /^\d{4}-\d\d-(\d\d)[Tt](\d\d):\d\d:\d\d(?:\.\d{1,9})?(?:[Zz]|[+-]\d\d:\d\d)$/;
const DAY_MS = 86_400_000;
const WINDOW_MS = DEDUPLICATION_DAYS * DAY_MS;
/** Longest period of a report that is filled in later: ten years. */
const BACKFILL_DAYS = 3_660;
/** Clocks of senders may be ahead by this much. */
const MAX_AHEAD_MS = 5 * 60_000;

/** What a report is judged by, besides itself. */
export interface ReportRules {
  /** Wall instant of receipt, ms. */
  readonly nowMs: number;
  /** The sender answers for repeats itself: the period may be older than the deduplication window. */
  readonly backfill: boolean;
}

/**
 * Checks one report as it came in and turns it into the ledger's form. `pointer` is the JSON pointer of the report
 * itself ('' or '/3'); `eventId` serves where the report names none. Nothing is coerced: "443" is no port. `null` in an
 * optional field is the same as leaving it out, except for bytes. Fields that we do not know are ignored.
 * @throws InvalidInput naming the field
 */
export function parseReport(value: unknown, pointer: string, eventId: string | null, rules: ReportRules): UsageReport {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new InvalidInput(pointer, 'A report must be a JSON object.', 'Send {"user_token": …, "server": …, …}.');
  }
  const report = value as Readonly<Record<string, unknown>>;
  const userToken = report.user_token;
  if (typeof userToken !== 'string') throw missingOrWrong(report, pointer, 'user_token', 'a string');
  const refusal = userTokenRefusal(userToken);
  if (refusal !== null) throw new InvalidInput(`${pointer}/user_token`, `"user_token" ${refusal}.`);
  if (report.bytes_uploaded === undefined && report.bytes_downloaded === undefined) {
    throw new InvalidInput(`${pointer}/bytes_uploaded`, '"bytes_uploaded" and "bytes_downloaded" are both missing.');
  }
  const periodStart = optionalInstant(report, pointer, 'period_start');
  const periodEnd = optionalInstant(report, pointer, 'period_end');
  if (periodStart !== null || periodEnd !== null) checkPeriod(periodStart, periodEnd, pointer, rules);
  return {
    userToken,
    server: canonicalServer(text(report, pointer, 'server', 255)),
    port: wholeNumber(report, pointer, 'port', 1, 65_535),
    protocol: text(report, pointer, 'protocol', 32).toLowerCase(),
    rx: bytes(report, pointer, 'bytes_uploaded'),
    tx: bytes(report, pointer, 'bytes_downloaded'),
    mode: mode(report, pointer),
    stream: isAbsent(report.stream) || report.stream === '' ? '' : text(report, pointer, 'stream', 128),
    eventId: isAbsent(report.event_id) ? eventId : text(report, pointer, 'event_id', 255),
    periodStart,
    periodEnd,
  };
}

/** Host names differ only in their letters' case: the ledger keeps them in lower case, and statistics show them so. */
export function canonicalServer(server: string): string {
  return server.toLowerCase();
}

/** True for more bytes than one report or reading can plausibly add: kept in quarantine until an admin decides. */
export function isImplausible(bytes: Pick<Traffic, 'rx' | 'tx'> & { readonly total?: bigint }): boolean {
  return (bytes.total ?? (bytes.rx ?? 0n) + (bytes.tx ?? 0n)) > IMPLAUSIBLE_BYTES;
}

/**
 * When the bytes of a delta flowed. `fromMs` null: only the end is known, they are booked there. What a sender's clock
 * puts ahead of the receipt is taken as the receipt: bytes cannot be reported before they flowed.
 */
export function reportInterval(
  report: Pick<UsageReport, 'periodStart' | 'periodEnd'>,
  receivedAtMs: number,
): { readonly fromMs: number | null; readonly toMs: number } {
  const toMs = Math.min(report.periodEnd?.getTime() ?? receivedAtMs, receivedAtMs);
  const fromMs = report.periodStart === null ? null : Math.min(report.periodStart.getTime(), toMs);
  return { fromMs, toMs };
}

/** Why a text cannot be a user_token, as the end of a sentence; null if it can. */
export function userTokenRefusal(text: string): string | null {
  if (!USER_TOKEN.test(text)) return 'must be 1 to 128 letters, digits or any of . _ ~ @ : -';
  if (ROUTE_WORDS.has(text)) return `must not be "${text}", which is part of an address`;
  return null;
}

function missingOrWrong(report: Readonly<Record<string, unknown>>, pointer: string, field: string, wanted: string) {
  const message = report[field] === undefined ? `"${field}" is missing.` : `"${field}" must be ${wanted}.`;
  return new InvalidInput(`${pointer}/${field}`, message);
}

function text(report: Readonly<Record<string, unknown>>, pointer: string, field: string, max: number): string {
  const value = report[field];
  if (typeof value === 'string' && value.length >= 1 && value.length <= max && isPrintable(value)) return value;
  throw missingOrWrong(report, pointer, field, `1 to ${max} printable characters`);
}

/** No control characters (C0, DEL, C1). A loop, because a regular expression costs ten times as much per report. */
function isPrintable(value: string): boolean {
  for (let i = 0; i < value.length; i++) {
    const code = value.charCodeAt(i);
    if (code < 0x20 || (code >= 0x7f && code <= 0x9f)) return false;
  }
  return true;
}

function wholeNumber(
  report: Readonly<Record<string, unknown>>,
  pointer: string,
  field: string,
  min: number,
  max: number,
): number {
  const value = report[field];
  if (typeof value === 'number' && Number.isInteger(value) && value >= min && value <= max) return value;
  throw missingOrWrong(report, pointer, field, `a whole number from ${min} to ${max}`);
}

/** A missing direction is 0. Above 2^53 - 1 a JSON number is not exact, so it is refused, not rounded. */
function bytes(report: Readonly<Record<string, unknown>>, pointer: string, field: string): bigint {
  if (report[field] === undefined) return 0n;
  return BigInt(wholeNumber(report, pointer, field, 0, Number.MAX_SAFE_INTEGER));
}

function mode(report: Readonly<Record<string, unknown>>, pointer: string): UsageReport['mode'] {
  const value = report.mode;
  if (isAbsent(value) || value === 'delta') return 'delta';
  if (value === 'cumulative') return 'cumulative';
  throw missingOrWrong(report, pointer, 'mode', '"delta" or "cumulative"');
}

function optionalInstant(report: Readonly<Record<string, unknown>>, pointer: string, field: string): Date | null {
  const value = report[field];
  if (isAbsent(value)) return null;
  const ms = typeof value === 'string' ? parseInstant(value) : Number.NaN;
  if (Number.isNaN(ms)) throw missingOrWrong(report, pointer, field, 'an instant such as 2026-11-01T00:00:00Z');
  return new Date(ms);
}

/** NaN for anything but an RFC 3339 instant; `Date.parse` alone would take 30 February for 2 March, and 24:00. */
function parseInstant(value: string): number {
  const match = INSTANT.exec(value);
  if (match === null || Number(match[2]) > 23) return Number.NaN;
  const day = Number(match[1]);
  const isInMonth = day <= 28 || new Date(`${value.slice(0, 10)}T00:00:00Z`).getUTCDate() === day;
  return isInMonth ? Date.parse(value) : Number.NaN;
}

function isAbsent(value: unknown): value is undefined | null {
  return value === undefined || value === null;
}

function checkPeriod(start: Date | null, end: Date | null, pointer: string, rules: ReportRules): void {
  if (start !== null && end !== null && end < start) {
    throw new InvalidInput(`${pointer}/period_end`, '"period_end" must not be before "period_start".');
  }
  for (const [field, instant] of [
    ['period_start', start],
    ['period_end', end],
  ] as const) {
    if (instant === null || instant.getTime() <= rules.nowMs + MAX_AHEAD_MS) continue;
    throw new InvalidInput(
      `${pointer}/${field}`,
      `"${field}" lies more than 5 minutes ahead.`,
      'Check the clock and the time zone of the sender.',
    );
  }
  // A period is spread over its days: one since the year 1 would be a million records.
  const mostDays = rules.backfill ? BACKFILL_DAYS : DEDUPLICATION_DAYS;
  if (start !== null && (end?.getTime() ?? rules.nowMs) - start.getTime() > mostDays * DAY_MS) {
    throw new InvalidInput(
      `${pointer}/period_start`,
      `"period_start" lies more than ${mostDays} days before the end of the period.`,
      'Send shorter periods, or leave "period_start" out: the bytes are then booked at the end.',
    );
  }
  const last = (end ?? start)?.getTime();
  if (last === undefined || rules.backfill || last >= rules.nowMs - WINDOW_MS) return;
  throw new ExpectedError(
    'too-old-to-deduplicate',
    `The report is of a time more than ${DEDUPLICATION_DAYS} days ago; whether it was counted before is not known any more.`,
    {
      hint: 'Use ?backfill=true with a token of scope write if you are sure that it was not counted yet.',
      details: { pointer: `${pointer}/${end === null ? 'period_start' : 'period_end'}` },
    },
  );
}
