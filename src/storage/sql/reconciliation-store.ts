import type { NewFigure, ReconciliationStore } from '../../core/ledger/reconciliation-store.ts';
import type { NodeId } from '../../core/units/ids.ts';
import type { Asked } from './reader/asked.ts';
import type { CheckReader } from './reader/check-reader.ts';
import type { WriterLink } from './writer-link.ts';

/** Checks, figures of providers and findings. */
export class SqlReconciliationStore implements ReconciliationStore {
  readonly #reader: Asked<CheckReader>;
  readonly #writer: WriterLink;

  constructor(reader: Asked<CheckReader>, writer: WriterLink) {
    this.#reader = reader;
    this.#writer = writer;
  }

  async days(nodeId: NodeId, first: number, last: number) {
    return this.#reader.days(nodeId, first, last);
  }

  async figures(nodeId: NodeId) {
    return this.#reader.figures(nodeId);
  }

  addFigure(figure: NewFigure) {
    return this.#writer.run('addFigure', figure);
  }

  removeFigure(nodeId: NodeId, id: string, at: Date) {
    return this.#writer.run('removeFigure', nodeId, id, at);
  }

  async findings() {
    return this.#reader.findings();
  }
}
