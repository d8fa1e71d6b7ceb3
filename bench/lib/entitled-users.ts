import path from 'node:path';
import { termsToText } from '../../src/core/quota/plan.ts';
import { Sqlite } from '../../src/lib/sqlite.ts';

/** Plans, so that in every poll some users reach their quota. */
const PLANS = 20;
/** What `wgDump` lets a peer move per poll, about. */
const PER_POLL = 42_000_000n;

/**
 * Gives every peer of a ledger a user of its own, and adds further users up to `users`, each with a monthly quota of one
 * of some plans. Straight into the file: by the product it would take an hour.
 */
export function entitleUsers(file: string, users: number): void {
  const db = new Sqlite(path.resolve(file));
  const nowMs = Date.parse('2026-03-01T12:00:00Z');
  const addPlan = db.prepare('INSERT INTO plan (id, name, terms, created_at) VALUES (?, ?, ?, ?)');
  db.transaction(() => {
    for (let n = 0; n < PLANS; n++) {
      const quota = {
        name: 'all',
        direction: 'billed',
        nodeIds: null,
        nodeTags: null,
        protocols: null,
        softPercent: 80,
      } as const;
      const bytes = PER_POLL * BigInt(4 + n);
      const quotas = [{ ...quota, bytes, graceBytes: 0n, rollover: false }];
      const cycle = { kind: 'month', months: 'gregorian', anchor: 1 } as const;
      addPlan.run(`plan${n}`, `plan ${n}`, termsToText({ cycle, quotas, validDays: null, graceHours: 0 }), nowMs);
    }
    db.prepare(
      `WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < @users)
       INSERT INTO user (id, name, link_token, role, note, active, created_at, state_since)
       SELECT printf('u%07d', i), printf('user %07d', i), printf('link%07d', i), 'user', '', 1, @nowMs, @nowMs FROM n`,
    ).run({ users, nowMs });
    db.prepare(
      `INSERT INTO entitlement (user_id, plan_id, started_at)
       SELECT id, 'plan' || (rowid % ${PLANS}), @nowMs FROM user`,
    ).run({ nowMs });
    // One in ten users has a peer: those that a poll changes lie among the others.
    const each = 'SELECT id, row_number() OVER (ORDER BY rowid) AS n FROM peer';
    db.exec(
      `CREATE TEMP TABLE numbered AS ${each};
       CREATE UNIQUE INDEX numbered_id ON numbered (id);
       UPDATE peer SET user_id = (SELECT printf('u%07d', n * 10) FROM numbered WHERE numbered.id = peer.id);
       INSERT INTO binding (peer_id, user_id, from_at, claimed, in_cycle)
         SELECT id, user_id, ${nowMs}, 0, 1 FROM peer;`,
    );
  })();
  db.close();
}

/** The same ledger without anybody's quota. */
export function takeQuotas(file: string): void {
  const db = new Sqlite(path.resolve(file));
  db.exec('DELETE FROM quota_meter; DELETE FROM entitlement;');
  db.close();
}

/** Meters that were made, and users whose access is off. */
export function countMeters(file: string): { readonly meters: number; readonly limited: number } {
  const db = new Sqlite(path.resolve(file), { readonly: true });
  const count = (sql: string) => db.prepare(sql).pluck().get() as number;
  const meters = count('SELECT count(*) FROM quota_meter');
  const limited = count("SELECT count(*) FROM user WHERE state = 'limited'");
  db.close();
  return { meters, limited };
}
