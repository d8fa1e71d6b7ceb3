import { copyFileSync, readFileSync } from 'node:fs';
import { request } from 'node:http';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { exportFile, exportModel } from './lib/export-file.ts';
import { type Figure, round, weakest } from './lib/figure.ts';
import { startXpert } from './lib/server.ts';
import { scratchDir } from './lib/workspace.ts';

/**
 * How much memory a server takes to stream every record there is: absolute, not against a baseline. A small export comes
 * first, so that what is loaded once is not taken for growth.
 */
export const figure: Figure = {
  name: 'export',
  target: 1,
  better: 'higher',
  async run() {
    const dataDir = scratchDir();
    copyFileSync(await exportFile(), path.join(dataDir, 'traffic_stats.db'));
    const server = await startXpert(dataDir);
    const socket = path.join(dataDir, 'xpert.sock');
    const { fromMs, toMs } = exportModel;
    await stream(socket, `/api/v1/export/usage?bucket=quarter&${period(fromMs, fromMs + 1)}`, () => {});
    let peak = 0;
    const watch = setInterval(() => {
      peak = Math.max(peak, residentMegabytes(server.pid));
    }, 20);
    await sleep(REST_MS);
    const before = peak;
    const startedAt = performance.now();
    const sums = { lines: 0, bytes: 0 };
    await stream(socket, `/api/v1/export/usage?bucket=quarter&${period(fromMs, toMs)}`, (piece) => {
      sums.bytes += piece.length;
      for (const byte of piece) if (byte === NEW_LINE) sums.lines++;
    });
    const seconds = (performance.now() - startedAt) / 1000;
    clearInterval(watch);
    await server.stop();
    if (sums.lines - 1 !== exportModel.records) {
      throw new Error(`${sums.lines - 1} rows came of ${exportModel.records} records.`);
    }
    const parts = { rssGrowthMegabytes: { ratio: round(peak - before), target: 60, better: 'lower' as const } };
    return {
      ratio: weakest(parts),
      parts,
      records: exportModel.records,
      megabytesBefore: Math.round(before),
      seconds: round(seconds),
      recordsPerSecond: Math.round(exportModel.records / seconds),
      megabytesStreamed: Math.round(sums.bytes / 1e6),
    };
  },
};

const NEW_LINE = 10;

/** In which a server of 20,000 users begins all that it does again and again, with or without an export: threads that read its users. */
const REST_MS = 20_000;

function period(fromMs: number, toMs: number): string {
  return `from=${new Date(fromMs).toISOString()}&to=${new Date(toMs).toISOString()}`;
}

/** Over the socket of the command line, which needs no login. */
function stream(socketPath: string, address: string, take: (piece: Buffer) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    request({ socketPath, path: address, agent: false }, (answer) => {
      if (answer.statusCode !== 200) reject(new Error(`The export was answered ${answer.statusCode}.`));
      answer.on('data', take);
      answer.on('error', reject);
      answer.on('end', () => (answer.complete ? resolve() : reject(new Error('The export broke off.'))));
    })
      .on('error', reject)
      .end();
  });
}

/** Linux only: VmRSS of /proc/PID/status, all threads of the process. */
function residentMegabytes(pid: number): number {
  const kilobytes = /VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  return (Number(kilobytes) * 1024) / 1e6;
}
