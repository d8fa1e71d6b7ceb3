import type { ChildProcess } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { kill, type Lab, type LabHost, run, until } from './lab.ts';

export interface Counters {
  readonly rx: bigint;
  readonly tx: bigint;
}

/** An OpenVPN server on a lab host, with clients on others. Its status file is its own word, apart from what we ask it. */
export class OpenvpnServer {
  readonly #lab: Lab;
  readonly host: LabHost;
  #daemon: ChildProcess | null = null;

  private constructor(lab: Lab, host: LabHost) {
    this.#lab = lab;
    this.host = host;
  }

  static async start(lab: Lab, names: readonly string[]): Promise<OpenvpnServer> {
    await makeKeys(lab.folder, ['server', ...names]);
    const server = new OpenvpnServer(lab, await lab.host());
    await server.start();
    return server;
  }

  get management(): string {
    return join(this.#lab.folder, 'm.sock');
  }

  /** Folder of files for clients; empty at first. */
  get clientConfigDir(): string {
    return join(this.#lab.folder, 'ccd');
  }

  get statusFile(): string {
    return join(this.#lab.folder, 'status.log');
  }

  async start(): Promise<void> {
    const words =
      '--mode server --tls-server --dev tun --topology subnet --server 10.77.0.0 255.255.255.0 --proto udp --dh none ' +
      '--data-ciphers AES-256-GCM --keepalive 1 8 --duplicate-cn --port 1194 --status-version 3 --verb 1';
    mkdirSync(this.clientConfigDir, { recursive: true });
    const files = ['--management', this.management, 'unix', '--status', this.statusFile, '1'];
    files.push('--client-config-dir', this.clientConfigDir);
    this.#daemon = this.host.spawn('openvpn', [...words.split(' '), ...keysOf(this.#lab.folder, 'server'), ...files]);
    await until('the management socket', () => existsSync(this.management));
  }

  async kill(): Promise<void> {
    if (this.#daemon !== null) await kill(this.#daemon);
    await run('rm', ['-f', this.management]);
  }

  /** `SIGUSR1` makes it begin anew in its process. */
  signal(signal: 'SIGUSR1'): void {
    this.#daemon?.kill(signal);
  }

  /** What the daemon writes about each connection: name, and its counters in the order of connecting. */
  written(): Map<string, Counters[]> {
    const written = new Map<string, Counters[]>();
    if (!existsSync(this.statusFile)) return written;
    for (const line of readFileSync(this.statusFile, 'utf8').split('\n')) {
      const [kind, name = '', , , , rx = '', tx = ''] = line.split('\t');
      if (kind !== 'CLIENT_LIST' || tx === '') continue;
      written.set(name, [...(written.get(name) ?? []), { rx: BigInt(rx), tx: BigInt(tx) }]);
    }
    return written;
  }
}

/** A client behind a cable of its own. */
export class OpenvpnClient {
  readonly #lab: Lab;
  readonly #server: OpenvpnServer;
  readonly #host: LabHost;
  readonly #index: number;
  #daemon: ChildProcess | null = null;

  private constructor(lab: Lab, server: OpenvpnServer, host: LabHost, index: number) {
    this.#lab = lab;
    this.#server = server;
    this.#host = host;
    this.#index = index;
  }

  static async wire(lab: Lab, server: OpenvpnServer, index: number): Promise<OpenvpnClient> {
    const host = await lab.host();
    await lab.link(server.host, `c${index}`, `198.51.${index}.1/24`, host, 'c0', `198.51.${index}.2/24`);
    return new OpenvpnClient(lab, server, host, index);
  }

  /** Connects under a name, and waits until the tunnel carries packets. */
  async connect(name: string): Promise<void> {
    const words = '--client --dev tun --proto udp --nobind --data-ciphers AES-256-GCM --explicit-exit-notify --verb 1';
    const remote = ['--remote', `198.51.${this.#index}.1`, '1194', '--connect-retry', '1', '1'];
    const keys = keysOf(this.#lab.folder, name);
    this.#daemon = this.#host.spawn('openvpn', [...words.split(' '), ...remote, ...keys]);
    await this.isThrough();
  }

  async isThrough(): Promise<void> {
    await until('the tunnel carries packets', () => this.getsThrough(), 25_000);
  }

  /** Whether one packet comes back within a second. */
  getsThrough(): Promise<boolean> {
    return this.#host.run('ping', ['-c', '1', '-W', '1', '10.77.0.1']).then(
      () => true,
      () => false,
    );
  }

  /** Waits until it has given up and ended. */
  async hasEnded(): Promise<void> {
    await until('the client has given up', async () => this.#daemon?.exitCode !== null, 25_000);
  }

  /** Says good-bye and ends. */
  async disconnect(): Promise<void> {
    const daemon = this.#daemon;
    if (daemon === null || daemon.exitCode !== null) return;
    const gone = new Promise((resolve) => daemon.once('exit', resolve));
    daemon.kill('SIGTERM');
    await gone;
  }

  /** Bytes of payload from the client to the server. */
  async upload(bytes: number): Promise<void> {
    // Below the ports a client is given: one of those may still be held by a connection that ended a moment ago.
    const port = String(20_000 + Math.floor(Math.random() * 12_000));
    const { host } = this.#server;
    const receive = host.run('sh', ['-c', `timeout 20 nc -l -N 10.77.0.1 ${port} | wc -c`]);
    await until('the receiver listens', async () => (await host.run('ss', ['-Hltn', `sport = :${port}`])) !== '');
    await this.#host.run('sh', ['-c', `head -c ${bytes} /dev/zero | timeout 20 nc -N 10.77.0.1 ${port}`]);
    const arrived = Number(await receive);
    if (arrived !== bytes) throw new Error(`${arrived} of ${bytes} bytes arrived`);
  }
}

function keysOf(folder: string, name: string): string[] {
  const file = (end: string) => join(folder, end);
  return [
    '--ca',
    file('ca.crt'),
    '--cert',
    file(`${name}.crt`),
    '--key',
    file(`${name}.key`),
    '--tls-crypt',
    file('tc.key'),
  ];
}

/** A small authority, valid for this test. */
async function makeKeys(folder: string, names: readonly string[]): Promise<void> {
  const file = (name: string) => join(folder, name);
  const ec = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  const ca = ['-keyout', file('ca.key'), '-out', file('ca.crt'), '-days', '2', '-subj', '/CN=lab'];
  await run('openssl', ['req', '-x509', ...ec, ...ca]);
  for (const name of names) {
    const request = ['-keyout', file(`${name}.key`), '-out', file(`${name}.csr`), '-subj', `/CN=${name}`];
    await run('openssl', ['req', ...ec, ...request]);
    const by = ['-CA', file('ca.crt'), '-CAkey', file('ca.key'), '-CAcreateserial', '-days', '2'];
    await run('openssl', ['x509', '-req', '-in', file(`${name}.csr`), ...by, '-out', file(`${name}.crt`)]);
  }
  await run('openvpn', ['--genkey', 'tls-crypt', file('tc.key')]);
}
