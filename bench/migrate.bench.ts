import { execFile } from 'node:child_process';
import { copyFileSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { settleIncarnation } from '../src/storage/sql/incarnation.ts';
import { openForWriting } from '../src/storage/sqlite/database.ts';
import { PostgresServer } from '../test/support/postgres.ts';
import { copyTables, type TextOfTables, writeTables } from './baselines/bare-copy.ts';
import { exportFile } from './lib/export-file.ts';
import { type Figure, round } from './lib/figure.ts';
import { compare, medianOf } from './lib/rounds.ts';
import { startXpert } from './lib/server.ts';
import { root, scratchDir } from './lib/workspace.ts';

/** Of 20,000 records each: a million, over ten days. */
const QUARTERS = 50;
const APART = 20;

/**
 * A whole move, with its proof, against a bare COPY of the same rows that were written as text before. Then how long a server
 * counts nothing: both ways, and against a move of a stopped one.
 */
export const figure: Figure = {
  name: 'migrate',
  target: 0.25,
  better: 'higher',
  async run() {
    const server = await PostgresServer.start();
    // What watches over the server does not keep this process awake.
    const awake = setInterval(() => {}, 1_000);
    try {
      return await measure(server, await exportFile(QUARTERS, APART));
    } finally {
      await server.stop();
      clearInterval(awake);
    }
  },
};

async function measure(server: PostgresServer, ledger: string) {
  let texts: TextOfTables | null = null;
  let last = '';
  const ours = async () => {
    const [dataDir, url] = [folderWith(ledger), server.newDatabase()];
    const { rows, seconds } = await move(dataDir, url);
    if (last !== '') server.dropDatabase(last);
    last = url;
    texts ??= writeTables(server, nameOf(url), dataDir);
    return { value: rows / seconds, rows, seconds };
  };
  const baseline = () => {
    if (texts === null) throw new Error('nothing was moved yet');
    const seconds = copyTables(server, nameOf(last), texts);
    return { value: texts.rows / seconds, seconds };
  };
  const compared = await compare(3, ours, baseline);
  server.dropDatabase(last);
  const { ratio, rounds, oursSamples } = compared;
  const paused = await pauses(server, ledger);
  return {
    ...{ ratio, rounds, rows: medianOf(oursSamples, 'rows') },
    ...{ rowsPerSecond: compared.ours, copyRowsPerSecond: compared.baseline },
    ...{ stoppedSeconds: medianOf(oursSamples, 'seconds'), ...paused },
  };
}

/** A server that runs and is moved there and back. */
async function pauses(server: PostgresServer, ledger: string) {
  const [dataDir, url] = [folderWith(ledger), server.newDatabase()];
  const running = await startXpert(dataDir);
  try {
    const there = await move(dataDir, url);
    const back = await move(dataDir, url, '--to', 'sqlite');
    return {
      whileRunning: { seconds: round(there.seconds), pausedSeconds: round(there.pausedSeconds) },
      back: { rowsPerSecond: round(back.rows / back.seconds), pausedSeconds: round(back.pausedSeconds) },
    };
  } finally {
    await running.stop();
  }
}

function folderWith(ledger: string): string {
  const dataDir = scratchDir();
  const file = path.join(dataDir, 'traffic_stats.db');
  copyFileSync(ledger, file);
  // As a first start would have made it.
  const db = openForWriting(file);
  settleIncarnation(db, () => 'bench', Date.now());
  db.close();
  return dataDir;
}

const nameOf = (url: string): string => new URL(url).pathname.slice(1);

interface Moved {
  readonly rows: number;
  readonly seconds: number;
  readonly pausedSeconds: number;
}

async function move(dataDir: string, url: string, ...args: string[]): Promise<Moved> {
  const command = [path.join(root, 'dist', 'xpert.mjs'), 'migrate', '--json', ...args];
  const env = { ...process.env, XPERT_DATA_DIR: dataDir, XPERT_DATABASE_URL: url };
  const { stdout } = await promisify(execFile)(process.execPath, command, { cwd: dataDir, env });
  return JSON.parse(stdout) as Moved;
}
