import { expect, it } from 'vitest';
import { Sqlite } from '../../../lib/sqlite.ts';
import { firstMigration } from './001-ledger.ts';
import { billingMigration } from './002-billing.ts';
import { entriesMigration } from './003-entries.ts';
import { reconciliationMigration } from './004-reconciliation.ts';
import { linksMigration } from './005-links.ts';
import { migrate } from './migrate.ts';

it('segments of users are taken apart by half, and no byte changes', () => {
  const db = new Sqlite(':memory:');
  db.exec(firstMigration + billingMigration + entriesMigration + reconciliationMigration + linksMigration);
  db.pragma('user_version = 5');
  db.exec(`
    INSERT INTO user (id, name, link_token, role, note, active, created_at) VALUES
      ('u', 'ann', 'l', 'user', '', 1, 0), ('v', 'bo', 'm', 'user', '', 1, 0);
    INSERT INTO node (id, name, slug, description, kind, options, poll_interval_ms, opening, users_policy, created_at)
      VALUES ('n', 'n', 'n', '', 'wireguard', '{}', 1000, 'count', 'none', 0);
    INSERT INTO vpn_service (id, node_id, kind, identity, name, first_seen_at) VALUES ('s', 'n', 'wireguard', 'i', 'wg0', 0);
    INSERT INTO peer (id, service_id, key, allowed_ips, first_seen_at, last_seen_at) VALUES ('p', 's', 'k', '[]', 0, 0);
    INSERT INTO carrier (id, server, port, protocol, node_id, service_id, place) VALUES (1, 'n', 1, 'wireguard', 'n', 's', 1), (2, 'x', 2, 'vless', NULL, NULL, 2);
    INSERT INTO series (id, carrier_id, peer_id, token) VALUES (1, 1, 'p', NULL), (2, 2, NULL, 't');
    INSERT INTO segment (id, user_id, token, peer_id, mark, all_mark, hidden, in_cycle, opened_at) VALUES
      (1, 'u', NULL, NULL, 3, 2, 1, 1, 7), (2, 'v', NULL, NULL, 0, 0, 0, 1, 7), (3, NULL, 't', NULL, 0, 0, 0, 1, 7),
      (4, 'v', NULL, 'p', 0, 0, 0, 0, 7), (5, 'v', NULL, NULL, 4, 0, 0, 1, 7);
    INSERT INTO tally (id, series_id, segment_id, rx, tx, first_at, last_at) VALUES
      (1, 1, 1, 10, 1, 0, 0), (2, 2, 1, 20, 2, 0, 0), (3, 2, 2, 30, 3, 0, 0), (4, 2, 3, 40, 4, 0, 0),
      (5, 1, 4, 50, 5, 0, 0), (6, 1, 5, 60, 6, 0, 0);`);
  migrate(db);
  const rows = db
    .prepare(
      `SELECT t.id, t.rx, g.user_id AS user, g.mark, g.all_mark AS allMark, g.hidden, g.half FROM tally t
       JOIN segment g ON g.id = t.segment_id ORDER BY t.id`,
    )
    .all();
  expect(rows).toEqual([
    { id: 1, rx: 10, user: 'u', mark: 3, allMark: 2, hidden: 1, half: 'services' },
    { id: 2, rx: 20, user: 'u', mark: 3, allMark: 2, hidden: 1, half: 'reports' },
    { id: 3, rx: 30, user: 'v', mark: 0, allMark: 0, hidden: 0, half: 'reports' },
    { id: 4, rx: 40, user: null, mark: 0, allMark: 0, hidden: 0, half: 'reports' },
    { id: 5, rx: 50, user: 'v', mark: 0, allMark: 0, hidden: 0, half: 'services' },
    { id: 6, rx: 60, user: 'v', mark: 4, allMark: 0, hidden: 0, half: 'services' },
  ]);
  expect(db.prepare('SELECT count(*) FROM segment').pluck().get()).toBe(6);
  expect(db.pragma('foreign_key_check')).toEqual([]);
  db.close();
});
