import { expect, test } from 'vitest';
import type { ExportQuery } from '../../core/ledger/usage-export.ts';
import { Calendar } from '../../core/units/calendar.ts';
import { ExportGaps } from '../sql/reader/export-gaps.ts';
import { type Params, Statements } from '../sql/reader/statements.ts';
import { openForWriting } from './database.ts';
import { START } from './testing.ts';

const HOUR = 3_600_000;
const NODES = ['east', 'north', 'south'];
const NOW = START + 9 * 24 * HOUR;

const query: ExportQuery = {
  period: { from: new Date(START), to: new Date(NOW) },
  ...({ bucket: 'hour', format: 'csv', userId: null, nodeId: null } as const),
  now: new Date(NOW),
};

/** Notes how SQLite goes through its tables for each thing that is asked. */
class Watched extends Statements {
  readonly plans: string[][] = [];

  override all<T>(sql: string, params: Params = {}): T[] {
    const rows = this.db.prepare(`EXPLAIN QUERY PLAN ${sql}`).all(params) as { detail: string }[];
    this.plans.push(rows.map(({ detail }) => detail));
    return super.all(sql, params);
  }
}

test('gaps of each day of an export are those that reach into it, found without going through all of them', () => {
  const db = openForWriting(':memory:');
  const gaps: { readonly node: string; readonly fromMs: number; readonly toMs: number | null }[] = [];
  for (const [n, node] of NODES.entries()) {
    db.exec(`INSERT INTO node (id, name, slug, description, kind, options, poll_interval_ms, opening, users_policy,
      created_at) VALUES ('${node}', '${node}', '${node}', '', 'wireguard', '{}', 30000, 'baseline', 'none', 0)`);
    // Some of an hour, some over a midnight or two, the last one of each still open.
    for (let hour = n; hour < 200; hour += 17 + n) {
      const lengthMs = (1 + ((hour * 7) % 40)) * HOUR;
      gaps.push({ node, fromMs: START + hour * HOUR, toMs: hour > 180 ? null : START + hour * HOUR + lengthMs });
    }
  }
  const add = db.prepare("INSERT INTO gap (node_id, from_at, to_at, reason, message) VALUES (?, ?, ?, 'failed', '')");
  for (const { node, fromMs, toMs } of gaps) add.run(node, fromMs, toMs);
  const sql = new Watched(db);
  const all = new ExportGaps(sql, query, { kind: 'all' });
  const calendar = Calendar.of('Asia/Kathmandu');
  let days = 0;
  for (let day = calendar.dayOf(START); day.fromMs < NOW; day = calendar.dayOf(day.toMs)) {
    all.enter(day);
    days++;
    for (let fromMs = day.fromMs; fromMs < day.toMs; fromMs += HOUR) {
      const toMs = fromMs + HOUR;
      const there = gaps.filter((gap) => gap.fromMs < toMs && (gap.toMs ?? NOW) > fromMs).map(({ node }) => node);
      expect([...all.of({ fromMs, toMs, bucket: 'hour' }).keys()]).toEqual([...new Set(there)].sort());
    }
  }
  expect(days).toBe(10);
  const scanned = sql.plans.filter((plan) => plan.some((step) => /^SCAN gap\b/.test(step)));
  expect(scanned).toHaveLength(1);
  expect(sql.plans.at(-1)?.join('; ')).toContain('gap USING INDEX gap_node (node_id=? AND from_at>? AND from_at<?)');
  db.close();
});
