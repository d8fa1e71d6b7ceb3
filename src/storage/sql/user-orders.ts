import type { User } from '../../core/inventory/peer.ts';
import type { Page } from '../../core/ledger/usage-history.ts';
import type { Clock } from '../../core/units/clock.ts';
import type { Asked } from './reader/asked.ts';
import { decodeCursor, encodeCursor } from './reader/statements.ts';
import type { RankedSort, UserOrder, UserOrderReader, UserOrders } from './reader/user-order-reader.ts';
import type { UserFilter, UserReader } from './reader/user-reader.ts';
import type { SlowReader } from './slow-reader.ts';

/** So few that cost no more than a moment are put in order where they are asked for, quicker than in another thread. */
const FEW = 1_000;
const MOMENT_MS = 20;
/** An order is read anew, in the background, when it is older than this, and than twenty times what reading it took. */
const FRESH_MS = 10_000;
const FRESH_TIMES_COST = 20;
/** While nobody looks at the list it is read so many times more seldom, which costs one or two hundredths of a core. */
const UNWATCHED = 3;
/** So many times older, it serves nobody any more: whoever asks for a first page waits for a new one. */
const USABLE = 6;
/** For those who are in the midst of a list: some 8 MB each for 100,000 users. */
const KEPT = 6;
const UNUSED_MS = 10 * 60_000;

interface Snapshot extends UserOrders {
  /** When it was read: its name in cursors. */
  readonly atMs: number;
  readonly freshMs: number;
  /** When somebody last took a page from it; null: nobody did, nobody misses it. */
  usedMs: number | null;
}

/**
 * Pages of users in the order of what changes with every poll. The orders are read in the reader's thread and kept for a
 * while: all pages of one walk come from the same one, so that nobody is shown twice or left out because usage moved on.
 * What a page shows of each user is read when it is asked for. Orders of a long list take seconds to read: they are kept up
 * to date from the start, so that nobody waits for them, and nothing that counts writes a word more for their sake.
 */
export class UserOrdering {
  readonly #slow: SlowReader;
  readonly #reader: Asked<UserReader>;
  readonly #own: Asked<UserOrderReader>;
  readonly #clock: Clock;
  #snapshots: Snapshot[] = [];
  #reading: Promise<Snapshot> | null = null;
  #askedMs = Number.NEGATIVE_INFINITY;
  /** What the last reading took, wherever it was. */
  #costMs = 0;

  /** `own` is asked where no thread has to be started for it. */
  constructor(slow: SlowReader, reader: Asked<UserReader>, own: Asked<UserOrderReader>, clock: Clock) {
    this.#slow = slow;
    this.#reader = reader;
    this.#own = own;
    this.#clock = clock;
  }

  /** `found`: rows of all whom the query and a search let through; null: nothing is searched for. */
  async page(query: UserFilter, sort: RankedSort, found: readonly number[] | null = null): Promise<Page<User>> {
    const cursor = decodeCursor(query.cursor);
    const kept = this.#snapshots.find(({ atMs }) => atMs === cursor?.[0]);
    const snapshot = kept ?? (await this.#latest());
    snapshot.usedMs = this.#nowMs();
    this.#askedMs = snapshot.usedMs;
    const since = await this.#since(snapshot, query);
    const order = new Walk(snapshot.by[sort], query.descending ?? false, since);
    const start = cursor === null ? 0 : kept ? Number(cursor[1]) : order.after(String(cursor[2]), Number(cursor[3]));
    const shown = found === null ? await this.#shown(snapshot, query) : new Set(found);
    const places: number[] = [];
    let place = Math.max(0, start);
    for (; place < order.length && places.length <= query.limit; place++) {
      if (shown === null || shown.has(order.rowAt(place))) places.push(place);
    }
    const page = places.slice(0, query.limit);
    const last = page.at(-1);
    return {
      items: await this.#reader.usersOfRows(page.map((each) => order.rowAt(each))),
      nextCursor:
        places.length > query.limit && last !== undefined
          ? encodeCursor([snapshot.atMs, last + 1, order.valueAt(last), order.rowAt(last)])
          : null,
      total: cursor === null ? (shown?.size ?? order.length) : null,
    };
  }

  /** To be called every few seconds: a long list is in order before anybody asks. */
  async keep(): Promise<void> {
    if (await this.#isQuick()) return;
    const latest = this.#snapshots.at(-1);
    const isWatched = Math.abs(this.#nowMs() - this.#askedMs) < UNUSED_MS;
    const wantedMs = (latest?.freshMs ?? 0) * (isWatched ? 1 : UNWATCHED);
    if (latest === undefined || this.#ageOf(latest) >= wantedMs) await this.#read();
  }

  /** To be called now and then: gives back what nobody asked for; of a long list all but the latest. */
  async tidy(): Promise<void> {
    const isQuick = await this.#isQuick();
    const now = this.#nowMs();
    const latest = isQuick ? undefined : this.#snapshots.at(-1);
    this.#snapshots = this.#snapshots.filter((each) => each === latest || now - (each.usedMs ?? each.atMs) < UNUSED_MS);
  }

  /** Users made since come last: where they belong is not known yet. */
  async #since({ lastRow }: Snapshot, query: UserFilter): Promise<number[]> {
    const { limit, cursor } = query;
    return this.#reader.userRows({ limit, cursor }, lastRow);
  }

  /** Null: everybody in the order. */
  async #shown({ users, lastRow }: Snapshot, query: UserFilter): Promise<ReadonlySet<number> | null> {
    const { ownerId, state, tag, planId, limit, cursor } = query;
    const isFiltered = [ownerId, state, tag, planId].some((each) => each !== undefined);
    const everybody = { limit, cursor };
    // None of them was deleted since.
    if (!isFiltered) {
      const since = await this.#reader.userRows(everybody, lastRow);
      if ((await this.#reader.countUsers(everybody)) === users + since.length) return null;
    }
    return new Set(await this.#reader.userRows(query));
  }

  async #latest(): Promise<Snapshot> {
    const latest = this.#snapshots.at(-1);
    if (latest !== undefined && this.#ageOf(latest) < latest.freshMs) return latest;
    if (await this.#isQuick()) return this.#kept(await this.#own.read(this.#nowMs()));
    const reading = this.#read();
    if (latest === undefined || this.#ageOf(latest) >= USABLE * latest.freshMs) return await reading;
    reading.catch(() => {
      // Whoever asks next tries again, and is told.
    });
    return latest;
  }

  #read(): Promise<Snapshot> {
    this.#reading ??= this.#slow
      .read('userOrders', this.#nowMs())
      .then((orders) => this.#kept(orders))
      .finally(() => {
        this.#reading = null;
      });
    return this.#reading;
  }

  /** In the place of the latest if nobody took a page from that. Of too many the one that was not used for longest goes. */
  #kept(orders: UserOrders): Snapshot {
    this.#costMs = orders.costMs;
    // Two of one millisecond would have one name.
    const atMs = Math.max(this.#nowMs(), (this.#snapshots.at(-1)?.atMs ?? 0) + 1);
    const freshMs = Math.max(FRESH_MS, FRESH_TIMES_COST * orders.costMs);
    const snapshot: Snapshot = { ...orders, atMs, freshMs, usedMs: null };
    const used = this.#snapshots.filter(({ usedMs }) => usedMs !== null);
    const byUse = used.toSorted((a, b) => Number(b.usedMs) - Number(a.usedMs));
    const staying = new Set(byUse.slice(0, KEPT - 1));
    this.#snapshots = [...used.filter((each) => staying.has(each)), snapshot];
    return snapshot;
  }

  async #isQuick(): Promise<boolean> {
    return this.#costMs < MOMENT_MS && (await this.#reader.countUsers({ limit: 1, cursor: null })) <= FEW;
  }

  #ageOf({ atMs }: Snapshot): number {
    return Math.abs(this.#nowMs() - atMs);
  }

  #nowMs(): number {
    return this.#clock.now().getTime();
  }
}

/** One order, in one direction: users with a value, those without, those made since. */
class Walk {
  readonly #order: UserOrder;
  readonly #isDescending: boolean;
  readonly #since: readonly number[];
  readonly length: number;

  constructor(order: UserOrder, isDescending: boolean, since: readonly number[]) {
    this.#order = order;
    this.#isDescending = isDescending;
    this.#since = since;
    this.length = order.rows.length + order.unknown.length + since.length;
  }

  rowAt(place: number): number {
    const { rows, unknown } = this.#order;
    if (place < rows.length) return rows[this.#index(place)] as number;
    return (unknown[place - rows.length] ?? this.#since[place - rows.length - unknown.length]) as number;
  }

  /** As text; empty where there is none. */
  valueAt(place: number): string {
    const { rows, values } = this.#order;
    return place < rows.length ? String(values[this.#index(place)]) : '';
  }

  /** The first place after a user who had this value when the list was begun, in an order that is not kept any more. */
  after(value: string, row: number): number {
    const isAfter = (place: number) => {
      const ofPlace = this.valueAt(place);
      if (value === '' || ofPlace === '') return ofPlace === '' && (value !== '' || this.rowAt(place) > row);
      const difference = Number(ofPlace) - Number(value) || this.rowAt(place) - row;
      return this.#isDescending ? difference < 0 : difference > 0;
    };
    let [first, end] = [0, this.length];
    while (first < end) {
      const middle = (first + end) >> 1;
      if (isAfter(middle)) end = middle;
      else first = middle + 1;
    }
    return first;
  }

  #index(place: number): number {
    return this.#isDescending ? this.#order.rows.length - 1 - place : place;
  }
}
