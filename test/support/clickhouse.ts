import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { Daemon, giveToNobody } from './daemon.ts';
import { SCRATCH } from './scratch.ts';
import { freePort } from './server.ts';

const PROGRAM = '/usr/sbin/clickhouse-server';

export const CLICKHOUSE_PASSWORD = 'p@ss:w0rd/of a test';

export interface ClickHousePorts {
  readonly http: number;
  readonly native: number;
  readonly interserver: number;
}

export async function clickHousePorts(): Promise<ClickHousePorts> {
  return { http: await freePort(), native: await freePort(), interserver: await freePort() };
}

/** A ClickHouse server of a test's own (Debian's package), on a port of loopback. */
export class ClickHouseServer {
  readonly port: number;
  readonly #ports: ClickHousePorts;
  readonly #daemon = new Daemon({ under: SCRATCH, name: 'xpert-clickhouse-', signal: 'KILL' });
  #databases = 0;

  private constructor(ports: ClickHousePorts) {
    this.port = ports.http;
    this.#ports = ports;
  }

  /**
   * `sections`: of its configuration, beside what every server has; `near`: an address of this machine in a network of the test's
   * own, at which it listens, too.
   */
  static async start(ports?: ClickHousePorts, sections = '', near: string | null = null): Promise<ClickHouseServer> {
    if (!existsSync(PROGRAM)) throw new Error('ClickHouse is not installed (package clickhouse-server)');
    const server = new ClickHouseServer(ports ?? (await clickHousePorts()));
    try {
      server.#make(sections, near);
      await server.up();
      return server;
    } catch (error) {
      await server.stop();
      throw error;
    }
  }

  #make(sections: string, near: string | null): void {
    const daemon = this.#daemon;
    const { folder } = daemon;
    const file = (name: string) => daemon.file(name);
    writeFileSync(
      file('config.xml'),
      `<yandex>
        <logger><level>warning</level><log>${file('log')}</log><errorlog>${file('errors')}</errorlog>
          <size>10M</size><count>1</count></logger>
        <listen_host>127.0.0.1</listen_host>${near === null ? '' : `<listen_host>${near}</listen_host>`}<http_port>${this.port}</http_port><tcp_port>${this.#ports.native}</tcp_port>
        <interserver_http_port>${this.#ports.interserver}</interserver_http_port>
        <interserver_http_host>127.0.0.1</interserver_http_host>
        <path>${folder}/data/</path><tmp_path>${folder}/tmp/</tmp_path>
        <mark_cache_size>16777216</mark_cache_size><background_pool_size>2</background_pool_size>
        <users_config>users.xml</users_config><default_profile>default</default_profile>
        <default_database>default</default_database>
        ${sections}
      </yandex>`,
    );
    writeFileSync(
      file('users.xml'),
      `<yandex>
        <profiles><default><max_memory_usage>500000000</max_memory_usage><max_threads>2</max_threads></default></profiles>
        <users><default><password>${CLICKHOUSE_PASSWORD}</password><networks><ip>127.0.0.1</ip>
          ${near === null ? '' : `<ip>${near}/30</ip>`}</networks>
          <profile>default</profile><quota>default</quota></default></users>
        <quotas><default/></quotas>
      </yandex>`,
    );
    mkdirSync(file('data'));
    giveToNobody(...['config.xml', 'users.xml', 'data'].map(file));
    chmodSync(folder, 0o700);
  }

  /** Starts it, again after `kill`. */
  async up(): Promise<void> {
    const isUp = async () => {
      const answer = await fetch(`http://127.0.0.1:${this.port}/ping`, { signal: AbortSignal.timeout(1_000) }).catch(
        () => null,
      );
      return (await answer?.text().catch(() => '')) === 'Ok.\n';
    };
    await this.#daemon.up(PROGRAM, [`--config-file=${this.#daemon.file('config.xml')}`], isUp, () => this.said());
  }

  /** The last it wrote of errors. */
  said(): string {
    const file = this.#daemon.file('errors');
    return existsSync(file) ? readFileSync(file, 'utf8').slice(-2_000) : 'it said nothing';
  }

  /** Ends it without a chance to finish anything. */
  kill(): Promise<void> {
    return this.#daemon.end('SIGKILL');
  }

  async stop(): Promise<void> {
    await this.kill();
    await this.#daemon.remove();
  }

  /** Address of a new database; `port`: of a proxy before the server. */
  async newDatabase(): Promise<string> {
    const name = `history_${++this.#databases}`;
    await this.ask(`CREATE DATABASE ${name}`);
    return this.address(name);
  }

  address(database: string, port = this.port, host = '127.0.0.1'): string {
    return `http://default:${encodeURIComponent(CLICKHOUSE_PASSWORD)}@${host}:${port}/${database}`;
  }

  /** What it answers, as lines of values. */
  async ask(sql: string): Promise<string[][]> {
    const answer = await fetch(`http://127.0.0.1:${this.port}/`, {
      method: 'POST',
      // It ends connections that nobody uses, also at the moment when somebody does.
      headers: { connection: 'close', 'x-clickhouse-user': 'default', 'x-clickhouse-key': CLICKHOUSE_PASSWORD },
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
