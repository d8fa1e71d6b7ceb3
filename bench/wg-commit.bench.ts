import path from 'node:path';
import type { NodePoll } from '../src/core/ledger/usage-ledger.ts';
import type { Poll } from '../src/core/metering/collector.ts';
import type { NodeId } from '../src/core/units/ids.ts';
import { ManualClock } from '../src/core/units/testing.ts';
import { OutputReader } from '../src/integrations/wireguard/output-reader.ts';
import { randomId } from '../src/lib/random-id.ts';
import { openSqliteStore } from '../src/storage/sqlite/sqlite-store.ts';
import { BarePeers } from './baselines/bare-peers.ts';
import { builtWorkers } from './lib/built-workers.ts';
import type { Figure } from './lib/figure.ts';
import { compare, timeMs } from './lib/rounds.ts';
import { wgDump } from './lib/wg-dump.ts';
import { scratchDir } from './lib/workspace.ts';

const peers = 100_000;
const semantics = { kind: 'cumulative', falls: 'to-zero', absence: 'ended' } as const;

/** A poll in which every peer moved, from the reading to the durable commit, with the threads of the built server. */
export const figure: Figure = {
  name: 'wg-commit',
  target: 0.7,
  better: 'higher',
  async run() {
    const scratch = scratchDir();
    const file = path.join(scratch, 'ours.db');
    const clock = new ManualClock();
    const store = await openSqliteStore({
      path: file,
      clock,
      newId: () => randomId(16),
      timeZone: 'UTC',
      workers: builtWorkers,
    });
    const node = await store.inventory.addNode({
      ...{ name: 'node', description: '', source: { kind: 'wireguard', options: {} }, pollIntervalMs: 60_000 },
      ...{ opening: 'baseline', usersPolicy: 'none', createdAt: clock.now() },
    });
    let polls = 0;
    const nextPoll = (): NodePoll => {
      clock.advance(60_000);
      return nodePoll(node.id, clock.now(), readingOf(++polls));
    };
    await store.ledger.recordPoll(nextPoll());
    await store.ledger.recordPoll(nextPoll());
    await store.ledger.backup(path.join(scratch, 'bare.db'));
    const bare = new BarePeers(path.join(scratch, 'bare.db'));
    if (bare.peers !== peers) throw new Error(`The baseline found ${bare.peers} peers instead of ${peers}.`);

    const ours = async () => {
      const poll = nextPoll();
      return { value: peers / ((await timeMs(() => store.ledger.recordPoll(poll))) / 1000) };
    };
    const baseline = async () => {
      const at = clock.now().getTime();
      return { value: peers / ((await timeMs(() => bare.poll(at, 2_000_000, 30_000_000))) / 1000) };
    };
    const result = await compare(7, ours, baseline);
    bare.close();
    await store.close();
    return {
      ratio: result.ratio,
      peersPerSecond: result.ours,
      baselinePeersPerSecond: result.baseline,
      milliseconds: Math.round((peers / result.ours) * 1000),
      peers,
      rounds: result.rounds,
    };
  },
};

/** What the collector hands over for a dump in which every counter has moved since the dump before. */
function readingOf(poll: number): Poll {
  const reader = new OutputReader(undefined);
  reader.push(Buffer.from(wgDump(peers, poll)));
  return { ...reader.finish().poll, complete: true };
}

function nodePoll(nodeId: NodeId, at: Date, poll: Poll): NodePoll {
  return { nodeId, semantics, opening: 'baseline', poll, at, durationMs: 500, clockSuspect: false };
}
