import type { ReportOutcome } from '../../core/ledger/report.ts';
import type { ZoneSince } from '../../core/units/calendar.ts';
import type { ReaderPart } from './reader/asked.ts';
import type { SlowReadName } from './reader/readers.ts';
import { type FlatPoll, flattenPoll, joinPoll } from './reading-columns.ts';
import { type FlatReports, flattenReports, joinReports, type PlacedReports } from './report-columns.ts';
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
  | (WireAnswers & { readonly kind: 'turn'; readonly turn: Omit<WriterTurn, 'answers'> });

export interface WireAnswers {
  readonly answers: readonly WireAnswer[];
  readonly recorded: readonly number[];
  readonly outcomes: readonly number[];
}

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

/** The place of an item among the others goes with its reports. */
export function flattenItems(items: readonly WriterItem[]): { items: WireItem[]; reports: FlatReports } {
  const rest: WireItem[] = [];
  const requests: PlacedReports[] = [];
  items.forEach((item, place) => {
    if (item.kind === 'reports' && item.reports.length > 0) requests.push({ place, item });
    else rest.push(item.kind === 'poll' ? { ...item, poll: flattenPoll(item.poll) } : (item as WireItem));
  });
  return { items: rest, reports: flattenReports(requests) };
}

/** All items again, each in its place. */
export function joinItems(wire: readonly WireItem[], reports: FlatReports): WriterItem[] {
  const rest = wire.map((item) => (item.kind === 'poll' ? { ...item, poll: joinPoll(item.poll) } : item));
  const items: WriterItem[] = [];
  let nextRest = 0;
  for (const { place, item } of joinReports(reports)) {
    while (items.length < place) {
      const other = rest[nextRest++];
      if (other === undefined) throw new Error('a message to the writer lost an item');
      items.push(other);
    }
    items.push(item);
  }
  for (; nextRest < rest.length; nextRest++) items.push(rest[nextRest] as WriterItem);
  return items;
}

/** What nearly every report of its own is answered. */
const ONE_RECORDED: ReportOutcome = { recorded: 1, duplicates: 0, stale: 0, quarantined: 0 };

/**
 * Of an answer to one report that was recorded only the id goes, of one to other reports five numbers; all others go as
 * they are, errors without their class.
 */
export function flattenAnswers(answers: readonly WriterAnswer[]): WireAnswers {
  const rest: WireAnswer[] = [];
  const recorded: number[] = [];
  const outcomes: number[] = [];
  for (const answer of answers) {
    if (!answer.ok) rest.push({ ...answer, error: toWireError(answer.error) });
    else if (isOutcome(answer.value)) {
      const { value } = answer;
      if (isOneRecorded(value)) recorded.push(answer.id);
      else outcomes.push(answer.id, value.recorded, value.duplicates, value.stale, value.quarantined);
    } else rest.push(answer);
  }
  return { answers: rest, recorded, outcomes };
}

export function joinAnswers({ answers: rest, recorded, outcomes }: WireAnswers): WriterAnswer[] {
  const answers: WriterAnswer[] = rest.map((answer) =>
    answer.ok ? answer : { ...answer, error: fromWireError(answer.error) },
  );
  for (const id of recorded) answers.push({ id, ok: true, value: ONE_RECORDED });
  for (let at = 0; at < outcomes.length; at += 5) {
    const [id, recorded, duplicates, stale, quarantined] = outcomes.slice(at, at + 5) as Five;
    answers.push({ id, ok: true, value: { recorded, duplicates, stale, quarantined } satisfies ReportOutcome });
  }
  return answers;
}

type Five = [number, number, number, number, number];

function isOneRecorded({ recorded, duplicates, stale, quarantined }: ReportOutcome): boolean {
  return recorded === 1 && duplicates === 0 && stale === 0 && quarantined === 0;
}

function isOutcome(value: unknown): value is ReportOutcome {
  return typeof value === 'object' && value !== null && 'quarantined' in value && 'stale' in value;
}
