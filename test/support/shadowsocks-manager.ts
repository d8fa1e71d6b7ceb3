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
  /** What is set of each port: then it answers to list, add and remove as libev does. */
  settings: Map<string, Record<string, unknown>> | null = null;
  /** Does what it is told next, and its answer gets lost. */
  losesNextChange = false;
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
    const pieces = this.settings === null ? this.answer : this.#manage(question, this.settings);
    for (const piece of pieces) this.#socket.send(piece, from.port, from.address);
  }

  /** shadowsocks-libev 3.3.5 manager.c: the list of no ports is only its end. */
  #manage(question: string, ports: Map<string, Record<string, unknown>>): readonly string[] {
    if (question === 'ping') return this.answer;
    if (question === 'list') {
      const entries = [...ports].map(([port, rest]) => `\n\t${JSON.stringify({ server_port: port, ...rest })}`);
      return [entries.length === 0 ? '\n]' : `[${entries.join(',')}\n]`];
    }
    const [, verb, text = '{}'] = /^(add|remove): (.*)$/.exec(question) ?? [];
    const { server_port, ...rest } = JSON.parse(text) as { server_port: number };
    const isDone = verb === 'add' ? !ports.has(String(server_port)) : ports.has(String(server_port));
    if (isDone && verb === 'add') ports.set(String(server_port), rest);
    if (isDone && verb === 'remove') ports.delete(String(server_port));
    if (!this.losesNextChange) return [isDone ? 'ok' : 'err'];
    this.losesNextChange = false;
    return [];
  }
}
