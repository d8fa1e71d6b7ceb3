/** A holder on a carrier. */
export interface Place {
  /** The same for all series and segments of it. */
  readonly key: string;
  readonly text: string;
  /** Null where no node of ours carried it. */
  readonly nodeId: string | null;
}

/** Bytes of a record or day row. `flags` null: the row has none. */
export interface AddedRow {
  readonly rx: bigint;
  readonly tx: bigint;
  readonly undirected: bigint;
  readonly markup: bigint;
  readonly flags: bigint | null;
}

/** All of one place in one bucket. */
export interface PlaceSum extends Omit<AddedRow, 'flags'> {
  readonly place: Place;
  readonly flags: number | null;
}

/** rx, tx, undirected and markup of each. */
const WIDTH = 4;
/** In place of flags that are not known. */
const NONE = -1;

/**
 * Sums of one bucket after the other, in the same memory: were they objects, each bucket would leave as many as it has places
 * to the collection of long-lived memory, which lets them pile up.
 */
export class ExportSums {
  #slots = new Map<string, number>();
  #places: Place[] = [];
  #bytes = new BigInt64Array(WIDTH * 64);
  #flags = new Int32Array(64);
  /** The bucket in which a slot was used last. */
  #usedIn = new Uint32Array(64);
  /** Slots of this bucket, in the order in which they came. */
  #order = new Uint32Array(64);
  #count = 0;
  #bucket = 0;

  begin(): void {
    // Most of what is known is of places that do not come any more.
    if (this.#slots.size > 1_000 + 2 * this.#count) {
      this.#slots = new Map();
      this.#places = [];
    }
    this.#bucket++;
    this.#count = 0;
  }

  add(place: Place, { rx, tx, undirected, markup, flags }: AddedRow): void {
    const slot = this.#slots.get(place.key) ?? this.#newSlot(place);
    const bits = flags === null ? NONE : Number(flags);
    const at = slot * WIDTH;
    const bytes = this.#bytes;
    if (this.#usedIn[slot] !== this.#bucket) {
      this.#usedIn[slot] = this.#bucket;
      this.#order[this.#count++] = slot;
      this.#places[slot] = place;
      this.#flags[slot] = bits;
      bytes.fill(0n, at, at + WIDTH);
    } else
      this.#flags[slot] = bits === NONE || this.#flags[slot] === NONE ? NONE : (this.#flags[slot] as number) | bits;
    bytes[at] = (bytes[at] as bigint) + rx;
    bytes[at + 1] = (bytes[at + 1] as bigint) + tx;
    bytes[at + 2] = (bytes[at + 2] as bigint) + undirected;
    bytes[at + 3] = (bytes[at + 3] as bigint) + markup;
  }

  /** Of the bucket that began last. */
  *all(): Generator<PlaceSum, void> {
    for (let i = 0; i < this.#count; i++) {
      const slot = this.#order[i] as number;
      const flags = this.#flags[slot] as number;
      yield {
        place: this.#places[slot] as Place,
        rx: this.#bytesAt(slot * WIDTH),
        tx: this.#bytesAt(slot * WIDTH + 1),
        undirected: this.#bytesAt(slot * WIDTH + 2),
        markup: this.#bytesAt(slot * WIDTH + 3),
        flags: flags === NONE ? null : flags,
      };
    }
  }

  #bytesAt(index: number): bigint {
    return this.#bytes[index] as bigint;
  }

  #newSlot(place: Place): number {
    const slot = this.#places.length;
    this.#places.push(place);
    this.#slots.set(place.key, slot);
    if (slot === this.#flags.length) {
      this.#bytes = grown(this.#bytes, new BigInt64Array(this.#bytes.length * 2));
      this.#flags = grown(this.#flags, new Int32Array(slot * 2));
      this.#usedIn = grown(this.#usedIn, new Uint32Array(slot * 2));
      this.#order = grown(this.#order, new Uint32Array(slot * 2));
    }
    // It may have been another place's.
    this.#usedIn[slot] = 0;
    return slot;
  }
}

function grown<T extends { set(from: T): void }>(from: T, to: T): T {
  to.set(from);
  return to;
}
