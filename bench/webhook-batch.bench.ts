import { cpSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { Sqlite } from '../src/lib/sqlite.ts';
import { BareReports } from './baselines/bare-reports.ts';
import { type Figure, round } from './lib/figure.ts';
import { generator, load } from './lib/load.ts';
import { randomNumbers } from './lib/random.ts';
import { serverOf } from './lib/report-model.ts';
import { compare, median, medianOf, type Sample } from './lib/rounds.ts';
import { startXpert } from './lib/server.ts';
import { dataDirWithUsers, loadToken } from './lib/users.ts';
import { scratchDir } from './lib/workspace.ts';

const users = 100_000;
const recordsPerBody = 100;
const connections = 16;
const seconds = 3;

/** Records per second in bodies of 100, through the real server, against a script that writes the same rows itself. */
export const figure: Figure = {
  name: 'webhook-batch',
  target: 0.6,
  better: 'higher',
  async run() {
    const scratch = scratchDir();
    const dataDir = await dataDirWithUsers(users, path.join(scratch, 'ours'));
    const bareFile = path.join(scratch, 'bare.db');
    cpSync(path.join(dataDir, 'traffic_stats.db'), bareFile);
    const bodies = path.join(scratch, 'bodies.ndjson');
    writeFileSync(bodies, `${makeBodies(2000).join('\n')}\n`);
    const server = await startXpert(dataDir);
    const bare = new BareReports(bareFile);
    let recordsPerCommit = recordsPerBody * (connections / 2);

    const ours = async (): Promise<Sample> => {
      const before = commitsOf(dataDir);
      const url = `${server.url}/api/xpert/traffic-webhook`;
      const sample = await load({ url, connections, seconds, body: { bodies } });
      const records = Number(sample.requests) * recordsPerBody;
      recordsPerCommit = Math.max(1, Math.round(records / (commitsOf(dataDir) - before)));
      return { ...sample, value: sample.value * recordsPerBody, recordsPerCommit };
    };
    const baseline = (): Sample => {
      const start = performance.now();
      let records = 0;
      while (performance.now() - start < seconds * 1000) {
        bare.commit(recordsPerCommit);
        records += recordsPerCommit;
      }
      return { value: records / ((performance.now() - start) / 1000), recordsPerCommit };
    };
    const result = await compare(5, ours, baseline);
    await server.stop();
    bare.close();
    return {
      ratio: result.ratio,
      recordsPerSecond: result.ours,
      baselineRecordsPerSecond: result.baseline,
      recordsPerCommit: round(median(result.oursSamples.map((sample) => Number(sample.recordsPerCommit)))),
      p99Ms: medianOf(result.oursSamples, 'p99Ms'),
      rounds: result.rounds,
      connections,
      users,
      generator,
    };
  },
};

/** Bodies without event ids: the Idempotency-Key of a request makes one per record (`KEY#n`). */
function makeBodies(count: number): string[] {
  const random = randomNumbers(7);
  return Array.from({ length: count }, () => {
    const records = Array.from({ length: recordsPerBody }, () => {
      const user = random(users);
      return {
        user_token: loadToken(user),
        server: serverOf(user % 20),
        port: 443,
        protocol: 'vless',
        bytes_uploaded: 1000 + random(1_000_000),
        bytes_downloaded: 10_000 + random(50_000_000),
      };
    });
    return JSON.stringify(records);
  });
}

/** The ledger numbers its commits. */
function commitsOf(dataDir: string): number {
  const db = new Sqlite(path.join(dataDir, 'traffic_stats.db'), { readonly: true });
  const sequence = db.prepare('SELECT sequence FROM alive').pluck().get();
  db.close();
  return Number(sequence);
}
