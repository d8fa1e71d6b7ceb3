import type { ChildProcess } from 'node:child_process';
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { existsSync, rmSync } from 'node:fs';
import { kill, type Lab, type LabHost, until } from './lab.ts';

export interface KeyPair {
  readonly privateKey: string;
  readonly publicKey: string;
}

export function newKeys(): KeyPair {
  const jwk = generateKeyPairSync('x25519').privateKey.export({ format: 'jwk' });
  const base64 = (text = '') => Buffer.from(text, 'base64url').toString('base64');
  return { privateKey: base64(jwk.d), publicKey: base64(jwk.x) };
}

export function newPresharedKey(): string {
  return randomBytes(32).toString('base64');
}

/** A WireGuard interface of a lab host, run by wireguard-go. */
export class WireguardInterface {
  readonly host: LabHost;
  readonly name: string;
  readonly keys: KeyPair;
  readonly #port: number | null;
  readonly #address: string;
  #daemon: ChildProcess | null = null;

  constructor(host: LabHost, name: string, options: { port?: number; address: string; keys?: KeyPair }) {
    this.host = host;
    this.name = name;
    this.keys = options.keys ?? newKeys();
    this.#port = options.port ?? null;
    this.#address = options.address;
  }

  /** Starts the daemon and gives the interface its key and address; peers come later. */
  async start(): Promise<this> {
    const env = { WG_PROCESS_FOREGROUND: '1', LOG_LEVEL: 'error' };
    const socket = `/proc/${this.host.pid}/root/run/wireguard/${this.name}.sock`;
    rmSync(socket, { force: true });
    this.#daemon = this.host.spawn('wireguard-go', ['-f', this.name], env);
    await until(`socket of ${this.name}`, () => existsSync(socket));
    const port = this.#port === null ? [] : ['listen-port', String(this.#port)];
    await this.#set([...port, 'private-key', '/dev/stdin'], this.keys.privateKey);
    await this.host.run('ip', ['link', 'set', this.name, 'mtu', '1420']);
    await this.host.up(this.name, this.#address);
    return this;
  }

  /** The daemon dies without a word; the interface goes with it. */
  async kill(): Promise<void> {
    if (this.#daemon !== null) await kill(this.#daemon);
    this.#daemon = null;
  }

  signal(signal: 'SIGSTOP' | 'SIGCONT'): void {
    this.#daemon?.kill(signal);
  }

  async addPeer(key: string, options: { allowedIps: string; endpoint?: string; presharedKey?: string }): Promise<void> {
    const words = ['peer', key, 'allowed-ips', options.allowedIps];
    if (options.endpoint !== undefined) words.push('endpoint', options.endpoint);
    if (options.presharedKey !== undefined) words.push('preshared-key', '/dev/stdin');
    await this.#set(words, options.presharedKey);
  }

  async removePeer(key: string): Promise<void> {
    await this.#set(['peer', key, 'remove']);
  }

  /** `wg` opens /dev/stdin by name, which a pipe allows and the socket that Node gives does not. */
  async #set(words: readonly string[], secret = ''): Promise<void> {
    await this.host.run('sh', ['-c', 'cat | wg set "$@"', 'sh', this.name, ...words], secret);
  }

  /** What `wg show IF transfer` says itself, by peer. */
  async transfer(): Promise<Map<string, { rx: bigint; tx: bigint }>> {
    const text = await this.host.run('wg', ['show', this.name, 'transfer']);
    return new Map(
      text
        .trim()
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => {
          const [key = '', rx = '', tx = ''] = line.split('\t');
          return [key, { rx: BigInt(rx), tx: BigInt(tx) }];
        }),
    );
  }
}

/** A node with a peer behind a cable, both running; `payload` moves bytes between them through the tunnel. */
export class Tunnel {
  readonly server: WireguardInterface;
  readonly client: WireguardInterface;
  readonly presharedKey = newPresharedKey();
  readonly #index: number;
  readonly #clientAddress: string;
  readonly #serverAddress: string;

  private constructor(server: WireguardInterface, client: WireguardInterface, index: number) {
    this.server = server;
    this.client = client;
    this.#index = index;
    this.#clientAddress = `10.66.${index}.2`;
    this.#serverAddress = `10.66.${index}.1`;
  }

  /** `index` keeps the addresses of several tunnels apart. */
  static async open(lab: Lab, node: LabHost, name: string, index: number): Promise<Tunnel> {
    const away = await lab.host();
    await lab.link(node, `v${index}`, `192.0.2.${index * 4 + 1}/30`, away, 'v0', `192.0.2.${index * 4 + 2}/30`);
    const port = 51820 + index;
    const server = await new WireguardInterface(node, name, { port, address: `10.66.${index}.1/24` }).start();
    const client = await new WireguardInterface(away, 'wg0', { address: `10.66.${index}.2/24` }).start();
    const tunnel = new Tunnel(server, client, index);
    await tunnel.reconnect();
    return tunnel;
  }

  /** Adds each to the other (again); without the client's part it would notice only after 15 s. */
  async reconnect(): Promise<void> {
    await this.admit();
    const { publicKey } = this.server.keys;
    await this.client.removePeer(publicKey);
    await this.client.addPeer(publicKey, {
      allowedIps: `10.66.${this.#index}.0/24`,
      endpoint: `192.0.2.${this.#index * 4 + 1}:${51820 + this.#index}`,
      presharedKey: this.presharedKey,
    });
  }

  /** Adds the client as a peer of the server (again). */
  async admit(): Promise<void> {
    await this.server.addPeer(this.client.keys.publicKey, {
      allowedIps: `${this.#clientAddress}/32`,
      presharedKey: this.presharedKey,
    });
  }

  /** Sends bytes from the client to the node: they count as rx there. */
  async upload(bytes: number): Promise<void> {
    await this.#send(this.client.host, this.server.host, this.#serverAddress, bytes);
  }

  /** Sends bytes from the node to the client: they count as tx there. */
  async download(bytes: number): Promise<void> {
    await this.#send(this.server.host, this.client.host, this.#clientAddress, bytes);
  }

  /** Waits until no more packets are under way: two equal readings. */
  async settle(): Promise<void> {
    let last = '';
    await until('counters at rest', async () => {
      const now = JSON.stringify([...(await this.server.transfer())].map(([key, { rx, tx }]) => [key, `${rx}/${tx}`]));
      const isSame = now === last;
      last = now;
      if (!isSame) await new Promise((resolve) => setTimeout(resolve, 100));
      return isSame;
    });
  }

  async #send(from: LabHost, to: LabHost, address: string, bytes: number): Promise<void> {
    // The client knows where the node is, not the other way round.
    await until(
      'the tunnel carries packets',
      () =>
        this.client.host.run('ping', ['-c', '1', '-W', '1', this.#serverAddress]).then(
          () => true,
          () => false,
        ),
      20_000,
    );
    // Below the ports a client is given: one of those may still be held by a connection that ended a moment ago.
    const port = String(20_000 + Math.floor(Math.random() * 12_000));
    const receive = to.run('sh', ['-c', `timeout 20 nc -l -N ${address} ${port} | wc -c`]);
    await until('the receiver listens', async () => (await to.run('ss', ['-Hltn', `sport = :${port}`])) !== '');
    await from.run('sh', ['-c', `head -c ${bytes} /dev/zero | timeout 20 nc -N ${address} ${port}`]);
    const arrived = Number(await receive);
    if (arrived !== bytes) throw new Error(`${arrived} of ${bytes} bytes arrived`);
  }
}
