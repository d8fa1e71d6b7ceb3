import { copyFileSync } from 'node:fs';
import path from 'node:path';
import type { NodePoll } from '../src/core/ledger/usage-ledger.ts';
import type { Poll } from '../src/core/metering/collector.ts';
import type { NodeId } from '../src/core/units/ids.ts';
import { ManualClock } from '../src/core/units/testing.ts';
import { OutputReader } from '../src/integrations/wireguard/output-reader.ts';
import { randomId } from '../src/lib/random-id.ts';
import { openSqliteStore, type SqliteStore } from '../src/storage/sqlite/sqlite-store.ts';
import { countMeters, entitleUsers, takeQuotas } from './lib/entitled-users.ts';
import { type Figure, round } from './lib/figure.ts';
import { median, timeMs } from './lib/rounds.ts';
import { wgDump } from './lib/wg-dump.ts';
import { prepared, scratchDir } from './lib/workspace.ts';

const users = 1_000_000;
const peers = 100_000;
const rounds = 5;
const semantics = { kind: 'cumulative', falls: 'to-zero', absence: 'ended' } as const;

/**
 * What quotas add to a poll: the same poll of 100,000 peers booked to a ledger in which a million users have quotas, and to
 * one in which nobody has, in turn. Absolute, in seconds.
 */
export const figure: Figure = {
  name: 'evaluate',
  target: 2,
  better: 'lower',
  async run() {
    const scratch = scratchDir();
    const files = { with: path.join(scratch, 'with.db'), without: path.join(scratch, 'without.db') };
    const clock = new ManualClock(PREPARED_AT);
    const sources = ['src/storage', 'src/core', 'bench/lib', 'bench/evaluate.bench.ts'];
    const kept = await prepared(`entitled-${users}`, sources, (making) => prepare(path.join(making, 'ledger.db')));
    for (const file of Object.values(files)) copyFileSync(path.join(kept, 'ledger.db'), file);
    takeQuotas(files.without);
    const stores = { with: await open(files.with, clock), without: await open(files.without, clock) };
    const [node] = await stores.with.inventory.nodes();
    if (node === undefined) throw new Error('The prepared ledger has no node.');
    let polls = 2;
    const once = async () => {
      clock.advance(60_000);
      await stores.with.quotas.judge();
      const poll = nodePoll(node.id, clock.now(), readingOf(++polls));
      const book = (store: SqliteStore) => timeMs(() => store.ledger.recordPoll(poll));
      const order = polls % 2 === 0 ? (['with', 'without'] as const) : (['without', 'with'] as const);
      const took = { with: 0, without: 0 };
      for (const which of order) took[which] = await book(stores[which]);
      process.stderr.write(`  poll ${polls}: ${round(took.with)} ms with quotas, ${round(took.without)} without\n`);
      return (took.with - took.without) / 1000;
    };
    // The first one reads every account, as after a start.
    const firstSeconds = await once();
    const seconds: number[] = [];
    for (let n = 0; n < rounds; n++) seconds.push(await once());
    await stores.with.close();
    await stores.without.close();
    const { meters, limited } = countMeters(files.with);
    if (meters !== peers) throw new Error(`${meters} users were looked at instead of the ${peers} that moved bytes.`);
    if (limited === 0) throw new Error('Nobody reached a quota: nothing was judged.');
    const rest = { users, changed: peers, metersMade: meters, limited, rounds: seconds.map(round) };
    return { ratio: round(median(seconds)), firstSeconds: round(firstSeconds), ...rest };
  },
};

const PREPARED_AT = '2026-03-01T12:01:00Z';

/** A ledger with peers, users with quotas, and a poll in which all peers moved for the first time. */
async function prepare(file: string): Promise<void> {
  const clock = new ManualClock();
  const store = await open(file, clock);
  const { id } = await store.inventory.addNode({
    ...{ name: 'node', description: '', source: { kind: 'wireguard', options: {} }, pollIntervalMs: 60_000 },
    ...{ opening: 'baseline', usersPolicy: 'none', createdAt: clock.now() },
  });
  await store.ledger.recordPoll(nodePoll(id, clock.now(), readingOf(1)));
  await store.close();
  entitleUsers(file, users);
  clock.advance(60_000);
  const entitled = await open(file, clock);
  await entitled.ledger.recordPoll(nodePoll(id, clock.now(), readingOf(2)));
  await entitled.close();
}

function open(file: string, clock: ManualClock): Promise<SqliteStore> {
  return openSqliteStore({ path: file, clock, newId: () => randomId(16), timeZone: 'UTC', workers: null });
}

/** What the collector hands over for a dump in which every counter has moved since the dump before. */
function readingOf(poll: number): Poll {
  const reader = new OutputReader(undefined);
  reader.push(Buffer.from(wgDump(peers, poll)));
  return { ...reader.finish().poll, complete: true };
}

function nodePoll(nodeId: NodeId, at: Date, poll: Poll): NodePoll {
  return { nodeId, semantics, opening: 'baseline', poll, at, durationMs: 500, clockSuspect: false };
}
