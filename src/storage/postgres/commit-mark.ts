import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import type { SeenCommit } from './open-ledger.ts';

/** At most so often it is written: a restore takes back more than this brings. */
const EVERY_MS = 2_000;

/**
 * The last commit that this Xpert knows of, in a file of the data folder: at the next start it tells whether the database
 * was put back to an earlier state meanwhile. It may be behind, never ahead.
 */
export class CommitMark {
  readonly #path: string;
  readonly #monotonicMs: () => number;
  #writtenMs = Number.NEGATIVE_INFINITY;
  #last: SeenCommit | null;

  constructor(path: string, monotonicMs: () => number) {
    this.#path = path;
    this.#monotonicMs = monotonicMs;
    this.#last = read(path);
  }

  get last(): SeenCommit | null {
    return this.#last;
  }

  saw(commit: SeenCommit): void {
    const isNewer = commit.incarnation !== this.#last?.incarnation || commit.sequence > this.#last.sequence;
    if (!isNewer) return;
    this.#last = commit;
    if (this.#monotonicMs() - this.#writtenMs >= EVERY_MS) this.write();
  }

  write(): void {
    if (this.#last === null) return;
    this.#writtenMs = this.#monotonicMs();
    try {
      writeFileSync(`${this.#path}.new`, JSON.stringify(this.#last), { mode: 0o600 });
      renameSync(`${this.#path}.new`, this.#path);
    } catch {
      // A full disk of the data folder is told elsewhere, and must not stop the ledger, which is on another one.
    }
  }
}

/** Null: there is none, or it cannot be read. */
function read(path: string): SeenCommit | null {
  try {
    const { incarnation, sequence } = JSON.parse(readFileSync(path, 'utf8')) as Partial<SeenCommit>;
    return typeof incarnation === 'string' && Number.isSafeInteger(sequence) && sequence !== undefined
      ? { incarnation, sequence }
      : null;
  } catch {
    return null;
  }
}
