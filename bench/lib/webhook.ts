import path from 'node:path';
import type { FigureResult } from './figure.ts';
import { generator, load } from './load.ts';
import { compare, medianOf } from './rounds.ts';
import { startBaseline, startXpert } from './server.ts';
import { dataDirWithUsers } from './users.ts';
import { scratchDir } from './workspace.ts';

const users = 100_000;
const connections = 64;
const secondsPerRound = 3;

/** The load of both webhook figures: single reports with event ids of random users, to us and to a baseline in turn. */
export async function compareWebhook(
  baselineName: 'constant-server' | 'seed-server',
  rounds: number,
): Promise<FigureResult> {
  const scratch = scratchDir();
  const server = await startXpert(await dataDirWithUsers(users, path.join(scratch, 'ours')));
  const baseline = await startBaseline(baselineName, [path.join(scratch, 'baseline.db')]);
  const send = (url: string) =>
    load({ url: `${url}/api/xpert/traffic-webhook`, connections, seconds: secondsPerRound, body: { users } });
  const result = await compare(
    rounds,
    () => send(server.url),
    () => send(baseline.url),
  );
  await Promise.all([server.stop(), baseline.stop()]);
  return {
    ratio: result.ratio,
    reportsPerSecond: result.ours,
    baselinePerSecond: result.baseline,
    p99Ms: medianOf(result.oursSamples, 'p99Ms'),
    baselineP99Ms: medianOf(result.baselineSamples, 'p99Ms'),
    rounds: result.rounds,
    connections,
    users,
    generator,
  };
}
