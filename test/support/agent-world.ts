import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Agent } from '../../src/app/agent/agent.ts';
import { readAgentMemory, writeAgentMemory } from '../../src/app/agent/agent-state.ts';
import type { SendOutcome } from '../../src/app/agent/panel-link.ts';
import { Spool } from '../../src/app/agent/spool.ts';
import { RunningAgents } from '../../src/app/agent-desk.ts';
import { Changes } from '../../src/app/changes.ts';
import { ClockSkews } from '../../src/app/clock-skews.ts';
import { LiveRates } from '../../src/app/live-rates.ts';
import { NodePolling } from '../../src/app/node-polling.ts';
import { Presence } from '../../src/app/presence.ts';
import { ManualTime } from '../../src/app/testing.ts';
import { parseAgentBatch } from '../../src/core/agents/agent-reading.ts';
import { ExpectedError } from '../../src/core/errors.ts';
import type { Collector, HostReading, Poll } from '../../src/core/metering/collector.ts';
import { WallTime } from '../../src/core/metering/wall-time.ts';
import { directed } from '../../src/core/units/bytes.ts';
import type { Clock } from '../../src/core/units/clock.ts';
import type { NodeId } from '../../src/core/units/ids.ts';
import { agentEnrolment } from '../../src/integrations/agent/install.ts';
import { openSqliteStore, type SqliteStore } from '../../src/storage/sqlite/sqlite-store.ts';

export const MINUTE = 60_000;
const SEMANTICS = { kind: 'cumulative', falls: 'to-zero', absence: 'ended' } as const;
const silent = { info() {}, warn() {}, error() {} };
const turn = () => new Promise((resolve) => setImmediate(resolve));

/** What a node's interface counts. */
export class CountingNode {
  readonly peers = new Map<string, { rx: bigint; tx: bigint }>([
    ['alice', { rx: 100n, tx: 900n }],
    ['bob', { rx: 7n, tx: 11n }],
  ]);
  boot = 1;
  bootedMs = -3_600_000;
  /** Off by this from the true time. */
  clockOffMs = 0;

  flow(rx: number, tx: number): void {
    for (const peer of this.peers.values()) {
      peer.rx += BigInt(rx);
      peer.tx += BigInt(tx);
    }
  }

  total(): bigint {
    return [...this.peers.values()].reduce((sum, { rx, tx }) => sum + rx + tx, 0n);
  }

  /** `withOrder`: whether the source tells which of two readings is the later one. */
  poll(nowMs: number, withOrder = true): Poll {
    const bootId = `boot-${this.boot}`;
    return {
      ...(withOrder ? { order: { bootId, uptimeMs: nowMs - this.bootedMs } } : {}),
      complete: true,
      notices: [],
      services: [
        {
          identity: 'wg0-public-key',
          kind: 'wireguard',
          name: 'wg0',
          listenPort: 51_820,
          startEvidence: `${bootId}:7`,
          peers: [...this.peers].map(([key, { rx, tx }]) => ({ key, traffic: directed(rx, tx) })),
        },
      ],
    };
  }
}

/** A panel with a real ledger in a file, a node, and agents on it, in time that a test moves. */
export class AgentWorld {
  readonly folder = mkdtempSync(join(tmpdir(), 'xpert-agents-'));
  readonly time = new ManualTime('2026-03-01T12:00:00Z');
  readonly node = new CountingNode();
  readonly file = join(this.folder, 'ledger.db');
  /** The panel can be reached. */
  isReachable = true;
  /** The panel takes what comes, and its answer is lost on the way. */
  losesAnswers = false;
  /** The panel tells in which period of tracking it is; one of an earlier version did not. */
  tellsPeriod = true;
  withOrder = true;
  /** What carries everything of the node. */
  networkCard: HostReading | undefined;
  nodeId = '' as NodeId;
  store!: SqliteStore;
  #desk!: RunningAgents;
  #agents = new Map<string, { readonly agent: Agent; readonly spool: Spool }>();
  #ids = 0;

  static async open(kind: 'agent' | 'wireguard' = 'agent'): Promise<AgentWorld> {
    const world = new AgentWorld();
    await world.openPanel();
    const { id } = await world.store.inventory.addNode({
      name: 'n1',
      description: '',
      source: { kind, options: {} },
      pollIntervalMs: MINUTE,
      opening: 'baseline',
      usersPolicy: 'none',
      createdAt: world.time.now(),
    });
    world.nodeId = id;
    return world;
  }

  get desk(): RunningAgents {
    return this.#desk;
  }

  async openPanel(): Promise<void> {
    const newId = () => `id-${this.#ids++}-${Math.random()}`;
    const clock = this.time;
    this.store = await openSqliteStore({ path: this.file, clock, newId, timeZone: 'UTC', workers: null });
    const { inventory, ledger, lastInstant } = this.store;
    const wallTime = new WallTime(clock, lastInstant);
    const { store } = this;
    const tracking = () => store.trackingState();
    const polling = new NodePolling({
      tracking,
      inventory,
      ledger,
      createCollector: () => {
        throw new Error('nothing is polled here');
      },
      clock,
      wallTime,
      rates: new LiveRates(clock),
      presence: new Presence(),
      skews: new ClockSkews(),
      changes: new Changes(),
      discover: async () => {},
      log: silent,
    });
    this.#desk = new RunningAgents({
      ...{ inventory, ledger, polling, tracking, clock, wallTime },
      enrolment: agentEnrolment,
    });
  }

  async backUp(): Promise<string> {
    const { path } = await this.store.ledger.backup(join(this.folder, `backup-${this.#ids++}.db`));
    return path;
  }

  /** The panel ends, and starts again with another file if one is given. */
  async restartPanel(backup?: string): Promise<void> {
    await this.store.close();
    if (backup !== undefined) {
      for (const rest of ['-wal', '-shm']) rmSync(`${this.file}${rest}`, { force: true });
      copyFileSync(backup, this.file);
    }
    await this.openPanel();
  }

  /** Starts an agent with the spool of that name. */
  async startAgent(name = 'a'): Promise<void> {
    const memoryPath = join(this.folder, `${name}.json`);
    const spool = new Spool({
      folder: join(this.folder, name),
      clock: this.time,
      mostBytes: 1e9,
      warn: () => {},
    });
    const clock = this.#nodeClock();
    const agent = new Agent({
      clock,
      timers: this.time,
      wallTime: new WallTime(clock),
      boot: { bootId: `boot-${this.node.boot}`, uptimeMs: () => this.time.monotonicMs() - this.node.bootedMs },
      random: () => 0.5,
      collector: this.#collector(),
      networkCard: () => this.networkCard,
      spool,
      link: {
        send: (batch) => this.#send(batch),
        position: (incarnation) => this.#ask((desk) => desk.position(this.nodeId, incarnation)),
      },
      memory: readAgentMemory(memoryPath) ?? {
        incarnation: name,
        nodeId: null,
        acknowledged: 0,
        intervalMs: MINUTE,
        trackingPeriod: 0,
      },
      remember: (memory) => writeAgentMemory(memoryPath, memory),
      version: '0',
      log: silent,
    });
    this.#agents.set(name, { agent, spool });
    await agent.start();
    await this.time.advance(0);
    await this.settle();
  }

  /** Ends it as a kill does: nothing more is read or sent, nothing is written at the end. */
  async killAgent(name = 'a'): Promise<void> {
    const { agent, spool } = this.#agents.get(name) ?? {};
    this.#agents.delete(name);
    await Promise.all([agent?.stop(), this.settle()]);
    spool?.close();
  }

  /** Time passes in steps of at most a minute, and everybody gets the chance to work. */
  async pass(ms: number): Promise<void> {
    for (let left = ms; left > 0; left -= MINUTE) {
      await this.time.advance(Math.min(left, MINUTE));
      await this.settle();
    }
  }

  /** More turns for what is worked off one by one, such as a day of readings. */
  async settle(turns = 8): Promise<void> {
    for (let n = 0; n < turns; n += 1) await turn();
  }

  /** Reads the node from the panel, as by SSH. */
  async pollFromPanel(): Promise<void> {
    await this.store.ledger.recordPoll({
      nodeId: this.nodeId,
      semantics: SEMANTICS,
      opening: 'baseline',
      poll: this.node.poll(this.time.monotonicMs(), this.withOrder),
      at: this.time.now(),
      durationMs: 5,
      clockSuspect: false,
    });
  }

  /** Bytes counted so far. */
  async booked(): Promise<bigint> {
    const totals = await this.store.history.peerTotals({ kind: 'all' });
    return totals.reduce((sum, { traffic }) => sum + traffic.total, 0n);
  }

  async close(): Promise<void> {
    for (const name of [...this.#agents.keys()]) await this.killAgent(name);
    await this.store.close();
    rmSync(this.folder, { recursive: true, force: true });
  }

  #nodeClock(): Clock {
    const { time, node } = this;
    return { now: () => new Date(time.now().getTime() + node.clockOffMs), monotonicMs: () => time.monotonicMs() };
  }

  #collector(): Collector {
    return {
      semantics: SEMANTICS,
      collect: async () => this.node.poll(this.time.monotonicMs(), this.withOrder),
      close: async () => {},
    };
  }

  async #send(batch: object): Promise<SendOutcome> {
    const outcome = await this.#ask((desk) =>
      desk.receive(this.nodeId, parseAgentBatch(JSON.parse(JSON.stringify(batch))), '192.0.2.1'),
    );
    return this.losesAnswers ? { kind: 'unreachable', why: 'the answer was lost', afterMs: null } : outcome;
  }

  async #ask(ask: (desk: RunningAgents) => ReturnType<RunningAgents['position']>): Promise<SendOutcome> {
    if (!this.isReachable) return { kind: 'unreachable', why: 'cut off', afterMs: null };
    try {
      const { intervalMs, trackingPeriod, ...position } = await ask(this.#desk);
      const told = this.tellsPeriod ? { trackingPeriod } : {};
      return { kind: 'answered', position: { ...position, ...told, intervalSeconds: intervalMs / 1000 } };
    } catch (error) {
      if (error instanceof ExpectedError) return { kind: 'unreachable', why: error.message, afterMs: null };
      // The panel was ended meanwhile.
      return { kind: 'unreachable', why: String(error), afterMs: null };
    }
  }
}
