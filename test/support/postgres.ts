import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import { makeCertificate } from './certificate.ts';
import { asNobody, Daemon, giveToNobody } from './daemon.ts';
import { SCRATCH } from './scratch.ts';
import { freePort } from './server.ts';

const root = path.resolve(import.meta.dirname, '../..');

/** Where Debian keeps the server's programs: not on the PATH. */
function programs(): string {
  const base = '/usr/lib/postgresql';
  const [newest] = existsSync(base) ? readdirSync(base).sort((a, b) => Number(b) - Number(a)) : [];
  if (newest === undefined) throw new Error('PostgreSQL is not installed (package postgresql)');
  return path.join(base, newest, 'bin');
}

/** Where its files lie in memory: as little as may be of what they were before. */
const IN_MEMORY = ['fsync=off', 'max_wal_size=64MB', 'shared_buffers=32MB'];
const ALONE = ['wal_level=minimal', 'max_wal_senders=0'];

export const DATABASE_PASSWORD = 'p@ss:w0rd/of a test';

/** A PostgreSQL server of a test's own, with one socket in its folder. */
export class PostgresServer {
  readonly folder: string;
  /** Where it listens for TLS connections with a password beside that; null: nowhere. */
  readonly tlsPort: number | null;
  /** An address of this machine in a network of the test's own, at which it listens, too; null: none. */
  readonly near: string | null;
  readonly #settings: readonly string[];
  readonly #daemon: Daemon;
  #databases = 0;

  private constructor(daemon: Daemon, tlsPort: number | null, settings: readonly string[], near: string | null = null) {
    this.#daemon = daemon;
    this.folder = daemon.folder;
    this.tlsPort = tlsPort;
    this.near = near;
    this.#settings = settings;
  }

  /**
   * `tls`: it listens on 127.0.0.1, too, and lets nobody in there without TLS and a password. `durable`: its files are on a
   * disk, and a commit waits for it, with the settings that PostgreSQL has by itself. `replicated`: it can have a standby.
   * `near`: with TLS, an address of a network of the test's own at which it takes passwords without.
   */
  static async start({
    tls = false,
    durable = false,
    replicated = false,
    near = null as string | null,
  } = {}): Promise<PostgresServer> {
    const settings = [...(durable ? [] : IN_MEMORY), ...(durable || replicated ? [] : ALONE)];
    const daemon = newDaemon(durable ? tmpdir() : SCRATCH);
    const server = new PostgresServer(daemon, tls ? await freePort() : null, settings, near);
    return await server.#begin(() => server.#make());
  }

  /** A standby that follows this server, under a name for `synchronous_standby_names`. */
  async standby(name: string): Promise<PostgresServer> {
    const server = new PostgresServer(newDaemon(SCRATCH), null, IN_MEMORY);
    return await server.#begin(() => server.#copy(this, name));
  }

  /** One that ended comes back as a standby of another one: what it had itself is thrown away. */
  async rejoin(primary: PostgresServer, name: string): Promise<void> {
    rmSync(path.join(this.folder, 'data'), { recursive: true });
    this.#copy(primary, name);
    await this.up();
  }

  #copy(primary: PostgresServer, name: string): void {
    const from = `host=${primary.folder} user=xpert application_name=${name}`;
    const args = ['-d', from, '-D', path.join(this.folder, 'data'), '-X', 'stream', '-c', 'fast', '-R', '-N'];
    execFileSync(path.join(programs(), 'pg_basebackup'), args, { cwd: this.folder, stdio: 'pipe', ...asNobody() });
  }

  async #begin(make: () => void): Promise<this> {
    try {
      make();
      await this.up();
      return this;
    } catch (error) {
      await this.stop();
      throw error;
    }
  }

  /** A standby follows nobody any more and takes writes. */
  promote(): void {
    this.sql('postgres', 'SELECT pg_promote()');
  }

  /** From now on a commit is answered when these have it (`synchronous_standby_names`; empty: nobody else). */
  synchronous(names: string): void {
    this.sql('postgres', `ALTER SYSTEM SET synchronous_standby_names = '${names}'`);
    this.sql('postgres', 'SELECT pg_reload_conf()');
  }

  #make(): void {
    const { folder } = this;
    chmodSync(folder, 0o700);
    const password = path.join(folder, 'password');
    writeFileSync(password, DATABASE_PASSWORD);
    giveToNobody(password);
    const who = ['-U', 'xpert', '--auth-local=trust', '--auth-host=scram-sha-256', `--pwfile=${password}`];
    const args = ['-D', path.join(folder, 'data'), ...who, '-E', 'UTF8', '--locale=C', '-N'];
    execFileSync(path.join(programs(), 'initdb'), args, { cwd: folder, stdio: 'pipe', ...asNobody() });
    if (this.tlsPort === null) return;
    const { key, cert } = makeCertificate();
    writeFileSync(path.join(folder, 'key.pem'), key, { mode: 0o600 });
    writeFileSync(path.join(folder, 'cert.pem'), cert);
    giveToNobody(path.join(folder, 'key.pem'));
    const rules = ['local all all trust', 'hostssl all all 127.0.0.1/32 scram-sha-256'];
    if (this.near !== null) rules.push(`host all all ${this.near}/30 scram-sha-256`);
    writeFileSync(path.join(folder, 'data/pg_hba.conf'), `${rules.join('\n')}\n`);
  }

  /** Starts it, again after `kill`. */
  async up(): Promise<void> {
    const settings = [
      `unix_socket_directories=${this.folder}`,
      'dynamic_shared_memory_type=mmap',
      ...this.#settings,
      ...(this.tlsPort === null
        ? ['listen_addresses=']
        : [
            `listen_addresses=${['127.0.0.1', this.near ?? []].flat().join(',')}`,
            `port=${this.tlsPort}`,
            'ssl=on',
            ...this.#certificate(),
          ]),
    ];
    const args = ['-D', path.join(this.folder, 'data'), ...settings.flatMap((setting) => ['-c', setting])];
    let said = '';
    const isUp = async () => {
      try {
        this.sql('postgres', 'SELECT 1');
        return true;
      } catch (error) {
        said = (error as Error).message;
        return false;
      }
    };
    await this.#daemon.up(path.join(programs(), 'postgres'), args, isUp, () => said);
  }

  #certificate(): string[] {
    return [`ssl_cert_file=${path.join(this.folder, 'cert.pem')}`, `ssl_key_file=${path.join(this.folder, 'key.pem')}`];
  }

  /** Ends it without a chance to finish anything. Its children end by themselves; the next one waits for that. */
  kill(): Promise<void> {
    return this.#daemon.end('SIGKILL');
  }

  /** Ends all of its processes at once, as the loss of its machine does. */
  killAll(): Promise<void> {
    return this.#daemon.endAll();
  }

  /** Ends it in order, cutting off whoever is connected. */
  down(): Promise<void> {
    return this.#daemon.end('SIGINT');
  }

  async stop(): Promise<void> {
    await this.down();
    await this.#daemon.remove();
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

  /** Of a database that is on this server and its standbys, whichever takes writes. */
  addressOfAll(database: string, others: readonly PostgresServer[]): string {
    const folders = [this, ...others].map(({ folder }) => folder);
    return `postgresql:///${database}?host=${folders.join(',')}&user=xpert&target_session_attrs=read-write`;
  }

  address(database: string): string {
    const port = this.tlsPort === null ? '' : `&port=${this.tlsPort}`;
    return `postgresql:///${database}?host=${this.folder}&user=xpert${port}`;
  }

  /** With the password, over TLS; the certificate is trusted if `ca` is its file. */
  tlsAddress(
    database: string,
    { password = DATABASE_PASSWORD, ca = path.join(this.folder, 'cert.pem'), port = this.tlsPort } = {},
  ) {
    const secret = encodeURIComponent(password);
    return `postgres://xpert:${secret}@127.0.0.1:${port}/${database}?sslmode=verify-full&sslrootcert=${ca}`;
  }

  /** With the password, by way of the test's own network. */
  nearAddress(database: string): string {
    return `postgres://xpert:${encodeURIComponent(DATABASE_PASSWORD)}@${this.near}:${this.tlsPort}/${database}`;
  }

  /** Writes a database into a file, also while somebody writes to it. */
  dump(address: string, file: string): void {
    const args = ['-h', this.folder, '-U', 'xpert', '-d', new URL(address).pathname.slice(1), '-f', file];
    execFileSync(path.join(programs(), 'pg_dump'), args, { stdio: 'pipe' });
  }

  /** Reads such a file into an empty database. */
  load(address: string, file: string): void {
    const args = ['-h', this.folder, '-U', 'xpert', '-d', new URL(address).pathname.slice(1), '-qXf', file];
    execFileSync(path.join(programs(), 'psql'), ['-v', 'ON_ERROR_STOP=1', ...args], { stdio: 'pipe' });
  }

  /** What `psql` answers, without decoration. */
  sql(database: string, text: string): string {
    const port = this.tlsPort === null ? [] : ['-p', String(this.tlsPort)];
    const args = ['-h', this.folder, ...port, '-U', 'xpert', '-d', database, '-Atqc', text];
    return execFileSync(path.join(programs(), 'psql'), args, { stdio: 'pipe', encoding: 'utf8' }).trim();
  }
}

function newDaemon(under: string): Daemon {
  return new Daemon({ under, name: 'xpert-postgres-', signal: 'QUIT' });
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
  await build({
    absWorkingDir: root,
    entryPoints: ['writer', 'reader', 'socket'].map((name) => `src/storage/postgres/${name}-worker.ts`),
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
