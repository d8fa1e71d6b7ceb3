import { InvalidArgumentError } from 'commander';
import { ExpectedError } from '../core/errors.ts';
import { readableBytes } from '../core/units/readable-bytes.ts';

/** Wrong use: the process ends with exit code 2. */
export class WrongUse extends ExpectedError {
  constructor(message: string, hint?: string) {
    super('wrong-use', message, hint === undefined ? {} : { hint });
  }
}

export function print(...lines: readonly string[]): void {
  for (const line of lines) process.stdout.write(`${line}\n`);
}

/** Explanations beside the result; never mixed into what a script reads. */
export function explain(...lines: readonly string[]): void {
  for (const line of lines) process.stderr.write(`${line}\n`);
}

type Rows = readonly (readonly (string | number)[])[];

export function printTable(titles: readonly string[], rows: Rows): void {
  print(...tableLines(titles, rows));
}

/** Columns under their titles; numbers go to the right. */
export function tableLines(titles: readonly string[], rows: Rows): string[] {
  const cells = [titles, ...rows].map((row) => row.map(printable));
  const widths = titles.map((_title, column) => Math.max(...cells.map((row) => row[column]?.length ?? 0)));
  const toTheRight = titles.map((_title, column) => rows.length > 0 && rows.every((row) => isNumeric(row[column])));
  return cells.map((row) => {
    const line = row.map((cell, column) => {
      const width = widths[column] ?? 0;
      return toTheRight[column] ? cell.padStart(width) : cell.padEnd(width);
    });
    return line.join('  ').trimEnd();
  });
}

/** Names come from anywhere: nothing in them moves the cursor, colours the terminal or turns the order of letters around. */
function printable(cell: string | number): string {
  return String(cell).replace(/[\p{Cc}\u202a-\u202e\u2066-\u2069]/gu, ' ');
}

function isNumeric(cell: string | number | undefined): boolean {
  return typeof cell === 'number' || /^(-|—|[\d.,]+( [KMGTPE]?i?B)?)$/.test(cell ?? '');
}

/** Bytes as people read them; `—` where they are not known. */
export function formatBytes(bytes: number | null): string {
  return bytes === null ? '—' : readableBytes(bytes);
}

/** @returns RFC 3339 in UTC; @throws InvalidArgumentError */
export function parseInstant(text: string): string {
  // Date.parse alone takes "5" for a year.
  if (!/^\d{4}-\d\d-\d\d/.test(text) || Number.isNaN(Date.parse(text)))
    throw new InvalidArgumentError('Write it like 2026-11-20T12:00:00Z.');
  return new Date(text).toISOString();
}

/** When access ends: an instant; a day alone stays one, for its end is that of the panel's zone; empty for none. */
export function parseEnd(text: string): string {
  if (text === 'none') return '';
  return /^\d{4}-\d\d-\d\d$/.test(text) ? text : parseInstant(text);
}

/** @throws InvalidArgumentError */
export function parseCount(text: string): number {
  if (!/^\d{1,7}$/.test(text)) throw new InvalidArgumentError('It must be a whole number.');
  return Number(text);
}

/** Local time of the reader, to the minute. */
export function formatInstant(instant: string | null): string {
  if (instant === null) return '—';
  const date = new Date(instant);
  const two = (value: number) => String(value).padStart(2, '0');
  const day = `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
  return `${day} ${two(date.getHours())}:${two(date.getMinutes())}`;
}

export interface Traffic {
  readonly rxBytes: number | null;
  readonly txBytes: number | null;
  readonly totalBytes: number;
}
