import path from 'node:path';
import { ManualClock } from '../src/core/units/testing.ts';
import { SEMANTICS, XrayCollector } from '../src/integrations/xray/collector.ts';
import { instanceOf } from '../src/integrations/xray/instance.ts';
import { randomId } from '../src/lib/random-id.ts';
import { openSqliteStore } from '../src/storage/sqlite/sqlite-store.ts';
import { GenericStats } from './baselines/generic-stats.ts';
import { builtWorkers } from './lib/built-workers.ts';
import type { Figure } from './lib/figure.ts';
import { compare, timeMs } from './lib/rounds.ts';
import { statsReply } from './lib/stats-reply.ts';
import { scratchDir } from './lib/workspace.ts';

const users = 100_000;
/** Of 100,000 users one in so many has moved bytes since the poll before. */
const moving = 10;
const options = { transport: 'local', instance: 'bench' } as const;

/** From the reply in hand to the durable commit, with the threads of the built server. */
export const figure: Figure = {
  name: 'xray-poll',
  target: 2,
  better: 'lower',
  async run() {
    const clock = new ManualClock();
    const store = await openSqliteStore({
      path: path.join(scratchDir(), 'ours.db'),
      clock,
      newId: () => randomId(16),
      timeZone: 'UTC',
      workers: builtWorkers,
    });
    const node = await store.inventory.addNode({
      ...{ name: 'node', description: '', source: { kind: 'xray', options }, pollIntervalMs: 60_000 },
      ...{ opening: 'baseline', usersPolicy: 'none', createdAt: clock.now() },
    });
    let reply = statsReply(users, 0, moving);
    let polls = 0;
    const client = new ReplyInHand(() => reply);
    const collector = new XrayCollector(client, options, 'xray', clock);
    const record = async () => {
      const poll = await collector.collect(new AbortController().signal);
      if (poll.services[0]?.peers.length !== users) throw new Error(`not ${users} users of ${instanceOf(options)}`);
      const common = { nodeId: node.id, semantics: SEMANTICS, opening: 'baseline', clockSuspect: false } as const;
      await store.ledger.recordPoll({ ...common, poll, at: clock.now(), durationMs: 500 });
    };
    const next = () => {
      clock.advance(60_000);
      polls += 1;
      reply = statsReply(users, polls, moving);
    };
    await record();
    next();
    await record();
    const ours = async () => {
      next();
      return { value: await timeMs(record) };
    };
    const generic = new GenericStats();
    const baseline = async () => ({ value: await timeMs(() => generic.decode(reply)) });
    const result = await compare(7, ours, baseline);
    await store.close();
    return {
      ratio: result.ratio,
      milliseconds: result.ours,
      decodeMilliseconds: result.baseline,
      users,
      moved: users / moving,
      replyBytes: reply.length,
      rounds: result.rounds,
    };
  },
};

/** A server whose reply has arrived. */
class ReplyInHand {
  readonly #reply: () => Buffer;

  constructor(reply: () => Buffer) {
    this.#reply = reply;
  }

  sysStats = async () => ({ family: 'xray' as const, message: Buffer.from([0x50, 0x90, 0x1c]) });
  allStats = async () => this.#reply();
  ignoresPattern = async () => false;
  online = async () => [];
  close = async () => {};
}
