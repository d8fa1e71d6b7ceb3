import { closeSync, fsyncSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs';
import { ExpectedError } from '../../core/errors.ts';
import type { Amount, FlowBook } from '../../core/metering/flows.ts';
import { syncFolder } from '../../lib/files.ts';

/** Value of one cumulative stream at an instant, as it is to be reported. */
export interface Point extends Amount {
  /** `user_token`, server, port, protocol: as JSON. */
  readonly key: string;
  readonly atMs: number;
}

/** All that a reporter remembers. */
export interface ReportState {
  /** Name of its streams at the panel: another one when it began anew, so that its counters may start at 0 there. */
  readonly stream: string;
  /** What is read: another source has counters of its own. */
  readonly source: string;
  readonly book: FlowBook | null;
  /** When the book was written. */
  readonly lookedAtMs: number;
  readonly totals: ReadonlyMap<string, Amount>;
  /** To be reported, in the order of time. */
  readonly points: readonly Point[];
  /** Instant of the last point; later ones are later. */
  readonly lastPointMs: number;
  /** Grows with each look: tells which of two copies is the later one. */
  readonly turn: number;
}

/**
 * A state in two files: one that was certainly on the disk before anything of it was sent, and the latest, which may get lost
 * with the power, but not with the process. Totals that were sent must never be smaller again: the panel would take that
 * for a new start and count them twice.
 */
export class ReportFiles {
  readonly #path: string;

  constructor(path: string) {
    this.#path = path;
  }

  /** Null if there is none yet. @throws ExpectedError `report-state-unusable` */
  read(): ReportState | null {
    const certain = parse(this.#path);
    const latest = parse(`${this.#path}.latest`);
    if (certain === 'absent' && latest === 'absent') return null;
    const states = [certain, latest].filter((state) => typeof state === 'object');
    const [best] = states.sort((a, b) => b.turn - a.turn);
    if (best !== undefined && certain !== 'garbled') return best;
    throw new ExpectedError('report-state-unusable', `${this.#path} cannot be read.`, {
      hint: 'Remove its whole folder: the reporter begins anew, and nothing is counted twice.',
    });
  }

  /** Survives the end of the process. @throws the system's error */
  keep(state: ReportState): void {
    this.#write(`${this.#path}.latest`, state, false);
  }

  /** Survives the end of the machine. @throws the system's error */
  secure(state: ReportState): void {
    this.#write(this.#path, state, true);
  }

  #write(path: string, state: ReportState, isCertain: boolean): void {
    const file = openSync(`${path}.new`, 'w', 0o600);
    try {
      writeSync(file, JSON.stringify(toJson(state)));
      if (isCertain) fsyncSync(file);
    } finally {
      closeSync(file);
    }
    renameSync(`${path}.new`, path);
    if (isCertain) syncFolder(path);
  }
}

type Pair = readonly [rx: string, tx: string];

interface Json {
  readonly stream: string;
  readonly source: string;
  readonly book: { readonly counters: [string, Pair][]; readonly total: Pair | null; readonly behind: Pair } | null;
  readonly lookedAtMs: number;
  readonly totals: [string, Pair][];
  readonly points: [string, number, Pair][];
  readonly lastPointMs: number;
  readonly turn: number;
}

function toJson({ book, totals, points, ...rest }: ReportState): Json {
  return {
    ...rest,
    book:
      book === null
        ? null
        : {
            counters: pairs(book.counters),
            total: book.total === null ? null : pair(book.total),
            behind: pair(book.behind),
          },
    totals: pairs(totals),
    points: points.map((point) => [point.key, point.atMs, pair(point)]),
  };
}

function parse(path: string): ReportState | 'absent' | 'garbled' {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'ENOENT' ? 'absent' : 'garbled';
  }
  try {
    const { book, totals, points, ...rest } = JSON.parse(text) as Json;
    if (typeof rest.stream !== 'string' || !Number.isSafeInteger(rest.turn)) return 'garbled';
    return {
      ...rest,
      book:
        book === null
          ? null
          : {
              counters: amounts(book.counters),
              total: book.total === null ? null : amount(book.total),
              behind: amount(book.behind),
            },
      totals: amounts(totals),
      points: points.map(([key, atMs, at]) => ({ key, atMs, ...amount(at) })),
    };
  } catch {
    return 'garbled';
  }
}

const pair = ({ rx, tx }: Amount): Pair => [String(rx), String(tx)];
const amount = ([rx, tx]: Pair): Amount => ({ rx: BigInt(rx), tx: BigInt(tx) });
const pairs = (map: ReadonlyMap<string, Amount>): [string, Pair][] => [...map].map(([key, at]) => [key, pair(at)]);
const amounts = (list: readonly [string, Pair][]) => new Map(list.map(([key, at]) => [key, amount(at)]));
