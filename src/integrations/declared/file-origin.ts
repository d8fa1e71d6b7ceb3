import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import type { SourceFailure } from '../../core/errors.ts';
import type { Clock } from '../../core/units/clock.ts';
import { failure, tooLarge } from './failures.ts';
import type { DeclaredOptions } from './options.ts';
import { MAX_BYTES, type Origin, type Received } from './origin.ts';

const CHUNK_BYTES = 256 * 1024;
const DEFAULT_MAX_AGE_SECONDS = 300;

/** A file that something else writes; its values are as old as it is. */
export class FileOrigin implements Origin {
  readonly #path: string;
  readonly #isAtomic: boolean;
  readonly #maxAgeMs: number;
  readonly #clock: Clock;

  constructor({ path = '', atomic = false, maxAgeSeconds = DEFAULT_MAX_AGE_SECONDS }: DeclaredOptions, clock: Clock) {
    this.#path = path;
    this.#isAtomic = atomic;
    this.#maxAgeMs = maxAgeSeconds * 1000;
    this.#clock = clock;
  }

  async read(signal: AbortSignal, take: (chunk: Buffer) => void): Promise<Received> {
    signal.throwIfAborted();
    // A pipe would keep us waiting for its writer.
    const flags = constants.O_RDONLY | constants.O_NONBLOCK;
    const file = await open(this.#path, flags).catch((error: NodeJS.ErrnoException) => {
      throw this.#notOpened(error);
    });
    try {
      const { size, mtime } = await this.#checked(file);
      for await (const chunk of file.createReadStream({ highWaterMark: CHUNK_BYTES, autoClose: false })) {
        signal.throwIfAborted();
        take(chunk as Buffer);
      }
      const after = await file.stat();
      const isSame = after.size === size && after.mtime.getTime() === mtime.getTime();
      return { isWhole: this.#isAtomic && isSame, takenAt: mtime };
    } finally {
      await file.close();
    }
  }

  close(): void {}

  async #checked(file: FileHandle): Promise<{ readonly size: number; readonly mtime: Date }> {
    const stats = await file.stat();
    if (!stats.isFile()) throw failure('file-unreadable', `${this.#path} is no file.`, 'Give the path of the file.');
    if (stats.size > MAX_BYTES) throw tooLarge(MAX_BYTES);
    const ageMs = this.#clock.now().getTime() - stats.mtime.getTime();
    if (ageMs <= this.#maxAgeMs) return stats;
    throw failure(
      'file-stale',
      `${this.#path} was written ${Math.round(ageMs / 1000)} s ago (at most ${this.#maxAgeMs / 1000} s are allowed).`,
      'What writes it does not run, or the copy does not arrive.',
      [`ls -l --time-style=full-iso ${this.#path}`],
    );
  }

  #notOpened(error: NodeJS.ErrnoException): SourceFailure {
    if (error.code === 'ENOENT') {
      return failure('file-missing', `There is no file ${this.#path}.`, 'Let what counts write it there.');
    }
    const hint = 'Let the user of Xpert read it.';
    return failure('file-unreadable', `${this.#path} cannot be read: ${error.code}.`, hint, [`ls -l ${this.#path}`]);
  }
}
