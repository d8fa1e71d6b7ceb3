import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Node } from '../../src/core/inventory/node.ts';
import type { PeerId, UserId } from '../../src/core/units/ids.ts';
import { ManualClock } from '../../src/core/units/testing.ts';
import { randomId } from '../../src/lib/random-id.ts';
import { Sqlite } from '../../src/lib/sqlite.ts';
import { openSqliteStore, type SqliteStore } from '../../src/storage/sqlite/sqlite-store.ts';
import { all, lastDays, newNode, newUser, nodePoll, report, signed, traffic, wg0 } from './store-fixture.ts';

/** Cases in which panels of this field have counted wrongly, under the names of their regression tests. */
let folder: string;
let file: string;
let clock: ManualClock;
let store: SqliteStore;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'xpert-acceptance-'));
  file = join(folder, 'ledger.db');
  clock = new ManualClock();
  store = await open();
});

afterEach(async () => {
  await store.close();
  rmSync(folder, { recursive: true });
});

const open = () => openSqliteStore({ path: file, clock, newId: () => randomId(16), timeZone: 'UTC', workers: null });
const minutes = (n: number) => clock.advance(n * 60_000);
const shown = async (id: UserId) => (await store.history.userTotals([id])).get(id) ?? traffic(0, 0);
const everything = async () => (await store.history.summary(null, all)).traffic;
const addNode = (name: string) => store.inventory.addNode(newNode(name));
const addUser = (name: string) => store.inventory.addUser(newUser(name));

/** A complete reading of a node's only interface. */
async function poll(node: Node, peers: Parameters<typeof wg0>[0], fields = {}, service = {}): Promise<void> {
  const shownService = wg0(peers, { identity: `key of ${node.name}`, ...service });
  await store.ledger.recordPoll(nodePoll(node.id, clock.now(), [shownService], fields));
}

async function peers() {
  return (await store.inventory.peers({ limit: 100, cursor: null })).items;
}

async function assign(peerId: PeerId, userId: UserId): Promise<void> {
  await store.inventory.assignPeers([{ peerId, userId, from: clock.now(), countInCycle: false }]);
}

async function peerOf(node: Node, key: string): Promise<PeerId> {
  const found = (await peers()).find((peer) => peer.nodeId === node.id && peer.key === key);
  if (found === undefined) throw new Error(`no peer ${key} on ${node.name}`);
  return found.id;
}

describe('CounterReset_NoReAdd', () => {
  it('a counter that fell adds what it shows now, and never again what it showed before', async () => {
    const north = await addNode('north');
    await poll(north, { ann: [0, 0] });
    minutes(1);
    await poll(north, { ann: [1_000, 30_000] });
    expect(await everything()).toEqual(traffic(1_000, 30_000));
    minutes(1);
    await poll(north, { ann: [7, 11] }, {}, { startEvidence: 'boot-1:8' });
    expect(await everything()).toEqual(traffic(1_007, 30_011));
    minutes(1);
    await poll(north, { ann: [9, 1_011] }, {}, { startEvidence: 'boot-1:8' });
    expect(await everything()).toEqual(traffic(1_009, 31_011));
  });

  it('the same holds when one direction alone fell, and when nothing shows that the counter started anew', async () => {
    const north = await addNode('north');
    await poll(north, { ann: [0, 0] });
    minutes(1);
    await poll(north, { ann: [1_000, 30_000] });
    minutes(1);
    await poll(north, { ann: [2_000, 400] });
    expect(await everything()).toEqual(traffic(3_000, 30_400));
  });
});

describe('CentralResetClearsNodeBaseline', () => {
  it('after a reset nothing of what the nodes still show comes back; only growth is shown', async () => {
    const ann = await addUser('ann');
    const [north, south] = [await addNode('north'), await addNode('south')];
    for (const node of [north, south]) await poll(node, { ann: [0, 0] });
    for (const node of [north, south]) await assign(await peerOf(node, 'ann'), ann.id);
    minutes(1);
    await poll(north, { ann: [500, 9_000] });
    await poll(south, { ann: [70, 800] });
    expect(await shown(ann.id)).toEqual(traffic(570, 9_800));
    minutes(1);
    const mark = await store.ledger.reset({ scope: 'user', userIds: [ann.id], by: null, reason: null });
    minutes(1);
    await poll(north, { ann: [500, 9_000] });
    await poll(south, { ann: [70, 800] });
    expect(await shown(ann.id)).toEqual(traffic(0, 0));
    minutes(20);
    await poll(north, { ann: [503, 9_005] });
    expect(await shown(ann.id)).toEqual(traffic(3, 5));
    await store.ledger.undoReset(mark.id, null);
    expect(await shown(ann.id)).toEqual(traffic(573, 9_805));
  });
});

describe('StaleSnapshot_DeletedClientNotResurrected', () => {
  it('a reading from before a peer was removed neither brings it back nor counts', async () => {
    const north = await addNode('north');
    await poll(north, { ann: [0, 0], ben: [0, 0] });
    minutes(1);
    const order = { bootId: 'boot-1', uptimeMs: 9_000_000_000 };
    const late = { order: { ...order, uptimeMs: order.uptimeMs - 30_000 } };
    await poll(north, { ann: [10, 200], ben: [5, 60] }, { poll: { order } });
    minutes(1);
    await poll(north, { ben: [5, 60] }, { poll: { order: { ...order, uptimeMs: order.uptimeMs + 60_000 } } });
    expect((await peers()).find(({ key }) => key === 'ann')?.endedAt).not.toBeNull();
    await poll(north, { ann: [12, 220], ben: [5, 60] }, { poll: late });
    expect((await peers()).find(({ key }) => key === 'ann')?.endedAt).not.toBeNull();
    expect(await everything()).toEqual(traffic(15, 260));
  });

  it('a user who was deleted stays deleted, whatever their peers and senders still show', async () => {
    const ann = await addUser('ann');
    const north = await addNode('north');
    await poll(north, { ann: [0, 0] });
    await assign(await peerOf(north, 'ann'), ann.id);
    minutes(1);
    await poll(north, { ann: [10, 200] });
    await store.inventory.deleteUser(ann.id, clock.now());
    minutes(1);
    await poll(north, { ann: [14, 250] });
    await store.ledger.recordReports(signed, [report({ userToken: 'ann-token' })]);
    expect((await store.inventory.users({ limit: 10, cursor: null })).items).toEqual([]);
    expect((await peers()).map(({ userId }) => userId)).toEqual([null]);
    expect((await store.history.unclaimed()).traffic).toEqual(traffic(7, 55));
    expect(await everything()).toEqual(traffic(17, 255));
  });
});

describe('UpgradePreExistingRow_NoDoubleCount', () => {
  it('rows of the original Xpert are taken over once, and counters of before Xpert not at all', async () => {
    await store.close();
    file = join(folder, 'traffic_stats.db');
    const original = new Sqlite(file);
    original.exec(`CREATE TABLE traffic_usage (
      id INTEGER PRIMARY KEY AUTOINCREMENT, user_token TEXT NOT NULL, config_server TEXT NOT NULL,
      config_port INTEGER NOT NULL, protocol TEXT NOT NULL, bytes_uploaded INTEGER DEFAULT 0,
      bytes_downloaded INTEGER DEFAULT 0, date_collected DATE NOT NULL, timestamp DATETIME DEFAULT CURRENT_TIMESTAMP,
      UNIQUE (user_token, config_server, config_port, date_collected));
      INSERT INTO traffic_usage (user_token, config_server, config_port, protocol, bytes_uploaded, bytes_downloaded,
        date_collected, timestamp) VALUES ('ann-token', 'vpn.example.com', 443, 'vless', 700, 9000, '2026-02-20',
        '2026-02-20 10:00:00')`);
    original.close();
    store = await open();
    const ann = await addUser('ann');
    expect(await shown(ann.id)).toEqual(traffic(700, 9_000));
    await store.close();
    store = await open();
    expect(await shown(ann.id)).toEqual(traffic(700, 9_000));
    await store.ledger.recordReports(signed, [report({ userToken: 'ann-token' })]);
    expect(await shown(ann.id)).toEqual(traffic(703, 9_005));

    const north = await addNode('north');
    await poll(north, { ann: [40_000, 800_000] });
    await assign(await peerOf(north, 'ann'), ann.id);
    minutes(1);
    await poll(north, { ann: [40_001, 800_002] });
    expect(await shown(ann.id)).toEqual(traffic(704, 9_007));
  });
});

describe('TwoNodesShareEmail', () => {
  it('a name that two nodes use is two peers, each with a counter of its own, summed for the user of both', async () => {
    const [ann, ben] = [await addUser('ann'), await addUser('ben')];
    const [north, south] = [await addNode('north'), await addNode('south')];
    for (const node of [north, south]) await poll(node, { 'a@example.com': [0, 0] });
    await assign(await peerOf(north, 'a@example.com'), ann.id);
    await assign(await peerOf(south, 'a@example.com'), ann.id);
    minutes(1);
    await poll(north, { 'a@example.com': [100, 2_000] });
    await poll(south, { 'a@example.com': [3, 40] });
    expect(await shown(ann.id)).toEqual(traffic(103, 2_040));
    // A restart of one node is none of the other.
    minutes(1);
    await poll(south, { 'a@example.com': [1, 2] }, {}, { startEvidence: 'boot-2:3' });
    await poll(north, { 'a@example.com': [100, 2_000] });
    expect(await shown(ann.id)).toEqual(traffic(104, 2_042));
    // One of the two given to somebody else takes nothing of the other along.
    await assign(await peerOf(south, 'a@example.com'), ben.id);
    minutes(1);
    await poll(south, { 'a@example.com': [6, 9] }, {}, { startEvidence: 'boot-2:3' });
    expect([await shown(ann.id), await shown(ben.id)]).toEqual([traffic(104, 2_042), traffic(5, 7)]);
    expect(await everything()).toEqual(traffic(109, 2_049));
    expect((await store.history.summary(lastDays(1, clock), all)).users).toBe(2);
  });
});
