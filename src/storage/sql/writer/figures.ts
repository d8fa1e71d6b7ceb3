import { NotFound } from '../../../core/errors.ts';
import type { NewFigure, StoredFigure } from '../../../core/ledger/reconciliation-store.ts';
import type { NodeId } from '../../../core/units/ids.ts';
import { type FigureRow, toFigure } from '../check-rows.ts';
import type { Database } from '../database.ts';
import { toRowId } from '../rows.ts';

/** What providers say, as entered by hand. */
export class Figures {
  readonly #sql: ReturnType<typeof prepare>;

  constructor(db: Database) {
    this.#sql = prepare(db);
  }

  add({ nodeId, firstDay, lastDay, direction, bytes, note, at, by }: NewFigure): StoredFigure {
    if (this.#sql.node.get(nodeId) === undefined) throw new NotFound('node', nodeId);
    const { lastInsertRowid } = this.#sql.add.run(nodeId, firstDay, lastDay, direction, bytes, note, at.getTime(), by);
    return toFigure(this.#sql.find.get(lastInsertRowid) as FigureRow);
  }

  remove(nodeId: NodeId, id: string, at: Date): void {
    const { changes } = this.#sql.remove.run(at.getTime(), toRowId(id), nodeId);
    if (changes === 0) throw new NotFound("provider's figure", id);
  }
}

function prepare(db: Database) {
  return {
    node: db.prepare('SELECT 1 FROM node WHERE id = ? AND deleted_at IS NULL'),
    add: db.prepare(
      `INSERT INTO provider_figure (node_id, first_day, last_day, direction, bytes, note, at, admin_id)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
    ),
    find: db.prepare('SELECT * FROM provider_figure WHERE id = ?').safeIntegers(),
    remove: db.prepare('UPDATE provider_figure SET deleted_at = ? WHERE id = ? AND node_id = ? AND deleted_at IS NULL'),
  };
}
