import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { expect, test } from 'vitest';
import type { NodeId } from '../../core/units/ids.ts';
import { ManualClock } from '../../core/units/testing.ts';
import { randomId } from '../../lib/random-id.ts';
import { AccessReader } from '../sql/reader/access-reader.ts';
import { type Params, Statements } from '../sql/reader/statements.ts';
import { openForReading } from './database.ts';
import { openSqliteStore } from './sqlite-store.ts';

/** Notes how SQLite goes through its tables for what is asked. */
class Watched extends Statements {
  readonly steps: string[] = [];

  override all<T>(sql: string, params: Params = {}): T[] {
    this.#explain(sql, params);
    return super.all(sql, params);
  }

  override allBig<T>(sql: string, params: Params = {}): T[] {
    this.#explain(sql, params);
    return super.allBig(sql, params);
  }

  #explain(sql: string, params: Params): void {
    const rows = this.db.prepare(`EXPLAIN QUERY PLAN ${sql}`).all(params) as { detail: string }[];
    this.steps.push(...rows.map(({ detail }) => detail));
  }
}

test('whose access is to be off is found without a look at all peers, or at all users', async () => {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'xpert-access-'));
  const file = path.join(folder, 'ledger.db');
  const clock = new ManualClock();
  const store = await openSqliteStore({ path: file, clock, newId: () => randomId(16), timeZone: 'UTC', workers: null });
  const db = openForReading(file);
  try {
    const sql = new Watched(db);
    const parts = [{ userId: 'u', only: { nodeIds: ['n'], protocols: null } }];
    const reader = new AccessReader(sql, { partsOff: () => parts } as never);
    reader.summaries();
    reader.targets('node' as NodeId);
    reader.list({ limit: 10, cursor: null });
    expect(sql.steps.some((step) => step.includes('user_without_access'))).toBe(true);
    expect(sql.steps.filter((step) => /^SCAN (p|u|s|n)\b(?!.*user_without_access)/.test(step))).toEqual([]);
  } finally {
    db.close();
    await store.close();
    rmSync(folder, { recursive: true });
  }
});
