import type { LedgerIncarnation } from '../../core/ledger/incarnation.ts';
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

export function readIncarnation(db: Database): StoredIncarnation | null {
  const text = db.prepare("SELECT value FROM meta WHERE name = 'incarnation'").pluck().get() as string | undefined;
  return text === undefined ? null : (JSON.parse(text) as StoredIncarnation);
}

export function saveMeta(db: Database, name: string, value: unknown): void {
  db.prepare('INSERT INTO meta (name, value) VALUES (?, ?) ON CONFLICT DO UPDATE SET value = excluded.value').run(
    name,
    JSON.stringify(value),
  );
}
