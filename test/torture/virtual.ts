import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Changes } from '../../src/app/changes.ts';
import { ClockSkews } from '../../src/app/clock-skews.ts';
import { LiveRates } from '../../src/app/live-rates.ts';
import { NodePolling } from '../../src/app/node-polling.ts';
import { Presence } from '../../src/app/presence.ts';
import { Scheduler } from '../../src/app/scheduler.ts';
import { ManualTime } from '../../src/app/testing.ts';
import { SourceFailure } from '../../src/core/errors.ts';
import type { Collector, Poll } from '../../src/core/metering/collector.ts';
import { WallTime } from '../../src/core/metering/wall-time.ts';
import { directed } from '../../src/core/units/bytes.ts';
import { randomId } from '../../src/lib/random-id.ts';
import { Sqlite } from '../../src/lib/sqlite.ts';
import { openSqliteStore } from '../../src/storage/sqlite/sqlite-store.ts';
import { Random } from '../simulation/random.ts';
import { SimulatedNode } from '../simulation/world.ts';

const silent = { info: () => {}, warn: () => {}, error: () => {} };
const START = '2026-03-10T00:00:00Z';

export interface Day {
  readonly polls: number;
  readonly failed: number;
  readonly reboots: number;
  readonly booked: bigint;
  readonly carried: bigint;
  /** Carried and not booked, at instants that no flagged interval covers. */
  readonly lostUnflagged: bigint;
}

/** Real scheduler, polling and ledger over a node that a test makes answer or not, on time that a test moves. */
class VirtualHost {
  readonly time = new ManualTime(START);
  readonly node = new SimulatedNode('north', this.time.now().getTime());
  readonly #folder = mkdtempSync(join(tmpdir(), 'xpert-virtual-'));
  readonly file = join(this.#folder, 'ledger.db');
  isUp = true;
  polls = 0;
  failed = 0;
  #close: () => Promise<void> = async () => {};

  async open(): Promise<void> {
    const { time } = this;
    const newId = () => randomId(16);
    const store = await openSqliteStore({ path: this.file, clock: time, newId, timeZone: 'UTC', workers: null });
    const { inventory, ledger } = store;
    const polling = new NodePolling({
      ...{ inventory, ledger, clock: time, wallTime: new WallTime(time), rates: new LiveRates(time), log: silent },
      ...{
        presence: new Presence(),
        skews: new ClockSkews(),
        changes: new Changes(),
        discover: async () => {},
        tracking: async () => ({ enabled: true, since: new Date(0), period: 0 }),
        createCollector: () => this.#collector(),
      },
    });
    const scheduler = new Scheduler({
      ...{ clock: time, timers: time, random: () => 0.5, poll: (id, signal) => polling.poll(id, signal) },
      onBug: (_id, error) => {
        throw error;
      },
    });
    const source = { kind: 'wireguard', options: {} };
    const draft = {
      name: 'north',
      description: '',
      source,
      pollIntervalMs: 30_000,
      opening: 'count',
      usersPolicy: 'none',
    } as const;
    const { id } = await inventory.addNode({ ...draft, createdAt: time.now() });
    scheduler.update([{ id, pollIntervalMs: 30_000 }]);
    scheduler.start();
    this.#close = async () => {
      this.isUp = true;
      const last = scheduler.pollNow(id);
      await this.pass(2_000);
      await last;
      await scheduler.stop();
      await polling.close();
      await store.close();
    };
  }

  /** Time passes in seconds; whatever began has its answer before the next. */
  async pass(ms: number): Promise<void> {
    for (let left = ms; left > 0; left -= 1_000) {
      await this.time.advance(Math.min(1_000, left));
      for (let turn = 0; turn < 8; turn++) await new Promise((done) => setImmediate(done));
    }
  }

  /** Ends with a last reading of everything. */
  async close(): Promise<void> {
    await this.#close();
  }

  remove(): void {
    rmSync(this.#folder, { recursive: true });
  }

  get trueMs(): number {
    return Date.parse(START) + this.time.monotonicMs();
  }

  #collector(): Collector {
    return {
      semantics: { kind: 'cumulative', falls: 'to-zero', absence: 'ended' },
      collect: async (): Promise<Poll> => {
        this.polls++;
        if (!this.isUp) {
          this.failed++;
          throw new SourceFailure('unreachable', 'The node does not answer.');
        }
        const { bootId, uptimeMs, evidence, peers } = this.node.snapshot(this.trueMs);
        const readings = peers.map(({ key, rx, tx }) => ({ key, traffic: directed(rx, tx) }));
        const service = {
          identity: 'wg',
          kind: 'wireguard',
          name: 'wg0',
          listenPort: 51_820,
          startEvidence: evidence,
          peers: readings,
        };
        return { order: { bootId, uptimeMs }, complete: true, services: [service], notices: [] };
      },
      close: async () => {},
    } as Collector;
  }
}

/** 24 hours of polling every 30 seconds a node that is up and down for minutes, and is started anew now and then. */
export async function flappingDay(seed: number): Promise<Day> {
  const random = new Random(seed);
  const host = new VirtualHost();
  for (let n = 0; n < 4; n++) host.node.add(`peer-${n}`);
  await host.open();
  let reboots = 0;
  const endMs = 24 * 3_600_000;
  try {
    while (host.time.monotonicMs() < endMs) {
      host.isUp = random.chance(0.6);
      if (!host.isUp && random.chance(0.15)) {
        host.node.restart(true, host.trueMs);
        reboots++;
      }
      const lengthMs = random.int(20, 600) * 1_000;
      for (let passed = 0; passed < lengthMs; passed += 10_000) {
        for (const key of host.node.keys) host.node.carry(key, random.bytes(), random.bytes(), host.trueMs);
        await host.pass(10_000);
      }
    }
    await host.close();
    return { polls: host.polls, failed: host.failed, reboots, ...compareWithTruth(host) };
  } finally {
    host.remove();
  }
}

/** The wall clock is set an hour back, then a year ahead, while polling goes on. */
export async function clockJumps(): Promise<Day & { readonly suspect: number; readonly backwards: number }> {
  const random = new Random(5);
  const host = new VirtualHost();
  for (let n = 0; n < 4; n++) host.node.add(`peer-${n}`);
  await host.open();
  const hour = async () => {
    for (let n = 0; n < 120; n++) {
      for (const key of host.node.keys) host.node.carry(key, random.bytes(), random.bytes(), host.trueMs);
      await host.pass(30_000);
    }
  };
  try {
    await hour();
    host.time.step(-3_600_000);
    await hour();
    host.time.step(365 * 86_400_000);
    await hour();
    await host.close();
    const db = new Sqlite(host.file, { readonly: true });
    const suspect = Number(db.prepare('SELECT count(*) FROM record WHERE flags & 8').pluck().get());
    const backwards = Number(
      db
        .prepare(
          'SELECT count(*) FROM (SELECT 1 FROM gap WHERE to_at < from_at UNION ALL SELECT 1 FROM loss WHERE to_at < from_at)',
        )
        .pluck()
        .get(),
    );
    db.close();
    return { polls: host.polls, failed: host.failed, reboots: 0, suspect, backwards, ...compareWithTruth(host) };
  } finally {
    host.remove();
  }
}

function compareWithTruth(host: VirtualHost): Pick<Day, 'booked' | 'carried' | 'lostUnflagged'> {
  const db = new Sqlite(host.file, { readonly: true });
  try {
    const booked = BigInt(db.prepare('SELECT ifnull(sum(total), 0) FROM tally').pluck().safeIntegers().get() as bigint);
    const flagged = db.prepare(FLAGGED).all() as { peer: string; fromMs: number; toMs: number }[];
    const perPeer = new Map(
      (db.prepare(PER_PEER).safeIntegers().all() as { key: string; total: bigint }[]).map(({ key, total }) => [
        key,
        total,
      ]),
    );
    let carried = 0n;
    let lostUnflagged = 0n;
    for (const key of new Set(host.node.lives.map((life) => life.key))) {
      const moves = host.node.lives.filter((life) => life.key === key).flatMap((life) => life.moves);
      const all = moves.reduce((sum, { rx, tx }) => sum + rx + tx, 0n);
      const intervals = flagged.filter(({ peer }) => peer === key);
      const covered = moves
        .filter(({ atMs }) => intervals.some(({ fromMs, toMs }) => fromMs <= atMs && atMs <= toMs))
        .reduce((sum, { rx, tx }) => sum + rx + tx, 0n);
      const missing = all - (perPeer.get(key) ?? 0n);
      carried += all;
      if (missing > covered) lostUnflagged += missing - covered;
    }
    return { booked, carried, lostUnflagged };
  } finally {
    db.close();
  }
}

const PER_PEER = `SELECT p.key, sum(t.total) AS total FROM tally t JOIN series s ON s.id = t.series_id
  JOIN peer p ON p.id = s.peer_id GROUP BY p.key`;

/** Intervals in which bytes of a peer may be missing. Flag 4: possible loss. */
const FLAGGED = `
  SELECT p.key AS peer, l.from_at AS fromMs, l.to_at AS toMs FROM loss l JOIN peer p ON p.id = l.peer_id
  UNION ALL
  SELECT p.key, r.quarter * 900000, (r.quarter + 1) * 900000 FROM record r JOIN tally t ON t.id = r.tally_id
  JOIN series s ON s.id = t.series_id JOIN peer p ON p.id = s.peer_id WHERE r.flags & 4`;
