import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { CleanupJob } from '../core/ledger/cleanup-job.ts';
import type { UsageReport } from '../core/ledger/report.ts';
import type { UsageLedger } from '../core/ledger/usage-ledger.ts';
import { ManualClock } from '../core/units/testing.ts';
import { randomId } from '../lib/random-id.ts';
import { Sqlite } from '../lib/sqlite.ts';
import { openSqliteStore, type SqliteStore } from '../storage/sqlite/sqlite-store.ts';
import { CleanupJobs } from './cleanup-jobs.ts';

const HOURS_MS = 4 * 3_600_000;
const sender = { credential: null, verified: false, backfill: false };

let folder: string;
let file: string;
let clock: ManualClock;
let store: SqliteStore;
let states: string[];
let failures: unknown[];

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'xpert-cleanup-'));
  file = join(folder, 'ledger.db');
  clock = new ManualClock('2026-03-10T00:30:00Z');
  states = [];
  failures = [];
  store = await openSqliteStore({ path: file, clock, newId: () => randomId(16), timeZone: 'UTC', workers: null });
  // Ten days, every four hours one record for each of 100 tokens.
  for (let n = 0; n < 60; n++) {
    await store.ledger.recordReports(
      sender,
      Array.from({ length: 100 }, (_, n) => report(n)),
    );
    clock.advance(HOURS_MS);
  }
});

afterEach(async () => {
  await store.close();
  rmSync(folder, { recursive: true });
});

function report(n: number): UsageReport {
  return {
    ...{ userToken: `token-${n}`, server: 'a.example', port: 443, protocol: 'vless', rx: 3n, tx: BigInt(n + 7) },
    ...{ mode: 'delta', stream: '', eventId: null, periodStart: null, periodEnd: null },
  };
}

function jobs(ledger: Partial<UsageLedger> = {}, whileWaiting: () => unknown = () => {}): CleanupJobs {
  const { previewCleanup, daysOfRecords, proveDay, rawTotals, cleanupStep } = store.ledger;
  const real = { previewCleanup, daysOfRecords, proveDay, rawTotals, cleanupStep };
  const bound = Object.fromEntries(Object.entries(real).map(([name, call]) => [name, call.bind(store.ledger)]));
  return new CleanupJobs(
    {
      ledger: { ...(bound as typeof real), ...ledger },
      clock,
      newId: () => 'job',
      onChange: ({ state }) => states.push(state),
      onFailure: (error) => failures.push(error),
    },
    async () => void (await whileWaiting()),
  );
}

const records = async () => (await store.history.database()).records;
const everything = async () => (await store.ledger.rawTotals()).totals;

describe('a cleanup', () => {
  it('removes what its preview said, in many steps, and no total changes', async () => {
    const before = await everything();
    const cleanups = jobs();
    const { rows, keepsFrom } = await store.ledger.previewCleanup(3);
    expect([rows, keepsFrom.toISOString()]).toEqual([4_800, '2026-03-18T00:00:00.000Z']);
    expect(await cleanups.start(3, null)).toMatchObject({ state: 'proving', rows, deleted: 0, keepsFrom });
    const job = await cleanups.ended();
    expect(job).toMatchObject({ state: 'done', deleted: rows, error: null, totals: { before, after: before } });
    expect(await records()).toBe(1_200);
    expect(states.filter((state) => state === 'removing').length).toBeGreaterThan(4);
    expect(cleanups.isRunning).toBe(false);
  });

  it('lets reports be counted between its steps, which is what the totals grow by', async () => {
    const before = await everything();
    let sent = 0n;
    const cleanups = jobs({}, async () => {
      await store.ledger.recordReports(sender, [{ ...report(1), userToken: 'meanwhile' }]);
      sent += 11n;
    });
    await cleanups.start(3, null);
    const job = (await cleanups.ended()) as CleanupJob;
    expect(job).toMatchObject({ state: 'done', deleted: 4_800 });
    expect(sent).toBeGreaterThan(0n);
    expect(job.totals).toEqual({ before, after: before + sent });
  });

  it('can be cancelled: what is gone stays gone, and the next one removes the rest', async () => {
    let waits = 0;
    const cleanups = jobs({}, () => {
      if (++waits === 2) void cleanups.cancel();
    });
    await cleanups.start(3, null);
    const job = (await cleanups.ended()) as CleanupJob;
    expect(job).toMatchObject({ state: 'cancelled', deleted: 2_000 });
    expect(await records()).toBe(4_000);
    expect(await cleanups.cancel()).toBeNull();
    await cleanups.start(3, null);
    expect(await cleanups.ended()).toMatchObject({ state: 'done', deleted: 2_800 });
  });

  it('cancelled while it still compares has removed nothing', async () => {
    const cleanups = jobs({ daysOfRecords: async () => [1, 2], proveDay: async () => void cleanups.cancel() });
    await cleanups.start(3, null);
    expect(await cleanups.ended()).toMatchObject({ state: 'cancelled', deleted: 0 });
    expect(await records()).toBe(6_000);
  });

  it('is one at a time', async () => {
    const cleanups = jobs();
    await cleanups.start(3, null);
    await expect(cleanups.start(3, null)).rejects.toMatchObject({ code: 'cleanup-running' });
    await cleanups.ended();
  });

  it('of less than a day is refused', async () => {
    await expect(jobs().start(0, null)).rejects.toMatchObject({ code: 'invalid-input' });
  });

  it('refuses to remove records whose day holds less than they do', async () => {
    const db = new Sqlite(file);
    db.exec('UPDATE day SET rx = rx - 1 WHERE day = 20524 AND tally_id = 7');
    db.close();
    const cleanups = jobs();
    await cleanups.start(3, null);
    expect(await cleanups.ended()).toMatchObject({
      state: 'failed',
      deleted: 0,
      error: { code: 'records-exceed-day', message: expect.stringContaining('2026-03-12') },
    });
    expect(await records()).toBe(6_000);
    expect(failures).toHaveLength(1);
  });

  it('says loudly when a total has shrunk', async () => {
    const cleanups = jobs({}, () => {
      const db = new Sqlite(file);
      db.exec(
        'UPDATE day SET tx = 0 WHERE day = 20524; UPDATE tally SET tx = (SELECT sum(tx) FROM day WHERE tally_id = id)',
      );
      db.close();
    });
    await cleanups.start(3, null);
    expect(await cleanups.ended()).toMatchObject({ state: 'failed', error: { code: 'cleanup-totals-differ' } });
    expect(failures).toHaveLength(1);
  });

  it('ends with its error when the disk fails, keeps what it removed, and may be started again', async () => {
    let steps = 0;
    const full = async (before: Date, rows: number) => {
      if (++steps === 3) throw Object.assign(new Error('full'), { code: 'SQLITE_FULL' });
      return await store.ledger.cleanupStep(before, rows);
    };
    const cleanups = jobs({ cleanupStep: full });
    await cleanups.start(3, null);
    expect(await cleanups.ended()).toMatchObject({
      state: 'failed',
      deleted: 2_000,
      error: { code: 'internal-error' },
    });
    await cleanups.start(3, null);
    expect(await cleanups.ended()).toMatchObject({ state: 'done', deleted: 2_800 });
  });
});
