import { InvalidInput } from '../errors.ts';

/** Up to u64, which is what counters of kernels have. */
const COUNTER = /^\d{1,20}$/;
const MAX_COUNTER = 2n ** 64n - 1n;
/** RFC 3339 date-time in UTC. */
const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?Z$/;

/** Members of a JSON object, taken by name and type. Every failure is InvalidInput with the pointer of the member. */
export class Fields {
  readonly value: Readonly<Record<string, unknown>>;
  readonly #place: Place | null;

  private constructor(value: unknown, place: Place | null) {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      const pointer = pointerTo(place);
      throw new InvalidInput(pointer, `${pointer === '' ? 'The body' : `"${pointer}"`} must be a JSON object.`);
    }
    this.value = value as Readonly<Record<string, unknown>>;
    this.#place = place;
  }

  static ofBody(body: unknown): Fields {
    return new Fields(body, null);
  }

  /** JSON pointer to the object. */
  get pointer(): string {
    return pointerTo(this.#place);
  }

  has(name: string): boolean {
    return this.value[name] !== undefined;
  }

  text(name: string, mostCharacters: number): string {
    const text = this.value[name];
    if (typeof text === 'string' && text !== '' && text.length <= mostCharacters) return text;
    throw this.#wrong(name, `a text of 1 to ${mostCharacters} characters`);
  }

  optionalText(name: string, mostCharacters: number): string | null {
    return this.has(name) ? this.text(name, mostCharacters) : null;
  }

  texts(name: string, most: number, mostCharacters: number): string[] {
    const texts = this.value[name];
    const fits = (text: unknown) => typeof text === 'string' && text.length <= mostCharacters;
    if (Array.isArray(texts) && texts.length <= most && texts.every(fits)) return texts;
    throw this.#wrong(name, `a list of at most ${most} texts`);
  }

  word<Word extends string>(name: string, words: readonly Word[]): Word {
    const word = words.find((candidate) => candidate === this.value[name]);
    if (word === undefined) throw this.#wrong(name, `one of: ${words.join(', ')}`);
    return word;
  }

  flag(name: string): boolean {
    const flag = this.value[name] ?? false;
    if (typeof flag !== 'boolean') throw this.#wrong(name, 'true or false');
    return flag;
  }

  integer(name: string, least: number, most: number): number {
    const number = this.value[name];
    if (typeof number === 'number' && Number.isInteger(number) && number >= least && number <= most) return number;
    throw this.#wrong(name, `a whole number from ${least} to ${most}`);
  }

  optionalInteger(name: string, least: number, most: number): number | null {
    return this.has(name) ? this.integer(name, least, most) : null;
  }

  counter(name: string): bigint {
    const digits = this.value[name];
    const counter = typeof digits === 'string' && COUNTER.test(digits) ? BigInt(digits) : null;
    if (counter !== null && counter <= MAX_COUNTER) return counter;
    throw this.#wrong(name, 'bytes as a decimal text, up to 2^64-1');
  }

  instant(name: string): Date {
    const text = this.value[name];
    const date = typeof text === 'string' && INSTANT.test(text) ? new Date(text) : null;
    if (date === null || Number.isNaN(date.getTime()))
      throw this.#wrong(name, 'an instant such as 2026-03-01T12:00:00Z');
    return date;
  }

  optionalInstant(name: string): Date | null {
    return this.has(name) ? this.instant(name) : null;
  }

  object(name: string): Fields {
    return new Fields(this.value[name], { of: this, name, index: null });
  }

  optionalObject(name: string): Fields | null {
    return this.has(name) ? this.object(name) : null;
  }

  list(name: string, most: number): Fields[] {
    const items = this.value[name];
    if (!Array.isArray(items) || items.length > most) throw this.#wrong(name, `a list of at most ${most} objects`);
    return items.map((item, index) => new Fields(item, { of: this, name, index }));
  }

  optionalList(name: string, most: number): Fields[] {
    return this.has(name) ? this.list(name, most) : [];
  }

  #wrong(name: string, wanted: string): InvalidInput {
    return new InvalidInput(`${this.pointer}/${name}`, `"${name}" must be ${wanted}.`);
  }
}

/** A member of an object, or an item of a member that is a list. Said as a pointer only where something is wrong with it. */
interface Place {
  readonly of: Fields;
  readonly name: string;
  readonly index: number | null;
}

function pointerTo(place: Place | null): string {
  if (place === null) return '';
  const { of, name, index } = place;
  return index === null ? `${of.pointer}/${name}` : `${of.pointer}/${name}/${index}`;
}
