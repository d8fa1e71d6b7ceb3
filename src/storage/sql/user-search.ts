import type { UserQuery } from '../../core/inventory/inventory-store.ts';
import type { Clock } from '../../core/units/clock.ts';
import type { UserId } from '../../core/units/ids.ts';
import type { Asked } from './reader/asked.ts';
import type { FoundUsers, UserReader } from './reader/user-reader.ts';
import { fold, type UserTextReader, type UserTexts } from './reader/user-text-reader.ts';
import type { SlowReader } from './slow-reader.ts';
import type { WriterLink } from './writer-link.ts';

/** Texts of so few are read where they are asked for, without a thread; after so many changes all are read anew. */
const FEW = 1_000;
/** Of an ever changing list they are read so seldom that it costs a twentieth of a core at most. */
const PAUSE_TIMES_COST = 20;

/**
 * Finds users by a part of their names, notes, e-mail addresses, Telegram ids and tokens. These lie in memory as one
 * text, some 60 bytes per user: looking through that takes a few milliseconds for 100,000, through the tables fifty. The
 * writer tells whom it changed before the caller of the change is answered; these are read again before the next search.
 */
export class UserSearch {
  readonly #slow: SlowReader;
  readonly #reader: Asked<UserTextReader>;
  readonly #users: Asked<UserReader>;
  readonly #clock: Clock;
  #texts: UserTexts | null = null;
  /** What has taken the place of texts since, by row; null: the user is gone. */
  readonly #newer = new Map<number, string | null>();
  /** Users whose texts changed and were not read again yet. */
  #changed = new Set<UserId>();
  #reading: Reading | null = null;
  /** One after the other: what is read, what it replaces, and searches of it. */
  #turns: Promise<void> = Promise.resolve();
  #nextMs = 0;

  constructor(
    writer: Pick<WriterLink, 'onPeople'>,
    slow: SlowReader,
    reader: Asked<UserTextReader>,
    users: Asked<UserReader>,
    clock: Clock,
  ) {
    this.#slow = slow;
    this.#reader = reader;
    this.#users = users;
    this.#clock = clock;
    writer.onPeople((ids) => this.#follow(ids));
  }

  /** All users whom a query lets through, in no order; null: it searches for nothing. */
  async found({ search = '', ...filter }: UserQuery): Promise<FoundUsers | null> {
    if (search === '') return null;
    const found = await this.#among(fold(search));
    const { ownerId, state, tag, planId } = filter;
    if ([ownerId, state, tag, planId].every((each) => each === undefined)) return found;
    return { ...found, rows: await this.#users.rowsAmong(found, filter) };
  }

  /** To be called every few seconds: of a long list the texts are in memory before anybody searches. */
  async keep(): Promise<void> {
    if (this.#clock.monotonicMs() < this.#nextMs) return;
    const isDue = this.#texts === null ? await this.#isLong() : this.#changed.size + this.#newer.size > FEW;
    if (isDue) await this.#read();
  }

  /** Null: anything may have changed. */
  #follow(ids: readonly UserId[] | null): void {
    if (ids === null) {
      this.#texts = null;
      this.#reading = null;
    }
    for (const id of ids ?? []) {
      if (this.#texts !== null) this.#changed.add(id);
      this.#reading?.changed.add(id);
    }
  }

  async #among(part: string): Promise<FoundUsers> {
    while (this.#texts === null) await this.#read();
    const found = await this.#inTurn(async () => {
      await this.#readChanged();
      const texts = this.#texts;
      return texts && { rows: this.#rowsWith(part, texts), of: texts.rows.length };
    });
    // Lost meanwhile: nobody knows what changed.
    return found ?? (await this.#among(part));
  }

  #read(): Promise<void> {
    if (this.#reading === null) {
      const reading = { changed: new Set<UserId>(), ends: Promise.resolve() };
      this.#reading = reading;
      reading.ends = this.#readAll(reading).finally(() => {
        if (this.#reading === reading) this.#reading = null;
      });
    }
    return this.#reading.ends;
  }

  async #readAll(reading: Reading): Promise<void> {
    const texts = (await this.#isLong()) ? await this.#slow.read('userTexts') : await this.#reader.read();
    this.#nextMs = this.#clock.monotonicMs() + PAUSE_TIMES_COST * texts.costMs;
    await this.#inTurn(async () => {
      if (this.#reading !== reading) return;
      this.#texts = texts;
      this.#newer.clear();
      this.#changed = reading.changed;
    });
  }

  async #readChanged(): Promise<void> {
    if (this.#changed.size === 0) return;
    const ids = [...this.#changed];
    this.#changed.clear();
    try {
      for (const { row, text } of await this.#reader.readSome(ids)) this.#newer.set(row, text);
    } catch (error) {
      for (const id of ids) this.#changed.add(id);
      throw error;
    }
  }

  #inTurn<T>(act: () => Promise<T>): Promise<T> {
    const turn = this.#turns.then(act);
    this.#turns = turn.then(
      () => {},
      () => {
        // Told to whoever asked for it.
      },
    );
    return turn;
  }

  #rowsWith(part: string, { rows, starts, text }: UserTexts): number[] {
    const found: number[] = [];
    let place = 0;
    for (let at = text.indexOf(part); at >= 0; ) {
      while ((starts[place + 1] ?? Number.POSITIVE_INFINITY) <= at) place++;
      const row = rows[place] as number;
      if (!this.#newer.has(row)) found.push(row);
      const next = starts[++place];
      at = next === undefined ? -1 : text.indexOf(part, next);
    }
    for (const [row, newer] of this.#newer) if (newer?.includes(part)) found.push(row);
    return found;
  }

  async #isLong(): Promise<boolean> {
    return (await this.#users.countUsers({ limit: 1, cursor: null })) > FEW;
  }
}

interface Reading {
  /** Users whose texts changed since it began. */
  readonly changed: Set<UserId>;
  ends: Promise<void>;
}
