import type { UsageReport } from '../../core/ledger/report.ts';
import type { Item } from './writer/writer-items.ts';

/**
 * Reports of requests on their way to the writer: their texts as one JSON list, their numbers in one array, both report by
 * report. At both ends together this takes a quarter less than one list of plain values, which takes a third of what objects
 * take. Bytes fit numbers (at most 2^53 - 1 each).
 */
export interface FlatReports {
  readonly texts: string;
  readonly numbers: Float64Array;
}

/** Reports of one request, and where it stood among other items. */
export interface PlacedReports {
  readonly place: number;
  readonly item: Item<'reports'>;
}

/** Sender, token, server, protocol, stream, event id. */
const TEXTS = 6;
/** Place, id, reports of the request (the first one says so), flags, port, rx, tx, begin and end of the period. */
const NUMBERS = 9;
const VERIFIED = 1;
const BACKFILL = 2;
const CUMULATIVE = 4;

export function flattenReports(requests: readonly PlacedReports[]): FlatReports {
  let count = 0;
  for (const { item } of requests) count += item.reports.length;
  const texts: (string | null)[] = [];
  const numbers = new Float64Array(count * NUMBERS);
  let at = 0;
  for (const { place, item } of requests) {
    const { credential, verified, backfill } = item.sender;
    const ofSender = (verified ? VERIFIED : 0) | (backfill ? BACKFILL : 0);
    for (const report of item.reports) {
      texts.push(credential, report.userToken, report.server, report.protocol, report.stream, report.eventId);
      numbers[at] = place;
      numbers[at + 1] = item.id;
      numbers[at + 2] = item.reports.length;
      numbers[at + 3] = ofSender | (report.mode === 'cumulative' ? CUMULATIVE : 0);
      numbers[at + 4] = report.port;
      numbers[at + 5] = Number(report.rx);
      numbers[at + 6] = Number(report.tx);
      numbers[at + 7] = report.periodStart?.getTime() ?? Number.NaN;
      numbers[at + 8] = report.periodEnd?.getTime() ?? Number.NaN;
      at += NUMBERS;
    }
  }
  return { texts: JSON.stringify(texts), numbers };
}

export function joinReports({ texts, numbers }: FlatReports): PlacedReports[] {
  const requests: PlacedReports[] = [];
  if (numbers.length === 0) return requests;
  const words = JSON.parse(texts) as (string | null)[];
  const all = numbers.length / NUMBERS;
  for (let n = 0; n < all; ) {
    const at = n * NUMBERS;
    const place = numbers[at] as number;
    const id = numbers[at + 1] as number;
    const end = n + (numbers[at + 2] as number);
    const flags = numbers[at + 3] as number;
    const credential = words[n * TEXTS] as string | null;
    const sender = { credential, verified: (flags & VERIFIED) !== 0, backfill: (flags & BACKFILL) !== 0 };
    const reports: UsageReport[] = [];
    for (; n < end; n++) reports.push(reportAt(words, numbers, n));
    requests.push({ place, item: { id, kind: 'reports', sender, reports } });
  }
  return requests;
}

function reportAt(words: readonly (string | null)[], numbers: Float64Array, n: number): UsageReport {
  const word = n * TEXTS;
  const at = n * NUMBERS;
  return {
    userToken: words[word + 1] as string,
    server: words[word + 2] as string,
    port: numbers[at + 4] as number,
    protocol: words[word + 3] as string,
    rx: BigInt(numbers[at + 5] as number),
    tx: BigInt(numbers[at + 6] as number),
    mode: ((numbers[at + 3] as number) & CUMULATIVE) === 0 ? 'delta' : 'cumulative',
    stream: words[word + 4] as string,
    eventId: words[word + 5] as string | null,
    periodStart: toDate(numbers[at + 7] as number),
    periodEnd: toDate(numbers[at + 8] as number),
  };
}

function toDate(ms: number): Date | null {
  return Number.isNaN(ms) ? null : new Date(ms);
}
