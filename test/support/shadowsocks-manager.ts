import { createSocket, type RemoteInfo, type Socket } from 'node:dgram';
import type { AddressInfo } from 'node:net';

export type Ports = Readonly<Record<string, bigint>>;

/** One piece, ended by a line feed, as shadowsocks-rust answers (protocol.rs PingResponse). */
export function rustAnswer(ports: Ports): string[] {
  const entries = Object.entries(ports).map(([port, bytes]) => `"${port}":${bytes}`);
  return [`stat: {${entries.join(',')}}\n`];
}

/** Pieces as shadowsocks-libev makes them (manager.c manager_recv_cb()), with the entry it drops at each border. */
export function libevAnswer(ports: Ports): string[] {
  const pieces: string[] = [];
  let buffer = 'stat: {';
  for (const [port, bytes] of Object.entries(ports)) {
    if (buffer.length > 32_767) {
      pieces.push(`${buffer.slice(0, -1)}}`);
      buffer = '';
    } else buffer += `"${port}":${bytes},`;
  }
  pieces.push(buffer.length > 7 ? `${buffer.slice(0, -1)}}` : `${buffer}}`);
  return pieces;
}

/** A manager on a UDP port of this host; the test decides what it answers. */
export class FakeManager {
  answer: readonly string[] = ['stat: {}'];
  isSilent = false;
  /** So many questions get lost. */
  losing = 0;
  readonly heard: string[] = [];
  readonly #socket: Socket;

  constructor() {
    this.#socket = createSocket('udp4');
    this.#socket.on('message', (message, from) => this.#hear(message.toString(), from));
  }

  async listen(): Promise<number> {
    await new Promise<void>((resolve) => this.#socket.bind(0, '127.0.0.1', resolve));
    return (this.#socket.address() as AddressInfo).port;
  }

  async close(): Promise<void> {
    await new Promise<void>((resolve) => this.#socket.close(() => resolve()));
  }

  #hear(question: string, from: RemoteInfo): void {
    this.heard.push(question);
    if (this.isSilent || this.losing-- > 0) return;
    for (const piece of this.answer) this.#socket.send(piece, from.port, from.address);
  }
}
