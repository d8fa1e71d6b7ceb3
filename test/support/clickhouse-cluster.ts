import { CLICKHOUSE_PASSWORD, type ClickHousePorts, ClickHouseServer, clickHousePorts } from './clickhouse.ts';
import { ZooKeeper } from './zookeeper.ts';

export const CLUSTER = 'history';
/** The same servers after the second shard was taken away. */
export const ONE_SHARD_LESS = 'history_one_less';

/** Sessions of a server that died end after this, ms: then its replica counts as away. */
const SESSION_MS = 4_000;

/** ClickHouse as two shards of two replicas, with a ZooKeeper, all on ports of loopback. */
export class ClickHouseCluster {
  readonly zookeeper: ZooKeeper;
  /** Both replicas of the first shard, then both of the second. */
  readonly servers: readonly ClickHouseServer[];
  #databases = 0;

  private constructor(zookeeper: ZooKeeper, servers: readonly ClickHouseServer[]) {
    this.zookeeper = zookeeper;
    this.servers = servers;
  }

  static async start(): Promise<ClickHouseCluster> {
    const zookeeper = await ZooKeeper.start();
    const servers: ClickHouseServer[] = [];
    try {
      const ports = [];
      for (let n = 0; n < 4; n++) ports.push(await clickHousePorts());
      for (const [n, own] of ports.entries()) {
        servers.push(await ClickHouseServer.start(own, sections(ports, n, zookeeper.port)));
      }
      return new ClickHouseCluster(zookeeper, servers);
    } catch (error) {
      await Promise.all([zookeeper, ...servers].map((server) => server.stop()));
      throw error;
    }
  }

  /** Address of a new database on all servers, all of which are asked in turn. */
  async newDatabase(): Promise<string> {
    const name = `history_${++this.#databases}`;
    await Promise.all(this.servers.map((server) => server.ask(`CREATE DATABASE ${name}`)));
    const hosts = this.servers.map(({ port }) => `127.0.0.1:${port}`).join(',');
    return `http://default:${encodeURIComponent(CLICKHOUSE_PASSWORD)}@${hosts}/${name}`;
  }

  async stop(): Promise<void> {
    await Promise.all(this.servers.map((server) => server.stop()));
    await this.zookeeper.stop();
  }
}

function sections(ports: readonly ClickHousePorts[], n: number, zookeeper: number): string {
  const replica = ({ native }: ClickHousePorts) => `<replica><host>127.0.0.1</host><port>${native}</port>
    <user>default</user><password>${CLICKHOUSE_PASSWORD}</password></replica>`;
  const shard = (first: number) => `<shard><internal_replication>true</internal_replication>
    ${ports
      .slice(first, first + 2)
      .map(replica)
      .join('')}</shard>`;
  return `<remote_servers><${CLUSTER}>${shard(0)}${shard(2)}</${CLUSTER}>
      <${ONE_SHARD_LESS}>${shard(0)}</${ONE_SHARD_LESS}></remote_servers>
    <zookeeper><node><host>127.0.0.1</host><port>${zookeeper}</port></node>
      <session_timeout_ms>${SESSION_MS}</session_timeout_ms></zookeeper>
    <macros><shard>${n < 2 ? 1 : 2}</shard><replica>${n}</replica></macros>
    <distributed_ddl><path>/clickhouse/ddl</path></distributed_ddl>`;
}
