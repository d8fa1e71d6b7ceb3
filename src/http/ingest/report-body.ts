import { InvalidInput } from '../../core/errors.ts';
import type { UsageReport } from '../../core/ledger/report.ts';
import { parseReport, type ReportRules } from '../../core/metering/ingest.ts';
import { problem } from '../problem.ts';

const MAX_EVENT_ID = 255;

/** A request body as it was understood: one report, or a batch (an array or NDJSON, even with one entry). */
export type ReportBody = { readonly single: unknown } | { readonly batch: readonly unknown[] };

/**
 * Reads a body as JSON, whatever its Content-Type says (the original did), or as NDJSON if it says so or if it is
 * several lines of JSON. @throws malformed-json
 */
export function readReportBody(text: string, contentType: string | undefined): ReportBody {
  if (contentType !== undefined && /ndjson|jsonl|json-seq/i.test(contentType)) return { batch: readLines(text) };
  try {
    const value: unknown = JSON.parse(text);
    return Array.isArray(value) ? { batch: value } : { single: value };
  } catch {
    if (isLineOfMany(text)) return { batch: readLines(text) };
    throw problem('malformed-json', whyNoJson(text), { pointer: '' });
  }
}

/** A body that was compressed begins with the mark of gzip: the sender thinks that it is understood. */
function whyNoJson(text: string): string {
  if (text === '') return 'The body is empty.';
  return text.startsWith('\u001f')
    ? 'The body is compressed. Send it as it is: JSON text without Content-Encoding.'
    : 'The body is not valid JSON.';
}

/**
 * Whether the first line is one object, and another begins after it. Looked at character by character: on 1 MiB of blanks a
 * regular expression that goes back and forth takes hours.
 */
function isLineOfMany(text: string): boolean {
  const body = text.trimStart();
  const end = body.indexOf('\n');
  if (end < 0) return false;
  const first = body.slice(0, end).trimEnd();
  return first.startsWith('{') && first.endsWith('}') && body.slice(end).trimStart().startsWith('{');
}

function readLines(text: string): unknown[] {
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  return lines.map((line, index) => {
    try {
      return JSON.parse(line) as unknown;
    } catch {
      throw problem('malformed-json', `Line ${index + 1} is not valid JSON.`, { pointer: `/${index}` });
    }
  });
}

/** Checks all reports of a body. @throws InvalidInput naming the first field that is wrong; nothing was recorded */
export function parseReports(body: ReportBody, requestId: string | null, rules: ReportRules): UsageReport[] {
  if ('single' in body) return [parseReport(body.single, '', requestId, rules)];
  if (body.batch.length === 0) throw new InvalidInput('', 'The batch is empty.', 'Send at least one report.');
  return body.batch.map((report, n) => {
    return parseReport(report, `/${n}`, requestId === null ? null : `${requestId}#${n}`, rules);
  });
}

/** The event id that the headers give the whole request; null if none. */
export function requestEventId(idempotencyKey: unknown, webhookId: unknown): string | null {
  const id = idempotencyKey ?? webhookId;
  if (id === undefined) return null;
  if (typeof id === 'string' && id.length >= 1 && id.length <= MAX_EVENT_ID) return id;
  throw new InvalidInput('/headers/idempotency-key', `An event id has 1 to ${MAX_EVENT_ID} characters.`);
}
