import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { PostgresDatabase } from '../../src/storage/postgres/database.ts';
import { PostgresServer, postgresWorkers } from '../support/postgres.ts';
import { freePort, startServer, type TestServer, temporaryFolder } from '../support/server.ts';
import { addFigures, auditRows, type Book, type Figures, NOTHING_WRONG } from '../torture/books.ts';
import { FileNode, Owner, random, startSenders } from '../torture/load.ts';

const ROUNDS = 6;
const SENDERS = 12;

let database: PostgresServer;

beforeAll(async () => {
  database = await PostgresServer.start();
});

afterAll(() => database.stop());

/** Reports, polls of a node and what owners do, against a server whose ledger PostgreSQL holds. */
class Load {
  readonly folder = temporaryFolder('postgres-rounds');
  readonly url = database.newDatabase();
  readonly node = new FileNode(join(this.folder.path, 'node.txt'));
  readonly book: Book = new Map();
  readonly port: number;
  figures = NOTHING_WRONG;
  #server: TestServer | null = null;
  #nodeId = '';

  private constructor(port: number) {
    this.port = port;
  }

  static async begin(): Promise<Load> {
    const load = new Load(await freePort());
    await load.start();
    load.#nodeId = await (await Owner.of(load.server.url)).addFileNode(load.node.path);
    return load;
  }

  get server(): TestServer {
    if (this.#server === null) throw new Error('it does not run');
    return this.#server;
  }

  async start(): Promise<void> {
    const env = { XPERT_DATABASE_URL: this.url };
    this.#server = await startServer({ dataDir: this.folder.path, port: this.port, env });
  }

  /** Load until `stop`; `finished` when every sender that repeats has its answer. */
  carry(round: number) {
    let open = true;
    const senders = startSenders({ port: this.port, book: this.book }, SENDERS, round);
    const carrying = (async () => {
      for (; open; await delay(20)) this.node.carry();
    })();
    const meddling = (async () => {
      const owner = await Owner.of(this.server.url).catch(() => null);
      // Broken off by what is killed: what was answered is what counts, and senders hold that.
      while (open && owner !== null) await owner.meddle().catch(() => delay(20));
    })();
    const stop = () => {
      open = false;
      senders.stopNew();
    };
    return { stop, finished: Promise.all([senders.finished, carrying, meddling]) };
  }

  /** Compares what is booked with what was sent and carried. */
  async audit(): Promise<void> {
    const owner = await Owner.of(this.server.url);
    this.node.write();
    await owner.call('POST', `/api/v1/nodes/${this.#nodeId}/poll`);
    // A read waits for everything that was answered.
    await owner.call('GET', '/api/v1/usage/summary?days=30');
    const { notices } = await owner.call<{ notices: { code: string }[] }>('GET', '/api/v1/overview');
    expect(notices.map(({ code }) => code)).not.toContain('restored');
    const { socket } = await postgresWorkers();
    const db = new PostgresDatabase(this.url, socket);
    const rows = (sql: string) => db.prepare(sql).safeIntegers().all();
    this.figures = addFigures(this.figures, auditRows(rows, this.book, this.node.carried));
    db.close();
  }

  async end(): Promise<void> {
    await this.#server?.kill();
    this.folder.remove();
  }
}

/** From now on: when the server takes reports again, ms. */
async function untilReady(url: string): Promise<number> {
  const beganMs = performance.now();
  for (;;) {
    const answer = await fetch(`${url}/readyz`).catch(() => null);
    await answer?.arrayBuffer();
    if (answer?.status === 200) return performance.now() - beganMs;
    if (performance.now() - beganMs > 60_000) throw new Error(`not ready within a minute: ${answer?.status}`);
    await delay(10);
  }
}

async function rounds(fault: (load: Load) => Promise<number>): Promise<{ figures: Figures; recoveryMs: number[] }> {
  const load = await Load.begin();
  try {
    const recoveryMs: number[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      const life = load.carry(round);
      await delay(100 + random(900));
      recoveryMs.push(Math.round(await fault(load)));
      await delay(200);
      life.stop();
      await life.finished;
      await load.audit();
    }
    expect(await load.server.stop()).toBe(0);
    return { figures: load.figures, recoveryMs };
  } finally {
    await load.end();
  }
}

function tell(what: string, recoveryMs: readonly number[]): void {
  const sorted = [...recoveryMs].sort((a, b) => a - b);
  process.stdout.write(`${what}: takes reports again after ${sorted.join(', ')} ms\n`);
}

test('Xpert killed under load, again and again: booked is what was sent', { timeout: 300_000 }, async () => {
  const { figures, recoveryMs } = await rounds(async (load) => {
    await load.server.kill();
    const beganMs = performance.now();
    await load.start();
    return performance.now() - beganMs;
  });
  tell('Xpert killed, and started again', recoveryMs);
  expect(figures).toEqual(NOTHING_WRONG);
});

test('PostgreSQL killed under load, again and again: booked is what was sent', { timeout: 300_000 }, async () => {
  const { figures, recoveryMs } = await rounds(async (load) => {
    await database.kill();
    await delay(random(1_500));
    await database.up();
    return await untilReady(load.server.url);
  });
  tell('PostgreSQL killed, and started again', recoveryMs);
  expect(figures).toEqual(NOTHING_WRONG);
});
