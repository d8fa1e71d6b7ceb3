import { expect, it } from 'vitest';
import { openForWriting } from '../database.ts';
import { trackingPeriodsMigration } from './024-tracking-periods.ts';

/** A ledger whose tracking came back at the instant 100, or never was off, as it was before this migration. */
function migrated(resumedMs: number | null) {
  const db = openForWriting(':memory:');
  for (const table of ['counter', 'vpn_service', 'reconcile_state'])
    db.exec(`ALTER TABLE ${table} DROP COLUMN tracking_period`);
  const tracking = JSON.stringify({ enabled: true, sinceMs: 7, resumedMs });
  db.prepare("INSERT OR REPLACE INTO meta (name, value) VALUES ('tracking', ?)").run(tracking);
  db.exec(`
    INSERT INTO node (id, name, slug, description, kind, options, poll_interval_ms, opening, users_policy, created_at)
      VALUES ('n', 'n', 'n', '', 'wireguard', '{}', 1000, 'count', 'none', 0);
    INSERT INTO vpn_service (id, node_id, kind, identity, name, first_seen_at, last_complete_at) VALUES
      ('before', 'n', 'wireguard', 'i', 'wg0', 0, 99), ('since', 'n', 'wireguard', 'j', 'wg1', 0, 100),
      ('never', 'n', 'wireguard', 'k', 'wg2', 0, NULL);
    INSERT INTO peer (id, service_id, key, allowed_ips, first_seen_at, last_seen_at) VALUES
      ('before', 'since', 'a', '[]', 0, 0), ('since', 'since', 'b', '[]', 0, 0);
    INSERT INTO counter (peer_id, epoch, total, at, ended) VALUES ('before', 1, 1, 99, 0), ('since', 1, 1, 100, 0);
    INSERT INTO reconcile_state (node_id, service_id, name, at) VALUES ('n', 'before', '', 99), ('n', 'since', '', 100);`);
  db.exec(trackingPeriodsMigration);
  const periods = (table: string, name: string) =>
    Object.fromEntries(db.prepare(`SELECT ${name}, tracking_period FROM ${table}`).raw().all() as [string, number][]);
  const value = db.prepare("SELECT value FROM meta WHERE name = 'tracking'").pluck().get() as string;
  return {
    tracking: JSON.parse(value) as unknown,
    counters: periods('counter', 'peer_id'),
    services: periods('vpn_service', 'id'),
    checks: periods('reconcile_state', 'service_id'),
  };
}

it('what was read since tracking came back is of its period', () => {
  expect(migrated(100)).toEqual({
    tracking: { enabled: true, sinceMs: 7, period: 1 },
    counters: { before: 0, since: 1 },
    services: { before: 0, since: 1, never: 0 },
    checks: { before: 0, since: 1 },
  });
});

it('where tracking never was off, all is of the first', () => {
  expect(migrated(null)).toEqual({
    tracking: { enabled: true, sinceMs: 7, period: 0 },
    counters: { before: 0, since: 0 },
    services: { before: 0, since: 0, never: 0 },
    checks: { before: 0, since: 0 },
  });
});
