import { mkdtempSync, rmSync } from 'node:fs';
import path from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { ManualClock } from '../../src/core/units/testing.ts';
import { randomId } from '../../src/lib/random-id.ts';
import { openSqliteStore, type SqliteStore } from '../../src/storage/sqlite/sqlite-store.ts';
import { SCRATCH } from '../support/scratch.ts';
import { sqliteWorkers } from '../support/sqlite-workers.ts';
import { quota, terms } from './quota-store.contract.ts';
import { storeContracts } from './store-contracts.ts';
import { newUser, open, report, type StoreFixture, signed } from './store-fixture.ts';

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

  it('changes the cycles of quotas, and leaves each user what that user used', async () => {
    fixture = await makeSqlite(threads);
    store = (await fixture.open('UTC')) as SqliteStore;
    await store.quotas.judge();
    const names = ['a', 'b', 'c', 'd', 'e', 'f'];
    const ids = await Promise.all(names.map(async (name) => (await store.inventory.addUser(newUser(name))).id));
    await store.quotas.entitle(ids, { to: { terms: terms([quota(1000n)]) } }, null);
    const used = async () => {
      const standings = await store.quotas.standings(ids);
      return ids.map((id) => standings.get(id)?.evaluation.quotas[0]?.used);
    };
    /** The first user 10 bytes, the second 20, and so on. */
    const send = () => {
      const reports = names.map((name, i) => report({ userToken: `${name}-token`, rx: 10n * BigInt(i + 1), tx: 0n }));
      return store.ledger.recordReports(open, reports);
    };
    await send();
    await store.setTimeZone('Asia/Tehran');
    await store.quotas.judge();
    await send();
    expect(await used()).toEqual([20n, 40n, 60n, 80n, 100n, 120n]);
    fixture.clock.advance(24 * 3_600_000);
    await store.quotas.judge();
    await send();
    expect(await used()).toEqual([10n, 20n, 30n, 40n, 50n, 60n]);
  });

  it('gives access back when the cycle ends in the new zone', async () => {
    fixture = await makeSqlite(threads);
    store = (await fixture.open('UTC')) as SqliteStore;
    await store.quotas.judge();
    const { id } = await store.inventory.addUser(newUser('alice'));
    const start = Date.parse('2026-03-01T00:00:00Z') / 86_400_000;
    const twoDays = { kind: 'days', count: 2, start } as const;
    await store.quotas.entitle([id], { to: { terms: terms([quota(8n)], { cycle: twoDays }) } }, null);
    await store.ledger.recordReports(signed, [report()]);
    await store.setTimeZone('Asia/Tehran');
    const stateAt = async (at: string) => {
      fixture.clock.advance(Date.parse(at) - fixture.clock.now().getTime());
      await store.quotas.judge();
      return (await store.inventory.user(id))?.state;
    };
    expect(await stateAt('2026-03-01T12:01:00Z')).toBe('limited');
    expect(await stateAt('2026-03-02T20:29:00Z')).toBe('limited');
    expect(await stateAt('2026-03-02T20:30:00Z')).toBe('active');
  });

  it('leaves days alone that have bytes, also where the clock was set back over a midnight', async () => {
    fixture = await makeSqlite(threads);
    store = (await fixture.open('UTC')) as SqliteStore;
    const goTo = (at: string) => fixture.clock.advance(Date.parse(at) - fixture.clock.now().getTime());
    const today = async () => (await store.ledger.previewCleanup(1)).keepsFrom.toISOString();
    goTo('2026-03-11T02:00:00Z');
    await store.ledger.recordReports(open, [report()]);
    fixture.clock.step(-4 * 3_600_000);
    await store.setTimeZone('Asia/Tehran');
    // Midnight in Tehran is at 20:30 UTC.
    goTo('2026-03-11T23:00:00Z');
    expect(await today()).toBe('2026-03-11T00:00:00.000Z');
    goTo('2026-03-12T23:00:00Z');
    expect(await today()).toBe('2026-03-12T20:30:00.000Z');
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
