import type { ReportOutcome, ReportSender, UsageReport } from '../../core/ledger/report.ts';
import type { ZoneSince } from '../../core/units/calendar.ts';
import type { ReaderPart } from './reader/asked.ts';
import type { SlowReadName } from './reader/readers.ts';
import { type FlatPoll, flattenPoll, joinPoll } from './reading-columns.ts';
import { fromWireError, toWireError, type WireError } from './wire-error.ts';
import type { WriterAnswer, WriterItem, WriterTurn } from './writer/writer-items.ts';

/** What the main thread and its workers say to each other. */
export type ToWriter =
  | {
      readonly kind: 'items';
      readonly items: readonly WireItem[];
      readonly reports: FlatReports;
      readonly nowMs: number;
    }
  | { readonly kind: 'close' };

export type FromWriter =
  | { readonly kind: 'ready'; readonly found: unknown }
  /** Another process writes; this one goes on waiting until it may. */
  | { readonly kind: 'waiting' }
  | { readonly kind: 'failed'; readonly error: WireError }
  /** The connection is lost, and the writer with it. Whether what was not answered took place, the tables know. */
  | { readonly kind: 'lost'; readonly error: WireError }
  | {
      readonly kind: 'turn';
      readonly answers: readonly WireAnswer[];
      readonly outcomes: readonly number[];
      readonly turn: Omit<WriterTurn, 'answers'>;
    };

/** An item as it goes to the writer: polls by columns. */
type WireItem =
  | Exclude<WriterItem, { readonly kind: 'poll' }>
  | { readonly id: number; readonly kind: 'poll'; readonly poll: FlatPoll };

type WireAnswer =
  | { readonly id: number; readonly ok: true; readonly value: unknown }
  | { readonly id: number; readonly ok: false; readonly error: WireError };

/** Ids made in a worker: 16 of 62 characters are 95 bits. */
export const ID_LENGTH = 16;

export type ToReader =
  | { readonly id: number; readonly name: SlowReadName; readonly args: readonly unknown[] }
  | { readonly id: number; readonly part: ReaderPart; readonly name: string; readonly args: readonly unknown[] }
  | { readonly zones: readonly ZoneSince[] };

export type FromReader = WireAnswer;

/**
 * Reports one after the other as plain values: a message of these takes a third of the time that one of objects takes,
 * at both ends. Bytes fit numbers (at most 2^53 - 1 each).
 */
export type FlatReports = readonly (string | number | boolean | null)[];

const FIELDS = 17;

/** `place`: where the item stood among the others. The first report of an item says how many follow. */
export function flattenItems(items: readonly WriterItem[]): { items: WireItem[]; reports: FlatReports } {
  const rest: WireItem[] = [];
  const flat: (string | number | boolean | null)[] = [];
  items.forEach((item, place) => {
    if (item.kind !== 'reports' || item.reports.length === 0) {
      rest.push(item.kind === 'poll' ? { ...item, poll: flattenPoll(item.poll) } : item);
      return;
    }
    const { credential, verified, backfill } = item.sender;
    for (const report of item.reports) {
      const { userToken, server, port, protocol, rx, tx, mode, stream, eventId, periodStart, periodEnd } = report;
      flat.push(place, item.id, item.reports.length, credential, verified, backfill, userToken, server, port, protocol);
      flat.push(
        Number(rx),
        Number(tx),
        mode,
        stream,
        eventId,
        periodStart?.getTime() ?? null,
        periodEnd?.getTime() ?? null,
      );
    }
  });
  return { items: rest, reports: flat };
}

/** All items again, each in its place. */
export function joinItems(wire: readonly WireItem[], flat: FlatReports): WriterItem[] {
  const rest = wire.map((item) => (item.kind === 'poll' ? { ...item, poll: joinPoll(item.poll) } : item));
  if (flat.length === 0) return rest;
  const items: WriterItem[] = [];
  let nextRest = 0;
  let at = 0;
  while (at < flat.length) {
    const [place, id, count, credential, verified, backfill] = flat.slice(at, at + 6) as HeaderFields;
    while (items.length < place) {
      const item = rest[nextRest++];
      if (item === undefined) throw new Error('a message to the writer lost an item');
      items.push(item);
    }
    const sender: ReportSender = { credential, verified, backfill };
    const reports: UsageReport[] = [];
    for (let n = 0; n < count; n++, at += FIELDS) reports.push(reportAt(flat, at + 6));
    items.push({ id, kind: 'reports', sender, reports });
  }
  return [...items, ...rest.slice(nextRest)];
}

type HeaderFields = [number, number, number, string | null, boolean, boolean];

function reportAt(flat: FlatReports, at: number): UsageReport {
  const start = flat[at + 9] as number | null;
  const end = flat[at + 10] as number | null;
  return {
    userToken: flat[at] as string,
    server: flat[at + 1] as string,
    port: flat[at + 2] as number,
    protocol: flat[at + 3] as string,
    rx: BigInt(flat[at + 4] as number),
    tx: BigInt(flat[at + 5] as number),
    mode: flat[at + 6] as UsageReport['mode'],
    stream: flat[at + 7] as string,
    eventId: flat[at + 8] as string | null,
    periodStart: start === null ? null : new Date(start),
    periodEnd: end === null ? null : new Date(end),
  };
}

/** Answers to reports are five numbers each; all others go as they are, errors without their class. */
export function flattenAnswers(answers: readonly WriterAnswer[]): { answers: WireAnswer[]; outcomes: number[] } {
  const rest: WireAnswer[] = [];
  const outcomes: number[] = [];
  for (const answer of answers) {
    if (!answer.ok) rest.push({ ...answer, error: toWireError(answer.error) });
    else if (isOutcome(answer.value)) {
      const { recorded, duplicates, stale, quarantined } = answer.value;
      outcomes.push(answer.id, recorded, duplicates, stale, quarantined);
    } else rest.push(answer);
  }
  return { answers: rest, outcomes };
}

export function joinAnswers(rest: readonly WireAnswer[], outcomes: readonly number[]): WriterAnswer[] {
  const answers: WriterAnswer[] = rest.map((answer) =>
    answer.ok ? answer : { ...answer, error: fromWireError(answer.error) },
  );
  for (let at = 0; at < outcomes.length; at += 5) {
    const [id, recorded, duplicates, stale, quarantined] = outcomes.slice(at, at + 5) as Five;
    answers.push({ id, ok: true, value: { recorded, duplicates, stale, quarantined } satisfies ReportOutcome });
  }
  return answers;
}

type Five = [number, number, number, number, number];

function isOutcome(value: unknown): value is ReportOutcome {
  return typeof value === 'object' && value !== null && 'quarantined' in value && 'stale' in value;
}
