import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { Daemon, giveToNobody } from './daemon.ts';
import { SCRATCH } from './scratch.ts';
import { freePort } from './server.ts';

const JARS = '/usr/share/java';

/** A ZooKeeper of a test's own (Debian's package), alone, on a port of loopback. */
export class ZooKeeper {
  readonly port: number;
  readonly #daemon = new Daemon({ under: SCRATCH, name: 'xpert-zookeeper-', signal: 'KILL' });

  private constructor(port: number) {
    this.port = port;
  }

  static async start(): Promise<ZooKeeper> {
    if (!existsSync(`${JARS}/zookeeper.jar`)) throw new Error('ZooKeeper is not installed (package zookeeper)');
    const server = new ZooKeeper(await freePort());
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
    const daemon = this.#daemon;
    const settings = {
      ...{ tickTime: 500, minSessionTimeout: 1000, maxSessionTimeout: 30_000, dataDir: daemon.file('data') },
      ...{ clientPort: this.port, clientPortAddress: '127.0.0.1', 'admin.enableServer': false },
      '4lw.commands.whitelist': 'ruok',
    };
    mkdirSync(daemon.file('data'));
    writeFileSync(
      daemon.file('zoo.cfg'),
      Object.entries(settings)
        .map(([name, value]) => `${name}=${value}\n`)
        .join(''),
    );
    giveToNobody(daemon.file('data'), daemon.file('zoo.cfg'));
  }

  /** Starts it, again after `kill`. */
  async up(): Promise<void> {
    const java = ['-Xmx128m', '-Xms16m', '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1', '-cp', `${JARS}/*`];
    const main = 'org.apache.zookeeper.server.quorum.QuorumPeerMain';
    await this.#daemon.up('/usr/bin/java', [...java, main, this.#daemon.file('zoo.cfg')], () => this.#isWell());
  }

  #isWell(): Promise<boolean> {
    return new Promise((resolve) => {
      const socket = connect(this.port, '127.0.0.1', () => socket.write('ruok'));
      socket.setEncoding('utf8');
      socket.setTimeout(1_000, () => socket.destroy());
      let said = '';
      socket.on('data', (text) => {
        said += text;
      });
      socket.on('error', () => resolve(false));
      socket.on('close', () => resolve(said === 'imok'));
    });
  }

  kill(): Promise<void> {
    return this.#daemon.end('SIGKILL');
  }

  async stop(): Promise<void> {
    await this.kill();
    await this.#daemon.remove();
  }
}
