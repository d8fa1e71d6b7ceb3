import path from 'node:path';
import { termsToText } from '../../src/core/quota/plan.ts';
import { type Database, Sqlite } from '../../src/lib/sqlite.ts';
import { BenchLedger } from './bench-ledger.ts';
import { prepared } from './workspace.ts';

const PLANS = 20;

/**
 * A ledger with users as a long list has them: each with a token, a peer that was seen at some time, bytes, and nine in ten
 * with a plan of which some part is used. Straight into the file: by the product it would take an hour.
 */
export async function ledgerOfListedUsers(users: number, nowMs: number): Promise<string> {
  const kept = await prepared(`listed-${users}`, ['src/storage', 'src/core', 'bench/lib'], async (making) => {
    const file = path.join(making, 'traffic_stats.db');
    const ledger = new BenchLedger(file, nowMs);
    ledger.addUsers(['first'], nowMs);
    ledger.close();
    const db = new Sqlite(file);
    db.transaction(() => fill(db, users, nowMs))();
    db.exec('ANALYZE');
    db.close();
  });
  return path.join(kept, 'traffic_stats.db');
}

function fill(db: Database, users: number, nowMs: number): void {
  const addPlan = db.prepare('INSERT INTO plan (id, name, terms, created_at) VALUES (?, ?, ?, ?)');
  for (let n = 0; n < PLANS; n++) {
    const of = {
      name: 'all',
      direction: 'billed',
      nodeIds: null,
      nodeTags: null,
      protocols: null,
      softPercent: 80,
    } as const;
    const quotas = [{ ...of, bytes: BigInt(10 + n) << 30n, graceBytes: 0n, rollover: false }];
    const terms = { cycle: { kind: 'none' } as const, quotas, validDays: n % 2 ? 30 + n : null, graceHours: 0 };
    addPlan.run(`plan${n}`, `plan ${n}`, termsToText(terms), nowMs);
  }
  const numbers = `WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${users})`;
  // A number that looks random and is the same in every run.
  const shuffled = (factor: number) => `(i * ${factor} % 1000003)`;
  db.exec(`
    INSERT INTO node (id, name, slug, description, kind, options, poll_interval_ms, opening, users_policy, created_at)
      VALUES ('n1', 'n1', 'n1', '', 'wireguard', '{}', 60000, 'baseline', 'none', ${nowMs});
    INSERT INTO vpn_service (id, node_id, kind, identity, name, first_seen_at) VALUES ('s1', 'n1', 'wireguard', 'k', 'wg0', ${nowMs});
    INSERT INTO carrier (id, server, port, protocol, node_id, service_id, place) VALUES (1, 'n1', 51820, 'wireguard', 'n1', 's1', 1);
    ${numbers} INSERT INTO user (id, name, link_token, role, note, active, created_at, state, state_since, tags)
      SELECT printf('u%07d', i), printf('user %07d', ${shuffled(7919)}), printf('link%07d', i), 'user', printf('note %d', i),
        i % 50 <> 0, ${nowMs}, iif(i % 50 = 0, 'suspended', 'active'), ${nowMs}, json_array('group' || (i % 40)) FROM n;
    ${numbers} INSERT INTO user_token (token, user_id, since, in_cycle) SELECT printf('token%07d', i), printf('u%07d', i), ${nowMs}, 1 FROM n;
    ${numbers} INSERT INTO peer (id, service_id, key, name, allowed_ips, first_seen_at, last_seen_at, user_id)
      SELECT printf('p%07d', i), 's1', printf('key%07d', i), NULL, '[]', ${nowMs}, ${nowMs}, printf('u%07d', i) FROM n;
    ${numbers} INSERT INTO counter (peer_id, epoch, rx, tx, total, at, ended, last_handshake_at)
      SELECT printf('p%07d', i), 1, 1, 2, 3, ${nowMs}, 0, ${nowMs} - ${shuffled(104729)} * 1000 FROM n;
    ${numbers} INSERT INTO series (id, carrier_id, peer_id) SELECT i, 1, printf('p%07d', i) FROM n;
    ${numbers} INSERT INTO segment (id, user_id, mark, all_mark, in_cycle, opened_at) SELECT i, printf('u%07d', i), 0, 0, 1, ${nowMs} FROM n;
    ${numbers} INSERT INTO tally (series_id, segment_id, rx, tx, undirected, markup, first_at, last_at)
      SELECT i, i, ${shuffled(15485863)} * 1000, ${shuffled(32452843)} * 9000, 0, 0, ${nowMs}, ${nowMs} FROM n;
    ${numbers} INSERT INTO entitlement (user_id, plan_id, started_at, expires_at)
      SELECT printf('u%07d', i), 'plan' || (i % ${PLANS}), ${nowMs}, iif(i % 3 = 0, ${nowMs} + ${shuffled(49979687)} * 10000, NULL)
      FROM n WHERE i % 10 <> 0;
    ${numbers} INSERT INTO quota_meter (user_id, quota, first_day, rx, tx, carried, topped_up)
      SELECT printf('u%07d', i), 'all', NULL, ${shuffled(15485863)} * 1000, ${shuffled(32452843)} * 9000, 0, 0
      FROM n WHERE i % 10 <> 0;
  `);
}
