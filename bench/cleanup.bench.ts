import { request } from 'node:http';
import path from 'node:path';
import type { Figure } from './lib/figure.ts';
import { load } from './lib/load.ts';
import { dataDirWithOldRecords, recordsPerUser } from './lib/old-records.ts';
import { compare, medianOf, type Sample } from './lib/rounds.ts';
import { startXpert } from './lib/server.ts';
import { scratchDir } from './lib/workspace.ts';

const users = 100_000;
const connections = 64;
const secondsPerRound = 3;

/**
 * How long the slowest hundredth of the reports waits while 10 million 15-minute records are being removed, against the
 * same server while none are: the cleanup is cancelled and started again between the rounds, and at the end runs through
 * under load.
 */
export const figure: Figure = {
  name: 'cleanup',
  target: 2,
  better: 'lower',
  async run() {
    const dataDir = await dataDirWithOldRecords(users, path.join(scratchDir(), 'ours'));
    const server = await startXpert(dataDir, { XPERT_TIME_ZONE: 'UTC' });
    const owner = new Owner(dataDir);
    const webhook = { url: `${server.url}/api/xpert/traffic-webhook`, connections, body: { users } };
    const p99 = async (): Promise<Sample> => {
      const { value: reportsPerSecond, ...sample } = await load({ ...webhook, seconds: secondsPerRound });
      return { ...sample, reportsPerSecond, value: Number(sample.p99Ms) };
    };
    const ours = async () => {
      await owner.startRemoving();
      const sample = await p99();
      await owner.call('DELETE', '/api/v1/cleanup');
      return sample;
    };
    const result = await compare(7, ours, p99);

    // All the rest at once, under load until it is done.
    const startedAt = performance.now();
    await owner.startRemoving();
    const before = (await owner.job()).deleted;
    const throughout: Sample[] = [];
    for (let job = await owner.job(); job.endedAt === null; job = await owner.job()) throughout.push(await p99());
    const last = await owner.job();
    if (last.state !== 'done') throw new Error(`The cleanup ended as ${last.state}.`);
    const seconds = (performance.now() - startedAt) / 1000;
    await server.stop();
    return {
      ratio: result.ratio,
      p99Ms: result.ours,
      baselineP99Ms: result.baseline,
      reportsPerSecond: medianOf(result.oursSamples, 'reportsPerSecond'),
      baselineReportsPerSecond: medianOf(result.baselineSamples, 'reportsPerSecond'),
      records: users * recordsPerUser,
      throughout: {
        removedPerSecond: Math.round((last.deleted - before) / seconds),
        p99Ms: medianOf(throughout, 'value'),
        worstP99Ms: Math.max(...throughout.map(({ value }) => value)),
      },
      rounds: result.rounds,
      connections,
      users,
    };
  },
};

interface Job {
  readonly state: string;
  readonly deleted: number;
  readonly endedAt: string | null;
}

/** Calls over the owner's socket, as the command line makes them. */
class Owner {
  readonly #socketPath: string;

  constructor(dataDir: string) {
    this.#socketPath = path.join(dataDir, 'xpert.sock');
  }

  call<T>(method: string, route: string, body?: object): Promise<T> {
    const text = body === undefined ? undefined : JSON.stringify(body);
    const headers = text === undefined ? {} : { 'content-type': 'application/json', 'content-length': text.length };
    return new Promise((resolve, reject) => {
      const outgoing = request({ socketPath: this.#socketPath, method, path: route, headers }, async (response) => {
        const chunks: Buffer[] = [];
        for await (const chunk of response) chunks.push(chunk as Buffer);
        const answer = Buffer.concat(chunks).toString('utf8');
        if ((response.statusCode ?? 500) < 400) resolve(JSON.parse(answer) as T);
        else reject(new Error(`${method} ${route}: ${response.statusCode} ${answer}`));
      });
      outgoing.on('error', reject);
      outgoing.end(text);
    });
  }

  async job(): Promise<Job> {
    return (await this.call<{ job: Job }>('GET', '/api/v1/cleanup')).job;
  }

  /** Resolves when the sums are compared and records go. */
  async startRemoving(): Promise<void> {
    await this.call('POST', '/api/v1/cleanup', { days: 1 });
    while ((await this.job()).state === 'proving') await new Promise((done) => setTimeout(done, 100));
  }
}
