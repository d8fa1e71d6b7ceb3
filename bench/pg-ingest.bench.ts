import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { UsageReport } from '../src/core/ledger/report.ts';
import type { NodePoll } from '../src/core/ledger/usage-ledger.ts';
import type { NodeId } from '../src/core/units/ids.ts';
import { ManualClock } from '../src/core/units/testing.ts';
import { OutputReader } from '../src/integrations/wireguard/output-reader.ts';
import { PostgresServer } from '../test/support/postgres.ts';
import { BarePostgres } from './baselines/bare-postgres.ts';
import { deltaReport } from './lib/bench-ledger.ts';
import { type Figure, type Part, round, weakest } from './lib/figure.ts';
import { openBuiltPostgresStore, PostgresGlance } from './lib/postgres-ledger.ts';
import { randomNumbers } from './lib/random.ts';
import { serverOf } from './lib/report-model.ts';
import { type Comparison, compare, median, type Sample, timeMs } from './lib/rounds.ts';
import { loadToken } from './lib/users.ts';
import { wgDump } from './lib/wg-dump.ts';
import { scratchDir } from './lib/workspace.ts';

const users = 100_000;
const peers = 100_000;
const callers = 16;
const reportsPerCall = 100;
const reportsPerRound = 100_000;
const target = 0.7;
const semantics = { kind: 'cumulative', falls: 'to-zero', absence: 'ended' } as const;
const sender = { credential: 'bench', verified: true, backfill: false } as const;

type Store = Awaited<ReturnType<typeof openBuiltPostgresStore>>;

/**
 * Reports and polls through the writer's thread into a PostgreSQL server of the bench's own, against a script that writes the
 * same rows into the same tables of another database there: per commit one statement for each table, in as many commits.
 */
export const figure: Figure = {
  name: 'pg-ingest',
  target: 1,
  better: 'higher',
  async run() {
    const server = await PostgresServer.start({ durable: true });
    try {
      return await measure(server, scratchDir());
    } finally {
      await server.stop();
    }
  },
};

async function measure(server: PostgresServer, scratch: string) {
  const clock = new ManualClock();
  const url = server.newDatabase();
  const open = () => openBuiltPostgresStore(url, clock, scratch);
  const polls = new Polls(clock);
  const nodeId = await fill(await open(), url, clock, polls);
  const bareUrl = server.newDatabase(path.basename(new URL(url).pathname));
  const store = await open();
  const glance = await PostgresGlance.open(url);
  const bare = await BarePostgres.open(bareUrl);
  if (bare.peers !== peers) throw new Error(`The baseline found ${bare.peers} peers instead of ${peers}.`);
  try {
    const pollRounds = await comparePolls(store, bare, polls, nodeId);
    const reportRounds = await compareReports(store, glance, bare, clock);
    return {
      ratio: weakest({ reports: reportRounds, polls: pollRounds }),
      parts: { reports: reportRounds, polls: pollRounds },
    };
  } finally {
    await bare.close();
    await glance.close();
    await store.close();
  }
}

/** Everybody has reported once, and every peer has moved once: what rows need to be there is there. */
async function fill(store: Store, url: string, clock: ManualClock, polls: Polls): Promise<NodeId> {
  const glance = await PostgresGlance.open(url);
  await glance.addUsers(users, clock.now().getTime());
  const node = await store.inventory.addNode({
    ...{ name: 'node', description: '', source: { kind: 'wireguard', options: {} }, pollIntervalMs: 60_000 },
    ...{ opening: 'baseline', usersPolicy: 'none', createdAt: clock.now() },
  });
  const all = Array.from({ length: users }, (_, user) => reportOf(user, 'first', 1_000, 10_000));
  const firstReports = await timeMs(() => report(store, glance, all));
  await store.ledger.recordPoll(polls.next(node.id));
  const firstBytes = await timeMs(() => store.ledger.recordPoll(polls.next(node.id)));
  const [reports, peersTold] = [firstReports, firstBytes].map((ms) => (ms / 1000).toFixed(1));
  process.stderr.write(
    `  first report of ${users} users: ${reports} s; first bytes of ${peers} peers: ${peersTold} s\n`,
  );
  await store.close();
  await glance.vacuum();
  await glance.close();
  return node.id;
}

async function comparePolls(store: Store, bare: BarePostgres, polls: Polls, nodeId: NodeId): Promise<Part> {
  const perSecond = (ms: number): Sample => ({ value: peers / (ms / 1000) });
  const ours = async () => {
    const poll = polls.next(nodeId);
    return perSecond(await timeMs(() => store.ledger.recordPoll(poll)));
  };
  const baseline = async () => perSecond(await timeMs(() => bare.poll(polls.atMs, 2_000_000, 30_000_000)));
  const result = await compare(5, ours, baseline);
  bare.rowByRow = true;
  const rowByRow = await baseline();
  bare.rowByRow = false;
  return toPart(result, 'peers', rowByRow);
}

async function compareReports(
  store: Store,
  glance: PostgresGlance,
  bare: BarePostgres,
  clock: ManualClock,
): Promise<Part> {
  let commits = 0;
  let rounds = 0;
  const ours = async (): Promise<Sample> => {
    clock.advance(10_000);
    const reports = randomReports(++rounds);
    const before = (await glance.progress()).commits;
    const ms = await timeMs(() => report(store, glance, reports));
    commits = (await glance.progress()).commits - before;
    return { value: reportsPerRound / (ms / 1000), commits };
  };
  const baseline = async (): Promise<Sample> => {
    const each = Math.ceil(reportsPerRound / commits);
    let done = 0;
    const ms = await timeMs(async () => {
      for (; done < reportsPerRound; done += each) await bare.report(each, clock.now().getTime());
    });
    return { value: done / (ms / 1000) };
  };
  const result = await compare(5, ours, baseline);
  bare.rowByRow = true;
  const rowByRow = await baseline();
  bare.rowByRow = false;
  const perCommit = median(result.oursSamples.map((sample) => reportsPerRound / Number(sample.commits)));
  return { ...toPart(result, 'reports', rowByRow), reportsPerCommit: round(perCommit) };
}

function toPart({ ratio, ours, baseline, rounds }: Comparison, unit: string, rowByRow: Sample): Part {
  const told = { [`${unit}PerSecond`]: ours, baselinePerSecond: baseline, rowByRowPerSecond: round(rowByRow.value) };
  return { ratio, target, better: 'higher', ...told, rounds };
}

/** As many callers at once; until everything is in the tables. */
async function report(store: Store, glance: PostgresGlance, reports: readonly UsageReport[]): Promise<void> {
  let next = 0;
  const call = async () => {
    while (next < reports.length) {
      const some = reports.slice(next, next + reportsPerCall);
      next += reportsPerCall;
      const { recorded } = await store.ledger.recordReports(sender, some);
      if (recorded !== some.length) throw new Error(`${recorded} of ${some.length} reports were recorded.`);
    }
  };
  await Promise.all(Array.from({ length: callers }, call));
  while (!(await glance.progress()).isFolded) await sleep(10);
}

function reportOf(user: number, eventId: string, rx: number, tx: number): UsageReport {
  return deltaReport({
    userToken: loadToken(user),
    server: serverOf(user % 20),
    eventId: `${user} ${eventId}`,
    rx,
    tx,
  });
}

function randomReports(seed: number): UsageReport[] {
  const random = randomNumbers(seed);
  return Array.from({ length: reportsPerRound }, (_, n) =>
    reportOf(random(users), `${seed} ${n}`, 1_000 + random(1_000_000), 10_000 + random(50_000_000)),
  );
}

/** Polls of one interface, a minute apart: every peer moved in between. */
class Polls {
  readonly #clock: ManualClock;
  #polls = 0;

  constructor(clock: ManualClock) {
    this.#clock = clock;
  }

  get atMs(): number {
    return this.#clock.now().getTime();
  }

  next(nodeId: NodeId): NodePoll {
    this.#clock.advance(60_000);
    const reader = new OutputReader(undefined);
    reader.push(Buffer.from(wgDump(peers, ++this.#polls)));
    const poll = { ...reader.finish().poll, complete: true };
    return {
      nodeId,
      semantics,
      opening: 'baseline',
      poll,
      at: this.#clock.now(),
      durationMs: 500,
      clockSuspect: false,
    };
  }
}
