import {
  copyFileSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { UsageReport } from '../core/ledger/report.ts';
import type { NodeId } from '../core/units/ids.ts';
import { ManualClock } from '../core/units/testing.ts';
import { KeyFileBox } from '../lib/key-file-box.ts';
import { randomId } from '../lib/random-id.ts';
import { type Database, Sqlite } from '../lib/sqlite.ts';
import { openSqliteStore, type SqliteStore } from '../storage/sqlite/sqlite-store.ts';
import { Backups } from './backups.ts';
import type { Config } from './config.ts';
import { restoreBackup } from './restore.ts';

const sender = { credential: null, verified: false, backfill: false };
const semantics = { kind: 'cumulative', falls: 'to-zero', absence: 'ended' } as const;
const PASSPHRASE = 'a long passphrase';

let dataDir: string;
let config: Config;
let clock: ManualClock;
let box: KeyFileBox;
let store: SqliteStore;
let nodeId: NodeId;

beforeEach(async () => {
  dataDir = mkdtempSync(join(tmpdir(), 'xpert-restore-'));
  config = { dataDir, databasePath: join(dataDir, 'ledger.db'), databaseUrl: null } as Config;
  clock = new ManualClock(new Date(Date.now() - 2 * 3_600_000).toISOString());
  box = new KeyFileBox(join(dataDir, 'secret.key'));
  await open();
  nodeId = (
    await store.inventory.addNode({
      ...{ name: 'north', description: '', source: { kind: 'wireguard', options: {} }, pollIntervalMs: 30_000 },
      ...{ opening: 'count', usersPolicy: 'none', createdAt: clock.now() },
    })
  ).id;
});

afterEach(async () => {
  await store.close();
  rmSync(dataDir, { recursive: true });
});

async function open(): Promise<void> {
  const newId = () => randomId(16);
  store = await openSqliteStore({
    path: config.databasePath,
    clock,
    newId,
    timeZone: 'UTC',
    workers: null,
    secretBox: box,
  });
}

function backups(): Backups {
  const { ledger, settings } = store;
  const onFailure = (error: unknown) => {
    throw error;
  };
  return new Backups({
    ...{ ledger, settings, clock, dataDir },
    databasePath: config.databasePath,
    readKey: () => box.exportKey(),
    onFailure,
  });
}

function report(userToken: string, eventId: string | null = null): UsageReport {
  return {
    ...{ userToken, server: 'a.example', port: 443, protocol: 'vless', rx: 300n, tx: 5_000n },
    ...{ mode: 'delta', stream: '', eventId, periodStart: null, periodEnd: null },
  };
}

function poll(rx: bigint, tx: bigint, startEvidence = 'boot:3', trackingPeriod?: number) {
  const peers = [{ key: 'key-1', traffic: { rx, tx, total: rx + tx } }];
  const services = [{ identity: 'wg', kind: 'wireguard', name: 'wg0', listenPort: 51_820, startEvidence, peers }];
  return store.ledger.recordPoll({
    ...{ nodeId, semantics, opening: 'count', at: clock.now(), durationMs: 10, clockSuspect: false },
    trackingPeriod,
    poll: { complete: true, notices: [], services },
  });
}

const total = async () => (await store.ledger.rawTotals()).totals;

async function restore(path: string, passphrase: string | null = null) {
  await store.close();
  try {
    return await restoreBackup(config, path, passphrase);
  } finally {
    await open();
  }
}

describe('a restored backup of an hour ago', () => {
  it('is exact: counters are caught up once, repeated reports count once, and what is missing is named', async () => {
    await poll(1_000n, 20_000n);
    await store.ledger.recordReports(sender, [report('ann', 'event-1')]);
    const { path, at } = await backups().write(null);
    clock.advance(3_600_000);
    // In the hour that will be lost: bytes of the peer, a report that is repeated, one that is not.
    await poll(1_700n, 29_000n);
    await store.ledger.recordReports(sender, [report('ann', 'event-2')]);
    await store.ledger.recordReports(sender, [report('ben')]);
    const before = store.incarnation;
    const done = await restore(path);
    expect(done).toMatchObject({ restored: path, missingFrom: at, key: 'kept', hasSealedKey: false });
    expect(await total()).toBe(21_000n + 5_300n);

    await store.ledger.recordReports(sender, [report('ann', 'event-1'), report('ann', 'event-2')]);
    expect((await poll(1_900n, 31_000n)).services[0]?.counted).toMatchObject({ rx: 900n, tx: 11_000n });
    // Everything but the report that nobody repeated.
    expect(await total()).toBe(32_900n + 2n * 5_300n);
    const period = { from: new Date(0), to: new Date(clock.now().getTime() + 1) };
    const [gap] = await store.history.gaps(period);
    expect(gap).toMatchObject({ nodeId, from: at, to: clock.now(), message: expect.stringContaining('Restored') });
    expect(store.incarnation.id).not.toBe(before.id);
    expect(store.incarnation.restores).toEqual([{ at: expect.any(Date), missingFrom: at }]);
    const db = new Sqlite(config.databasePath, { readonly: true });
    expect(db.prepare("SELECT value FROM meta WHERE name = 'enforcement-paused'").pluck().get()).toContain('restored');
    db.close();
  });

  it('keeps the ledger of before as a whole one, which can be restored again', async () => {
    await store.ledger.recordReports(sender, [report('ann')]);
    const { path } = await backups().write(null);
    await store.ledger.recordReports(sender, [report('ann')]);
    const { kept } = await restore(path);
    expect(await total()).toBe(5_300n);
    const again = await restore(kept ?? '');
    expect(await total()).toBe(10_600n);
    expect(store.incarnation.restores).toHaveLength(1);
    expect(again.kept).not.toBe(kept);
  });

  it('gives no time of tracking the number of one that is lost: what was read in that one is no base', async () => {
    const pause = async () => {
      await store.ledger.setTracking(false, null);
      clock.advance(60_000);
      return await store.ledger.setTracking(true, null);
    };
    await poll(1_000n, 20_000n);
    const { path } = await backups().write(null);
    clock.advance(60_000);
    const lost = await pause();
    await restore(path);
    clock.advance(60_000);
    const present = await pause();
    // An agent held it since before the restore.
    expect((await poll(1_500n, 25_000n, 'boot:3', lost.period)).trackingOff).toBe(true);
    await poll(9_000n, 90_000n, 'boot:3', present.period);
    clock.advance(60_000);
    await poll(9_001n, 90_003n, 'boot:3', present.period);
    expect(await total()).toBe(21_000n + 4n);
  });

  it('ends all logins', async () => {
    const admin = await store.identity.addAdmin({
      name: 'o',
      role: 'owner',
      passwordHash: 'x',
      createdAt: clock.now(),
    });
    const tokenHash = Buffer.alloc(32, 1);
    const expiresAt = new Date(clock.now().getTime() + 1e9);
    await store.identity.addSession({ tokenHash, adminId: admin.id, createdAt: clock.now(), expiresAt });
    const { path } = await backups().write(null);
    await restore(path);
    expect(await store.identity.session(tokenHash)).toBeNull();
  });

  it('takes the place of a ledger that is damaged, which is kept as it is', async () => {
    await store.ledger.recordReports(sender, [report('ann')]);
    const { path } = await backups().write(null);
    await store.close();
    for (const rest of ['-wal', '-shm']) rmSync(config.databasePath + rest, { force: true });
    writeFileSync(config.databasePath, 'not a database at all');
    const { kept } = await restoreBackup(config, path, null);
    await open();
    expect(await total()).toBe(5_300n);
    expect(readFileSync(kept ?? '', 'utf8')).toBe('not a database at all');
  });
});

describe('a restore is refused, and nothing is changed,', () => {
  async function refused(path: string, code: string, passphrase: string | null = null) {
    const before = await total();
    const { restores } = store.incarnation;
    await expect(restore(path, passphrase)).rejects.toMatchObject({ code, hint: expect.any(String) });
    expect(await total()).toBe(before);
    expect(store.incarnation.restores).toEqual(restores);
    expect(readdirSync(dataDir).filter((name) => name.includes('restor'))).toEqual([]);
  }
  const copyOfBackup = async (change: (db: Database) => void) => {
    await store.ledger.recordReports(sender, [report('ann')]);
    clock.advance(1_000);
    const { path } = await backups().write(null);
    const copy = join(dataDir, 'copy.db');
    copyFileSync(path, copy);
    const db = new Sqlite(copy);
    change(db);
    db.close();
    return copy;
  };

  it('of a file that is not there, that is none, or that breaks off', async () => {
    await refused(join(dataDir, 'none.db'), 'not-found');
    writeFileSync(join(dataDir, 'text.db'), 'text '.repeat(10_000));
    await refused(join(dataDir, 'text.db'), 'backup-unusable');
    const copy = await copyOfBackup(() => {});
    truncateSync(copy, 40_960);
    await refused(copy, 'backup-unusable');
  });

  it('of one whose pages are damaged', async () => {
    const copy = await copyOfBackup(() => {});
    const bytes = readFileSync(copy);
    for (let page = 2; page < 12; page++) bytes.fill(0xa5, page * 4096, (page + 1) * 4096);
    writeFileSync(copy, bytes);
    await refused(copy, 'backup-unusable');
  });

  it('of one whose totals are not the sums of its days', async () => {
    await refused(await copyOfBackup((db) => db.exec('UPDATE tally SET rx = rx + 1')), 'backup-unusable');
  });

  it('of a newer Xpert, of another program, and of the original Xpert', async () => {
    await refused(await copyOfBackup((db) => db.pragma('user_version = 99')), 'ledger-newer');
    await refused(await copyOfBackup((db) => db.pragma('application_id = 1')), 'backup-foreign');
    const original = join(dataDir, 'original.db');
    const db = new Sqlite(original);
    db.exec('CREATE TABLE traffic_usage (id INTEGER PRIMARY KEY)');
    db.close();
    await refused(original, 'backup-foreign');
  });

  it('with a passphrase that is wrong, or that nothing was sealed with', async () => {
    box.seal(Buffer.from('a secret'));
    const { path } = await backups().write(PASSPHRASE);
    await refused(path, 'wrong-passphrase', 'another passphrase');
    clock.advance(1_000);
    await refused((await backups().write(null)).path, 'backup-without-key', PASSPHRASE);
  });
});

describe('the key of stored secrets', () => {
  it('is not in a backup, and goes along sealed with a passphrase', async () => {
    const sealed = box.seal(Buffer.from('signing secret'));
    const key = readFileSync(join(dataDir, 'secret.key'));
    const plain = await backups().write(null);
    expect(plain.withKey).toBe(false);
    expect(readFileSync(plain.path).includes(key)).toBe(false);
    const { path, withKey } = await backups().write(PASSPHRASE);
    expect(withKey).toBe(true);
    expect(readFileSync(path).includes(key)).toBe(false);
    // On another machine, which has made a key of its own.
    rmSync(join(dataDir, 'secret.key'));
    new KeyFileBox(join(dataDir, 'secret.key')).seal(Buffer.from('x'));
    expect(await restore(path)).toMatchObject({ key: 'kept', hasSealedKey: true });
    expect(new KeyFileBox(join(dataDir, 'secret.key')).open(sealed)).toBeNull();
    expect(await restore(path, PASSPHRASE)).toMatchObject({ key: 'taken' });
    expect(Buffer.from(new KeyFileBox(join(dataDir, 'secret.key')).open(sealed) ?? []).toString()).toBe(
      'signing secret',
    );
    expect(readdirSync(dataDir).filter((name) => name.startsWith('secret.key.before-restore'))).toHaveLength(1);
    await expect(backups().write('short')).rejects.toMatchObject({ code: 'invalid-input' });
  });
});

describe('backups', () => {
  it('are listed newest first; nothing else of the folder is', async () => {
    const files = backups();
    expect(files.list()).toEqual([]);
    const first = await files.write(null);
    clock.advance(1_000);
    const second = await files.write(null);
    writeFileSync(join(dataDir, 'backups', 'notes.txt'), 'x');
    writeFileSync(join(dataDir, 'backups', 'xpert-2026-01-01T00-00-00-000Z.db.part'), 'x');
    expect(files.list()).toEqual([second, first]);
    expect(second).toMatchObject({ at: clock.now(), automatic: false, withKey: false });
    clock.advance(1_000);
    await files.write(null);
    expect(existsSync(join(dataDir, 'backups', 'xpert-2026-01-01T00-00-00-000Z.db.part'))).toBe(false);
  });

  it('are written by the schedule and go by it; those made by hand stay', async () => {
    const files = backups();
    const byHand = await files.write(null);
    await files.setSchedule({ everyHours: 6, keep: 2 }, null);
    for (let hours = 0; hours < 30; hours++) {
      clock.advance(3_600_000);
      await files.keepSchedule();
    }
    const [last, before, ...rest] = files.list();
    expect(rest).toEqual([byHand]);
    expect(last?.automatic && before?.automatic).toBe(true);
    expect((last?.at.getTime() ?? 0) - (before?.at.getTime() ?? 0)).toBe(6 * 3_600_000);
  });

  it('tell why an automatic one was not written, until one is', async () => {
    const failures: unknown[] = [];
    let broken = true;
    const ledger = {
      backup: (path: string, key?: string | null) =>
        broken ? Promise.reject(new Error('the disk is full')) : store.ledger.backup(path, key),
    };
    const { settings } = store;
    const rest = { settings, clock, dataDir, databasePath: config.databasePath, readKey: () => null };
    const files = new Backups({ ledger, ...rest, onFailure: (error) => failures.push(error) });
    clock.advance(3_600_000);
    await files.keepSchedule();
    expect([files.failure?.message, failures.length]).toEqual(['the disk is full', 1]);
    broken = false;
    await files.keepSchedule();
    expect([files.failure, files.list().length]).toEqual([null, 1]);
  });
});
