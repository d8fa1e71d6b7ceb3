import { copyFileSync, mkdirSync } from 'node:fs';
import path from 'node:path';
import { writeNodeFile } from '../test/support/node-file.ts';
import { PostgresServer } from '../test/support/postgres.ts';
import { type Figure, type Part, round, weakest } from './lib/figure.ts';
import { load } from './lib/load.ts';
import { PostgresGlance } from './lib/postgres-ledger.ts';
import { cpuMs } from './lib/process-load.ts';
import { compare, medianOf, type Sample } from './lib/rounds.ts';
import { type RunningServer, startXpert } from './lib/server.ts';
import { scratchDir } from './lib/workspace.ts';

const users = 100_000;
const connections = 64;
const secondsPerRound = 3;
const nodes = 8;
const peersPerNode = 1_000;
const pollsPerRound = 4;
/** One process leads and counts, whoever is asked: a second one must not cost much more than its share of the passing on. */
const target = 0.7;

/**
 * Two processes against one, each on a database of its own in one PostgreSQL: reports of as many connections, half of them to
 * either process; polls of the same nodes, asked of both in turn.
 */
export const figure: Figure = {
  name: 'instances',
  target: 1,
  better: 'higher',
  async run() {
    const database = await PostgresServer.start({ durable: true });
    const sites: Site[] = [];
    try {
      for (const count of [2, 1]) sites.push(await Site.start(database.newDatabase(), count));
      const [two, one] = sites as [Site, Site];
      const reports = await compare(
        5,
        () => two.report(),
        () => one.report(),
      );
      const polls = await compare(
        5,
        () => two.poll(),
        () => one.poll(),
      );
      const parts: Record<string, Part> = {
        reports: {
          ...{ ratio: reports.ratio, target, better: 'higher', rounds: reports.rounds },
          ...{ twoPerSecond: reports.ours, onePerSecond: reports.baseline },
          ...{ p99Ms: medianOf(reports.oursSamples, 'p99Ms'), oneP99Ms: medianOf(reports.baselineSamples, 'p99Ms') },
          leaderMicrosPerReport: medianOf(reports.oursSamples, 'leaderMicros'),
          standbyMicrosPerReport: medianOf(reports.oursSamples, 'standbyMicros'),
          oneMicrosPerReport: medianOf(reports.baselineSamples, 'leaderMicros'),
        },
        polls: {
          ...{ ratio: polls.ratio, target, better: 'higher', rounds: polls.rounds },
          ...{ twoPeersPerSecond: polls.ours, onePeersPerSecond: polls.baseline },
        },
      };
      return { ratio: weakest(parts), parts, connections, users, nodes, peersPerNode };
    } finally {
      for (const site of sites) await site.stop();
      await database.stop();
    }
  },
};

/** Some processes on one database, the first of which leads, with users and nodes. */
class Site {
  readonly #folder = scratchDir();
  readonly #processes: RunningServer[] = [];
  readonly #nodes: { readonly id: string; readonly file: string }[] = [];
  #cookie = '';
  #ticks = 1_000;

  static async start(url: string, count: number): Promise<Site> {
    const site = new Site();
    for (let n = 0; n < count; n++) await site.#startProcess(url, n);
    const glance = await PostgresGlance.open(url);
    await glance.addUsers(users, Date.now());
    await glance.vacuum();
    await glance.close();
    site.#cookie = await login(site.#leader.url);
    for (let n = 0; n < nodes; n++) await site.#addNode(n);
    return site;
  }

  get #leader(): RunningServer {
    return this.#processes[0] as RunningServer;
  }

  async #startProcess(url: string, n: number): Promise<void> {
    const dataDir = path.join(this.#folder, String(n));
    mkdirSync(dataDir, { recursive: true });
    if (n > 0) copyFileSync(path.join(this.#folder, '0', 'secret.key'), path.join(dataDir, 'secret.key'));
    this.#processes.push(await startXpert(dataDir, { XPERT_DATABASE_URL: url, XPERT_TIME_ZONE: 'UTC' }));
  }

  async #addNode(n: number): Promise<void> {
    const file = path.join(this.#folder, `node-${n}.txt`);
    this.#write(file, n);
    const options = { transport: 'file', path: file };
    const rest = { kind: 'wireguard', pollIntervalSeconds: 3_600, opening: 'count', usersPolicy: 'none' };
    const { id } = await this.#call<{ id: string }>(this.#leader, '/api/v1/nodes', {
      name: `node-${n}`,
      options,
      ...rest,
    });
    this.#nodes.push({ id, file });
  }

  /** All of its peers moved. */
  #write(file: string, node: number): void {
    const moved = ++this.#ticks;
    const peers = Array.from({ length: peersPerNode }, (_, n) => ({
      ...{ name: `${node}-${n}`, rx: 1_000 * moved + n, tx: 30_000 * moved + n },
    }));
    writeNodeFile(file, peers, moved, `interface ${node}`);
  }

  async report(): Promise<Sample> {
    const before = this.#processes.map(({ pid }) => cpuMs(pid));
    const share = connections / this.#processes.length;
    const samples = await Promise.all(
      this.#processes.map(({ url }) =>
        load({
          ...{ url: `${url}/api/xpert/traffic-webhook`, connections: share, seconds: secondsPerRound },
          body: { users },
        }),
      ),
    );
    const sum = (detail: string) => samples.reduce((all, sample) => all + Number(sample[detail]), 0);
    const micros = this.#processes.map(
      ({ pid }, n) => (1000 * (cpuMs(pid) - (before[n] ?? 0))) / Math.max(1, sum('requests')),
    );
    return {
      ...{ value: sum('value'), p99Ms: Math.max(...samples.map(({ p99Ms }) => Number(p99Ms))) },
      ...{ leaderMicros: round(micros[0] ?? 0), standbyMicros: round(micros[1] ?? 0) },
    };
  }

  async poll(): Promise<Sample> {
    let ms = 0;
    for (let n = 0; n < pollsPerRound; n++) {
      for (const [node, { file }] of this.#nodes.entries()) this.#write(file, node);
      const began = performance.now();
      await Promise.all(
        this.#nodes.map(({ id }, node) =>
          this.#call(this.#processes[node % this.#processes.length] as RunningServer, `/api/v1/nodes/${id}/poll`, {}),
        ),
      );
      ms += performance.now() - began;
    }
    return { value: (pollsPerRound * nodes * peersPerNode) / (ms / 1000) };
  }

  async #call<T>({ url }: RunningServer, route: string, body: object): Promise<T> {
    const headers = { 'content-type': 'application/json', cookie: this.#cookie };
    const answer = await fetch(`${url}${route}`, { method: 'POST', headers, body: JSON.stringify(body) });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${route}: ${answer.status} ${text}`);
    return JSON.parse(text === '' ? 'null' : text) as T;
  }

  async stop(): Promise<void> {
    for (const process of this.#processes.reverse()) await process.stop();
  }
}

async function login(url: string): Promise<string> {
  const body = JSON.stringify({ name: 'owner', password: 'bench-password-of-no-worth' });
  const headers = { 'content-type': 'application/json' };
  const answer = await fetch(`${url}/api/v1/session`, { method: 'POST', headers, body });
  const cookie = answer.headers.get('set-cookie')?.split(';')[0];
  if (cookie === undefined) throw new Error(`login: ${answer.status} ${await answer.text()}`);
  return cookie;
}
