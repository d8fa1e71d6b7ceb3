import { FLAG, type Flags } from '../metering/flags.ts';
import type { Quality } from '../metering/quality.ts';
import { billedOf, type Traffic } from '../units/bytes.ts';
import { csvCell } from '../units/csv.ts';
import type { NodeId, UserId } from '../units/ids.ts';
import type { Period, Visibility } from './usage-history.ts';

export type ExportBucket = 'quarter' | 'hour' | 'day';
export type ExportFormat = 'csv' | 'ndjson';

/** What is exported. Reset marks hide nothing: this is history. */
export interface ExportQuery {
  /** Buckets that begin in it. */
  readonly period: Period;
  readonly bucket: ExportBucket;
  readonly format: ExportFormat;
  readonly userId: UserId | null;
  readonly nodeId: NodeId | null;
  /** Of what is not over: until then it is known. */
  readonly now: Date;
}

/** Port: all usage, in pieces of text, in the order of time. */
export interface UsageExport {
  /** Holds a few thousand rows at a time, however many there are; a reader that stops halfway frees everything. */
  exportUsage(query: ExportQuery, who: Visibility): AsyncIterable<string>;
}

/** The bucket of a row. */
export interface ExportTime {
  readonly fromMs: number;
  readonly toMs: number;
  /** What the row is of: a day also in finer exports, where only days are kept of that time. */
  readonly bucket: ExportBucket;
}

/** Whose bytes they are, and what carried them. */
export interface ExportPlace {
  /** Null where the bytes are nobody's; then `unclaimed` names the token or the peer. */
  readonly userId: string | null;
  readonly userName: string | null;
  readonly unclaimed: string | null;
  readonly nodeId: string | null;
  readonly nodeName: string | null;
  readonly serviceId: string | null;
  readonly serviceName: string | null;
  readonly server: string | null;
  readonly port: number | null;
  readonly protocol: string | null;
}

const TIME = ['from', 'to', 'bucket'] as const;
const PLACE = [
  ...(['user', 'user_id', 'unclaimed', 'node', 'node_id', 'service', 'service_id'] as const),
  ...(['server', 'port', 'protocol'] as const),
] as const;
const BYTES = ['rx_bytes', 'tx_bytes', 'total_bytes', 'billed_bytes'] as const;

/** What comes before the rows. */
export function exportHead(format: ExportFormat): string {
  return format === 'csv' ? `${[...TIME, ...PLACE, ...BYTES, 'flags', 'quality'].join(',')}\r\n` : '';
}

/** The beginning of a line: all rows of a bucket share it. */
export function timeText({ fromMs, toMs, bucket }: ExportTime, format: ExportFormat): string {
  return members(TIME, [new Date(fromMs).toISOString(), new Date(toMs).toISOString(), bucket], format);
}

/** The middle of a line: the same in every bucket. */
export function placeText(place: ExportPlace, format: ExportFormat): string {
  const { userName, userId, unclaimed, nodeName, nodeId, serviceName, serviceId, server, port, protocol } = place;
  const values = [userName, userId, unclaimed, nodeName, nodeId, serviceName, serviceId, server, port, protocol];
  return members(PLACE, values, format);
}

/** A line of the texts above and of its bytes. `flags`, `quality`: null where the records that tell are gone. */
export function exportLine(
  format: ExportFormat,
  time: string,
  place: string,
  {
    traffic,
    flags,
    quality,
  }: { readonly traffic: Traffic; readonly flags: Flags | null; readonly quality: Quality | null },
): string {
  const { rx, tx, total } = traffic;
  const words = flags === null ? null : flagWords(flags);
  return lineOf(format, time, place, [rx, tx, total, billedOf(traffic)], words, quality);
}

/** A line of a node in whose bucket nothing was counted, because nothing was known: bytes are null, which is not 0. */
export function gapLine(format: ExportFormat, time: string, place: string, quality: Quality): string {
  return lineOf(format, time, place, NO_BYTES, NONE, quality);
}

/** The place of such a line. */
export function nodeText(nodeId: string, nodeName: string, format: ExportFormat): string {
  const nobody = { userId: null, userName: null, unclaimed: null };
  const nowhere = { serviceId: null, serviceName: null, server: null, port: null, protocol: null };
  return placeText({ ...nobody, nodeId, nodeName, ...nowhere }, format);
}

function lineOf(
  format: ExportFormat,
  time: string,
  place: string,
  values: readonly (bigint | null)[],
  flags: readonly string[] | null,
  quality: Quality | null,
): string {
  const bytes = members(BYTES, values, format);
  if (format === 'csv') return `${time},${place},${bytes},${flags?.join(' ') ?? 'unknown'},${quality ?? 'unknown'}\r\n`;
  return `{${time},${place},${bytes},"flags":${JSON.stringify(flags)},"quality":${JSON.stringify(quality)}}\n`;
}

type Value = string | bigint | number | null;

/** Cells, or members of an object. Numbers are written out: bytes may exceed 2^53, and JSON.stringify takes no bigint. */
function members(names: readonly string[], values: readonly Value[], format: ExportFormat): string {
  let text = '';
  for (const [i, value] of values.entries()) {
    if (i > 0) text += ',';
    text += format === 'csv' ? csvCell(value) : `"${names[i]}":${toJson(value)}`;
  }
  return text;
}

function toJson(value: Value): string {
  return typeof value === 'bigint' ? String(value) : JSON.stringify(value);
}

/** `possibleLoss` is `possible-loss`, as everywhere in answers. */
const WORDS = Object.entries(FLAG).map(([name, bit]) => ({
  bit,
  word: name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`),
}));

const NONE: string[] = [];
const NO_BYTES = BYTES.map(() => null);

/** Each flag as a word; none for measured bytes. */
export function flagWords(flags: Flags): string[] {
  if (flags === 0) return NONE;
  return WORDS.filter(({ bit }) => (flags & bit) !== 0).map(({ word }) => word);
}
