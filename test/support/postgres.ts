import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, chownSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import { SCRATCH } from './scratch.ts';

const root = path.resolve(import.meta.dirname, '../..');
const NOBODY = 65_534;

/** Where Debian keeps the server's programs: not on the PATH. */
function programs(): string {
  const base = '/usr/lib/postgresql';
  const [newest] = existsSync(base) ? readdirSync(base).sort((a, b) => Number(b) - Number(a)) : [];
  if (newest === undefined) throw new Error('PostgreSQL is not installed (package postgresql)');
  return path.join(base, newest, 'bin');
}

/** The server runs as somebody who may not read our files; it refuses to run as root. */
function asNobody(): { readonly uid?: number; readonly gid?: number } {
  return process.getuid?.() === 0 ? { uid: NOBODY, gid: NOBODY } : {};
}

/** A PostgreSQL server of a test's own: its files in memory, one socket in its folder. */
export class PostgresServer {
  readonly folder: string;
  #process: ChildProcess | null = null;
  #databases = 0;

  private constructor(folder: string) {
    this.folder = folder;
  }

  static async start(): Promise<PostgresServer> {
    const folder = mkdtempSync(path.join(SCRATCH, 'xpert-postgres-'));
    if (process.getuid?.() === 0) chownSync(folder, NOBODY, NOBODY);
    chmodSync(folder, 0o700);
    const args = ['-D', path.join(folder, 'data'), '-U', 'xpert', '-A', 'trust', '-E', 'UTF8', '--locale=C', '-N'];
    execFileSync(path.join(programs(), 'initdb'), args, { cwd: folder, stdio: 'pipe', ...asNobody() });
    const server = new PostgresServer(folder);
    await server.up();
    return server;
  }

  /** Starts it, again after `kill`. */
  async up(): Promise<void> {
    const settings = [
      'listen_addresses=',
      `unix_socket_directories=${this.folder}`,
      // Its files lie in memory: as little as may be of what they were before.
      ...['fsync=off', 'wal_level=minimal', 'max_wal_senders=0', 'max_wal_size=64MB', 'shared_buffers=32MB'],
    ];
    const args = ['-D', path.join(this.folder, 'data'), ...settings.flatMap((setting) => ['-c', setting])];
    this.#process = spawn(path.join(programs(), 'postgres'), args, {
      cwd: this.folder,
      stdio: 'ignore',
      ...asNobody(),
    });
    for (let tries = 0; ; tries++) {
      try {
        this.sql('postgres', 'SELECT 1');
        return;
      } catch (error) {
        if (tries === 200) throw error;
        await sleep(50);
      }
    }
  }

  /** Ends it without a chance to finish anything. */
  async kill(): Promise<void> {
    const server = this.#process;
    this.#process = null;
    if (server === null) return;
    server.kill('SIGKILL');
    if (server.exitCode === null && server.signalCode === null) await once(server, 'exit');
    // Its children end by themselves when they see that it is gone; the next one waits for that.
  }

  async stop(): Promise<void> {
    const server = this.#process;
    this.#process = null;
    if (server !== null) {
      server.kill('SIGINT');
      if (server.exitCode === null && server.signalCode === null) await once(server, 'exit');
    }
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** Address of a new database: empty, or with what the one named `template` has, which nobody may use then. */
  newDatabase(template = 'template1'): string {
    const name = `ledger_${++this.#databases}`;
    this.sql('postgres', `CREATE DATABASE ${name} TEMPLATE ${template}`);
    return this.address(name);
  }

  /** Also while somebody is connected to it. */
  dropDatabase(address: string): void {
    this.sql('postgres', `DROP DATABASE ${new URL(address).pathname.slice(1)} WITH (FORCE)`);
  }

  address(database: string): string {
    return `postgresql:///${database}?host=${this.folder}&user=xpert`;
  }

  /** What `psql` answers, without decoration. */
  sql(database: string, text: string): string {
    const args = ['-h', this.folder, '-U', 'xpert', '-d', database, '-Atqc', text];
    return execFileSync(path.join(programs(), 'psql'), args, { stdio: 'pipe', encoding: 'utf8' }).trim();
  }
}

let built: Promise<{ readonly writer: URL; readonly reader: URL; readonly socket: URL }> | null = null;

/** The threads of the PostgreSQL store, built from the sources as they are now. */
export function postgresWorkers(): Promise<{ readonly writer: URL; readonly reader: URL; readonly socket: URL }> {
  built ??= buildWorkers();
  return built;
}

async function buildWorkers() {
  const outdir = path.join(root, 'node_modules', '.cache', 'xpert-test', `postgres-${process.pid}`);
  mkdirSync(outdir, { recursive: true });
  const names = ['writer', 'reader', 'socket'].filter((name) =>
    existsSync(path.join(root, `src/storage/postgres/${name}-worker.ts`)),
  );
  await build({
    absWorkingDir: root,
    entryPoints: names.map((name) => `src/storage/postgres/${name}-worker.ts`),
    outdir,
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    outExtension: { '.js': '.mjs' },
    banner: {
      js: "import { createRequire as createRequire_ } from 'node:module'; const require = createRequire_(import.meta.url);",
    },
    external: ['pg-native'],
    logLevel: 'warning',
  });
  const url = (name: string): URL => pathToFileURL(path.join(outdir, `${name}-worker.mjs`));
  return { writer: url('writer'), reader: url('reader'), socket: url('socket') };
}
