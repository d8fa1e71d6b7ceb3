import { once } from 'node:events';
import net from 'node:net';

/** Passes TCP connections on, until it is told to pass nothing any more: as if the cable were pulled, nobody is told. */
export class BreakableProxy {
  readonly port: number;
  readonly #server: net.Server;
  readonly #sockets = new Set<net.Socket>();
  #isCut = false;
  #connections = 0;

  private constructor(server: net.Server, target: number) {
    this.#server = server;
    this.port = (server.address() as net.AddressInfo).port;
    server.on('connection', (near) => {
      this.#connections++;
      const far = net.connect({ host: '127.0.0.1', port: target, allowHalfOpen: true });
      for (const [from, to] of [
        [near, far],
        [far, near],
      ] as const) {
        this.#sockets.add(from);
        // What arrives in a cut is lost with its connection.
        from.on('data', (bytes) => this.#isCut || to.write(bytes));
        from.on('end', () => this.#isCut || to.end());
        from.on('error', () => this.#isCut || to.destroy());
        from.on('close', () => {
          this.#sockets.delete(from);
          if (!this.#isCut) to.destroy();
        });
      }
    });
  }

  static async to(target: number): Promise<BreakableProxy> {
    const server = net.createServer({ allowHalfOpen: true }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new BreakableProxy(server, target);
  }

  /** How many were made to it so far. */
  get connections(): number {
    return this.#connections;
  }

  cut(): void {
    this.#isCut = true;
  }

  /** From now on connections are passed on again; those of before are reset, which both ends learn. */
  mend(): void {
    this.#isCut = false;
    for (const socket of this.#sockets) socket.resetAndDestroy();
  }

  close(): void {
    for (const socket of this.#sockets) socket.destroy();
    this.#server.close();
  }
}
