import { randomBytes } from 'node:crypto';
import { Agent, request } from 'node:http';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { hashSecret } from '../src/http/auth/secrets.ts';
import { randomId } from '../src/lib/random-id.ts';
import { openSqliteStore } from '../src/storage/sqlite/sqlite-store.ts';
import { type Figure, round, weakest } from './lib/figure.ts';
import { cpuMs, residentMegabytes } from './lib/process-load.ts';
import { median } from './lib/rounds.ts';
import { type RunningServer, startXpert } from './lib/server.ts';
import { scratchDir } from './lib/workspace.ts';

/** The fleet that is meant, and the part of it that sends here: the rest would do the same once more. */
const fleet = 1_000;
const agents = Number(process.env.XPERT_BENCH_AGENTS ?? fleet);
const peers = 1_000;
const movedPercent = 30;
/** Agents that send at the same time, at most. */
const atOnce = 8;
const MINUTE_MS = 60_000;

/** What agents with 1,000 peers each cost the server that read once a minute: processor time of a minute's readings. */
export const figure: Figure = {
  name: 'fleet',
  target: 1,
  better: 'higher',
  async run() {
    const dataDir = scratchDir();
    const tokens = await makeFleet(path.join(dataDir, 'traffic_stats.db'));
    const server = await startXpert(dataDir, { XPERT_TIME_ZONE: 'UTC' });
    const pid = server.pid;
    // First sight of everything, first bytes of everything, and a minute like any other: what compiles and caches from then on,
    // and nothing left in memory of a minute in which all of them moved, which a fleet does not have.
    for (const number of [1, 2, 3]) await minute(server, tokens, number, 0);
    const before = cpuMs(pid);
    const startedMs = performance.now();
    const memory: number[] = [];
    const watch = setInterval(() => memory.push(residentMegabytes(pid)), 1_000);
    await minute(server, tokens, 4, MINUTE_MS / fleet);
    clearInterval(watch);
    const cpuSeconds = ((cpuMs(pid) - before) / 1000) * (fleet / agents);
    const secondsOfMinute = round((performance.now() - startedMs) / 1000);
    const megabytes = median(memory.length === 0 ? [residentMegabytes(pid)] : memory);
    await server.stop();
    const parts = {
      percentOfOneCore: { ratio: round((100 * cpuSeconds) / 60), target: 60, better: 'lower' as const },
      rssMegabytes: { ratio: round(megabytes), target: 400, better: 'lower' as const },
    };
    const mostMegabytes = round(Math.max(megabytes, ...memory));
    return { ratio: weakest(parts), parts, agents, peers, movedPercent, mostMegabytes, secondsOfMinute };
  },
};

async function makeFleet(file: string): Promise<string[]> {
  const clock = { now: () => new Date(), monotonicMs: () => performance.now() };
  const newId = () => randomId(16);
  const store = await openSqliteStore({ path: file, clock, newId, timeZone: 'UTC', workers: null });
  const admin = await store.identity.addAdmin({
    ...{ name: 'fleet', role: 'owner', passwordHash: 'none', createdAt: clock.now() },
  });
  const tokens: string[] = [];
  for (let n = 0; n < agents; n += 1) {
    const node = await store.inventory.addNode({
      ...{ name: `node-${n}`, description: '', source: { kind: 'agent', options: {} }, pollIntervalMs: 60_000 },
      ...{ opening: 'baseline', usersPolicy: 'none', createdAt: clock.now() },
    });
    const secret = `xp_${randomBytes(24).toString('hex')}`;
    await store.identity.addToken({
      ...{ name: `agent of node-${n}`, scopes: ['ingest'], adminId: admin.id, nodeId: node.id, servers: [] },
      ...{ createdAt: clock.now(), tokenHash: hashSecret(secret), signingSecret: null },
    });
    tokens.push(secret);
  }
  await store.close();
  return tokens;
}

/** Every agent brings one reading, each so long after the one before as in a minute of the whole fleet; 0: at once. */
async function minute(
  { url }: RunningServer,
  tokens: readonly string[],
  number: number,
  paceMs: number,
): Promise<void> {
  const startedMs = performance.now();
  const connections = new Agent({ keepAlive: true, maxSockets: atOnce });
  const rest = tokens.entries();
  const worker = async () => {
    for (const [n, token] of rest) {
      await sleep(Math.max(0, startedMs + n * paceMs - performance.now()));
      await send(`${url}/api/v1/agent/readings`, token, batch(n, number), connections);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
  connections.destroy();
}

function batch(node: number, number: number): Buffer {
  const takenAt = new Date().toISOString();
  const reading = {
    ...{ sequence: number, after: number - 1, takenAt, durationMs: 20, complete: true },
    semantics: { kind: 'cumulative', falls: 'to-zero', absence: 'ended' },
    order: { bootId: `boot-${node}`, uptimeMs: 1_000_000 + number * 60_000 },
    services: [
      {
        ...{ identity: `public-key-of-${node}`, kind: 'wireguard', name: 'wg0', listenPort: 51_820 },
        startEvidence: `boot-${node}:7`,
        peers: Array.from({ length: peers }, (_, n) => peer(node, n, number)),
      },
    ],
  };
  return gzipSync(
    JSON.stringify({ incarnation: `life-${node}`, sentAt: takenAt, version: 'bench', readings: [reading] }),
    { level: 1 },
  );
}

function peer(node: number, n: number, number: number) {
  const moves = movesUpTo(n, number);
  const last = moves.at(-1);
  const host = `${(n >> 8) & 255}.${n & 255}`;
  return {
    key: `${String(node).padStart(5, '0')}${String(n).padStart(38, 'k')}=`,
    rx: String(1_000_003 * n + moves.length * 2_000_000),
    tx: String(9_000_017 * n + moves.length * 30_000_000),
    allowedIps: [`10.8.${host}/32`],
    endpoint: `198.51.${host}:${1024 + n}`,
    // As the node tells it: the last one, whether anything came since or not.
    ...(last === undefined ? {} : { lastHandshakeAt: new Date(STARTED_MS + last * MINUTE_MS).toISOString() }),
  };
}

const STARTED_MS = Date.now() - 60 * MINUTE_MS;

/** Numbers of the minutes in which a peer moved: all do in the second one, so that each has what its bytes are booked to. */
function movesUpTo(n: number, number: number): number[] {
  const minutes = Array.from({ length: number }, (_, i) => i + 1);
  return minutes.filter((minute) => minute === 2 || (minute > 2 && (n + minute * movedPercent) % 100 < movedPercent));
}

function send(address: string, token: string, body: Buffer, agent: Agent): Promise<void> {
  return new Promise((resolve, reject) => {
    const headers = {
      authorization: `Bearer ${token}`,
      'content-type': 'application/json',
      'content-encoding': 'gzip',
      'content-length': body.length,
    };
    const outgoing = request(address, { method: 'POST', headers, agent }, (answer) => {
      let text = '';
      answer.on('data', (chunk: Buffer) => {
        text += String(chunk);
      });
      answer.on('end', () => {
        if (answer.statusCode === 200 && text.includes('"counting"')) resolve();
        else reject(new Error(`${answer.statusCode} ${text.slice(0, 300)}`));
      });
    });
    outgoing.on('error', reject);
    outgoing.end(body);
  });
}
