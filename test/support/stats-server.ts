import { once } from 'node:events';
import { createServer, type Http2Server, type ServerHttp2Session, type ServerHttp2Stream } from 'node:http2';
import type { AddressInfo } from 'node:net';

export interface ShownStat {
  readonly name: string;
  readonly value: bigint;
}

/** How a fake of StatsService answers: https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-HTTP2.md. */
export interface Answer {
  readonly status: number;
  readonly details?: string;
  readonly message?: Buffer;
}

type Handler = (request: Buffer) => Answer;

/** A gRPC server of unary calls on a real socket, by hand, so that it can break off anywhere. */
export class StatsServer {
  readonly #server: Http2Server = createServer({ settings: { initialWindowSize: 1 << 20 } });
  readonly #sessions = new Set<ServerHttp2Session>();
  readonly #handlers = new Map<string, Handler>();
  /** Requests as they came, by path. */
  readonly requests: { readonly path: string; readonly message: Buffer }[] = [];
  /** Takes the question and does not answer. */
  hangs = false;
  /** Share of the answer to QueryStats after which the connection breaks; null = all of it is sent. */
  cutAfter: number | null = null;
  #port = 0;

  get port(): number {
    return this.#port;
  }

  on(path: string, handler: Handler): this {
    this.#handlers.set(path, handler);
    return this;
  }

  off(path: string): this {
    this.#handlers.delete(path);
    return this;
  }

  async listen(port = 0): Promise<this> {
    this.#server.on('session', (session) => {
      this.#sessions.add(session);
      session.on('error', () => {}).on('close', () => this.#sessions.delete(session));
    });
    this.#server.on('stream', (stream, headers) => void this.#answer(stream, String(headers[':path'])));
    this.#server.listen(port, '127.0.0.1');
    await once(this.#server, 'listening');
    this.#port = (this.#server.address() as AddressInfo).port;
    return this;
  }

  /** As a killed process does it. */
  dropConnections(): void {
    for (const session of this.#sessions) session.destroy();
  }

  async close(): Promise<void> {
    this.dropConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #answer(stream: ServerHttp2Stream, path: string): Promise<void> {
    stream.on('error', () => {});
    const chunks: Buffer[] = [];
    for await (const chunk of stream) chunks.push(chunk as Buffer);
    const request = Buffer.concat(chunks).subarray(5);
    this.requests.push({ path, message: request });
    if (this.hangs || stream.destroyed) return;
    const handler = this.#handlers.get(path);
    const answer = handler?.(request) ?? { status: 12, details: `unknown method ${path}` };
    if (stream.destroyed) return;
    stream.respond({ ':status': 200, 'content-type': 'application/grpc+proto' }, { waitForTrailers: true });
    stream.on('wantTrailers', () => {
      stream.sendTrailers({ 'grpc-status': String(answer.status), 'grpc-message': encodeURI(answer.details ?? '') });
    });
    const frame = answer.message === undefined ? Buffer.alloc(0) : framed(answer.message);
    if (this.cutAfter === null || !path.endsWith('/QueryStats')) {
      stream.end(frame);
      return;
    }
    stream.write(frame.subarray(0, Math.floor(frame.length * this.cutAfter)), () => this.dropConnections());
  }
}

/** Not compressed, then the length. */
function framed(message: Buffer): Buffer {
  const head = Buffer.alloc(5);
  head.writeUInt32BE(message.length, 1);
  return Buffer.concat([head, message]);
}

/** `QueryStatsResponse`; as Go does it, a value of 0 is left out. */
export function statsMessage(stats: readonly ShownStat[]): Buffer {
  return Buffer.concat(
    stats.map(({ name, value }) =>
      field(1, Buffer.concat([field(1, Buffer.from(name)), value === 0n ? Buffer.alloc(0) : number(2, value)])),
    ),
  );
}

/** `SysStatsResponse` with other figures beside the running time. */
export function sysStatsMessage(uptimeSeconds: number): Buffer {
  return Buffer.concat([number(1, 17n), number(3, 12_345_678n), number(10, BigInt(uptimeSeconds))]);
}

/** A length-delimited field. */
export function field(id: number, content: Buffer): Buffer {
  return Buffer.concat([varint(BigInt(id * 8 + 2)), varint(BigInt(content.length)), content]);
}

/** A varint field; negative numbers as int64 has them. */
export function number(id: number, value: bigint): Buffer {
  return Buffer.concat([varint(BigInt(id * 8)), varint(BigInt.asUintN(64, value))]);
}

export function varint(value: bigint): Buffer {
  const bytes: number[] = [];
  let rest = value;
  while (rest >= 128n) {
    bytes.push(Number(rest & 127n) | 128);
    rest >>= 7n;
  }
  bytes.push(Number(rest));
  return Buffer.from(bytes);
}
