import { afterEach, beforeEach, expect, test } from 'vitest';
import type { UsageReport } from '../core/ledger/report.ts';
import { ManualClock } from '../core/units/testing.ts';
import { randomId } from '../lib/random-id.ts';
import { openSqliteStore, type SqliteStore } from '../storage/sqlite/sqlite-store.ts';
import { Changes } from './changes.ts';
import { CleanupJobs } from './cleanup-jobs.ts';
import type { Config } from './config.ts';
import { ProductOperations } from './product-operations.ts';

const DAY_MS = 86_400_000;
const report: UsageReport = {
  ...{ userToken: 'ann', server: 'a.example', port: 443, protocol: 'vless', rx: 3n, tx: 50n, mode: 'delta' },
  ...{ stream: '', eventId: null, periodStart: null, periodEnd: null },
};

let clock: ManualClock;
let store: SqliteStore;
let started: number;
let suspect: boolean;
let operations: ProductOperations;

beforeEach(async () => {
  clock = new ManualClock('2026-03-10T10:00:00Z');
  const newId = () => randomId(16);
  store = await openSqliteStore({ path: ':memory:', clock, newId, timeZone: 'UTC', workers: null });
  started = 0;
  suspect = false;
  const { ledger, settings } = store;
  const onChange = ({ endedAt }: { endedAt: Date | null }) => {
    if (endedAt !== null) started++;
  };
  const cleanups = new CleanupJobs({
    ledger,
    clock,
    newId,
    onChange,
    onFailure: (error) => expect.fail(String(error)),
  });
  const config = { retentionDays: null, trackingEnabled: null, fromEnvironment: [] } as unknown as Config;
  const unused = {} as never;
  operations = new ProductOperations({
    ...{ config, ledger, settings, cleanups, clock, changes: new Changes(), backups: unused },
    isClockSuspect: () => suspect,
    calendar: async () => store.calendar(),
    setTimeZone: unused,
    trackingState: async () => store.trackingState(),
    historyShipping: () => store.shipping(),
    historyRebuilds: unused,
    examine: async () => [],
    importVpnService: unused,
    importVpnServiceTexts: unused,
    ready: async () => {},
  });
});

afterEach(() => store.close());

const records = async () => (await store.history.database()).records;
const keep = async () => {
  await operations
    .chores()
    .find(({ name }) => name === 'retention')
    ?.run();
  await operations.cleanupEnded();
};

test('retention removes what is older once a day, and nothing while it is for ever or the clock jumped', async () => {
  for (let day = 0; day < 6; day++) {
    await store.ledger.recordReports({ credential: null, verified: false, backfill: false }, [report]);
    clock.advance(DAY_MS);
  }
  await keep();
  expect([await records(), started]).toEqual([6, 0]);
  await operations.setRetention(3, null);
  suspect = true;
  await keep();
  expect([await records(), started]).toEqual([6, 0]);
  suspect = false;
  await keep();
  expect([await records(), started]).toEqual([2, 1]);
  for (let hour = 0; hour < 13; hour++) {
    clock.advance(3_600_000);
    await keep();
  }
  expect([await records(), started]).toEqual([2, 1]);
  clock.advance(DAY_MS);
  await keep();
  expect([await records(), started]).toEqual([1, 2]);
  expect((await store.ledger.rawTotals()).totals).toBe(6n * 53n);
});
