import { createHash } from 'node:crypto';
import { once } from 'node:events';
import {
  createServer,
  request as httpRequest,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { gzipSync } from 'node:zlib';
import { afterEach, describe, expect, test } from 'vitest';
import type { PanelBooks, PanelReset } from '../../src/core/gateway/gateway.ts';
import { MarzbanGateway } from '../../src/integrations/marzban/gateway/gateway.ts';
import { parseMarzbanOptions } from '../../src/integrations/marzban/options.ts';
import { freePort } from '../support/server.ts';

/** Knows alice: 7 bytes since the mark, 90 ever, and her admin. */
class FakeBooks implements PanelBooks {
  readonly resets: PanelReset[] = [];
  fails = false;
  async beyond(keys: readonly string[]) {
    if (this.fails) throw new Error('the ledger is away');
    return new Map(keys.filter((key) => key === 'alice').map((key) => [key, { shown: 7n, ever: 90n }]));
  }
  async beyondOf(owner: string) {
    if (this.fails) throw new Error('the ledger is away');
    return owner === 'boss' ? { shown: 7n, ever: 90n } : null;
  }
  async hasReset(what: PanelReset) {
    this.resets.push(what);
  }
}

interface Seen {
  readonly method: string | undefined;
  readonly url: string | undefined;
  readonly headers: string[];
  readonly body: string;
}

interface Sent {
  readonly method?: string;
  readonly headers?: readonly string[];
  readonly body?: Buffer;
}

const cleanups: (() => Promise<unknown> | unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

type Serve = (incoming: IncomingMessage, outgoing: ServerResponse) => void;

/** Any server, with a gateway before it. */
async function gatewayBefore(serve: Serve, prepare: (server: Server) => void = () => {}) {
  const server = createServer(serve);
  prepare(server);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const direct = (server.address() as AddressInfo).port;
  const port = await freePort();
  const books = new FakeBooks();
  const bugs: unknown[] = [];
  const options = { url: `http://127.0.0.1:${direct}`, username: 'a', password: 'b', privateAddress: true };
  const parsed = parseMarzbanOptions({ ...options, gateway: `127.0.0.1:${port}` });
  const gateway = new MarzbanGateway(parsed, { books, onBug: (error) => bugs.push(error) });
  await gateway.listen();
  cleanups.push(
    () => server.closeAllConnections(),
    () => server.close(),
    () => gateway.close(),
  );
  return { direct, port, books, bugs, server };
}

function ask(port: number, path: string, { method = 'GET', headers = [], body }: Sent = {}) {
  const length = body === undefined ? [] : ['Content-Length', String(body.length)];
  const all = ['Host', 'panel.test', ...headers, ...length];
  return httpRequest({ host: '127.0.0.1', port, path, method, headers: all, agent: false });
}

async function get(port: number, path: string, sent: Sent = {}) {
  const outgoing = ask(port, path, sent);
  outgoing.end(sent.body);
  const [answer] = (await once(outgoing, 'response')) as [IncomingMessage];
  const chunks: Buffer[] = [];
  for await (const chunk of answer) chunks.push(chunk as Buffer);
  const { statusCode: status, statusMessage, rawHeaders } = answer;
  return { status, statusMessage, headers: endToEndOf(rawHeaders), body: Buffer.concat(chunks) };
}

/** Comparing a long body byte by byte would take a minute. */
function digested({ body, ...answer }: Awaited<ReturnType<typeof get>>) {
  return { ...answer, body: createHash('sha256').update(body).digest('hex') };
}

/** Without what each connection has of its own. */
function endToEndOf(raw: readonly string[], more: readonly string[] = []): string[] {
  const own = new Set(['connection', 'keep-alive', 'transfer-encoding', ...more]);
  return raw.filter((_, at) => !own.has((raw[at - (at % 2)] ?? '').toLowerCase()));
}

const BIG = Buffer.from(Array.from({ length: 3_000_000 }, (_, n) => (n * 7919) % 251));
const ODD_JSON = '{ "used_traffic":5,\n"username" : "alice","x":[1,2 ,"\\u0041"]}  ';

/** What Marzban and its pages may answer to what is none of our business. */
const ANSWERS: Readonly<Record<string, (outgoing: ServerResponse) => void>> = {
  '/dashboard/': (outgoing) => outgoing.writeHead(200, { 'Content-Type': 'text/html' }).end('<p>ü</p>'),
  '/dashboard/statics/app.js': (outgoing) => {
    outgoing.writeHead(200, { 'Content-Encoding': 'gzip', ETag: '"x"', 'Content-Type': 'text/javascript' });
    outgoing.end(gzipSync('let a = 1;'));
  },
  '/api/system?a=1&a=%2F&%F0=': (outgoing) =>
    outgoing.writeHead(200, ['Set-Cookie', 'a=1', 'SET-COOKIE', 'b=2', 'X-A', '']).end(ODD_JSON),
  '/api/core/config': (outgoing) => {
    outgoing.write('{"chunked":');
    outgoing.end('true}');
  },
  '/api/user/nobody': (outgoing) =>
    outgoing.writeHead(404, { 'content-type': 'application/json' }).end('{"detail":"User not found"}'),
  '/api/users?broken': (outgoing) =>
    outgoing.writeHead(500, 'Oh Dear', { 'content-type': 'text/plain' }).end('Internal Server Error'),
  '/api/user/unauthorized': (outgoing) =>
    outgoing.writeHead(401, { 'WWW-Authenticate': 'Bearer', 'content-type': 'application/json' }).end('{"detail":"x"}'),
  '/api/users/': (outgoing) => outgoing.writeHead(307, { Location: 'http://panel.test/api/users' }).end(),
  '/api/user/gone': (outgoing) => outgoing.writeHead(204).end(),
  '/api/user/same': (outgoing) => outgoing.writeHead(304, { ETag: '"y"' }).end(),
  '/api/user/packed': (outgoing) =>
    outgoing.writeHead(200, { 'content-type': 'application/json', 'content-encoding': 'gzip' }).end(gzipSync(ODD_JSON)),
  '/api/user/page': (outgoing) => outgoing.writeHead(200, { 'content-type': 'text/html' }).end(ODD_JSON),
  '/api/user/no-json': (outgoing) =>
    outgoing.writeHead(200, { 'content-type': 'application/json' }).end(`${ODD_JSON}{`),
  '/backup': (outgoing) => outgoing.writeHead(200, { 'content-type': 'application/octet-stream' }).end(BIG),
};

describe('what passes as it is', () => {
  test.each(Object.keys(ANSWERS))('the answer to %s', async (path) => {
    const { direct, port, bugs } = await gatewayBefore((_incoming, outgoing) => {
      outgoing.sendDate = false;
      ANSWERS[path]?.(outgoing);
    });
    const through = await get(port, path);
    expect(through.status).not.toBe(400);
    expect(digested(through)).toEqual(digested(await get(direct, path)));
    expect((await get(port, path, { method: 'HEAD' })).headers).toEqual(
      (await get(direct, path, { method: 'HEAD' })).headers,
    );
    expect(bugs).toEqual([]);
  });

  test('the request: method, path, headers in their order and spelling, body of any length, credentials of the caller', async () => {
    const seen: Seen[] = [];
    const { direct, port } = await gatewayBefore(async (incoming, outgoing) => {
      const chunks: Buffer[] = [];
      for await (const chunk of incoming) chunks.push(chunk as Buffer);
      const { method, url, rawHeaders } = incoming;
      seen.push({ method, url, headers: rawHeaders, body: Buffer.concat(chunks).toString('base64') });
      outgoing.end('{}');
    });
    const headers = ['AUTHORIZATION', 'Bearer x.y.z', 'X-B', '1', 'x-a', '2', 'X-B', '3', 'Accept-Encoding', 'br'];
    for (const sent of [
      { method: 'POST', headers, body: BIG },
      { method: 'DELETE', headers },
      {
        method: 'PUT',
        headers: [...headers, 'X-Forwarded-For', '198.51.100.7', 'X-Forwarded-Proto', 'https'],
        body: Buffer.from('{}'),
      },
    ]) {
      await get(direct, '/api/inbounds?q=%20%2F', sent);
      await get(port, '/api/inbounds?q=%20%2F', sent);
      const [plain, passed] = seen.splice(0) as [Seen, Seen];
      const added = ['x-forwarded-for', 'x-forwarded-proto', 'x-xpert-gateway'];
      expect({ ...passed, headers: endToEndOf(passed.headers, added) }).toEqual({
        ...plain,
        headers: endToEndOf(plain.headers, added),
      });
      const told = (sent.headers ?? []).includes('X-Forwarded-For') ? '198.51.100.7, 127.0.0.1' : '127.0.0.1';
      expect(passed.headers[passed.headers.indexOf('X-Forwarded-For') + 1]).toBe(told);
    }
  });

  test('bodies flow both ways while they are made', async () => {
    let upload: IncomingMessage | null = null;
    const { port } = await gatewayBefore((incoming, outgoing) => {
      upload = incoming;
      outgoing.writeHead(200, { 'content-type': 'text/event-stream' });
      outgoing.flushHeaders();
      incoming.on('data', (chunk: Buffer) => outgoing.write(chunk));
      incoming.on('end', () => outgoing.end());
    });
    const outgoing = ask(port, '/api/anything', { method: 'POST', headers: ['Transfer-Encoding', 'chunked'] });
    outgoing.write('one');
    const [answer] = (await once(outgoing, 'response')) as [IncomingMessage];
    expect(String((await once(answer, 'data'))[0])).toBe('one');
    outgoing.write('two');
    expect(String((await once(answer, 'data'))[0])).toBe('two');
    outgoing.end();
    await once(answer, 'end');
    expect(upload).not.toBeNull();
  });

  test('an answer that breaks off breaks off, and a caller who goes is gone for the panel, too', async () => {
    const { port, server } = await gatewayBefore((incoming, outgoing) => {
      if (incoming.url === '/long') return;
      outgoing.writeHead(200, { 'content-length': '100', 'content-type': 'application/json' });
      outgoing.write('{"users":[', () => outgoing.destroy());
    });
    for (const path of ['/api/system', '/api/users']) await expect(get(port, path)).rejects.toThrow();
    const outgoing = ask(port, '/long');
    outgoing.on('error', () => {});
    outgoing.end();
    const [, theirs] = (await once(server, 'request')) as [IncomingMessage, ServerResponse];
    outgoing.destroy();
    await once(theirs, 'close');
  });

  test('another protocol: what follows the upgrade is nobody’s to read; a refusal comes as it is', async () => {
    const { port } = await gatewayBefore(
      () => {},
      (server) =>
        server.on('upgrade', (incoming: IncomingMessage, socket: Socket, first: Buffer) => {
          if (incoming.url !== '/api/core/logs?token=t') {
            socket.end('HTTP/1.1 403 Forbidden\r\nContent-Length: 2\r\nX-Why: no\r\n\r\nno');
            return;
          }
          socket.write(
            `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: k\r\n\r\nhello`,
          );
          if (first.length > 0) socket.write(first);
          socket.pipe(socket);
        }),
    );
    const open = async (path: string, more = '') => {
      const socket = connect(port, '127.0.0.1');
      const head = 'Host: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Key: k';
      socket.write(`GET ${path} HTTP/1.1\r\n${head}\r\n\r\n${more}`);
      return socket;
    };
    const socket = await open('/api/core/logs?token=t', 'first');
    let text = '';
    socket.on('data', (chunk) => (text += String(chunk)));
    while (!text.endsWith('hellofirst')) await once(socket, 'data');
    expect(text).toMatch(/^HTTP\/1\.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-Web/);
    socket.write(Buffer.from([0, 255, 10]));
    const [echo] = (await once(socket, 'data')) as [Buffer];
    expect([...echo]).toEqual([0, 255, 10]);
    socket.destroy();
    const refused = await open('/api/node/1/logs');
    let answer = '';
    for await (const chunk of refused) answer += String(chunk);
    expect(answer).toMatch(/^HTTP\/1\.1 403 Forbidden\r\n[\s\S]*X-Why: no[\s\S]*\r\n\r\nno$/);
  });

  test('a panel that is away: 502 in its own form; a kept connection that it closed meanwhile is nobody’s error', async () => {
    const { port, server } = await gatewayBefore((_incoming, outgoing) => outgoing.end('ok'));
    server.keepAliveTimeout = 1;
    for (let n = 0; n < 5; n++) expect((await get(port, '/api/system')).body.toString()).toBe('ok');
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
    const { status, body } = await get(port, '/api/users');
    expect(status).toBe(502);
    expect(JSON.parse(body.toString()).detail).toMatch(/^Marzban did not answer\. http:\/\/127\.0\.0\.1:\d+ refuses/);
  });
});

const json = (text: string) => (_incoming: IncomingMessage, outgoing: ServerResponse) => {
  outgoing.writeHead(200, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) }).end(text);
};

describe('figures', () => {
  const user = (name: string, used: string, rest = '') =>
    `{"note":"{\\"used_traffic\\":1}" ,"used_traffic":${used},"lifetime_used_traffic" : 40,"links":["used_traffic"],"username":"${name}"${rest}}`;

  test.each([
    [
      'GET',
      '/api/users?limit=5',
      `{"users":[${user('alice', '5')}, ${user('bob', '6')}],"total":2}`,
      [
        ['"used_traffic":5,', '"used_traffic":12,'],
        ['40', '130'],
      ],
    ],
    [
      'GET',
      '/api/user/alice',
      user('alice', '9007199254740993'),
      [
        ['9007199254740993', '9007199254741000'],
        ['40', '130'],
      ],
    ],
    [
      'PUT',
      '/api/user/%61lice',
      user('alice', '0', ',"admin":{"used_traffic":3}'),
      [
        [':0,', ':7,'],
        ['40', '130'],
      ],
    ],
    ['GET', '/api/user/alice', user('alice', 'null'), [['40', '130']]],
    ['GET', '/api/user/bob', user('bob', '5'), []],
    [
      'GET',
      '/sub/TOKEN/info',
      user('alice', '5'),
      [
        ['"used_traffic":5,', '"used_traffic":12,'],
        ['40', '130'],
      ],
    ],
    ['GET', '/api/admin/usage/boss', '35', [['35', '42']]],
    ['GET', '/api/admin/usage/nobody', '35', []],
    ['GET', '/api/admin', '{"users_usage":35,"username":"boss"}', [['35', '42']]],
    [
      'GET',
      '/api/admins',
      '[{"username":"nobody","users_usage":1},{"username":"boss","users_usage":35}]',
      [['35', '42']],
    ],
    ['GET', '/api/user/alice/usage', user('alice', '5'), []],
    ['DELETE', '/api/user/alice', user('alice', '5'), []],
  ] as const)('%s %s: digits change where they stand, nothing else', async (method, path, before, changes) => {
    const { port } = await gatewayBefore(json(before));
    const { headers, body } = await get(port, path, { method });
    const after = changes.reduce((text: string, [from, to]) => text.replace(from, to), before);
    expect(body.toString()).toBe(after);
    expect(headers[headers.indexOf('content-length') + 1]).toBe(String(after.length));
  });

  test('if the ledger cannot answer, the panel’s own answer passes', async () => {
    const text = user('alice', '5');
    const { port, books, bugs } = await gatewayBefore(json(text));
    books.fails = true;
    expect((await get(port, '/api/user/alice')).body.toString()).toBe(text);
    expect(bugs).toHaveLength(1);
  });

  test('the header of a subscription', async () => {
    const { port } = await gatewayBefore((_incoming, outgoing) => {
      outgoing
        .writeHead(200, { 'Subscription-Userinfo': 'upload=0; download=30; total=100; expire=0', X: 'y' })
        .end('links');
    });
    const token = `${Buffer.from('alice,1700000000').toString('base64url')}0123456789`;
    const jwt = `eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.${Buffer.from('{"sub":"alice","access":"subscription"}').toString('base64url')}.s`;
    const other = `${Buffer.from('bob,1700000000').toString('base64url')}0123456789`;
    const told = async (path: string) => (await get(port, path)).headers.slice(0, 2);
    for (const path of [`/sub/${token}`, `/s3cret/${token}/v2ray`, `/sub/${jwt}`])
      expect(await told(path)).toEqual(['Subscription-Userinfo', 'upload=0; download=37; total=100; expire=0']);
    expect((await told(`/sub/${other}`))[1]).toContain('download=30;');
  });
});

test('a reset that the panel made is ours as well, and one that it refused is not', async () => {
  let status = 200;
  const { port, books } = await gatewayBefore((_incoming, outgoing) => {
    outgoing.writeHead(status, { 'content-type': 'application/json' }).end('{"username":"alice","used_traffic":0}');
  });
  const resets = [
    ['/api/user/al%69ce/reset', { kind: 'account', key: 'alice' }],
    ['/api/users/reset', { kind: 'all' }],
    ['/api/admin/usage/reset/boss', { kind: 'owner', owner: 'boss' }],
  ] as const;
  for (const [path] of resets) await get(port, path, { method: 'POST' });
  expect(books.resets).toEqual(resets.map(([, reset]) => reset));
  await get(port, '/api/user/alice/reset');
  status = 403;
  for (const [path] of resets) await get(port, path, { method: 'POST' });
  expect(books.resets).toHaveLength(3);
});
