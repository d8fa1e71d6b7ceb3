import { randomBytes } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { hashSecret } from '../src/http/auth/secrets.ts';
import { randomId } from '../src/lib/random-id.ts';
import { openSqliteStore } from '../src/storage/sqlite/sqlite-store.ts';
import { type Figure, round, weakest } from './lib/figure.ts';
import { cpuMs, cpuMsOfChildren, exactCpuMs, ownMegabytes, residentMegabytes } from './lib/process-load.ts';
import { median } from './lib/rounds.ts';
import { type RunningServer, startXpert } from './lib/server.ts';
import { type SshNode, SshNodes } from './lib/ssh-nodes.ts';
import { scratchDir } from './lib/workspace.ts';

const nodes = Number(process.env.XPERT_BENCH_SSH_NODES ?? 100);
const peers = 100;
const INTERVAL_MS = 30_000;
const rounds = 3;
/** Logins cost a busy machine a while: some 0.35 s of processor time each. */
const PATIENCE_MS = 600_000;

/**
 * What nodes cost that are read over kept connections of the system's ssh: the server, the connections themselves, and the
 * ssh that each reading starts. The nodes' own side is not in it.
 */
export const figure: Figure = {
  name: 'ssh',
  target: 1,
  better: 'higher',
  async run() {
    const dataDir = scratchDir();
    const sshd = await SshNodes.start(path.join(dataDir, 'nodes'), nodes, peers);
    const token = await addNodes(path.join(dataDir, 'traffic_stats.db'), sshd.nodes);
    const server = await startXpert(dataDir, { XPERT_TIME_ZONE: 'UTC' });
    const { pid } = server;
    const whole = async () => await wholeReadings(server, token);
    // First sight, logins, and what compiles and caches from then on.
    await until(async () => (await whole()) >= 2 * nodes && mastersOf(dataDir).length === nodes);
    const [cpuBefore, childrenBefore, mastersBefore] = [cpuMs(pid), cpuMsOfChildren(pid), cpuOfAll(dataDir)];
    const before = await whole();
    const memory: number[] = [];
    const watch = setInterval(() => memory.push(residentMegabytes(pid)), 1_000);
    await until(async () => (await whole()) >= before + rounds * nodes);
    clearInterval(watch);
    const readings = (await whole()) - before;
    const perRound = (ms: number) => round((ms / readings) * nodes);
    const milliseconds = {
      server: perRound(cpuMs(pid) - cpuBefore),
      readings: perRound(cpuMsOfChildren(pid) - childrenBefore),
      connections: perRound(cpuOfAll(dataDir) - mastersBefore),
    };
    const connectionMegabytes = mastersOf(dataDir).flatMap(memoryOf);
    const kept = connectionMegabytes.length;
    await server.stop();
    await sshd.stop();
    const ofAll = milliseconds.server + milliseconds.readings + milliseconds.connections;
    const parts = {
      percentOfOneCore: { ratio: round((100 * ofAll) / 60_000), target: 10, better: 'lower' as const },
      connectionMegabytes: { ratio: round(median(connectionMegabytes)), target: 3, better: 'lower' as const },
    };
    const rssMegabytes = round(median(memory));
    return { ratio: weakest(parts), parts, nodes, peers, kept, readings, milliseconds, rssMegabytes };
  },
};

/** @returns a token for /metrics */
async function addNodes(file: string, found: readonly SshNode[]): Promise<string> {
  const clock = { now: () => new Date(), monotonicMs: () => performance.now() };
  const store = await openSqliteStore({ path: file, clock, newId: () => randomId(16), timeZone: 'UTC', workers: null });
  const admin = await store.identity.addAdmin({
    ...{ name: 'bench', role: 'owner', passwordHash: 'none', createdAt: clock.now() },
  });
  for (const [n, node] of found.entries()) {
    await store.inventory.addNode({
      ...{ name: `node-${n}`, description: '', source: { kind: 'wireguard', options: { transport: 'ssh', ...node } } },
      ...{ pollIntervalMs: INTERVAL_MS, opening: 'baseline', usersPolicy: 'none', createdAt: clock.now() },
    });
  }
  const secret = `xp_${randomBytes(24).toString('hex')}`;
  await store.identity.addToken({
    ...{ name: 'bench', scopes: ['metrics'], adminId: admin.id, nodeId: null, servers: [] },
    ...{ createdAt: clock.now(), tokenHash: hashSecret(secret), signingSecret: null },
  });
  await store.close();
  return secret;
}

/** Complete readings of all nodes together. */
async function wholeReadings({ url }: RunningServer, token: string): Promise<number> {
  const answer = await fetch(`${url}/metrics`, { headers: { authorization: `Bearer ${token}` } });
  if (answer.status !== 200) throw new Error(`${answer.status} ${await answer.text()}`);
  const counts = (await answer.text()).matchAll(/^xpert_polls_total\{[^}]*"complete"[^}]*\} (\d+)$/gm);
  return [...counts].reduce((sum, [, count]) => sum + Number(count), 0);
}

async function until(isSo: () => Promise<boolean>): Promise<void> {
  const endMs = performance.now() + PATIENCE_MS;
  while (!(await isSo())) {
    if (performance.now() > endMs) throw new Error('the nodes are not read in time');
    await sleep(3_000);
  }
}

/** None if it has ended since it was found. */
function memoryOf(pid: number): number[] {
  try {
    return [ownMegabytes(pid)];
  } catch {
    return [];
  }
}

/** Kept connections: ssh names each by its socket, which lies in the server's folder for them. */
function mastersOf(dataDir: string): number[] {
  const [, , sockets = ''] = readFileSync(path.join(dataDir, 'xpert.holder'), 'utf8').trim().split(' ');
  return readdirSync('/proc').flatMap((name) => {
    try {
      const title = /^\d+$/.test(name) ? readFileSync(`/proc/${name}/cmdline`, 'latin1') : '';
      return title.startsWith(`ssh: ${sockets}/`) ? [Number(name)] : [];
    } catch {
      return [];
    }
  });
}

function cpuOfAll(dataDir: string): number {
  return mastersOf(dataDir).reduce((sum, pid) => sum + exactCpuMs(pid), 0);
}
