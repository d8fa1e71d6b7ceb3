import { createServer, type Server, type Socket } from 'node:net';

const HEADER =
  'HEADER\tCLIENT_LIST\tCommon Name\tReal Address\tVirtual Address\tVirtual IPv6 Address\tBytes Received\tBytes Sent\t' +
  'Connected Since\tConnected Since (time_t)\tUsername\tClient ID\tPeer ID\tData Channel Cipher';

export interface ShownConnection {
  readonly name: string;
  readonly clientId: number;
  readonly sinceSeconds: number;
  readonly rx: bigint;
  readonly tx: bigint;
}

/** What `status 3` prints, as OpenVPN 2.6 does. */
export function statusText(connections: readonly ShownConnection[], nowSeconds = 1_795_698_720): string {
  const rows = connections.map(({ name, clientId, sinceSeconds, rx, tx }) => {
    const address = `10.${(clientId >> 16) & 255}.${(clientId >> 8) & 255}.${clientId & 255}`;
    const since = new Date(sinceSeconds * 1000).toISOString().slice(0, 19).replace('T', ' ');
    return `CLIENT_LIST\t${name}\t198.51.1.2:${4000 + (clientId % 60_000)}\t${address}\t\t${rx}\t${tx}\t${since}\t${sinceSeconds}\tUNDEF\t${clientId}\t${clientId}\tAES-256-GCM`;
  });
  const lines = ['TITLE\tOpenVPN 2.6.14 x86_64-pc-linux-gnu', `TIME\tnow\t${nowSeconds}`, HEADER, ...rows];
  return `${[...lines, 'GLOBAL_STATS\tdco_enabled\t0', 'END'].join('\r\n')}\r\n`;
}

/** A management interface that serves one client at a time; the test decides what it says. */
export class FakeManagement {
  status = '';
  greeting = ">INFO:OpenVPN Management Interface Version 5 -- type 'help' for more info\r\n";
  password: string | null = null;
  pid = 3924;
  isHanging = false;
  /** Kills what it is told to, and its answer gets lost. */
  losesNextKill = false;
  /** Common names that were killed. */
  readonly killed: string[] = [];
  /** Send so much of the status and close. */
  cutAt: number | null = null;
  /** Everything that the client said. */
  readonly heard: string[] = [];
  readonly #server: Server;
  #client: Socket | null = null;
  readonly #waiting: Socket[] = [];

  constructor() {
    this.#server = createServer((socket) => {
      socket.on('error', () => {});
      this.#waiting.push(socket);
      this.#serveNext();
    });
  }

  async listen(where: string | number): Promise<number> {
    await new Promise<void>((resolve) => {
      if (typeof where === 'string') this.#server.listen(where, resolve);
      else this.#server.listen(where, '127.0.0.1', resolve);
    });
    const address = this.#server.address();
    return typeof address === 'object' && address !== null ? address.port : 0;
  }

  get isHeld(): boolean {
    return this.#client !== null;
  }

  /** Says something by itself. */
  tell(line: string): void {
    this.#client?.write(`>${line}\r\n`);
  }

  /** The daemon dies. */
  drop(): void {
    this.#client?.destroy();
  }

  async close(): Promise<void> {
    this.#client?.destroy();
    for (const socket of this.#waiting) socket.destroy();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #serveNext(): void {
    if (this.#client !== null) return;
    const socket = this.#waiting.shift();
    if (socket === undefined) return;
    this.#client = socket;
    socket.once('close', () => {
      this.#client = null;
      this.#serveNext();
    });
    if (socket.destroyed) {
      this.#client = null;
      this.#serveNext();
      return;
    }
    let rest = '';
    let isIn = this.password === null;
    socket.on('data', (chunk) => {
      rest += chunk.toString();
      const lines = rest.split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) {
        if (isIn) this.#command(socket, line);
        else isIn = this.#login(socket, line);
      }
    });
    socket.write(isIn ? this.greeting : 'ENTER PASSWORD:');
  }

  #login(socket: Socket, line: string): boolean {
    const isRight = line === this.password;
    socket.write(
      isRight ? `SUCCESS: password is correct\r\n${this.greeting}` : 'ERROR: bad password\r\nENTER PASSWORD:',
    );
    return isRight;
  }

  #command(socket: Socket, command: string): void {
    this.heard.push(command);
    if (this.isHanging) return;
    if (command === 'pid') socket.write(`SUCCESS: pid=${this.pid}\r\n`);
    else if (command === 'state on') socket.write('SUCCESS: real-time state notification set to ON\r\n');
    else if (command.startsWith('bytecount ')) socket.write('SUCCESS: bytecount interval changed\r\n');
    else if (command.startsWith('kill ')) this.#kill(socket, command.slice(5));
    else if (command !== 'status 3') socket.write('ERROR: unknown command\r\n');
    else if (this.cutAt === null) socket.write(this.status);
    else socket.end(this.status.slice(0, this.cutAt));
  }

  #kill(socket: Socket, name: string): void {
    const rows = this.status.split('\r\n');
    const left = rows.filter((row) => !row.startsWith(`CLIENT_LIST\t${name}\t`));
    if (left.length < rows.length) this.killed.push(name);
    this.status = left.join('\r\n');
    if (this.losesNextKill) socket.destroy();
    else if (left.length < rows.length) socket.write(`SUCCESS: common name '${name}' found, 1 client(s) killed\r\n`);
    else socket.write(`ERROR: common name '${name}' not found\r\n`);
    this.losesNextKill = false;
  }
}
