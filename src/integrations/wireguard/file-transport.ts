import { type FileHandle, open } from 'node:fs/promises';
import type { SourceFailure } from '../../core/errors.ts';
import type { Clock } from '../../core/units/clock.ts';
import { failure, notice, outputTooLarge } from './failures.ts';
import { SCRIPT_PATH } from './node-script.ts';
import { type NodeOutput, OutputReader } from './output-reader.ts';
import { MAX_OUTPUT_BYTES, type Transport } from './transport.ts';

const CHUNK_BYTES = 256 * 1024;
export const DEFAULT_MAX_AGE_SECONDS = 300;
/** A node's clock may be ahead of ours by this much before its own time is not believed. */
const MAX_AHEAD_MS = 60_000;

/** Reads what the node's script wrote into a file that is shared or copied to this machine. */
export class FileTransport implements Transport {
  readonly #path: string;
  readonly #wanted: string | undefined;
  readonly #maxAgeMs: number;
  readonly #clock: Clock;

  constructor(path: string, wanted: string | undefined, maxAgeSeconds: number | undefined, clock: Clock) {
    this.#path = path;
    this.#wanted = wanted;
    this.#maxAgeMs = (maxAgeSeconds ?? DEFAULT_MAX_AGE_SECONDS) * 1000;
    this.#clock = clock;
  }

  async read(signal: AbortSignal): Promise<NodeOutput> {
    signal.throwIfAborted();
    const file = await open(this.#path, 'r').catch((error: NodeJS.ErrnoException) => {
      throw this.#notOpened(error);
    });
    try {
      const { size, mtime } = await this.#checked(file);
      const reader = new OutputReader(this.#wanted);
      for await (const chunk of file.createReadStream({
        highWaterMark: CHUNK_BYTES,
        end: size - 1,
        autoClose: false,
      })) {
        signal.throwIfAborted();
        reader.push(chunk as Buffer);
      }
      return this.#dated(reader.finish(), mtime);
    } finally {
      await file.close();
    }
  }

  async close(): Promise<void> {}

  async #checked(file: FileHandle): Promise<{ readonly size: number; readonly mtime: Date }> {
    const stats = await file.stat();
    if (!stats.isFile()) throw failure('file-unreadable', `${this.#path} is not a file.`, 'Give the path of the file.');
    if (stats.size > MAX_OUTPUT_BYTES) throw outputTooLarge(MAX_OUTPUT_BYTES);
    if (stats.size === 0) throw failure('not-our-output', `${this.#path} is empty.`, ...this.#writeIt());
    this.#checkAge(stats.mtime, 'was written');
    return stats;
  }

  /** The instant of the values: the node's own where it is plausible, else the file's. */
  #dated(output: NodeOutput, mtime: Date): NodeOutput {
    const { takenAt } = output;
    // The clock was read when the file was written: against ours it would be off by the file's age.
    const { sourceClock: _, ...poll } = output.poll;
    if (takenAt === null) return { ...output, poll: { ...poll, takenAt: mtime } };
    this.#checkAge(takenAt, 'was read on the node');
    if (takenAt.getTime() <= this.#clock.now().getTime() + MAX_AHEAD_MS)
      return { ...output, poll: { ...poll, takenAt } };
    const ahead = notice('clock-ahead', 'The clock of the node is ahead of ours.', 'Let both follow a time server.');
    return { ...output, poll: { ...poll, takenAt: mtime, notices: [...poll.notices, ahead] } };
  }

  #checkAge(at: Date, what: string): void {
    const ageMs = this.#clock.now().getTime() - at.getTime();
    if (ageMs <= this.#maxAgeMs) return;
    throw failure(
      'file-stale',
      `${this.#path} ${what} ${Math.round(ageMs / 1000)} s ago (at most ${this.#maxAgeMs / 1000} s are allowed).`,
      'The script on the node does not run, the copy does not arrive, or its clock is behind.',
      [`ls -l --time-style=full-iso ${this.#path}`, 'systemctl status cron'],
    );
  }

  #notOpened(error: NodeJS.ErrnoException): SourceFailure {
    if (error.code === 'ENOENT') return failure('file-missing', `There is no file ${this.#path}.`, ...this.#writeIt());
    return failure(
      'file-unreadable',
      `${this.#path} cannot be read: ${error.code}.`,
      'Let the user of Xpert read it.',
      [`ls -l ${this.#path}`],
    );
  }

  #writeIt(): [hint: string, commands: string[]] {
    return ['Let the script on the node write it.', [`${SCRIPT_PATH} write ${this.#path}`]];
  }
}
