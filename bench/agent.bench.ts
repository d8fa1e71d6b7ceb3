import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { renameSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { gunzipSync } from 'node:zlib';
import { type Figure, round, weakest } from './lib/figure.ts';
import { cpuMs, residentMegabytes } from './lib/process-load.ts';
import { wgDump } from './lib/wg-dump.ts';
import { root, scratchDir } from './lib/workspace.ts';

/** As deploy/systemd/xpert-agent.service starts it. */
const FLAGS = ['--max-semi-space-size=1', '--optimize-for-size', '--no-opt'];
const peers = 1_000;
const readings = 40;
/** Compiled code, a first look at everything. */
const warmUp = 5;
const REST_MS = 12_000;

/** What an agent costs that reads 1,000 peers once a minute; it reads once a second here, and is charged by the minute. */
export const figure: Figure = {
  name: 'agent',
  target: 1,
  better: 'higher',
  async run() {
    const folder = scratchDir();
    const panel = await startPanel(() => writeDump(folder));
    const agent = spawn(process.execPath, [...FLAGS, path.join(root, 'dist', 'xpert-agent.mjs')], {
      cwd: folder,
      stdio: ['ignore', 'ignore', 'inherit'],
      env: {
        PATH: process.env.PATH,
        NODE_ENV: 'production',
        MALLOC_ARENA_MAX: '1',
        XPERT_AGENT: `http://bench-token-of-no-worth@127.0.0.1:${panel.port}`,
        XPERT_AGENT_READS: `wireguard ${JSON.stringify({ transport: 'file', path: path.join(folder, 'dump.txt') })}`,
      },
    });
    const pid = agent.pid ?? 0;
    writeDump(folder);
    await panel.taken(warmUp);
    const before = cpuMs(pid);
    await panel.taken(warmUp + readings);
    const msPerReading = (cpuMs(pid) - before) / readings;
    const busyMegabytes = residentMegabytes(pid);
    // From here on once a minute: what it holds between two readings.
    panel.intervalSeconds = 60;
    await panel.taken(warmUp + readings + 1);
    await sleep(REST_MS);
    const megabytes = residentMegabytes(pid);
    const ended = once(agent, 'exit');
    agent.kill('SIGTERM');
    await ended;
    panel.close();
    const parts = {
      percentOfOneCore: { ratio: round((100 * msPerReading) / 60_000), target: 1, better: 'lower' as const },
      rssMegabytes: { ratio: round(megabytes), target: 60, better: 'lower' as const },
    };
    const details = { msPerReading: round(msPerReading), busyMegabytes: round(busyMegabytes), readings, peers };
    return { ratio: weakest(parts), parts, ...details };
  },
};

let poll = 0;

/** Everything moved since the reading before. */
function writeDump(folder: string): void {
  poll += 1;
  writeFileSync(path.join(folder, 'dump.new'), wgDump(peers, poll));
  renameSync(path.join(folder, 'dump.new'), path.join(folder, 'dump.txt'));
}

/** A panel that takes everything, and wants a reading each second. */
async function startPanel(onReading: () => void) {
  let taken = 0;
  let sequence = 0;
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      if (request.method === 'POST') {
        const batch = JSON.parse(gunzipSync(Buffer.concat(chunks)).toString()) as Batch;
        for (const reading of batch.readings) {
          if (reading.services?.[0]?.peers.length !== peers) throw new Error('a reading is not whole');
          sequence = reading.sequence;
          taken += 1;
        }
        onReading();
      }
      const position = {
        nodeId: 'n1',
        nodeName: 'bench',
        sequence,
        state: 'counting',
        reason: null,
        intervalSeconds: panel.intervalSeconds,
      };
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify(position));
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const panel = {
    intervalSeconds: 1,
    port: (server.address() as AddressInfo).port,
    close: () => server.close(),
    async taken(count: number): Promise<void> {
      while (taken < count) await sleep(20);
    },
  };
  return panel;
}

interface Batch {
  readonly readings: readonly {
    readonly sequence: number;
    readonly services?: readonly { readonly peers: readonly unknown[] }[];
  }[];
}
