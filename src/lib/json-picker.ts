import { decodeText, isLiteral, isPlain, literalOf, NotJson } from './json-text.ts';

/**
 * What is wanted of a JSON text: a `value` (text, number, true, false, null), each element of a list, fields of an object,
 * or every field (`*`).
 */
export type Shape = 'value' | readonly [Shape] | { readonly [field: string]: Shape };

interface Frame {
  readonly shape: Exclude<Shape, 'value'>;
  readonly target: unknown[] | Record<string, unknown>;
  readonly isList: boolean;
  key: string;
  /** Of a list: the place of the value that comes now. */
  place: number;
}

/** A value with where it stands in the text: bytes `[from, to)`, the quotes of a text included. */
export interface Placed {
  readonly value: unknown;
  readonly from: number;
  readonly to: number;
}

/** What may come next. */
type Expect = 'value' | 'value-or-end' | 'key' | 'key-or-end' | 'colon' | 'comma-or-end' | 'nothing';

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;
const OPEN_LIST = 0x5b;
const CLOSE_LIST = 0x5d;
const COLON = 0x3a;
const COMMA = 0x2c;
const MAX_TEXT_BYTES = 64 * 1024;
const MAX_LITERAL_BYTES = 400;
const NOTHING = Buffer.alloc(0);
/** U+FEFF, with which some writers begin (RFC 8259, section 8.1: it may be passed over). */
const BYTE_ORDER_MARK = Buffer.from([0xef, 0xbb, 0xbf]);

/**
 * Picks what is wanted out of JSON as it arrives, so that an answer of any size holds up nobody, and what is not wanted
 * (keys and passwords of users) is never made a string of. Whole numbers become `bigint`, exactly; others `number`.
 */
export class JsonPicker {
  readonly #shape: Shape;
  readonly #maxTextBytes: number;
  readonly #frames: Frame[] = [];
  #result: unknown;
  #expect: Expect = 'value';
  /** Open brackets of a value that nobody wants; its texts are passed over as well. */
  #skipDepth = 0;
  #inText: 'no' | 'key' | 'wanted' | 'skipped' = 'no';
  #escaped = false;
  #parts: Buffer[] = [];
  #partBytes = 0;
  #inLiteral = false;
  readonly #isPlaced: boolean;
  readonly #isByPlace: boolean;
  /** Bytes before the chunk at hand, and where in all of them the value at hand began. */
  #passed = 0;
  /** Bytes of a byte order mark that have come. */
  #marked = 0;
  #from = 0;

  /**
   * `maxTextBytes`: of one text that is wanted; those that are passed over may be of any length. `placed`: see `Placed`.
   * `listsByPlace`: a list where an object is wanted is read by the names 0, 1, 2 …, and stays a list; what is of another
   * form than wanted is there, as undefined.
   */
  constructor(shape: Shape, { maxTextBytes = MAX_TEXT_BYTES, placed = false, listsByPlace = false } = {}) {
    this.#shape = shape;
    this.#maxTextBytes = maxTextBytes;
    this.#isPlaced = placed;
    this.#isByPlace = listsByPlace;
  }

  /** @throws NotJson */
  push(chunk: Buffer): void {
    let at = this.#afterMark(chunk);
    while (at < chunk.length) {
      if (this.#inText !== 'no') at = this.#text(chunk, at);
      else if (this.#skipDepth > 0) at = this.#skip(chunk, at);
      else if (this.#inLiteral) at = this.#literal(chunk, at);
      else at = this.#token(chunk, at);
    }
    this.#passed += chunk.length;
  }

  /** What was picked; fields that were not there are absent. @throws NotJson if the text ended early */
  finish(): unknown {
    if (this.#inLiteral && this.#frames.length === 0) this.#endLiteral(NOTHING, 0, 0);
    if (this.#expect !== 'nothing') throw new NotJson('it ends early');
    return this.#result;
  }

  /** Where the text begins in this chunk: a mark before it, whole, is passed over. */
  #afterMark(chunk: Buffer): number {
    if (this.#passed >= BYTE_ORDER_MARK.length) return 0;
    let at = 0;
    while (
      this.#passed + at === this.#marked &&
      this.#marked < BYTE_ORDER_MARK.length &&
      chunk[at] === BYTE_ORDER_MARK[this.#marked]
    ) {
      this.#marked += 1;
      at += 1;
    }
    const isBroken = this.#marked > 0 && this.#marked < BYTE_ORDER_MARK.length && at < chunk.length;
    if (isBroken) throw new NotJson('it begins with no text');
    return at;
  }

  #token(chunk: Buffer, at: number): number {
    const byte = chunk[at] as number;
    if (byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09) return at + 1;
    if (byte === CLOSE_OBJECT || byte === CLOSE_LIST) return this.#close(byte, at);
    switch (this.#expect) {
      case 'value':
      case 'value-or-end':
        return this.#value(byte, at);
      case 'key':
      case 'key-or-end':
        if (byte !== QUOTE) throw new NotJson('a name is missing');
        this.#inText = 'key';
        return at + 1;
      case 'colon':
        if (byte !== COLON) throw new NotJson('a colon is missing');
        this.#expect = 'value';
        return at + 1;
      case 'comma-or-end':
        if (byte !== COMMA) throw new NotJson('a comma is missing');
        this.#next(this.#frames.at(-1) as Frame);
        return at + 1;
      case 'nothing':
        throw new NotJson('something follows it');
    }
  }

  #value(byte: number, at: number): number {
    const shape = this.#wanted();
    this.#from = this.#passed + at;
    if (byte === QUOTE) {
      if (shape !== 'value') this.#putMismatch(shape);
      this.#inText = shape === 'value' ? 'wanted' : 'skipped';
      return at + 1;
    }
    if (byte !== OPEN_OBJECT && byte !== OPEN_LIST) {
      this.#inLiteral = true;
      return at;
    }
    const isList = byte === OPEN_LIST;
    if (shape === undefined || shape === 'value' || !this.#fits(shape, isList)) {
      this.#putMismatch(shape);
      this.#skipDepth = 1;
      return at + 1;
    }
    const target = isList ? [] : emptyObject(shape);
    this.#put(target);
    this.#frames.push({ shape, target, isList, key: '0', place: 0 });
    this.#expect = isList ? 'value-or-end' : 'key-or-end';
    return at + 1;
  }

  #fits(shape: Exclude<Shape, 'value'>, isList: boolean): boolean {
    return Array.isArray(shape) === isList || (this.#isByPlace && isList);
  }

  /** Something is wanted here, and what comes is of another form. */
  #putMismatch(shape: Shape | undefined): void {
    if (this.#isByPlace && shape !== undefined) this.#put(undefined);
  }

  #next(frame: Frame): void {
    this.#expect = frame.isList ? 'value' : 'key';
    if (!frame.isList) return;
    frame.place += 1;
    if (!Array.isArray(frame.shape)) frame.key = String(frame.place);
  }

  #close(byte: number, at: number): number {
    const frame = this.#frames.at(-1);
    const mayEnd = this.#expect === 'comma-or-end' || this.#expect.endsWith('-or-end');
    if (frame === undefined || !mayEnd || frame.isList !== (byte === CLOSE_LIST))
      throw new NotJson('a bracket is in the wrong place');
    this.#frames.pop();
    this.#ended();
    return at + 1;
  }

  /** Passes over a value that nobody wants. */
  #skip(chunk: Buffer, start: number): number {
    for (let at = start; at < chunk.length; at++) {
      const byte = chunk[at];
      if (byte === QUOTE) {
        this.#inText = 'skipped';
        return at + 1;
      }
      if (byte === OPEN_OBJECT || byte === OPEN_LIST) this.#skipDepth += 1;
      else if (byte === CLOSE_OBJECT || byte === CLOSE_LIST) {
        this.#skipDepth -= 1;
        if (this.#skipDepth > 0) continue;
        this.#ended();
        return at + 1;
      }
    }
    return chunk.length;
  }

  #text(chunk: Buffer, start: number): number {
    let at = start;
    if (this.#escaped) {
      this.#escaped = false;
      at += 1;
    }
    while (at < chunk.length && chunk[at] !== QUOTE) at += chunk[at] === BACKSLASH ? 2 : 1;
    if (at >= chunk.length) {
      if (this.#inText !== 'skipped') this.#keep(chunk.subarray(start));
      this.#escaped = at > chunk.length;
      return chunk.length;
    }
    this.#endText(chunk, start, at);
    return at + 1;
  }

  /** The text ends before the quote at `end`. */
  #endText(chunk: Buffer, start: number, end: number): void {
    const kind = this.#inText;
    this.#inText = 'no';
    if (kind === 'skipped') {
      if (this.#skipDepth === 0) this.#ended();
      return;
    }
    const text =
      this.#parts.length === 0 && isPlain(chunk, start, end)
        ? chunk.toString('latin1', start, end)
        : decodeText(this.#taken(chunk.subarray(start, end)));
    if (kind === 'key') {
      (this.#frames.at(-1) as Frame).key = text;
      this.#expect = 'colon';
    } else {
      this.#put(this.#placed(text, end + 1));
      this.#ended();
    }
  }

  #literal(chunk: Buffer, start: number): number {
    let at = start;
    while (at < chunk.length && isLiteral(chunk[at] as number)) at += 1;
    if (this.#partBytes + at - start > MAX_LITERAL_BYTES) throw new NotJson('a number is too long');
    if (at < chunk.length) this.#endLiteral(chunk, start, at);
    else this.#keep(chunk.subarray(start));
    return at;
  }

  #endLiteral(chunk: Buffer, start: number, end: number): void {
    this.#inLiteral = false;
    const isHere = this.#parts.length === 0;
    const text = isHere
      ? chunk.toString('latin1', start, end)
      : this.#taken(chunk.subarray(start, end)).toString('latin1');
    const value = literalOf(text);
    if (this.#wanted() !== undefined) this.#put(this.#placed(value, end));
    this.#ended();
  }

  #placed(value: unknown, end: number): unknown {
    return this.#isPlaced ? ({ value, from: this.#from, to: this.#passed + end } satisfies Placed) : value;
  }

  /** What is wanted of the value that comes now. */
  #wanted(): Shape | undefined {
    const frame = this.#frames.at(-1);
    if (frame === undefined) return this.#shape;
    if (Array.isArray(frame.shape)) return frame.shape[0];
    const fields = frame.shape as { readonly [field: string]: Shape };
    return Object.hasOwn(fields, frame.key) ? fields[frame.key] : fields['*'];
  }

  #put(value: unknown): void {
    const frame = this.#frames.at(-1);
    if (frame === undefined) this.#result = value;
    else if (!Array.isArray(frame.target)) frame.target[frame.key] = value;
    else if (Array.isArray(frame.shape)) frame.target.push(value);
    else frame.target[frame.place] = value;
  }

  #ended(): void {
    this.#expect = this.#frames.length === 0 ? 'nothing' : 'comma-or-end';
  }

  #keep(part: Buffer): void {
    this.#partBytes += part.length;
    if (this.#partBytes > this.#maxTextBytes) throw new NotJson('a text is too long');
    // A copy: the chunk's memory may serve for the next one.
    this.#parts.push(Buffer.from(part));
  }

  /** What was kept of a text or number, with its rest. */
  #taken(rest: Buffer): Buffer {
    if (rest.length > this.#maxTextBytes) throw new NotJson('a text is too long');
    if (this.#parts.length === 0) return rest;
    const taken = Buffer.concat([...this.#parts, rest]);
    this.#parts = [];
    this.#partBytes = 0;
    return taken;
  }
}

/** All of a text at once. @throws NotJson */
export function pickJson(text: string | Buffer, shape: Shape): unknown {
  const picker = new JsonPicker(shape);
  picker.push(Buffer.from(text));
  return picker.finish();
}

/** The same with every value as a `Placed`. @throws NotJson */
export function placeJson(text: Buffer, shape: Shape): unknown {
  const picker = new JsonPicker(shape, { placed: true });
  picker.push(text);
  return picker.finish();
}

/** Names that nobody knew before may be any, also those that every object has. */
function emptyObject(shape: Shape): Record<string, unknown> {
  return Object.hasOwn(shape as object, '*') ? (Object.create(null) as Record<string, unknown>) : {};
}
