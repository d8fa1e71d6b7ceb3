import { createServer as createHttpServer, type RequestListener } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import { type AddressInfo, createServer as createTcpServer, type Server, type Socket } from 'node:net';
import { gzipSync } from 'node:zlib';
import { afterEach, describe, expect, test } from 'vitest';
import { makeCertificate } from '../../../test/support/certificate.ts';
import { HttpClient, type HttpClientOptions } from './http-client.ts';
import { HttpFailure } from './http-failure.ts';

const OWN = { kind: 'collector', privateAddresses: true } as const;
const FOREIGN = { kind: 'foreign' } as const;
const SECRET = 'hunter2-in-the-path';
const open: { close(): void }[] = [];
afterEach(() => {
  for (const one of open.splice(0)) one.close();
});

function client(options: Partial<HttpClientOptions> = {}): HttpClient {
  const made = new HttpClient({ policy: OWN, ...options });
  open.push(made);
  return made;
}

async function listen(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => sockets.add(socket));
  open.push({
    close: () => {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  });
  return (server.address() as AddressInfo).port;
}

const serve = (listener: RequestListener) => listen(createHttpServer(listener));
/** Answers with these bytes, whatever is asked. */
const serveRaw = (text: string) => listen(createTcpServer((socket) => void socket.on('error', () => {}).end(text)));
const soon = () => AbortSignal.timeout(10_000);
const at = (port: number, path = `/${SECRET}?token=${SECRET}`) => new URL(`http://127.0.0.1:${port}${path}`);

async function failure(asked: Promise<unknown>): Promise<HttpFailure> {
  const error = await asked.then(
    () => null,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(HttpFailure);
  const failed = error as HttpFailure;
  expect(`${failed.message} ${failed.hint}`).not.toContain(SECRET);
  expect(failed.hint.length).toBeGreaterThan(5);
  return failed;
}

describe('requests', () => {
  test('method, headers and body arrive, status, headers and body come back', async () => {
    const port = await serve((incoming, outgoing) => {
      let body = '';
      incoming.on('data', (chunk) => {
        body += chunk;
      });
      incoming.on('end', () => {
        outgoing.writeHead(201, { 'x-a': 'b' });
        outgoing.end(`${incoming.method} ${incoming.url} ${incoming.headers['x-c']} ${incoming.headers.host} ${body}`);
      });
    });
    const answer = await client().request({
      method: 'POST',
      url: at(port, '/p?q=1'),
      headers: { 'x-c': 'd' },
      body: 'héllo',
      signal: soon(),
    });
    expect(answer.status).toBe(201);
    expect(answer.headers['x-a']).toBe('b');
    expect(answer.body.toString()).toBe(`POST /p?q=1 d 127.0.0.1:${port} héllo`);
  });

  test('a good answer is handed over as it arrives; the beginning of a bad one is kept', async () => {
    const port = await serve((incoming, outgoing) => {
      outgoing.writeHead(incoming.url === '/bad' ? 500 : 200);
      outgoing.end('x'.repeat(300_000));
    });
    const chunks: Buffer[] = [];
    const onData = (chunk: Buffer) => chunks.push(chunk);
    const good = await client().request({ url: at(port), signal: soon(), onData });
    expect(Buffer.concat(chunks)).toHaveLength(300_000);
    expect(chunks.length).toBeGreaterThan(1);
    expect(good.body).toHaveLength(0);
    const bad = await client().request({ url: at(port, '/bad'), signal: soon(), onData });
    expect(bad.status).toBe(500);
    expect(bad.body.length).toBeGreaterThan(1_000);
    expect(bad.body.length).toBeLessThan(100_000);
  });

  test('what the taker of the data throws ends the request and is thrown', async () => {
    const port = await serve((_incoming, outgoing) => void outgoing.end('x'.repeat(300_000)));
    const wrong = Object.assign(new Error('not mine'), { code: 'mine' });
    const onData = () => {
      throw wrong;
    };
    await expect(client().request({ url: at(port), signal: soon(), onData })).rejects.toBe(wrong);
  });

  test('a kept connection is used again, and one that the server closed meanwhile is not noticed', async () => {
    let connections = 0;
    const server = createHttpServer((_incoming, outgoing) => void outgoing.end('ok'));
    server.on('connection', (socket) => {
      connections += 1;
      // Closes as the next request arrives on it.
      socket.prependListener('data', () => {
        if (connections === 1 && socket.bytesWritten > 0) socket.resetAndDestroy();
      });
    });
    const port = await listen(server);
    const keeping = client({ keepsConnections: true });
    for (let n = 0; n < 4; n++) {
      expect((await keeping.request({ url: at(port), signal: soon() })).body.toString()).toBe('ok');
    }
    expect(connections).toBe(2);
  });
});

describe('limits', () => {
  test('a small packed answer that unpacks to a lot ends at the cap', async () => {
    const packed = gzipSync(Buffer.alloc(200 * 1024 * 1024));
    expect(packed.length).toBeLessThan(300_000);
    const port = await serve((_incoming, outgoing) => {
      outgoing.writeHead(200, { 'content-encoding': 'gzip' });
      outgoing.end(packed);
    });
    let taken = 0;
    const onData = (chunk: Buffer) => {
      taken += chunk.length;
    };
    const asked = client().request({ url: at(port), signal: soon(), maxBytes: 1024 * 1024, onData });
    expect((await failure(asked)).code).toBe('http-too-large');
    expect(taken).toBeLessThanOrEqual(1024 * 1024);
  });

  test('packed answers are unpacked; a cut one is cut, a damaged one is garbled, an unknown packing is refused', async () => {
    const packed = gzipSync('hello '.repeat(1000));
    const damaged = Buffer.from(packed);
    damaged.fill(255, 12, 20);
    const bodies: Record<string, [string, Buffer]> = {
      '/good': ['gzip', packed],
      '/cut': ['gzip', packed.subarray(0, packed.length - 9)],
      '/damaged': ['gzip', damaged],
      '/unknown': ['br', packed],
    };
    const port = await serve((incoming, outgoing) => {
      const [encoding, body] = bodies[incoming.url ?? ''] ?? ['', Buffer.of()];
      outgoing.writeHead(200, { 'content-encoding': encoding });
      outgoing.end(body);
    });
    const ask = (path: string) => client().request({ url: at(port, path), signal: soon() });
    expect((await ask('/good')).body.toString()).toBe('hello '.repeat(1000));
    expect((await failure(ask('/cut'))).code).toBe('http-cut');
    expect((await failure(ask('/damaged'))).code).toBe('http-garbled');
    expect((await failure(ask('/unknown'))).code).toBe('http-garbled');
  });

  test('an answer that ends before its length is cut, with length and in chunks', async () => {
    const heads = ['content-length: 100\r\n\r\nhello', 'transfer-encoding: chunked\r\n\r\n5\r\nhello\r\n'];
    for (const head of heads) {
      const port = await serveRaw(`HTTP/1.1 200 OK\r\n${head}`);
      expect((await failure(client().request({ url: at(port), signal: soon() }))).code).toBe('http-cut');
    }
  });

  test('whoever does not answer in time, or stops in the midst of it, is given up', async () => {
    const silent = await listen(createTcpServer(() => {}));
    const stalling = await serve((_incoming, outgoing) => void outgoing.writeHead(200).write('a'));
    for (const port of [silent, stalling]) {
      const asked = client().request({ url: at(port), signal: soon(), timeoutMs: 200 });
      expect((await failure(asked)).code).toBe('http-timeout');
    }
  });

  test('connecting has a time of its own, TLS included', async () => {
    const port = await listen(createTcpServer(() => {}));
    const asked = client({ connectTimeoutMs: 200 }).request({
      url: new URL(`https://127.0.0.1:${port}/`),
      signal: soon(),
    });
    expect((await failure(asked)).code).toBe('http-connect-timeout');
  });

  test('a name that never resolves is given up as well', async () => {
    const asked = client({ connectTimeoutMs: 200, resolve: () => new Promise(() => {}) });
    const url = new URL('http://slow.example/');
    expect((await failure(asked.request({ url, signal: soon() }))).code).toBe('http-connect-timeout');
  });

  test("an abort ends it with the signal's reason, before, while connecting and while reading", async () => {
    await expect(client().request({ url: at(1), signal: AbortSignal.abort('before') })).rejects.toBe('before');
    const silent = await listen(createTcpServer(() => {}));
    const stalling = await serve((_incoming, outgoing) => void outgoing.writeHead(200).write('a'));
    for (const port of [silent, stalling]) {
      const controller = new AbortController();
      const asked = client().request({ url: at(port), signal: controller.signal });
      setTimeout(() => controller.abort('now'), 50);
      await expect(asked).rejects.toBe('now');
    }
  });
});

describe('failures in words', () => {
  test.each([
    ['garbage', 'hello\r\n', 'http-garbled'],
    ['nothing', '', 'http-closed'],
    ['an endless header', `HTTP/1.1 200 OK\r\nx: ${'y'.repeat(100_000)}\r\n\r\n`, 'http-garbled'],
  ])('%s', async (_name, text, code) => {
    const port = await serveRaw(text);
    expect((await failure(client().request({ url: at(port), signal: soon() }))).code).toBe(code);
  });

  test('nobody listens; no such name; plain text where TLS was expected', async () => {
    const port = await serve(() => {});
    const ask = (url: URL, options = {}) => failure(client(options).request({ url, signal: soon() }));
    expect((await ask(new URL('http://127.0.0.1:1/'))).code).toBe('http-refused');
    const missing = Object.assign(new Error('no'), { code: 'ENOTFOUND' });
    const resolve = () => Promise.reject(missing);
    expect((await ask(new URL('http://nowhere.example/'), { resolve })).code).toBe('http-name-not-resolved');
    const plain = await serveRaw('HTTP/1.1 400 Bad Request\r\n\r\n');
    expect((await ask(new URL(`https://127.0.0.1:${plain}/`))).code).toBe('http-not-tls');
    expect(port).toBeGreaterThan(0);
  });
});

describe('addresses', () => {
  test('this machine is reached with the flag only, in every way of writing it', async () => {
    const port = await serve((_incoming, outgoing) => void outgoing.end('in'));
    const names = ['127.0.0.1', '127.1', '0x7f000001', '2130706433', '[::ffff:127.0.0.1]', 'localhost'];
    for (const name of [...names, '0.0.0.0', '[::]', '[::1]']) {
      const url = new URL(`http://${name}:${port}/`);
      for (const policy of [FOREIGN, { kind: 'collector', privateAddresses: false } as const]) {
        const code = (await failure(client({ policy }).request({ url, signal: soon() }))).code;
        expect(code, name).toBe('http-address-not-allowed');
      }
    }
    for (const name of names.slice(0, 4)) {
      const answer = await client().request({ url: new URL(`http://${name}:${port}/`), signal: soon() });
      expect(answer.body.toString()).toBe('in');
    }
  });

  test('a name is resolved once, and what was checked is what is connected to', async () => {
    const port = await serve((_incoming, outgoing) => void outgoing.end('in'));
    let asked = 0;
    const resolve = async () => {
      asked += 1;
      return asked === 1 ? ['127.0.0.1'] : ['127.0.0.2'];
    };
    const url = new URL(`http://rebinding.example:${port}/`);
    expect((await client({ resolve }).request({ url, signal: soon() })).body.toString()).toBe('in');
    expect(asked).toBe(1);
  });

  test('a name with one forbidden address among good ones is refused', async () => {
    const resolve = async () => ['8.8.8.8', '10.0.0.1'];
    const asked = client({ policy: FOREIGN, resolve }).request({
      url: new URL('http://mixed.example/'),
      signal: soon(),
    });
    expect((await failure(asked)).code).toBe('http-address-not-allowed');
  });

  test('a redirect is an answer unless it is to be followed; then it is checked like the first address', async () => {
    const port = await serve((incoming, outgoing) => {
      const to = { '/a': '/b', '/loop': '/loop', '/inside': 'http://127.0.0.1:1/' }[incoming.url ?? ''];
      if (to === undefined) outgoing.end(`there ${incoming.headers.authorization}`);
      else outgoing.writeHead(302, { location: to }).end();
    });
    const ask = (path: string, redirects = 3) => {
      const headers = { authorization: 'Bearer abc' };
      return client().request({ url: at(port, path), headers, signal: soon(), redirects });
    };
    expect((await ask('/a', 0)).status).toBe(302);
    expect((await ask('/a')).body.toString()).toBe('there Bearer abc');
    expect((await ask('/loop')).status).toBe(302);
    expect((await failure(ask('/inside'))).code).toBe('http-refused');
    // To the resolver the name of this machine is one of the internet; where it leads then is not.
    const resolve = async (name: string) => (name === 'first.example' ? ['127.0.0.1'] : ['169.254.169.254']);
    const elsewhere = await serve((_incoming, outgoing) => {
      outgoing.writeHead(302, { location: 'http://metadata.example/' }).end();
    });
    const url = new URL(`http://first.example:${elsewhere}/`);
    const asked = client({ resolve }).request({ url, signal: soon(), redirects: 3 });
    expect((await failure(asked)).code).toBe('http-address-not-allowed');
  });

  test('another host hears who asks and for what, and gets no credentials', async () => {
    const second = await serve((incoming, outgoing) => void outgoing.end(JSON.stringify(incoming.headers)));
    const first = await serve((_incoming, outgoing) => {
      outgoing.writeHead(307, { location: `http://127.0.0.1:${second}/` }).end();
    });
    const headers = {
      ...{ authorization: 'Bearer abc', cookie: 'a=b', 'x-api-key': 'abc', 'if-none-match': '"a"' },
      ...{ 'User-Agent': 'v2rayNG/1.10', accept: 'text/plain' },
    };
    const answer = await client().request({ url: at(first), headers, signal: soon(), redirects: 1 });
    expect(JSON.parse(answer.body.toString())).toEqual({
      ...{ 'user-agent': 'v2rayNG/1.10', accept: 'text/plain', 'accept-encoding': 'gzip' },
      ...{ host: `127.0.0.1:${second}`, connection: expect.any(String) },
    });
  });
});

describe('certificates', () => {
  const certificate = makeCertificate();
  const pin = certificate.sha256;

  const serveTls = async () => {
    let requests = 0;
    const server = createHttpsServer(certificate, (_incoming, outgoing) => {
      requests += 1;
      outgoing.end('in');
    });
    const port = await listen(server);
    return { url: new URL(`https://127.0.0.1:${port}/${SECRET}`), requests: () => requests };
  };

  test('one that nobody signed is refused; pinned by its SHA-256 it is accepted', async () => {
    const { url } = await serveTls();
    expect((await failure(client().request({ url, signal: soon() }))).code).toBe('http-certificate');
    for (const certificateSha256 of [pin, pin.replaceAll(':', '').toLowerCase()]) {
      const answer = await client({ certificateSha256 }).request({ url, signal: soon() });
      expect(answer.body.toString()).toBe('in');
    }
  });

  test('another one than the pinned is refused before anything is sent, also on a kept connection', async () => {
    const { url, requests } = await serveTls();
    const other = client({ certificateSha256: '0'.repeat(64), keepsConnections: true });
    const failed = await failure(other.request({ url, signal: soon() }));
    expect(failed.code).toBe('http-certificate-changed');
    expect(failed.hint).toContain(pin.replaceAll(':', ''));
    expect((await failure(other.request({ url, signal: soon() }))).code).toBe('http-certificate-changed');
    expect(requests()).toBe(0);
  });
});
