import { readFileSync, renameSync, writeFileSync } from 'node:fs';

/** A commit that took place. */
export interface SeenCommit {
  /** Of the ledger that it is in. */
  readonly incarnation: string;
  readonly sequence: number;
}

/** The last commit that this Xpert knows of. */
export interface KnownCommit extends SeenCommit {
  /** Lives of the ledger that ended in a restore: a database that is in one of them was put back. */
  readonly former: readonly string[];
}

/** At most so often it is written: a restore takes back more than this brings. */
const EVERY_MS = 2_000;

/**
 * The last commit that this Xpert knows of, in a file of the data folder: at the next start it tells whether the database
 * was put back to an earlier state meanwhile. It may be behind, never ahead. Lives before the present one are kept, too: the
 * same copy may be restored again.
 */
export class CommitMark {
  readonly path: string;
  readonly #monotonicMs: () => number;
  #writtenMs = Number.NEGATIVE_INFINITY;
  #last: KnownCommit | null;

  constructor(path: string, monotonicMs: () => number) {
    this.path = path;
    this.#monotonicMs = monotonicMs;
    this.#last = readCommitMark(path);
  }

  get last(): KnownCommit | null {
    return this.#last;
  }

  saw({ incarnation, sequence }: SeenCommit): void {
    const last = this.#last;
    const isNewLife = incarnation !== last?.incarnation;
    if (!isNewLife && sequence <= last.sequence) return;
    const former = last === null ? [] : isNewLife ? [...last.former, last.incarnation] : last.former;
    this.#last = { incarnation, sequence, former };
    if (isNewLife || this.#monotonicMs() - this.#writtenMs >= EVERY_MS) this.write();
  }

  write(): void {
    if (this.#last === null) return;
    this.#writtenMs = this.#monotonicMs();
    try {
      writeFileSync(`${this.path}.new`, JSON.stringify(this.#last), { mode: 0o600 });
      renameSync(`${this.path}.new`, this.path);
    } catch {
      // A full disk of the data folder is told elsewhere, and must not stop the ledger, which is on another one.
    }
  }
}

/** What the file says. Null: there is none, or it cannot be read. */
export function readCommitMark(path: string): KnownCommit | null {
  try {
    const { incarnation, sequence, former = [] } = JSON.parse(readFileSync(path, 'utf8')) as Partial<KnownCommit>;
    const isWhole = typeof incarnation === 'string' && Number.isSafeInteger(sequence) && Array.isArray(former);
    return isWhole ? { incarnation, sequence: sequence as number, former: former.map(String) } : null;
  } catch {
    return null;
  }
}
