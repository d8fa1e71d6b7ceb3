import {
  closeSync,
  existsSync,
  fdatasyncSync,
  fsyncSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';

export interface LogRecord {
  /** Grows from record to record; numbers may be skipped. */
  readonly sequence: number;
  readonly payload: Buffer;
}

interface Segment {
  readonly path: string;
  /** Sequence of its first record; in its name. */
  readonly first: number;
  bytes: number;
  /** When it was last written, ms since 1970. */
  readonly writtenMs: number;
}

/** First bytes of every segment. */
const MAGIC = Buffer.from('XPSEG01\n');
/** Length and checksum of what follows (u32 each), sequence (u64), payload. */
const HEADER_BYTES = 16;
const SUFFIX = '.segment';
const NAME = /^(\d{16})\.segment$/;

/**
 * Records on disk that survive a kill: append only, each with a checksum and synced before `append` returns. Segments are
 * independent of one another, so that old ones are removed as whole files and a damaged one hides no other. What stands
 * torn at the end of the last segment was never answered for, and is cut off at opening.
 */
export class SegmentLog {
  readonly #folder: string;
  #segments: Segment[];
  /** The segment that is written to, since this process began it. */
  #current: { readonly segment: Segment; readonly file: number } | null = null;
  #last: number;

  private constructor(folder: string, segments: Segment[], last: number) {
    this.#folder = folder;
    this.#segments = segments;
    this.#last = last;
  }

  /** @returns the log, and how many bytes of a torn end were cut off */
  static open(folder: string): { readonly log: SegmentLog; readonly cutBytes: number } {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const segments = readdirSync(folder)
      .flatMap((name) => NAME.exec(name)?.[1] ?? [])
      .sort()
      .map((digits) => segmentOf(folder, Number(digits)));
    let cutBytes = 0;
    for (let newest = segments.at(-1); newest !== undefined; newest = segments.at(-1)) {
      const { records, goodBytes } = readSegment(newest.path);
      cutBytes += newest.bytes - goodBytes;
      const last = records.at(-1);
      if (last !== undefined) {
        if (goodBytes < newest.bytes) truncate(newest.path, goodBytes);
        newest.bytes = goodBytes;
        return { log: new SegmentLog(folder, segments, last.sequence), cutBytes };
      }
      rmSync(newest.path);
      segments.pop();
    }
    return { log: new SegmentLog(folder, segments, 0), cutBytes };
  }

  /** Sequence of the last record; 0 if there is none. */
  get last(): number {
    return this.#last;
  }

  /** Sequence of the first record that may still be there; null if there is none. */
  get first(): number | null {
    return this.#segments[0]?.first ?? null;
  }

  get bytes(): number {
    return this.#segments.reduce((sum, { bytes }) => sum + bytes, 0);
  }

  /** Bytes of the segment that `append` writes to; 0: the next record begins one. */
  get currentBytes(): number {
    return this.#current?.segment.bytes ?? 0;
  }

  /**
   * Writes a record durably, or nothing. With `begin` (and always after opening) it begins a segment.
   * @throws the system's error, for example ENOSPC
   */
  append(sequence: number, payload: Buffer, begin: boolean): void {
    if (sequence <= this.#last) throw new Error(`sequence ${sequence} is not after ${this.#last}`);
    if (begin) this.endSegment();
    const isNew = this.#current === null;
    const { segment, file } = this.#current ?? this.#begin(sequence);
    try {
      writeAll(file, record(sequence, payload), segment.bytes);
      fdatasyncSync(file);
    } catch (error) {
      if (isNew) this.#abandon(segment);
      else ftruncateSync(file, segment.bytes);
      throw error;
    }
    segment.bytes += HEADER_BYTES + payload.length;
    this.#last = sequence;
  }

  /** The next record begins a segment. */
  endSegment(): void {
    if (this.#current !== null) closeSync(this.#current.file);
    this.#current = null;
  }

  /**
   * Whole segments from the one on that holds the first record after `sequence`, in order. A damaged segment gives the
   * records before the damage.
   */
  *segmentsAfter(sequence: number): Generator<readonly LogRecord[], void> {
    const from = this.#segments.findLastIndex(({ first }) => first <= sequence + 1);
    for (const segment of this.#segments.slice(Math.max(0, from))) {
      if (existsSync(segment.path)) yield readSegment(segment.path).records;
    }
  }

  /** The oldest segments whose records all lie before or at `sequence`, with when they were written. */
  removable(
    sequence: number,
  ): readonly { readonly first: number; readonly last: number; readonly writtenMs: number }[] {
    return this.#segments.flatMap(({ first, writtenMs }, index) => {
      const next = this.#segments[index + 1];
      return next !== undefined && next.first - 1 <= sequence ? [{ first, last: next.first - 1, writtenMs }] : [];
    });
  }

  /** Removes the oldest segment, never the one that is written to. @returns false if there is no other */
  removeOldest(): boolean {
    const [oldest] = this.#segments;
    if (oldest === undefined || oldest === this.#current?.segment) return false;
    rmSync(oldest.path, { force: true });
    this.#segments.shift();
    return true;
  }

  /** Forgets everything. */
  clear(): void {
    this.endSegment();
    while (this.removeOldest());
    this.#last = 0;
  }

  close(): void {
    this.endSegment();
  }

  #begin(first: number): { readonly segment: Segment; readonly file: number } {
    const path = join(this.#folder, `${String(first).padStart(16, '0')}${SUFFIX}`);
    const segment = { path, first, bytes: MAGIC.length, writtenMs: Date.now() };
    const file = openSync(path, 'w', 0o600);
    this.#current = { segment, file };
    this.#segments.push(segment);
    try {
      writeAll(file, MAGIC, 0);
      syncFolder(this.#folder);
    } catch (error) {
      this.#abandon(segment);
      throw error;
    }
    return this.#current;
  }

  #abandon(segment: Segment): void {
    this.endSegment();
    rmSync(segment.path, { force: true });
    this.#segments = this.#segments.filter((each) => each !== segment);
  }
}

function segmentOf(folder: string, first: number): Segment {
  const path = join(folder, `${String(first).padStart(16, '0')}${SUFFIX}`);
  const { size, mtimeMs } = statSync(path);
  return { path, first, bytes: size, writtenMs: mtimeMs };
}

function record(sequence: number, payload: Buffer): Buffer {
  const bytes = Buffer.allocUnsafe(HEADER_BYTES + payload.length);
  bytes.writeUInt32LE(payload.length, 0);
  bytes.writeBigUInt64LE(BigInt(sequence), 8);
  payload.copy(bytes, HEADER_BYTES);
  bytes.writeUInt32LE(crc32(bytes.subarray(8)), 4);
  return bytes;
}

/** Records up to the first one that is torn or damaged. */
function readSegment(path: string): { readonly records: LogRecord[]; readonly goodBytes: number } {
  const bytes = readFileSync(path);
  const records: LogRecord[] = [];
  if (!bytes.subarray(0, MAGIC.length).equals(MAGIC)) return { records, goodBytes: 0 };
  let at = MAGIC.length;
  while (at + HEADER_BYTES <= bytes.length) {
    const end = at + HEADER_BYTES + bytes.readUInt32LE(at);
    if (end > bytes.length || crc32(bytes.subarray(at + 8, end)) !== bytes.readUInt32LE(at + 4)) break;
    records.push({ sequence: Number(bytes.readBigUInt64LE(at + 8)), payload: bytes.subarray(at + HEADER_BYTES, end) });
    at = end;
  }
  return { records, goodBytes: at };
}

function writeAll(file: number, bytes: Buffer, position: number): void {
  for (let done = 0; done < bytes.length; ) done += writeSync(file, bytes, done, bytes.length - done, position + done);
}

function truncate(path: string, bytes: number): void {
  const file = openSync(path, 'r+');
  try {
    ftruncateSync(file, bytes);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

/** A new file's name is durable only with its folder. */
function syncFolder(folder: string): void {
  const file = openSync(folder, 'r');
  try {
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}
