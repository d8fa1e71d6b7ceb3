import { copyFileSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { expect } from 'vitest';
import { PostgresDatabase } from '../../src/storage/postgres/database.ts';
import { auditRows, type Book, type Missing } from '../torture/books.ts';
import { FileNode, Owner, startSenders } from '../torture/load.ts';
import { postgresWorkers } from './postgres.ts';
import { freePort, startServer, type TestServer, temporaryFolder } from './server.ts';

const SENDERS_EACH = 6;

/** Two processes on one database, each with senders of its own, and a node that whoever leads polls. */
export class ProcessPair {
  readonly folder = temporaryFolder('processes-rounds');
  readonly url: string;
  readonly node = new FileNode(join(this.folder.path, 'node.txt'));
  readonly book: Book = new Map();
  readonly servers: TestServer[] = [];
  readonly #ports: number[] = [];
  #nodeId = '';

  private constructor(url: string) {
    this.url = url;
  }

  /** `url`: of an empty database. */
  static async begin(url: string): Promise<ProcessPair> {
    const pair = new ProcessPair(url);
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
      startSenders({ port, book: this.book }, SENDERS_EACH, this.#ports.length * round + which),
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

  /**
   * Compares what is booked with what was sent and carried; asked of the process that does not lead as well. `missing`: when
   * reports were answered that may be missing.
   */
  async audit(missing: Missing[] = []) {
    this.node.write();
    await this.ready();
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
    const figures = auditRows(rows, this.book, this.node.carried, missing);
    db.close();
    return figures;
  }

  /** From now on: when each process takes reports, ms. */
  async ready(): Promise<number> {
    const beganMs = performance.now();
    for (const { url, output } of this.servers) {
      for (;;) {
        const answer = await fetch(`${url}/readyz`).catch(() => null);
        await answer?.arrayBuffer();
        if (answer?.status === 200) break;
        if (performance.now() - beganMs > 60_000) throw new Error(`not ready within a minute: ${output()}`);
        await delay(10);
      }
    }
    return performance.now() - beganMs;
  }

  async end(): Promise<void> {
    for (const server of this.servers) {
      server.child.kill('SIGCONT');
      await server.kill();
    }
    this.folder.remove();
  }
}
