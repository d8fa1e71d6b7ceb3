import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, chownSync, existsSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { SCRATCH } from './scratch.ts';
import { freePort } from './server.ts';

const PROGRAM = '/usr/sbin/clickhouse-server';
const NOBODY = 65_534;

export const CLICKHOUSE_PASSWORD = 'p@ss:w0rd/of a test';

/** Ends a server and removes its folder when the test's process is gone, however that ended: then its input ends. */
const GUARD = `cat >/dev/null; pid=$(cat "$1/pid" 2>/dev/null)
  [ -n "$pid" ] && grep -qa clickhouse-server "/proc/$pid/cmdline" 2>/dev/null && kill -KILL "$pid" 2>/dev/null
  for _ in 1 2 3 4 5 6 7 8 9 10; do kill -0 "$pid" 2>/dev/null || break; sleep 0.2; done; rm -rf "$1"`;

/** A ClickHouse server of a test's own (Debian's package), on a port of loopback. */
export class ClickHouseServer {
  readonly folder: string;
  readonly port: number;
  readonly #ports: { readonly native: number; readonly interserver: number };
  readonly #guard: ChildProcess;
  #process: ChildProcess | null = null;
  #databases = 0;

  private constructor(folder: string, ports: readonly [number, number, number]) {
    this.folder = folder;
    this.port = ports[0];
    this.#ports = { native: ports[1], interserver: ports[2] };
    this.#guard = spawn('sh', ['-c', GUARD, 'guard', folder], { detached: true, stdio: ['pipe', 'ignore', 'ignore'] });
    this.#guard.unref();
    (this.#guard.stdin as unknown as { unref(): void }).unref();
  }

  static async start(): Promise<ClickHouseServer> {
    if (!existsSync(PROGRAM)) throw new Error('ClickHouse is not installed (package clickhouse-server)');
    const folder = mkdtempSync(path.join(SCRATCH, 'xpert-clickhouse-'));
    const server = new ClickHouseServer(folder, [await freePort(), await freePort(), await freePort()]);
    try {
      server.#make();
      await server.up();
      return server;
    } catch (error) {
      await server.stop();
      throw error;
    }
  }

  #make(): void {
    const { folder, port } = this;
    const file = (name: string) => path.join(folder, name);
    writeFileSync(
      file('config.xml'),
      `<yandex>
        <logger><level>warning</level><log>${file('log')}</log><errorlog>${file('errors')}</errorlog>
          <size>10M</size><count>1</count></logger>
        <listen_host>127.0.0.1</listen_host><http_port>${port}</http_port><tcp_port>${this.#ports.native}</tcp_port>
        <interserver_http_port>${this.#ports.interserver}</interserver_http_port>
        <interserver_http_host>127.0.0.1</interserver_http_host>
        <path>${folder}/data/</path><tmp_path>${folder}/tmp/</tmp_path>
        <mark_cache_size>16777216</mark_cache_size><background_pool_size>2</background_pool_size>
        <users_config>users.xml</users_config><default_profile>default</default_profile>
        <default_database>default</default_database>
      </yandex>`,
    );
    writeFileSync(
      file('users.xml'),
      `<yandex>
        <profiles><default><max_memory_usage>500000000</max_memory_usage><max_threads>2</max_threads></default></profiles>
        <users><default><password>${CLICKHOUSE_PASSWORD}</password><networks><ip>127.0.0.1</ip></networks>
          <profile>default</profile><quota>default</quota></default></users>
        <quotas><default/></quotas>
      </yandex>`,
    );
    mkdirSync(file('data'));
    if (process.getuid?.() !== 0) return;
    for (const name of ['.', 'config.xml', 'users.xml', 'data']) chownSync(file(name), NOBODY, NOBODY);
    chmodSync(folder, 0o700);
  }

  /** Starts it, again after `kill`. */
  async up(): Promise<void> {
    for (let tries = 0; ; tries++) {
      if (this.#process === null || this.#process.exitCode !== null) this.#process = this.#spawn();
      const answer = await fetch(`http://127.0.0.1:${this.port}/ping`).catch(() => null);
      if ((await answer?.text()) === 'Ok.\n') return;
      if (tries === 400) throw new Error(`ClickHouse did not start: ${this.#said()}`);
      await sleep(50);
    }
  }

  #said(): string {
    const file = path.join(this.folder, 'errors');
    return existsSync(file) ? readFileSync(file, 'utf8').slice(-2_000) : 'it said nothing';
  }

  #spawn(): ChildProcess {
    const asNobody = process.getuid?.() === 0 ? { uid: NOBODY, gid: NOBODY } : {};
    const child = spawn(PROGRAM, [`--config-file=${path.join(this.folder, 'config.xml')}`], {
      cwd: this.folder,
      stdio: 'ignore',
      detached: true,
      ...asNobody,
    });
    writeFileSync(path.join(this.folder, 'pid'), String(child.pid));
    return child;
  }

  /** Ends it without a chance to finish anything. */
  async kill(): Promise<void> {
    const server = this.#process;
    this.#process = null;
    if (server === null || server.exitCode !== null || server.signalCode !== null) return;
    const ended = once(server, 'exit');
    server.kill('SIGKILL');
    await ended;
  }

  async stop(): Promise<void> {
    await this.kill();
    const ended = once(this.#guard, 'exit');
    this.#guard.stdin?.end();
    await ended;
  }

  /** Address of a new database; `port`: of a proxy before the server. */
  async newDatabase(): Promise<string> {
    const name = `history_${++this.#databases}`;
    await this.ask(`CREATE DATABASE ${name}`);
    return this.address(name);
  }

  address(database: string, port = this.port): string {
    return `http://default:${encodeURIComponent(CLICKHOUSE_PASSWORD)}@127.0.0.1:${port}/${database}`;
  }

  /** What it answers, as lines of values. */
  async ask(sql: string): Promise<string[][]> {
    const answer = await fetch(`http://127.0.0.1:${this.port}/`, {
      method: 'POST',
      headers: { 'x-clickhouse-user': 'default', 'x-clickhouse-key': CLICKHOUSE_PASSWORD },
      body: sql,
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(text);
    return text === ''
      ? []
      : text
          .trimEnd()
          .split('\n')
          .map((line) => line.split('\t'));
  }
}
