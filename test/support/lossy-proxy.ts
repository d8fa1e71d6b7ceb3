import { once } from 'node:events';
import net from 'node:net';

export type Loss = 'none' | 'answer' | 'late';

/**
 * Passes requests of HTTP on. Of one whose answer is lost the asker learns nothing, but the server did what it was asked;
 * one that is late reaches the server only when its asker has long given up (`deliver`).
 */
export class LossyProxy {
  readonly port: number;
  /** What becomes of a request that begins so. */
  loss: (head: string) => Loss = () => 'none';
  lost = 0;
  readonly #server: net.Server;
  readonly #sockets = new Set<net.Socket>();
  readonly #held: (() => Promise<string>)[] = [];
  readonly #target: number;

  private constructor(server: net.Server, target: number) {
    this.#server = server;
    this.#target = target;
    this.port = (server.address() as net.AddressInfo).port;
    server.on('connection', (near) => this.#take(near));
  }

  static async to(target: number): Promise<LossyProxy> {
    const server = net.createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new LossyProxy(server, target);
  }

  #keep(socket: net.Socket): net.Socket {
    this.#sockets.add(socket);
    socket.on('error', () => {});
    socket.on('close', () => this.#sockets.delete(socket));
    return socket;
  }

  #take(near: net.Socket): void {
    this.#keep(near);
    const far = this.#keep(net.connect(this.#target, '127.0.0.1'));
    // A connection asks again and again: each request has its own fate.
    let fate: Loss | null = null;
    near.on('data', (bytes: Buffer) => {
      if (fate === null) {
        fate = this.loss(bytes.toString('latin1'));
        if (fate !== 'none') this.lost++;
        if (fate === 'late') this.#hold(near, far, bytes);
      }
      if (fate !== 'late') far.write(bytes);
    });
    far.on('data', (bytes) => {
      if (fate === 'answer') near.resetAndDestroy();
      else near.write(bytes);
      fate = null;
    });
    far.on('close', () => near.destroy());
    near.on('close', () => far.end());
  }

  #hold(near: net.Socket, far: net.Socket, first: Buffer): void {
    const asked = [first];
    near.on('data', (bytes: Buffer) => asked.push(bytes));
    // By then the whole of a small request is there.
    setTimeout(() => {
      far.destroy();
      near.resetAndDestroy();
    }, 50);
    this.#held.push(async () => {
      const later = this.#keep(net.connect(this.#target, '127.0.0.1'));
      let answer = '';
      later.on('data', (bytes) => {
        answer += bytes.toString('latin1');
      });
      later.end(Buffer.concat(asked));
      await once(later, 'close');
      return answer.slice(0, answer.indexOf('\r\n'));
    });
  }

  /** What was held arrives now. @returns the first line of each answer */
  async deliver(): Promise<string[]> {
    const answers: string[] = [];
    for (const send of this.#held.splice(0)) answers.push(await send());
    return answers;
  }

  close(): void {
    for (const socket of this.#sockets) socket.destroy();
    this.#server.close();
  }
}
