import type { UserQuery } from '../../core/inventory/inventory-store.ts';
import type { Clock } from '../../core/units/clock.ts';
import type { Asked } from './reader/asked.ts';
import type { InventoryReader } from './reader/inventory-reader.ts';
import type { UserTextReader, UserTexts } from './reader/user-text-reader.ts';
import type { SlowReader } from './slow-reader.ts';
import type { WriterLink } from './writer-link.ts';

/** So few are looked through in the tables at once, without a thread that is started for it. */
const FEW = 1_000;
/** Nobody looked at the list for so long: the memory (some 60 bytes per user) is given back. */
const UNUSED_MS = 10 * 60_000;
/** Of an ever changing list they are read so seldom that it costs a twentieth of a core at most. */
const PAUSE_TIMES_COST = 20;

/**
 * Finds users by a part of their names, notes, Telegram ids and tokens. Of a long list these lie in memory as one text
 * while somebody looks at it: looking through that takes a few milliseconds, through the tables a hundred. It is thrown
 * away before the caller of any change of users is answered, and read anew in the background when the list is looked at
 * next; until then the tables are looked through.
 */
export class UserSearch {
  readonly #slow: SlowReader;
  readonly #reader: Asked<UserTextReader>;
  readonly #inventory: Asked<InventoryReader>;
  readonly #clock: Clock;
  #texts: UserTexts | null = null;
  #reading: Promise<void> | null = null;
  #changes = 0;
  #usedMs = 0;
  #nextMs = 0;

  constructor(
    writer: Pick<WriterLink, 'onPeople'>,
    slow: SlowReader,
    reader: Asked<UserTextReader>,
    inventory: Asked<InventoryReader>,
    clock: Clock,
  ) {
    this.#slow = slow;
    this.#reader = reader;
    this.#inventory = inventory;
    this.#clock = clock;
    writer.onPeople(() => {
      this.#changes++;
      this.#texts = null;
    });
  }

  /** Numbers of the rows of all users whom a query lets through, ascending; null: to be looked for in the tables. */
  async rows(query: UserQuery): Promise<readonly number[] | null> {
    const { search = '', ...rest } = query;
    const texts = this.#texts;
    this.#usedMs = this.#clock.monotonicMs();
    if (texts === null && this.#usedMs >= this.#nextMs) {
      this.prepare().catch(() => {
        // The tables answer; whoever looks next tries again.
      });
    }
    // A line's end would be found between two texts.
    if (texts === null || search === '' || search.includes('\n')) return null;
    const found = rowsWith(texts, await this.#reader.fold(search));
    const { ownerId, state, tag, planId } = rest;
    if ([ownerId, state, tag, planId].every((each) => each === undefined)) return found;
    const others = new Set(await this.#inventory.userRows(rest));
    return found.filter((row) => others.has(row));
  }

  /** Has the texts of a long list in memory, if nothing changes meanwhile. */
  prepare(): Promise<void> {
    this.#reading ??= this.#read().finally(() => {
      this.#reading = null;
    });
    return this.#reading;
  }

  /** To be called now and then: gives back what nobody asked for. */
  tidy(): void {
    if (this.#clock.monotonicMs() - this.#usedMs >= UNUSED_MS) this.#texts = null;
  }

  async #read(): Promise<void> {
    if ((await this.#inventory.countUsers({ limit: 1, cursor: null })) <= FEW) return;
    const changes = this.#changes;
    const texts = await this.#slow.read('userTexts');
    this.#nextMs = this.#clock.monotonicMs() + PAUSE_TIMES_COST * texts.costMs;
    if (changes === this.#changes) this.#texts = texts;
  }
}

function rowsWith({ rows, starts, text }: UserTexts, part: string): number[] {
  const found: number[] = [];
  for (let at = text.indexOf(part); at >= 0; ) {
    const place = placeOf(starts, at);
    found.push(rows[place] as number);
    const next = starts[place + 1];
    at = next === undefined ? -1 : text.indexOf(part, next);
  }
  return found;
}

/** The last one that begins there or before. */
function placeOf(starts: Uint32Array, at: number): number {
  let [first, end] = [0, starts.length];
  while (end - first > 1) {
    const middle = (first + end) >> 1;
    if ((starts[middle] as number) <= at) first = middle;
    else end = middle;
  }
  return first;
}
