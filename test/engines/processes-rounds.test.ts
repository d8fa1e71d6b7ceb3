import { copyFileSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { PostgresDatabase } from '../../src/storage/postgres/database.ts';
import { PostgresServer, postgresWorkers } from '../support/postgres.ts';
import { freePort, startServer, type TestServer, temporaryFolder } from '../support/server.ts';
import { addFigures, auditRows, type Book, NOTHING_WRONG } from '../torture/books.ts';
import { FileNode, Owner, random, startSenders } from '../torture/load.ts';

const ROUNDS = 6;
/** At each process. */
const SENDERS = 6;

let database: PostgresServer;

beforeAll(async () => {
  database = await PostgresServer.start();
});

afterAll(() => database.stop());

/** Two processes on one database, each with senders of its own, and a node that whoever leads polls. */
class Pair {
  readonly folder = temporaryFolder('processes-rounds');
  readonly url = database.newDatabase();
  readonly node = new FileNode(join(this.folder.path, 'node.txt'));
  readonly book: Book = new Map();
  readonly servers: TestServer[] = [];
  readonly #ports: number[] = [];
  #nodeId = '';

  static async begin(): Promise<Pair> {
    const pair = new Pair();
    for (const which of [0, 1]) {
      pair.#ports.push(await freePort());
      await pair.start(which);
    }
    pair.#nodeId = await (await Owner.of(pair.server(1).url)).addFileNode(pair.node.path);
    return pair;
  }

  server(which: number): TestServer {
    const server = this.servers[which];
    if (server === undefined) throw new Error('it does not run');
    return server;
  }

  async start(which: number): Promise<void> {
    const dataDir = join(this.folder.path, String(which));
    mkdirSync(dataDir, { recursive: true });
    if (which === 1) copyFileSync(join(this.folder.path, '0', 'secret.key'), join(dataDir, 'secret.key'));
    const env = { XPERT_DATABASE_URL: this.url };
    this.servers[which] = await startServer({ dataDir, port: this.#ports[which] as number, env });
  }

  /** Which of them leads: as its output said last. */
  leader(): number {
    const led = this.servers.map((server) => {
      const said = server.output();
      return said.lastIndexOf('this process leads') > said.lastIndexOf('stands by');
    });
    return led.indexOf(true);
  }

  carry(round: number) {
    let open = true;
    const lives = this.#ports.map((port, which) =>
      startSenders({ port, book: this.book }, SENDERS, this.#ports.length * round + which),
    );
    const carrying = (async () => {
      for (; open; await delay(20)) this.node.carry();
    })();
    const stop = () => {
      open = false;
      for (const life of lives) life.stopNew();
    };
    return { stop, finished: Promise.all([...lives.map(({ finished }) => finished), carrying]) };
  }

  /** Compares what is booked with what was sent and carried; asked of the process that does not lead as well. */
  async audit() {
    this.node.write();
    const totals: string[] = [];
    for (const { url } of this.servers) {
      const owner = await Owner.of(url);
      await owner.call('POST', `/api/v1/nodes/${this.#nodeId}/poll`);
      const { traffic } = await owner.call<{ traffic: object }>('GET', '/api/v1/usage/summary?days=30');
      totals.push(JSON.stringify(traffic));
    }
    expect(new Set(totals).size).toBe(1);
    const { socket } = await postgresWorkers();
    const db = new PostgresDatabase(this.url, socket);
    const rows = (sql: string) => db.prepare(sql).safeIntegers().all();
    const figures = auditRows(rows, this.book, this.node.carried);
    db.close();
    return figures;
  }

  async end(): Promise<void> {
    for (const server of this.servers) {
      server.child.kill('SIGCONT');
      await server.kill();
    }
    this.folder.remove();
  }
}

/** What happens to the one that leads; afterwards both run. */
const faults: readonly [name: string, fault: (pair: Pair, leader: number) => Promise<void>][] = [
  [
    'killed',
    async (pair, leader) => {
      await pair.server(leader).kill();
      await delay(random(1_000));
      await pair.start(leader);
    },
  ],
  [
    'restarted in order',
    async (pair, leader) => {
      expect(await pair.server(leader).stop()).toBe(0);
      await pair.start(leader);
    },
  ],
  [
    'paused, its session ended, and woken up',
    async (pair, leader) => {
      pair.server(leader).child.kill('SIGSTOP');
      const held = "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND granted";
      database.sql(new URL(pair.url).pathname.slice(1), held);
      await delay(500 + random(1_000));
      pair.server(leader).child.kill('SIGCONT');
      await delay(500);
    },
  ],
];

test('the one that leads is killed, restarted and paused under load: booked is what was sent', async () => {
  const pair = await Pair.begin();
  let figures = NOTHING_WRONG;
  try {
    for (let round = 0; round < ROUNDS; round++) {
      const life = pair.carry(round);
      await delay(300 + random(700));
      const [, fault] = faults[round % faults.length] as (typeof faults)[number];
      await fault(pair, Math.max(0, pair.leader()));
      await delay(300);
      life.stop();
      await life.finished;
      figures = addFigures(figures, await pair.audit());
    }
    expect(figures).toEqual(NOTHING_WRONG);
  } finally {
    await pair.end();
  }
}, 400_000);
