import { mkdtempSync, rmSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { PeerId } from '../../src/core/units/ids.ts';
import { ManualClock } from '../../src/core/units/testing.ts';
import { Sqlite } from '../../src/lib/sqlite.ts';
import { EachStatement } from '../../src/storage/sqlite/each-statement.ts';
import { openSqliteStore } from '../../src/storage/sqlite/sqlite-store.ts';
import { askEach, askTogether } from '../simulation/asked-together.ts';
import { SCRATCH } from '../support/scratch.ts';
import { polledUsageContract } from './polled-usage.contract.ts';
import { reportedUsageContract } from './reported-usage.contract.ts';
import { newNode, newUser, nodePoll, open, report, type StoreFixture, wg0 } from './store-fixture.ts';

/** Over SQLite, also as an engine that asks and writes all at once. */
function makeSqlite(): StoreFixture & { readonly file: string } {
  const folder = mkdtempSync(path.join(SCRATCH, 'xpert-ahead-'));
  const file = path.join(folder, 'ledger.db');
  const clock = new ManualClock();
  let ids = 0;
  const newId = () => `id-${++ids}`;
  return {
    ...{ file, clock },
    open: (timeZone: string | null = 'UTC') => openSqliteStore({ path: file, clock, newId, timeZone, workers: null }),
    dispose: async () => rmSync(folder, { recursive: true }),
  };
}

const TABLES = ['segment', 'series', 'tally', 'record', 'day', 'carrier', 'carrier_quarter', 'carrier_day', 'counter'];

describe('what the writer looked ahead for', () => {
  it('is what it makes one after the other: the same rows, and none that gets no bytes', async () => {
    const [alone, each, together] = [
      await rowsAfterAll('alone'),
      await rowsAfterAll('each'),
      await rowsAfterAll('together'),
    ];
    expect(each).toEqual(alone);
    expect(together).toEqual(alone);
  });

  it('is a row for each peer, however often all of them began anew', async () => {
    const { allEach } = EachStatement.prototype;
    let [asked, mostRows] = [0, 0];
    vi.spyOn(EachStatement.prototype, 'allEach').mockImplementation(function (this: EachStatement, params) {
      const answers = allEach.call(this, params);
      asked += answers.length;
      mostRows = Math.max(mostRows, ...answers.map((rows) => rows.length));
      return answers;
    });
    const fixture = makeSqlite();
    try {
      const store = await fixture.open();
      const node = await store.inventory.addNode(newNode('north'));
      for (let n = 1; n <= 5; n++) {
        const peers = Object.fromEntries(Array.from({ length: 20 }, (_, i) => [`peer-${i}`, [n, 2 * n] as const]));
        await store.ledger.recordPoll(nodePoll(node.id, fixture.clock.now(), [wg0(peers)]));
        await store.ledger.reset({ scope: 'all', userIds: [], by: null, reason: null });
        fixture.clock.advance(60_000);
      }
      await store.close();
    } finally {
      vi.restoreAllMocks();
      await fixture.dispose();
    }
    expect(asked).toBeGreaterThan(5 * 20);
    expect(mostRows).toBe(1);
  });

  async function rowsAfterAll(asked: 'alone' | 'each' | 'together'): Promise<unknown> {
    askEach(asked !== 'alone');
    askTogether(asked === 'together');
    const fixture = makeSqlite();
    try {
      await live(fixture);
      const db = new Sqlite(fixture.file, { readonly: true });
      const rows = Object.fromEntries(TABLES.map((name) => [name, db.prepare(`SELECT * FROM ${name}`).all()]));
      db.close();
      return rows;
    } finally {
      askEach(true);
      askTogether(false);
      await fixture.dispose();
    }
  }

  /** Peers change hands between two polls in which some moved so little that not every owner has a byte. */
  async function live(fixture: StoreFixture): Promise<void> {
    const { clock } = fixture;
    const minutes = (n: number) => clock.advance(n * 60_000);
    const store = await fixture.open();
    const { inventory, ledger } = store;
    const node = await inventory.addNode(newNode('north'));
    const [ann, ben] = [await inventory.addUser(newUser('ann')), await inventory.addUser(newUser('ben'))];
    // So many more that some are asked for at once over SQLite, too.
    let polls = 0;
    const crowd = () =>
      Object.fromEntries(Array.from({ length: 40 }, (_, n) => [`crowd-${n}`, [polls * n, 2 * polls * n] as const]));
    const poll = (peers: Parameters<typeof wg0>[0]) => {
      polls++;
      return ledger.recordPoll(nodePoll(node.id, clock.now(), [wg0({ ...peers, ...crowd() })]));
    };
    const give = (peerId: PeerId, userId: typeof ann.id) =>
      inventory.assignPeers([{ peerId, userId, from: clock.now(), countInCycle: false }]);
    const { services } = await poll({ a: [0, 0], b: [7, 80], c: [0, 0] });
    const [a, b, , ...others] = services[0]?.newPeers ?? [];
    if (a === undefined || b === undefined) throw new Error('no peers');
    await ledger.recordReports(open, [report({ userToken: 'ben-token' }), report({ port: 8443 }), report()]);
    minutes(1);
    await give(a, ann.id);
    await give(b, ann.id);
    for (const peerId of others.slice(0, 20)) await give(peerId, ann.id);
    minutes(1);
    await give(a, ben.id);
    minutes(40);
    await poll({ a: [1, 0], b: [9, 4_000], c: [0, 2] });
    await ledger.reset({ scope: 'user', userIds: [ann.id], by: null, reason: null });
    minutes(50 * 60);
    await poll({ a: [2, 0], b: [9_000, 40_000], c: [1, 3] });
    const from = new Date(clock.now().getTime() - 3 * 86_400_000);
    const period = { periodStart: from, periodEnd: clock.now() };
    await ledger.recordReports(open, [report({ ...period, userToken: 'ann-token' }), report({ ...period, rx: 1n })]);
    await store.close();
  }
});

describe('a ledger that looks ahead', { timeout: 30_000 }, () => {
  beforeAll(() => askTogether(true));
  afterAll(() => askTogether(false));

  const make = async () => makeSqlite();
  describe('polls', () => polledUsageContract(make));
  describe('reports', () => reportedUsageContract(make));
});
