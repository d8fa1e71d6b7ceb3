import { mkdtempSync, rmSync } from 'node:fs';
import path from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { ManualClock } from '../../src/core/units/testing.ts';
import { randomId } from '../../src/lib/random-id.ts';
import { openSqliteStore, type SqliteStore } from '../../src/storage/sqlite/sqlite-store.ts';
import { SCRATCH } from '../support/scratch.ts';
import { sqliteWorkers } from '../support/sqlite-workers.ts';
import { storeContracts } from './store-contracts.ts';
import { open, report, type StoreFixture } from './store-fixture.ts';

async function makeSqlite(threads: boolean): Promise<StoreFixture> {
  const folder = mkdtempSync(path.join(SCRATCH, 'xpert-sqlite-'));
  const clock = new ManualClock();
  const workers = threads ? await sqliteWorkers() : null;
  return {
    clock,
    open: (timeZone: string | null = 'UTC') =>
      openSqliteStore({ path: path.join(folder, 'ledger.db'), clock, newId: () => randomId(16), timeZone, workers }),
    dispose: async () => rmSync(folder, { recursive: true }),
  };
}

describe('SQLite in this thread', { timeout: 30_000 }, () => storeContracts(() => makeSqlite(false)));
describe('SQLite with its threads', { timeout: 30_000 }, () => storeContracts(() => makeSqlite(true)));

describe.each([false, true])('another time zone while it runs, with threads: %s', (threads) => {
  let fixture: StoreFixture;
  let store: SqliteStore;

  afterEach(async () => {
    await store.close();
    await fixture.dispose();
  });

  it('holds from the next midnight on for all that count and read, and after a restart', async () => {
    fixture = await makeSqlite(threads);
    store = (await fixture.open('UTC')) as SqliteStore;
    const keepsFrom = async () => (await store.ledger.previewCleanup(1)).keepsFrom.toISOString();
    const send = () => store.ledger.recordReports(open, [report()]);
    fixture.clock.advance(Date.parse('2026-03-10T22:00:00Z') - fixture.clock.now().getTime());
    await send();
    expect(await keepsFrom()).toBe('2026-03-10T00:00:00.000Z');
    await store.setTimeZone('Asia/Tehran');
    fixture.clock.advance(3_600_000);
    await send();
    expect(await keepsFrom()).toBe('2026-03-10T00:00:00.000Z');
    fixture.clock.advance(24 * 3_600_000);
    await send();
    // Midnight in Tehran.
    expect(await keepsFrom()).toBe('2026-03-11T20:30:00.000Z');
    const days = async () => {
      const period = { from: new Date('2026-03-10T00:00:00Z'), to: fixture.clock.now() };
      return (await store.history.carrier('vpn.example.com', 443, period, { kind: 'all' }))?.days.map(
        ({ date }) => date,
      );
    };
    expect(await days()).toEqual(['2026-03-10', '2026-03-12']);
    await store.close();
    store = (await fixture.open(null)) as SqliteStore;
    expect(await keepsFrom()).toBe('2026-03-11T20:30:00.000Z');
  });
});
