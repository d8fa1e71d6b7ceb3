import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { kill, type Lab, type LabHost, until } from './lab.ts';

/** Each reaches the node by a protocol of its own. */
export const USERS = ['alice@vless', 'bob@vmess', 'carol@trojan', 'dave@shadowsocks'] as const;
export type LabUser = (typeof USERS)[number];

const IDS = ['11111111-1111-4111-8111-111111111111', '22222222-2222-4222-8222-222222222222'] as const;
const METHOD = 'chacha20-ietf-poly1305';
/** Where the API listens: for the node itself, and for this machine. */
export const API_PORT = 10_085;
export const OPEN_API_PORT = 10_086;

export interface OpenConnection {
  /** Loads so many bytes. @throws if they do not come within three seconds */
  ask(bytes: number): Promise<void>;
  close(): void;
}

/** A real V2Ray server on a lab host, its real client, and a web server here that users load from. */
export class V2rayLab {
  readonly #lab: Lab;
  readonly #node: LabHost;
  readonly #address: string;
  readonly #web: Server;
  #server: ChildProcess | null = null;

  private constructor(lab: Lab, node: LabHost, address: string, web: Server) {
    this.#lab = lab;
    this.#node = node;
    this.#address = address;
    this.#web = web;
  }

  /** `address`: of the node, as seen from here. */
  static async open(lab: Lab, node: LabHost, address: string): Promise<V2rayLab> {
    // Answers with as many bytes as the path says, and takes what is sent.
    const web = createServer((request, response) => {
      request.resume().on('end', () => response.end(Buffer.alloc(Number(request.url?.slice(1)), 'x')));
    });
    await new Promise<void>((resolve) => web.listen(0, '0.0.0.0', resolve));
    const rig = new V2rayLab(lab, node, address, web);
    await rig.start();
    rig.#run('client', clientConfig(address));
    await rig.#listens(11_081, 11_082, 11_083, 11_084);
    return rig;
  }

  /** What the server was started with. */
  get configFile(): string {
    return join(this.#lab.folder, 'v2ray-server.json');
  }

  async start(): Promise<void> {
    this.#server = this.#run('server', serverConfig(this.#address));
    await this.#listens(10_443, 10_444, 10_445, 10_446, API_PORT, OPEN_API_PORT);
  }

  /** As the kernel does it when memory is short. */
  async kill(): Promise<void> {
    if (this.#server !== null) await kill(this.#server);
  }

  async close(): Promise<void> {
    await new Promise((resolve) => this.#web.close(resolve));
  }

  /** The user sends and receives so many bytes, beside the headers of HTTP. */
  async transfer(user: LabUser, sent: number, received: number): Promise<void> {
    const socket = await this.#socks(11_081 + USERS.indexOf(user));
    const head = `POST /${received} HTTP/1.0\r\ncontent-length: ${sent}\r\n\r\n`;
    socket.write(Buffer.concat([Buffer.from(head), Buffer.alloc(sent, 'y')]));
    let bytes = 0;
    for await (const chunk of socket) bytes += (chunk as Buffer).length;
    if (bytes < received) throw new Error(`${user} received ${bytes} of ${received} bytes`);
  }

  /** A connection that this user keeps open: each message is answered by the web server here. */
  async keepOpen(user: LabUser): Promise<OpenConnection> {
    const socket = await this.#socks(11_081 + USERS.indexOf(user));
    const ask = async (bytes: number) => {
      socket.write(`GET /${bytes} HTTP/1.1\r\nHost: lab\r\n\r\n`);
      let text = '';
      while (!text.includes('\r\n\r\n') || text.length < text.indexOf('\r\n\r\n') + 4 + bytes) {
        const part = socket.read() as Buffer | null;
        if (part !== null) text += part.toString('latin1');
        else await once(socket, 'readable', { signal: AbortSignal.timeout(3_000) });
        if (socket.readableEnded || socket.destroyed) throw new Error('the connection is closed');
      }
    };
    return { ask, close: () => socket.destroy() };
  }

  /** What V2Ray's own tool says, by the name of the counter, once it stands still. */
  async counters(): Promise<Map<string, bigint>> {
    let before = '';
    await until('the counters of users stand still', async () => {
      const now = await this.#query('user>>>');
      const isSame = now === before;
      before = now;
      return isSame;
    });
    // Asking counts as well, at the inbounds of the API.
    const stats = (await this.#query('>>>')).matchAll(/name: "([^"]+)"\s+(?:value: (\d+))?/g);
    return new Map([...stats].map(([, name = '', value = '0']) => [name, BigInt(value)]));
  }

  async #query(pattern: string): Promise<string> {
    const words = [
      'api',
      `--server=127.0.0.1:${API_PORT}`,
      'StatsService.QueryStats',
      `pattern: "${pattern}" reset: false`,
    ];
    const text = await this.#node.run('v2ctl', words);
    return `.${text.split('stat: <').sort().join('')}`;
  }

  async #socks(port: number): Promise<Socket> {
    const socket = connect(port, this.#address);
    const here = `${this.#address.replace(/\d+$/, (last) => String(Number(last) - 1))}`;
    const { port: webPort } = this.#web.address() as AddressInfo;
    socket.write(Buffer.from([5, 1, 0]));
    await answerOf(socket, 2);
    socket.write(Buffer.from([5, 1, 0, 1, ...here.split('.').map(Number), webPort >> 8, webPort & 255]));
    const answer = await answerOf(socket, 10);
    if (answer[1] !== 0) throw new Error(`SOCKS answered ${answer[1]}`);
    return socket;
  }

  #run(name: string, config: object): ChildProcess {
    const file = join(this.#lab.folder, `v2ray-${name}.json`);
    writeFileSync(file, JSON.stringify(config));
    const child = this.#node.spawn('v2ray', ['-config', file]);
    child.stdout?.resume();
    return child;
  }

  async #listens(...ports: readonly number[]): Promise<void> {
    await until(`V2Ray listens on ${ports.join(', ')}`, async () => {
      const open = await this.#node.run('ss', ['-Hltn']);
      return ports.every((port) => open.includes(`:${port} `));
    });
  }
}

async function answerOf(socket: Socket, length: number): Promise<Buffer> {
  for (;;) {
    const answer = socket.read(length) as Buffer | null;
    if (answer !== null) return answer;
    await new Promise((resolve, reject) => {
      socket
        .once('readable', resolve)
        .once('error', reject)
        .once('end', () => reject(new Error('SOCKS ended')));
    });
  }
}

function serverConfig(address: string): object {
  const [vless, vmess, trojan, shadowsocks] = USERS;
  const api = (tag: string, listen: string, port: number) => ({
    ...{ tag, listen, port, protocol: 'dokodemo-door', settings: { address: '127.0.0.1' } },
  });
  return {
    log: { loglevel: 'warning', access: 'none' },
    stats: {},
    api: { tag: 'api', services: ['StatsService', 'HandlerService'] },
    policy: {
      levels: { 0: { statsUserUplink: true, statsUserDownlink: true } },
      system: { statsInboundUplink: true, statsInboundDownlink: true },
    },
    inbounds: [
      api('api', '127.0.0.1', API_PORT),
      api('api-in', address, OPEN_API_PORT),
      {
        ...{ tag: 'vless', port: 10_443, protocol: 'vless' },
        settings: { decryption: 'none', clients: [{ id: IDS[0], email: vless }] },
      },
      {
        ...{ tag: 'vmess', port: 10_444, protocol: 'vmess', settings: { clients: [{ id: IDS[1], email: vmess }] } },
        streamSettings: { network: 'ws', wsSettings: { path: '/ray' } },
      },
      {
        ...{ tag: 'trojan', port: 10_445, protocol: 'trojan' },
        settings: { clients: [{ password: 'carolpw', email: trojan }] },
      },
      {
        ...{ tag: 'shadowsocks', port: 10_446, protocol: 'shadowsocks' },
        settings: { method: METHOD, password: 'davepw', email: shadowsocks, network: 'tcp' },
      },
    ],
    outbounds: [{ tag: 'direct', protocol: 'freedom' }],
    routing: { rules: [{ type: 'field', inboundTag: ['api', 'api-in'], outboundTag: 'api' }] },
  };
}

function clientConfig(listen: string): object {
  const server = { address: '127.0.0.1' };
  const rule = (n: number) => ({ type: 'field', inboundTag: [`socks${n}`], outboundTag: `out${n}` });
  return {
    log: { loglevel: 'warning', access: 'none' },
    inbounds: [1, 2, 3, 4].map((n) => ({ tag: `socks${n}`, listen, port: 11_080 + n, protocol: 'socks' })),
    outbounds: [
      {
        ...{ tag: 'out1', protocol: 'vless' },
        settings: { vnext: [{ ...server, port: 10_443, users: [{ id: IDS[0], encryption: 'none' }] }] },
      },
      {
        ...{ tag: 'out2', protocol: 'vmess' },
        settings: { vnext: [{ ...server, port: 10_444, users: [{ id: IDS[1] }] }] },
        streamSettings: { network: 'ws', wsSettings: { path: '/ray' } },
      },
      {
        ...{ tag: 'out3', protocol: 'trojan' },
        settings: { servers: [{ ...server, port: 10_445, password: 'carolpw' }] },
      },
      {
        ...{ tag: 'out4', protocol: 'shadowsocks' },
        settings: { servers: [{ ...server, port: 10_446, method: METHOD, password: 'davepw' }] },
      },
    ],
    routing: { rules: [1, 2, 3, 4].map(rule) },
  };
}
