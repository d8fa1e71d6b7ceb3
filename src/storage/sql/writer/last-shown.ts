import { createHash } from 'node:crypto';
import type { CounterSemantics } from '../../../core/metering/collector.ts';
import { type ReadingColumns, type TextColumn, textAt } from '../../../core/metering/reading-columns.ts';
import { limitHeapGrowth } from '../../../lib/heap-growth.ts';

/** What the last complete reading of a service showed, some 30 bytes per peer beside its key: to tell what moved since. */
export interface Shown {
  /** Digest of the keys in their order: the same peers are there. */
  readonly keys: string;
  /** The keys themselves; null where a peer that is not shown has ended, so that nobody asks whether one was. */
  readonly peers: TextColumn | null;
  readonly bytes: BigUint64Array;
  readonly isDirected: Uint8Array;
  /** As in `ReadingColumns`; null: no reading tells of access. */
  readonly isOff: Uint8Array | null;
  /** Null: no reading told of a handshake. */
  readonly handshakes: Float64Array | null;
  /** Of name, endpoint and addresses of each. */
  readonly words: Int32Array;
  /** False: counters were read since. */
  readonly isComparable: boolean;
  /** All of it had to be looked at: it differed too much from the one before. */
  readonly differsMuch: boolean;
  /** What the counters were read under. */
  readonly startEvidence: string | null;
  readonly trackingPeriod: number;
}

type Circumstances = Pick<Shown, 'startEvidence' | 'trackingPeriod'> & Pick<CounterSemantics, 'absence'>;

/** Null where a reading tells more than can be compared here: of connections, of starts. */
export function shownBy(columns: ReadingColumns, circumstances: Circumstances): Shown | null {
  const { startEvidence, trackingPeriod, absence } = circumstances;
  const { keys, bytes, isDirected, connections, isOver, isOff, startedAt, lastHandshakeAt } = columns;
  if (connections !== null || isOver !== null || startedAt !== null) return null;
  return {
    isComparable: true,
    differsMuch: false,
    keys: createHash('sha256').update(keys.text).update(keys.ends).digest('base64'),
    peers: absence === 'silent' ? { text: keys.text, ends: own(keys.ends) } : null,
    ...{
      bytes: own(bytes),
      isDirected: own(isDirected),
      isOff: isOff && own(isOff),
      handshakes: lastHandshakeAt && own(lastHandshakeAt),
      words: wordsOf(columns),
      startEvidence,
      trackingPeriod,
    },
  };
}

/** A column may be a view of the message that it came in, all of which it would keep in memory. */
function own<Column extends BigUint64Array | Float64Array | Int32Array | Uint8Array>(column: Column): Column {
  return (column.byteLength === column.buffer.byteLength ? column : column.slice()) as Column;
}

/** Keys of all that it showed, where they are kept. */
export function* keysOf({ peers }: Shown): Generator<string, void> {
  const length = peers?.ends.length ?? 0;
  for (let place = 0; place < length; place++) yield textAt(peers, place) as string;
}

/** After an incomplete reading: whom the last complete one showed is known where that is kept, and nothing is to be compared with. */
export function onlyPeersOf(shown: Shown): Shown | null {
  return shown.peers === null ? null : { ...shown, isComparable: false };
}

/** Fewer are looked for one by one whatever their share is. */
const MANY = 500;

/**
 * Places of the readings that differ from those before. Null: each reading is to be looked at. Other peers are there, the
 * counters may have begun anew, or so many moved that looking for each costs more.
 */
export function movedBetween(before: Shown, now: Shown): readonly number[] | null {
  const isSameLife = before.startEvidence === now.startEvidence && before.trackingPeriod === now.trackingPeriod;
  const placesBefore = isSameLife && before.isComparable ? placesOf(before, now) : null;
  if (placesBefore === null) return null;
  const moved: number[] = [];
  for (let i = 0; i < now.words.length; i++) {
    const place = placesBefore === 'the same' ? i : (placesBefore[i] as number);
    if (!isSameReading(before, place, now, i)) moved.push(i);
    if (moved.length > MANY && 2 * moved.length > now.words.length) return null;
  }
  return moved;
}

/**
 * Where those that are shown now were before; null: other peers are there. Xray tells the same users in another order each time.
 */
function placesOf(before: Shown, now: Shown): 'the same' | Int32Array | null {
  if (before.keys === now.keys) return 'the same';
  if (before.peers === null || before.words.length !== now.words.length) return null;
  const byKey = new Map<string, number>();
  for (const key of keysOf(before)) byKey.set(key, byKey.size);
  const places = new Int32Array(now.words.length);
  let i = 0;
  for (const key of keysOf(now)) {
    const place = byKey.get(key);
    // Also one that is told twice.
    if (place === undefined || !byKey.delete(key)) return null;
    places[i++] = place;
  }
  return places;
}

const OFF = 2;

/** A peer whose access is off is looked at each time: what was done to it meanwhile decides what that says. */
function isSameReading(before: Shown, place: number, now: Shown, i: number): boolean {
  const isOff = now.isOff?.[i] ?? 0;
  return (
    isOff !== OFF &&
    isOff === (before.isOff?.[place] ?? 0) &&
    before.bytes[2 * place] === now.bytes[2 * i] &&
    before.bytes[2 * place + 1] === now.bytes[2 * i + 1] &&
    before.isDirected[place] === now.isDirected[i] &&
    before.words[place] === now.words[i] &&
    Object.is(before.handshakes?.[place] ?? Number.NaN, now.handshakes?.[i] ?? Number.NaN)
  );
}

/** Two that differ are taken for the same once in 4 billion times: what is shown of such a peer is old until it moves. */
function wordsOf({ names, endpoints, allowedIps, isDirected }: ReadingColumns): Int32Array {
  const words = new Int32Array(isDirected.length).fill(OFFSET);
  for (const column of [names, endpoints, allowedIps]) mixIn(words, column);
  return words;
}

/** FNV-1a. */
const OFFSET = 0x811c9dc5 | 0;
const PRIME = 0x01000193;

function mixIn(words: Int32Array, column: TextColumn | null): void {
  let from = 0;
  for (let i = 0; i < words.length; i++) {
    const end = column?.ends[i] ?? ~from;
    let word = words[i] as number;
    if (column !== null) for (let at = from; at < end; at++) word = Math.imul(word ^ column.text.charCodeAt(at), PRIME);
    // Also what is absent, and where one text ends and the next begins.
    words[i] = Math.imul(word ^ (end < 0 ? 0x1ff : 0x2ff), PRIME);
    from = end < 0 ? ~end : end;
  }
}

/** Readings that are remembered over all services: 45 MB of them, 70 MB where all keys are kept. */
const READINGS_KEPT = 1_500_000;
/** From so many on, in memory at once, garbage of as many that come each minute would be felt. */
const MANY_READINGS = 200_000;

/** The last readings of the services polled lately. The longest unused goes first. */
export class LastShown {
  readonly #services = new Map<string, Shown>();
  readonly #readingsKept: number;
  #kept = 0;

  constructor(readingsKept = READINGS_KEPT) {
    this.#readingsKept = readingsKept;
  }

  /** Forgotten with it: who books another reading of the service tells when it is done. */
  take(serviceId: string): Shown | null {
    const shown = this.#services.get(serviceId) ?? null;
    if (shown !== null) this.#drop(serviceId, shown);
    return shown;
  }

  keep(serviceId: string, shown: Shown): void {
    this.take(serviceId);
    this.#services.set(serviceId, shown);
    this.#kept += shown.words.length;
    if (this.#kept > MANY_READINGS) limitHeapGrowth();
    for (const [id, other] of this.#services) {
      if (this.#kept <= this.#readingsKept) return;
      this.#drop(id, other);
    }
  }

  forget(): void {
    this.#services.clear();
    this.#kept = 0;
  }

  #drop(serviceId: string, shown: Shown): void {
    this.#services.delete(serviceId);
    this.#kept -= shown.words.length;
  }
}
