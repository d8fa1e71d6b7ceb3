import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ManualClock } from '../../core/units/testing.ts';
import { randomId } from '../../lib/random-id.ts';
import { Sqlite } from '../../lib/sqlite.ts';
import { differenceOf, writeBackup } from './backup.ts';
import { openSqliteStore } from './sqlite-store.ts';

let folder: string;
let file: string;

beforeEach(async () => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'xpert-backup-'));
  file = path.join(folder, 'ledger.db');
  const clock = new ManualClock('2026-03-10T20:00:00Z');
  const store = await openSqliteStore({
    ...{ path: file, clock, newId: () => randomId(16), timeZone: 'UTC', workers: null },
  });
  const report = { userToken: 'ann', server: 'vpn.example.com', port: 443, protocol: 'vless', mode: 'delta' } as const;
  await store.ledger.recordReports({ credential: null, verified: false, backfill: false }, [
    { ...report, rx: 5n, tx: 9n, stream: '', eventId: 'one', periodStart: null, periodEnd: null },
  ]);
  await store.close();
});

afterEach(() => rmSync(folder, { recursive: true }));

function backUp(): ReturnType<typeof writeBackup> {
  const db = new Sqlite(file);
  try {
    return writeBackup(db, path.join(folder, 'backup.db'), null);
  } finally {
    db.close();
  }
}

describe('a backup is checked before it has its name', () => {
  it('a sound one is there, and nothing else', () => {
    expect(backUp().bytes).toBeGreaterThan(4_096);
    expect(readdirSync(folder).filter((name) => name.startsWith('backup'))).toEqual(['backup.db']);
  });

  it.each([
    ['whose totals are not the sums of its days', 'UPDATE tally SET rx = rx + 1'],
    ['whose days lost a row', 'DELETE FROM day'],
  ])('one %s is refused and removed', (_what, change) => {
    const db = new Sqlite(file);
    db.exec(change);
    db.close();
    expect(backUp).toThrow(/The copy is damaged/);
    expect(readdirSync(folder).filter((name) => name.startsWith('backup'))).toEqual([]);
  });

  it('one of damaged pages is refused, too', () => {
    const db = new Sqlite(file);
    db.pragma('wal_checkpoint(TRUNCATE)');
    const page = Number(db.prepare("SELECT rootpage FROM sqlite_schema WHERE name = 'day'").pluck().get());
    db.close();
    const bytes = readFileSync(file);
    bytes.fill(0xa5, (page - 1) * 4_096, page * 4_096);
    writeFileSync(file, bytes);
    expect(backUp).toThrow();
    expect(readdirSync(folder).filter((name) => name.startsWith('backup'))).toEqual([]);
  });

  it('its totals lie between those before it was written and those after', () => {
    const standing = (sequence: number, totals: bigint, days = totals) => ({ sequence, totals, days });
    expect(differenceOf(standing(6, 60n), standing(5, 50n), standing(7, 70n))).toBeNull();
    expect(differenceOf(standing(6, 49n), standing(5, 50n), standing(7, 70n))).toMatch(/49 bytes/);
    expect(differenceOf(standing(6, 71n), standing(5, 50n), standing(7, 70n))).toMatch(/71 bytes/);
    expect(differenceOf(standing(6, 60n, 59n), standing(5, 50n), standing(7, 70n))).not.toBeNull();
    expect(differenceOf(standing(8, 60n), standing(5, 50n), standing(7, 70n))).not.toBeNull();
  });
});
