import { once } from 'node:events';
import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http';
import { type AddressInfo, connect, createServer as createRelay, Server as Listener, type Socket } from 'node:net';
import { pipeline } from 'node:stream';
import { afterEach, describe, expect, test } from 'vitest';
import type { PanelBooks } from '../../src/core/gateway/gateway.ts';
import { MarzbanGateway } from '../../src/integrations/marzban/gateway/gateway.ts';
import { parseMarzbanOptions } from '../../src/integrations/marzban/options.ts';
import { rulesOf } from '../../src/lib/http-client/endpoint.ts';
import { ReverseProxy } from '../../src/lib/reverse-proxy/reverse-proxy.ts';
import { freePort } from '../support/server.ts';

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

async function serverOf(serve: RequestListener): Promise<{ server: Server; port: number }> {
  const server = createServer(serve).listen(0, '127.0.0.1');
  await once(server, 'listening');
  cleanups.push(() => {
    server.closeAllConnections();
    server.close();
  });
  return { server, port: (server.address() as AddressInfo).port };
}

const NO_BOOKS: PanelBooks = { beyond: async () => new Map(), beyondOf: async () => null, hasReset: async () => {} };

async function gatewayBefore(panel: number, onBug: (error: unknown) => void = () => {}) {
  const port = await freePort();
  const options = {
    url: `http://127.0.0.1:${panel}`,
    username: 'a',
    password: 'b',
    privateAddress: true,
    gateway: `127.0.0.1:${port}`,
  };
  const gateway = new MarzbanGateway(parseMarzbanOptions(options), { books: NO_BOOKS, onBug });
  await gateway.listen();
  cleanups.push(() => gateway.close());
  return { port, gateway };
}

function send(port: number, ...lines: string[]): Socket {
  const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
  socket.on('error', () => {});
  cleanups.push(() => socket.destroy());
  socket.write(`${lines.join('\r\n')}\r\n\r\n`);
  return socket;
}

async function answerTo(port: number, ...lines: string[]): Promise<string> {
  let text = '';
  for await (const chunk of send(port, ...lines)) text += String(chunk);
  return text;
}

const HEAD = ['Host: panel.test', 'Connection: close'];
const WEBSOCKET = ['Host: panel.test', 'Connection: Upgrade', 'Upgrade: websocket'];

describe('what the parser of another version of Node may let through', () => {
  /** A gateway's proxy whose requests are changed after the parser has seen them. */
  async function proxyOf(change: (incoming: IncomingMessage) => void) {
    const panel = await serverOf((_incoming, outgoing) => outgoing.end('ok'));
    const bugs: unknown[] = [];
    const proxy = new ReverseProxy({
      base: new URL(`http://127.0.0.1:${panel.port}`),
      rules: rulesOf({ url: '', privateAddress: true }),
      name: 'Panel',
      worded: (body) => ({ type: 'text/plain', body }),
      onBug: (error) => bugs.push(error),
    });
    const { server, port } = await serverOf((incoming, outgoing) => {
      change(incoming);
      proxy.pass(incoming, outgoing);
    });
    server.on('upgrade', (incoming: IncomingMessage, socket: Socket, first: Buffer) => {
      change(incoming);
      proxy.upgrade(incoming, socket, first);
    });
    cleanups.push(() => proxy.close());
    return { port, bugs };
  }

  test.each(['/\t', '/\f?a', 'http://other.test/', '*', ''])('the target %j is answered 400', async (url) => {
    const { port, bugs } = await proxyOf((incoming) => {
      incoming.url = url;
    });
    for (const head of [HEAD, WEBSOCKET])
      expect(await answerTo(port, 'GET /x HTTP/1.1', ...head)).toMatch(/^HTTP\/1\.1 400 Bad Request\r\n/);
    expect(bugs).toEqual([]);
  });

  test('whatever throws is answered and told', async () => {
    const { port, bugs } = await proxyOf((incoming) => {
      incoming.rawHeaders.push('X-Odd', '\u0001');
    });
    expect(await answerTo(port, 'GET /x HTTP/1.1', ...HEAD)).toMatch(/^HTTP\/1\.1 500 /);
    expect(await answerTo(port, 'GET /x HTTP/1.1', ...WEBSOCKET)).toBe('');
    expect(bugs).toMatchObject([{ code: 'ERR_INVALID_CHAR' }, { code: 'ERR_INVALID_CHAR' }]);
  });
});

describe('upgrades', () => {
  test.each(['/api/users', '/api/user/alice?x=1', '/api/admin', '/sub/TOKEN/info'])(
    'a websocket at %s, whose answer holds figures, is refused: what came as an ordinary answer would pass unseen',
    async (path) => {
      let asked = 0;
      const panel = await serverOf((_incoming, outgoing) => {
        asked += 1;
        outgoing.end('{"used_traffic":1}');
      });
      const { port } = await gatewayBefore(panel.port);
      const text = await answerTo(port, `GET ${path} HTTP/1.1`, ...WEBSOCKET);
      expect(text).toMatch(/^HTTP\/1\.1 400 Bad Request\r\n[\s\S]*no websocket at this path/);
      expect(asked).toBe(0);
    },
  );

  test.each([
    ['POST /api/user/alice/reset HTTP/1.1', ...WEBSOCKET],
    ['GET /api/users HTTP/1.1', 'Host: x', 'Connection: Upgrade', 'Upgrade: h2c'],
    ['GET /api/core/logs HTTP/1.1', ...WEBSOCKET, 'Content-Length: 5', '', 'abcde'],
  ])('%s, to anything but a websocket, is refused aloud and never reaches the panel', async (...lines) => {
    const asked: string[] = [];
    const { port: panel } = await serverOf((incoming) => asked.push(incoming.url ?? ''));
    const { port } = await gatewayBefore(panel);
    const answer = await answerTo(port, ...lines);
    expect(answer).toMatch(
      /^HTTP\/1\.1 400 Bad Request\r\n[\s\S]*Connection: close\r\n[\s\S]*"detail":"[^}]*websocket/,
    );
    expect(asked).toEqual([]);
  });

  test.each(['refused', 'never answered', 'panel away'])(
    '%s: the gateway closes, though the caller never does',
    async (how) => {
      const { port: panel, server } = await serverOf((_incoming, outgoing) => {
        if (how === 'refused') outgoing.writeHead(403).end('no');
      });
      const { port, gateway } = await gatewayBefore(how === 'panel away' ? await freePort() : panel);
      const arrived = once(server, 'request');
      const socket = send(port, 'GET /api/core/logs HTTP/1.1', ...WEBSOCKET);
      if (how === 'never answered') await arrived;
      else expect(String((await once(socket, 'data'))[0])).toMatch(how === 'refused' ? / 403 / : / 502 /);
      await gateway.close();
    },
  );
});

test('"Connection" cannot take away what frames and addresses a message', async () => {
  const { port: panel } = await serverOf((incoming, outgoing) => outgoing.end(JSON.stringify(incoming.headers)));
  const { port } = await gatewayBefore(panel);
  const named = ['Connection: close, content-length, Host, transfer-encoding, X-Own', 'X-Own: 1', 'Content-Length: 2'];
  const answer = await answerTo(port, 'POST /x HTTP/1.1', 'Host: panel.test', ...named, '', 'ab');
  const seen = JSON.parse(/\{.*\}/.exec(answer)?.[0] ?? '{}') as Record<string, string>;
  expect(seen).toMatchObject({ host: 'panel.test', 'content-length': '2' });
  expect(seen).not.toHaveProperty('x-own');
});

test('hundreds of answers that nobody finishes keep nobody waiting', async () => {
  let waiting = 0;
  const { port: panel, server } = await serverOf((incoming, outgoing) => {
    if (incoming.url === '/x') outgoing.end('ok');
    else if (++waiting === 300) server.emit('all');
  });
  const { port } = await gatewayBefore(panel);
  const all = once(server, 'all');
  for (let n = 0; n < 300; n++) send(port, 'GET /slow HTTP/1.1', 'Host: x');
  await all;
  expect(await answerTo(port, 'GET /x HTTP/1.1', ...HEAD)).toMatch(/ok$/);
});

test('a gateway that is led back to itself says so; one before another gateway passes', async () => {
  let loop = 0;
  const relay = createRelay((socket) => {
    const there = connect(loop, '127.0.0.1');
    pipeline(socket, there, socket, () => {});
  }).listen(0, '127.0.0.1');
  await once(relay, 'listening');
  cleanups.push(() => relay.close());
  loop = (await gatewayBefore((relay.address() as AddressInfo).port)).port;
  for (const head of [HEAD, WEBSOCKET])
    expect(await answerTo(loop, 'GET /api/core/logs HTTP/1.1', ...head)).toMatch(
      /^HTTP\/1\.1 508 Loop Detected\r\n[\s\S]*"detail":"This gateway was asked by itself/,
    );
  const { port: panel } = await serverOf((_incoming, outgoing) => outgoing.end('ok'));
  const { port } = await gatewayBefore((await gatewayBefore(panel)).port);
  expect(await answerTo(port, 'GET /api/system HTTP/1.1', ...HEAD)).toMatch(/ok$/);
});

test('a listener that fails at one connection, as without a free descriptor, is told and goes on', async () => {
  const panel = await serverOf((_incoming, outgoing) => outgoing.end('ok'));
  const bugs: unknown[] = [];
  const { port } = await gatewayBefore(panel.port, (error) => bugs.push(error));
  const failure = Object.assign(new Error('accept EMFILE'), { code: 'EMFILE' });
  // Node has no public way to make it fail; this is the event that it sends then.
  const { _getActiveHandles: handles } = process as unknown as { _getActiveHandles(): unknown[] };
  const isListener = (one: unknown): one is Server =>
    one instanceof Listener && (one.address() as AddressInfo | null)?.port === port;
  const listeners = handles.call(process).filter(isListener);
  expect(listeners).toHaveLength(1);
  listeners[0]?.emit('error', failure);
  expect(bugs).toEqual([failure]);
  expect(await answerTo(port, 'GET /x HTTP/1.1', ...HEAD)).toContain('ok');
});
