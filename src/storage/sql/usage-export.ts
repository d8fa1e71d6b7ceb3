import { ExpectedError } from '../../core/errors.ts';
import type { ExportQuery, UsageExport } from '../../core/ledger/usage-export.ts';
import type { Visibility } from '../../core/ledger/usage-history.ts';
import { holdAgain, holdYoungGeneration } from '../../lib/young-generation.ts';
import type { SlowReader } from './slow-reader.ts';
import type { WriterLink } from './writer-link.ts';

/** Exports, piece by piece, from a reader that nobody else waits for. */
export class SqlUsageExport implements UsageExport {
  readonly #writer: WriterLink;
  readonly #reader: SlowReader;
  #lastId = 0;

  constructor(writer: WriterLink, reader: SlowReader) {
    this.#writer = writer;
    this.#reader = reader;
  }

  async *exportUsage(query: ExportQuery, who: Visibility): AsyncGenerator<string, void> {
    await this.#writer.settle();
    const id = ++this.#lastId;
    if (!(await this.#reader.read('beginExport', id, query, who))) {
      throw new ExpectedError('busy', 'Too many exports run already.', { hint: 'Wait until one of them has ended.' });
    }
    // Its pieces are gone as soon as they are sent.
    const letGrow = holdYoungGeneration();
    try {
      for (;;) {
        const piece = await this.#reader.read('nextOfExport', id);
        if (piece === null) return;
        if (piece !== '') yield piece;
        holdAgain();
      }
    } finally {
      letGrow();
      // Where its thread is gone, so is what it held.
      await this.#reader.read('endExport', id).catch(() => {});
    }
  }
}
