import type { LedgerIncarnation } from '../../core/ledger/incarnation.ts';
import { PAUSE } from '../../core/metering/gap-words.ts';
import type { NewId } from '../../core/units/ids.ts';
import type { Database } from './database.ts';

export interface StoredIncarnation {
  readonly id: string;
  readonly sinceMs: number;
  readonly restores: readonly { readonly atMs: number; readonly missingFromMs: number }[];
}

/** Which life of the ledger this is; made at its first start. */
export function settleIncarnation(db: Database, newId: NewId, nowMs: number): LedgerIncarnation {
  let stored = readIncarnation(db);
  if (stored === null) {
    stored = { id: newId(), sinceMs: nowMs, restores: [] };
    saveMeta(db, 'incarnation', stored);
  }
  const restores = stored.restores.map(({ atMs, missingFromMs }) => ({
    at: new Date(atMs),
    missingFrom: new Date(missingFromMs),
  }));
  return { id: stored.id, since: new Date(stored.sinceMs), restores };
}

/** The text that `incarnationFrom` reads. */
export const READ_INCARNATION = "SELECT value FROM meta WHERE name = 'incarnation'";

export function readIncarnation(db: Database): StoredIncarnation | null {
  return incarnationFrom((db.prepare(READ_INCARNATION).pluck().get() as string | undefined) ?? null);
}

export function incarnationFrom(value: string | null): StoredIncarnation | null {
  return value === null ? null : (JSON.parse(value) as StoredIncarnation);
}

export function saveMeta(db: Database, name: string, value: unknown): void {
  db.prepare('INSERT INTO meta (name, value) VALUES (?, ?) ON CONFLICT DO UPDATE SET value = excluded.value').run(
    name,
    JSON.stringify(value),
  );
}

/**
 * The ledger was restored (rule 18): a new incarnation; a gap on every node since its last commit, which the next reading
 * ends; nobody is logged in; what would change access waits for the owner. To be called in a transaction.
 */
export function writeIncarnation(db: Database, newId: NewId, nowMs: number): void {
  const fromMs = Math.min(nowMs, Number(db.prepare('SELECT at FROM alive').pluck().get() ?? nowMs));
  const before = readIncarnation(db);
  const restores = [...(before?.restores ?? []), { atMs: nowMs, missingFromMs: fromMs }];
  saveMeta(db, 'incarnation', { id: newId(), sinceMs: nowMs, restores } satisfies StoredIncarnation);
  saveMeta(db, 'enforcement-paused', { reason: 'restored', sinceMs: nowMs });
  db.prepare('DELETE FROM session').run();
  db.prepare(OPEN_GAPS).run({ from: fromMs, message: gapMessage(fromMs) });
}

function gapMessage(fromMs: number): string {
  return `${PAUSE.restored.message} of ${new Date(fromMs).toISOString()}: counters are caught up, reports since then are missing.`;
}

/** On nodes that were read before and are not in a gap already. */
const OPEN_GAPS = `
  INSERT INTO gap (node_id, from_at, reason, message)
  SELECT n.id, @from, 'not-running', @message FROM node n JOIN poll_outcome o ON o.node_id = n.id
  WHERE n.deleted_at IS NULL AND o.last_complete_at IS NOT NULL
    AND NOT EXISTS (SELECT 1 FROM gap g WHERE g.node_id = n.id AND g.to_at IS NULL)`;
