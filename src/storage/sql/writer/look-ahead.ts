import type { UsageHalf } from '../../../core/ledger/segment.ts';
import type { Statement } from '../database.ts';
import {
  addLine,
  type Holder,
  type HolderState,
  holderKey,
  type Line,
  type MarkRow,
  type SegmentState,
  type SeriesName,
  type SeriesState,
  seriesKey,
  withOne,
} from './attributed.ts';
import {
  type AttributionRows,
  markOf,
  type Question,
  type SegmentRow,
  type SeriesRow,
  type SeriesTallyRow,
  type StoredTally,
  toMark,
  toSegment,
  toSeries,
  toTally,
} from './attribution-rows.ts';

/** Bytes that are to be booked: of a peer or a token, over a carrier. */
export interface Expected extends SeriesName {
  /** Whose bytes of when, and when they are booked; null: only the series is needed. */
  readonly line: {
    readonly holder: Holder;
    readonly fromMs: number;
    readonly toMs: number;
    readonly nowMs: number;
  } | null;
}

type ExpectedLine = Expected & { readonly line: NonNullable<Expected['line']> };

/** What the attribution remembers, as far as looking ahead adds to it. */
interface Memory {
  knownSeries(name: SeriesName): SeriesState | undefined;
  remember(name: SeriesName, series: SeriesState): void;
  /** Found or made alone, where it was forgotten meanwhile. */
  seriesOf(name: SeriesName): SeriesState;
  knowsHolder(holder: Holder, half: UsageHalf): boolean;
  stateOf(holder: Holder, half: UsageHalf): HolderState;
  segmentAt(holder: HolderState, fromMs: number, toMs: number, nowMs: number): SegmentState;
  areUsersReset(): boolean;
  /** Marks of users alone that were asked for, until their states are made. */
  readonly ownMarks: Map<string, readonly MarkRow[]>;
}

/**
 * Asks together for what the attribution does not remember, and makes together what there is not: for where that is
 * quicker. The same rows in the same order as one after the other.
 */
export class LookAhead {
  readonly #rows: AttributionRows;
  readonly #memory: Memory;

  constructor(rows: AttributionRows, memory: Memory) {
    this.#rows = rows;
    this.#memory = memory;
  }

  /** False: asking one by one costs no more. */
  get isWorthwhile(): boolean {
    return this.#rows.sql.findTally.getEach !== undefined;
  }

  look(expected: readonly Expected[]): void {
    const withLines = expected.flatMap((one) => (one.line === null ? [] : [{ ...one, line: one.line }]));
    const stored = this.#findSeries(expected);
    this.#findMarks(withLines);
    this.#findSegments(withLines, stored);
    this.#findTallies(withLines, stored);
  }

  /** @returns the newest tallies of those that were not remembered */
  #findSeries(expected: readonly SeriesName[]): StoredTallies {
    const missing = new Map<string, SeriesName>();
    for (const one of expected) if (this.#memory.knownSeries(one) === undefined) missing.set(seriesKey(one), one);
    const all = [...missing.values()];
    const found = askTogether(all.map((one) => this.#rows.seriesTallyQuestion(one))) as (SeriesTallyRow | undefined)[];
    const stored = new Map<number, StoredTally>();
    const rows = all.map((one, i): (() => SeriesRow) => {
      const row = found[i];
      if (row === undefined) {
        const id = this.#rows.addSeries(one);
        return () => [id(), null];
      }
      const [seriesId, , lastAt] = row;
      const tally = toTally(row);
      if (tally !== null) stored.set(seriesId, tally);
      return () => [seriesId, lastAt];
    });
    all.forEach((one, i) => void this.#memory.remember(one, toSeries(rows[i]?.() as SeriesRow, one.carrier)));
    return stored;
  }

  /** Resets of users alone, where there are any. */
  #findMarks(expected: readonly ExpectedLine[]): void {
    const { ownMarks } = this.#memory;
    if (!this.#memory.areUsersReset()) return;
    const unknown = expected.filter(({ carrier, line }) => !this.#memory.knowsHolder(line.holder, carrier.half));
    const users = [...new Set(unknown.map(({ line }) => line.holder.userId))].filter((id) => id !== null);
    const found = this.#rows.sql.userResets.allEach?.(users.map((id) => [id])) ?? [];
    users.forEach((id, i) => void ownMarks.set(id, (found[i] ?? []).map(toMark)));
  }

  #findSegments(expected: readonly ExpectedLine[], stored: StoredTallies): void {
    const missing = new Map<string, { readonly holder: HolderState; readonly mark: number; readonly nowMs: number }>();
    for (const one of expected) {
      const { carrier, line } = one;
      const holder = this.#memory.stateOf(line.holder, carrier.half);
      const mark = markOf(holder, line.fromMs, line.toMs);
      if (holder.segments.some((segment) => segment.mark === mark)) continue;
      const near = segmentOf(stored.get(this.#memory.seriesOf(one).id), holder, mark);
      if (near !== undefined) {
        holder.segments = withOne(holder.segments, near);
        continue;
      }
      const key = `${holderKey(holder, carrier.half)}\n${mark}`;
      if (!missing.has(key)) missing.set(key, { holder, mark, nowMs: line.nowMs });
    }
    this.#memory.ownMarks.clear();
    // What another series of the same holder had needs no asking.
    const all = [...missing.values()].filter(({ holder, mark }) => !holder.segments.some((one) => one.mark === mark));
    const questions = all.map(({ holder, mark }) => this.#rows.segmentQuestion(holder, mark));
    const found = askTogether(questions) as (SegmentRow | undefined)[];
    const segments = all.map(({ holder, mark, nowMs }, i) => {
      const row = found[i];
      return row === undefined ? this.#rows.openSegment(holder, mark, nowMs) : () => toSegment(row, holder, mark);
    });
    all.forEach(({ holder }, i) => {
      holder.segments = withOne(holder.segments, segments[i]?.() as SegmentState);
    });
  }

  #findTallies(expected: readonly ExpectedLine[], stored: StoredTallies): void {
    const missing = new Map<string, Pick<Line, 'series' | 'segment'> & { readonly fromMs: number }>();
    for (const one of expected) {
      const { holder, fromMs, toMs, nowMs } = one.line;
      const series = this.#memory.seriesOf(one);
      const state = this.#memory.stateOf(holder, series.carrier.half);
      const segment = this.#memory.segmentAt(state, fromMs, toMs, nowMs);
      if (series.lines.some((line) => line.segment === segment)) continue;
      const known = stored.get(series.id);
      if (known?.segment[0] === segment.id) addLine(known.id, series, segment);
      else {
        const key = `${series.id} ${segment.id}`;
        if (!missing.has(key)) missing.set(key, { series, segment, fromMs });
      }
    }
    const all = [...missing.values()];
    const { findTally } = this.#rows.sql;
    const found = askTogether(all.map(({ series, segment }) => ({ find: findTally, params: [series.id, segment.id] })));
    const ids = all.map(({ series, segment, fromMs }, i) => {
      const id = found[i] as number | undefined;
      return id === undefined ? this.#rows.addTally(series, segment, fromMs) : () => id;
    });
    all.forEach(({ series, segment }, i) => void addLine(ids[i]?.() as number, series, segment));
  }
}

/** The newest tallies of series, by the ids of these. */
type StoredTallies = ReadonlyMap<number, StoredTally>;

/** The segment of a tally, if it is that of the holder and there can be no other one: not of what was claimed (see `findPeerSegment`). */
function segmentOf(tally: StoredTally | undefined, holder: HolderState, mark: number): SegmentState | undefined {
  const { userId, token, peerId, half, inCycle } = holder;
  if (tally === undefined || (userId !== null && (token !== null || peerId !== null))) return undefined;
  const isOfHolder =
    tally.mark === mark &&
    tally.userId === userId &&
    tally.token === token &&
    tally.peerId === peerId &&
    tally.inCycle === inCycle &&
    (userId === null || tally.half === half);
  return isOfHolder ? toSegment(tally.segment, holder, mark) : undefined;
}

/** The first row for each, one question to the server for each statement. */
function askTogether(questions: readonly Question[]): unknown[] {
  const answers: unknown[] = questions.map(() => undefined);
  for (const statement of new Set<Statement>(questions.map(({ find }) => find))) {
    const own = questions.flatMap(({ find, params }, i) => (find === statement ? [{ i, params }] : []));
    const found = statement.getEach?.(own.map(({ params }) => params)) ?? [];
    own.forEach(({ i }, n) => {
      answers[i] = found[n];
    });
  }
  return answers;
}
