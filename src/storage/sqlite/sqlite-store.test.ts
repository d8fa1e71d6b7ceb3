import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { UsageReport } from '../../core/ledger/report.ts';
import { ManualClock } from '../../core/units/testing.ts';
import { randomId } from '../../lib/random-id.ts';
import { Sqlite } from '../../lib/sqlite.ts';
import type { OriginalImport } from './import-original.ts';
import { openSqliteStore, type SqliteStore } from './sqlite-store.ts';

let folder: string;
let file: string;
let clock: ManualClock;
let store: SqliteStore | null;

beforeEach(() => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'xpert-store-'));
  file = path.join(folder, 'traffic_stats.db');
  clock = new ManualClock('2026-03-10T20:00:00Z');
  store = null;
});

afterEach(async () => {
  await store?.close();
  rmSync(folder, { recursive: true });
});

async function open(options: { timeZone?: string | null; onImport?: (summary: OriginalImport) => void } = {}) {
  const { timeZone = 'UTC', ...rest } = options;
  const fixed = { path: file, clock, newId: () => randomId(16), workers: null };
  store = await openSqliteStore({ ...fixed, timeZone, ...rest });
  return store;
}

const month = () => ({ from: new Date('2026-02-10T00:00:00Z'), to: new Date(clock.now().getTime() + 1) });

describe('a file that cannot be used', () => {
  const refused = async (code: string): Promise<void> => {
    const before = readFileSync(file);
    await expect(open()).rejects.toMatchObject({ code, hint: expect.stringMatching(/.{20}/) });
    expect(readFileSync(file).equals(before)).toBe(true);
  };

  it('written by a newer version is left as it is', async () => {
    await (await open()).close();
    const db = new Sqlite(file);
    db.pragma('user_version = 99');
    db.pragma('journal_mode = DELETE');
    db.close();
    store = null;
    await refused('ledger-newer');
  });

  it('that is no database, or another program’s, is left as it is', async () => {
    writeFileSync(file, 'this is a text file, long enough to be taken for one with a header of SQLite or so');
    await refused('ledger-corrupt');
    rmSync(file);
    const db = new Sqlite(file);
    db.exec('CREATE TABLE contacts (name TEXT)');
    db.close();
    await refused('ledger-foreign');
  });

  it('in a folder that is not there says where', async () => {
    file = path.join(folder, 'none', 'ledger.db');
    await expect(open()).rejects.toMatchObject({
      code: 'ledger-unreachable',
      message: expect.stringContaining(path.dirname(file)),
    });
  });

  it('that another program keeps locked is waited for, and then named', { timeout: 20_000 }, async () => {
    await (await open()).close();
    store = null;
    const other = new Sqlite(file);
    other.exec('BEGIN IMMEDIATE');
    await expect(open()).rejects.toMatchObject({ code: 'ledger-locked' });
    other.exec('ROLLBACK');
    other.close();
    await expect(open()).resolves.toBeDefined();
  });
});

describe('a file of the original Xpert', () => {
  const rows = [
    ['ada', 'VPN.example.com', 443, 'vless', 1000, 2000, '2026-03-08', '2026-03-08 21:15:00'],
    ['ada', 'VPN.example.com', 443, 'trojan', 10, 20, '2026-03-09', '2026-03-09 01:00:00'],
    [
      'a token with spaces/and slashes',
      '198.51.100.7',
      8443,
      'ss',
      null,
      2 ** 53 - 1,
      '2026-03-09',
      '2026-03-09 12:00:00',
    ],
    ['ada', 'VPN.example.com', 80, 'vless', -5, 7, '2025-12-31', 'nonsense'],
    ['bea', 'VPN.example.com', 443, 'vless', 1, 2, 'yesterday', '2026-03-09 12:00:00'],
    ['bea', 'VPN.example.com', 70000, 'vless', 1, 2, '2026-03-09', '2026-03-09 12:00:00'],
  ];

  beforeEach(() => {
    const db = new Sqlite(file);
    db.pragma('journal_mode = WAL');
    db.exec(`CREATE TABLE traffic_usage (
      id INTEGER PRIMARY KEY AUTOINCREMENT, user_token TEXT NOT NULL, config_server TEXT NOT NULL,
      config_port INTEGER NOT NULL, protocol TEXT NOT NULL, bytes_uploaded INTEGER DEFAULT 0,
      bytes_downloaded INTEGER DEFAULT 0, date_collected DATE NOT NULL, timestamp DATETIME DEFAULT CURRENT_TIMESTAMP,
      UNIQUE (user_token, config_server, config_port, date_collected))`);
    const add = db.prepare(
      `INSERT INTO traffic_usage (user_token, config_server, config_port, protocol, bytes_uploaded, bytes_downloaded,
         date_collected, timestamp) VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
    );
    for (const row of rows) add.run(...row);
    db.close();
  });

  it('is taken over once, after a copy, with every row accounted for', async () => {
    const told: OriginalImport[] = [];
    const { history, inventory, ledger } = await open({ timeZone: 'Europe/Berlin', onImport: (it) => told.push(it) });
    const backup = path.join(folder, 'traffic_stats.db.original');
    expect(told).toEqual([{ rows: 6, tokens: 2, rx: 1005n, tx: 2027n + 2n ** 53n - 1n, quarantined: 2, backup }]);
    const copy = new Sqlite(backup, { readonly: true });
    expect(copy.prepare('SELECT count(*) FROM traffic_usage').pluck().get()).toBe(6);
    copy.close();
    expect(readdirSync(folder).filter((name) => name.includes('importing'))).toEqual([]);

    expect(await history.tokenCarriers('ada', month())).toMatchObject([
      { server: 'vpn.example.com', port: 443, protocol: 'vless', traffic: { rx: 1000n, tx: 2000n }, connections: 1 },
      { server: 'vpn.example.com', port: 443, protocol: 'trojan', traffic: { rx: 10n, tx: 20n } },
    ]);
    expect(await history.carrier('vpn.example.com', 443, month(), { kind: 'all' })).toMatchObject({
      days: [{ date: '2026-03-08' }, { date: '2026-03-09' }],
    });
    expect((await history.unclaimed()).traffic.total).toBe(3032n + 2n ** 53n - 1n);
    expect((await history.quarantine(5, null)).items).toMatchObject([
      { reason: 'original-row', report: { userToken: 'bea', port: 443 } },
      { reason: 'original-row', report: { userToken: 'bea', port: 70000 } },
    ]);
    const days = { bucketSeconds: 86_400, by: 'total', userId: null, nodeId: null, maxSeries: 1 } as const;
    await ledger.recordReports({ credential: null, verified: true, backfill: false }, [
      { ...report, userToken: 'ada', rx: 1n, tx: 2n },
    ]);
    const period = { from: new Date('2026-03-08T00:00:00+01:00'), to: month().to };
    const chart = await history.series({ ...days, period }, { kind: 'all' });
    expect(chart.series[0]?.traffic.map((each) => each?.rx)).toEqual([1000n, 10n, 1n]);
    const ada = await inventory.addUser({ ...user, name: 'Ada', userToken: 'ada' });
    expect((await history.userTotals([ada.id])).get(ada.id)).toMatchObject({ rx: 1006n, tx: 2029n });

    await (await store)?.close();
    await open({ onImport: (it) => told.push(it) });
    expect(told).toHaveLength(1);
  });

  it('keeps its earlier copies', async () => {
    writeFileSync(`${file}.original`, 'an older copy');
    const told: OriginalImport[] = [];
    await open({ onImport: (it) => told.push(it) });
    expect(told[0]?.backup).toBe(`${file}.original-2`);
    expect(readFileSync(`${file}.original`, 'utf8')).toBe('an older copy');
  });
});

describe('the calendar', () => {
  it('is saved at first start, and a wanted change begins at the next midnight', async () => {
    await (await open({ timeZone: 'Asia/Tehran' })).close();
    const same = await open({ timeZone: null });
    expect(same.calendar().zoneAt(clock.now().getTime())).toBe('Asia/Tehran');
    await same.close();
    const changed = await open({ timeZone: 'Europe/Berlin' });
    expect(changed.calendar().zoneAt(clock.now().getTime())).toBe('Asia/Tehran');
    clock.advance(86_400_000);
    expect(changed.calendar().zoneAt(clock.now().getTime())).toBe('Europe/Berlin');
  });
});

it('remembers when it was last alive', async () => {
  const first = await open();
  expect(first.lastInstant).toBeNull();
  clock.advance(60_000);
  await first.heartbeat();
  await first.close();
  const stopped = clock.now();
  clock.advance(3_600_000);
  expect((await open()).lastInstant).toEqual(stopped);
});

it('in memory is gone when closed', async () => {
  file = ':memory:';
  const { ledger, history, close } = await open();
  await ledger.recordReports({ credential: null, verified: true, backfill: false }, [report]);
  expect((await history.summary(month(), { kind: 'all' })).traffic.total).toBe(8n);
  await close();
  expect((await (await open()).history.summary(month(), { kind: 'all' })).traffic.total).toBe(0n);
});

const report: UsageReport = {
  ...{ userToken: 'ghost', server: 'vpn.example.com', port: 443, protocol: 'vless', rx: 3n, tx: 5n },
  ...{ mode: 'delta', stream: '', eventId: null, periodStart: null, periodEnd: null },
};

const user = {
  ...{ linkToken: 'link', telegramId: null, role: 'user', note: '', ownerId: null, active: true },
  ...{ createdAt: new Date('2026-03-10T20:00:00Z'), countInCycle: false },
};
