import { mkdirSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { PostgresServer } from '../test/support/postgres.ts';
import { BarePostgres } from './baselines/bare-postgres.ts';
import { type Figure, round } from './lib/figure.ts';
import { generator, load } from './lib/load.ts';
import { randomNumbers } from './lib/random.ts';
import { serverOf } from './lib/report-model.ts';
import { compare, median, medianOf, type Sample } from './lib/rounds.ts';
import { type RunningServer, startXpert } from './lib/server.ts';
import { loadToken } from './lib/users.ts';
import { scratchDir } from './lib/workspace.ts';

/** As many tokens as may be unclaimed: nobody has to be made for them. */
const users = 9_000;
const recordsPerBody = 100;
const connections = 16;
const seconds = 3;

/** Records per second in bodies of 100 with PostgreSQL as ledger, against a script with one statement per table. */
export const figure: Figure = {
  name: 'pg-ingest',
  target: 0.7,
  better: 'higher',
  async run() {
    const scratch = scratchDir();
    const dataDir = path.join(scratch, 'data');
    mkdirSync(dataDir);
    const database = await PostgresServer.start({ on: os.tmpdir() });
    try {
      const address = database.newDatabase();
      const server = await startXpert(dataDir, { XPERT_DATABASE_URL: address });
      await reportOnce(server);
      const bodies = path.join(scratch, 'bodies.ndjson');
      writeFileSync(bodies, `${makeBodies(500).join('\n')}\n`);
      const bare = await BarePostgres.open(address);
      let recordsPerCommit = recordsPerBody * (connections / 2);
      const ours = async (): Promise<Sample> => {
        const before = await bare.commits();
        const url = `${server.url}/api/xpert/traffic-webhook`;
        const sample = await load({ url, connections, seconds, body: { bodies } });
        const records = Number(sample.requests) * recordsPerBody;
        recordsPerCommit = Math.max(1, Math.round(records / ((await bare.commits()) - before)));
        return { ...sample, value: sample.value * recordsPerBody, recordsPerCommit };
      };
      const baseline = async (): Promise<Sample> => {
        const start = performance.now();
        let records = 0;
        while (performance.now() - start < seconds * 1000) {
          await bare.commit(recordsPerCommit);
          records += recordsPerCommit;
        }
        return { value: records / ((performance.now() - start) / 1000), recordsPerCommit };
      };
      const result = await compare(5, ours, baseline);
      await bare.close();
      await server.stop();
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
    } finally {
      await database.stop();
    }
  },
};

/** The first report of everybody, which finds nothing there yet, is none of those that are measured. */
async function reportOnce(server: RunningServer): Promise<void> {
  for (let first = 0; first < users; first += 500) {
    const records = Array.from({ length: 500 }, (_, n) => recordOf(first + n, 1_000, 10_000));
    const answer = await fetch(`${server.url}/api/xpert/traffic-webhook`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(records),
    });
    if (answer.status !== 200) throw new Error(`${answer.status}: ${await answer.text()}`);
  }
}

/** Bodies without event ids: the Idempotency-Key of a request makes one per record (`KEY#n`). */
function makeBodies(count: number): string[] {
  const random = randomNumbers(7);
  return Array.from({ length: count }, () => {
    const records = Array.from({ length: recordsPerBody }, () =>
      recordOf(random(users), 1000 + random(1_000_000), 10_000 + random(50_000_000)),
    );
    return JSON.stringify(records);
  });
}

function recordOf(user: number, up: number, down: number) {
  const target = { user_token: loadToken(user), server: serverOf(user % 20), port: 443, protocol: 'vless' };
  return { ...target, bytes_uploaded: up, bytes_downloaded: down };
}
