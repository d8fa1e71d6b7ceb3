import type { WireReading } from '../../core/agents/agent-reading.ts';
import type { Clock } from '../../core/units/clock.ts';
import { type LogRecord, SegmentLog } from '../../lib/segment-log.ts';
import { ReadingDecoder, ReadingEncoder } from './reading-coder.ts';

/** What a spooled reading was taken at, besides its own fields: lets its age be told without the wall clock. */
export interface SpooledReading extends WireReading {
  readonly bootId: string;
  readonly uptimeMs: number;
}

interface Options {
  readonly folder: string;
  readonly clock: Pick<Clock, 'now'>;
  /** Most that the spool may take on disk. */
  readonly mostBytes: number;
  /** For the owner of the node. */
  readonly warn: (fields: object, message: string) => void;
}

const SEGMENT_BYTES = 1024 * 1024;
/** Readings per segment: one that is decoded to send a single reading must not take long. */
const SEGMENT_READINGS = 256;
/** What was acknowledged is kept so long: a panel that is restored from a backup gets it again. */
export const KEPT_MS = 7 * 86_400_000;
/** Readings kept in memory while the disk takes none. */
const MOST_UNSAVED = 60;

/**
 * Readings on disk until they are acknowledged, and seven days longer. When there is no room, what was acknowledged goes
 * first, then the oldest that was not: the counters in the newest readings hold all bytes, so what is lost is when they
 * flowed, and the last bytes of peers that are gone. The next reading then says that something is lost before it. While
 * the disk takes nothing at all, the newest readings wait in memory.
 */
export class Spool {
  readonly #options: Options;
  readonly #log: SegmentLog;
  readonly #encoder = new ReadingEncoder();
  #unsaved: SpooledReading[] = [];
  #newest: SpooledReading | null = null;
  #readingsInSegment = 0;
  #acknowledged = 0;
  #isDiskFull = false;

  constructor(options: Options) {
    this.#options = options;
    const { log, cutBytes } = SegmentLog.open(options.folder);
    this.#log = log;
    if (cutBytes > 0)
      options.warn({ bytes: cutBytes }, 'a reading that was being written when the agent ended is gone');
  }

  /** Sequence of the last reading; 0 if there is none. */
  get last(): number {
    return this.#newest?.sequence ?? this.#log.last;
  }

  get bytes(): number {
    return this.#log.bytes;
  }

  /** The disk takes no readings at present. */
  get isDiskFull(): boolean {
    return this.#isDiskFull;
  }

  append(reading: SpooledReading): void {
    this.#makeRoom();
    this.#unsaved.push(reading);
    this.#newest = reading;
    while (this.#unsaved.length > MOST_UNSAVED) this.#unsaved.shift();
    this.#save();
  }

  /** Everything up to there is counted by the panel. Older numbers than before mean that the panel was restored. */
  acknowledge(sequence: number): void {
    this.#acknowledged = sequence;
    const untilMs = this.#options.clock.now().getTime() - KEPT_MS;
    for (const { writtenMs } of this.#log.removable(sequence)) {
      if (writtenMs >= untilMs) return;
      this.#log.removeOldest();
    }
  }

  /** Readings after that one, in order: at least one if there are any, otherwise about as many as fit the size. */
  readAfter(sequence: number, mostCharacters: number, most: number): SpooledReading[] {
    const found: SpooledReading[] = [];
    let characters = 0;
    for (const reading of this.#after(sequence)) {
      characters += sizeOf(reading);
      if (found.length > 0 && (characters > mostCharacters || found.length >= most)) break;
      found.push(reading);
    }
    // Where one before it is neither sent nor there any more, it is lost.
    return found.map((reading, index) => {
      const before = found[index - 1]?.sequence ?? sequence;
      return reading.after > before ? { ...reading, lostBefore: true } : reading;
    });
  }

  /** Forgets all readings: they belong to another node. */
  clear(): void {
    this.#log.clear();
    this.#unsaved = [];
    this.#newest = null;
    this.#acknowledged = 0;
    this.#encoder.restart();
  }

  close(): void {
    this.#log.close();
  }

  *#after(sequence: number): Generator<SpooledReading, void> {
    // Mostly only the newest is wanted: it is at hand.
    if (this.#newest !== null && this.#newest.after <= sequence) {
      if (this.#newest.sequence > sequence) yield this.#newest;
      return;
    }
    for (const records of this.#log.segmentsAfter(sequence)) {
      for (const reading of decoded(records)) if (reading.sequence > sequence) yield reading;
    }
    for (const reading of this.#unsaved) if (reading.sequence > sequence) yield reading;
  }

  /** Writes what waits in memory; what the disk does not take goes on waiting. */
  #save(): void {
    for (let next = this.#unsaved[0]; next !== undefined; next = this.#unsaved[0]) {
      try {
        this.#write(next);
      } catch (error) {
        if (!isNoSpace(error)) throw error;
        // The record was not written, but the encoder believes it was.
        this.#endSegment();
        if (this.#dropOldest()) continue;
        if (!this.#isDiskFull)
          this.#options.warn({}, 'the disk is full: readings wait in memory, and are lost if the agent ends');
        this.#isDiskFull = true;
        return;
      }
      this.#unsaved.shift();
    }
    this.#isDiskFull = false;
  }

  #write(reading: SpooledReading): void {
    const isFull = this.#log.currentBytes >= SEGMENT_BYTES || this.#readingsInSegment >= SEGMENT_READINGS;
    if (isFull || this.#log.currentBytes === 0) this.#endSegment();
    this.#log.append(reading.sequence, this.#encoder.encode(reading), this.#readingsInSegment === 0);
    this.#readingsInSegment += 1;
  }

  #endSegment(): void {
    this.#log.endSegment();
    this.#encoder.restart();
    this.#readingsInSegment = 0;
  }

  #makeRoom(): void {
    while (this.#log.bytes > this.#options.mostBytes) if (!this.#dropOldest()) return;
  }

  #dropOldest(): boolean {
    const isUnsent = this.#log.removable(this.#acknowledged).length === 0;
    if (!this.#log.removeOldest()) return false;
    if (isUnsent)
      this.#options.warn(
        { spoolBytes: this.#log.bytes },
        'no room: the oldest readings that were not sent yet are lost',
      );
    return true;
  }
}

function* decoded(records: readonly LogRecord[]): Generator<SpooledReading, void> {
  const decoder = new ReadingDecoder();
  for (const { payload } of records) yield decoder.decode(payload) as SpooledReading;
}

/** About the length of the reading's JSON. */
function sizeOf({ services = [] }: SpooledReading): number {
  return services.reduce((sum, { peers }) => sum + 200 + peers.length * 180, 500);
}

function isNoSpace(error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === 'ENOSPC' || error.code === 'EDQUOT');
}
