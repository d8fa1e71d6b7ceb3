import { getEventListeners } from 'node:events';
import { createServer, type RequestListener, request, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, test, vi } from 'vitest';
import type { HttpApp } from './http-app.ts';
import { type Leader, NOT_LEADING_HEADER } from './passing-on.ts';
import { buildStandbyServer } from './standby-server.ts';
import { VISITOR_HEADER, VisitorSeal } from './visitor-seal.ts';

const seal = new VisitorSeal(Buffer.alloc(32, 1), () => 1_000);
/** However busy the machine is. */
const WAITS = { timeout: 15_000 } as const;
let servers: Server[] = [];
let apps: HttpApp[] = [];

afterEach(async () => {
  for (const server of servers) {
    server.closeAllConnections();
    server.close();
  }
  for (const app of apps) await app.close();
  servers = [];
  apps = [];
});

async function leader(answer: RequestListener): Promise<Leader & { readonly end: () => void }> {
  const server = createServer(answer);
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const end = new AbortController();
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { url, ended: end.signal, end: () => end.abort() };
}

/** A standby before these leaders: whoever is doubted is followed by the next. */
async function standby(...leaders: readonly Leader[]) {
  return await standbyWith({}, ...leaders);
}

async function standbyWith(limits: { mostHeldBytes?: number }, ...leaders: readonly Leader[]) {
  const rest = [...leaders];
  const doubted: Leader[] = [];
  const passing = {
    ...limits,
    seal,
    leader: async () => rest[0] ?? null,
    doubt: (one: Leader) => {
      doubted.push(one);
      if (rest[0] === one) rest.shift();
    },
  };
  const app = await buildStandbyServer({ trustedProxies: [], basePath: '', logger: null }, passing);
  apps.push(app);
  return { url: await app.listen({ host: '127.0.0.1', port: 0 }), doubted };
}

const gone: Leader = { url: 'http://127.0.0.1:1', ended: new AbortController().signal };

test('a request arrives as it was sent, with who asked; the answer comes back as it is', async () => {
  const seen: unknown[] = [];
  const one = await leader((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const { method, url, headers } = request;
      seen.push(method, url, Buffer.concat(chunks).toString(), headers.cookie, seal.open(request)?.ip);
      response.writeHead(207, { 'set-cookie': ['a=1', 'b=2'], 'x-said': 'yes' }).end('answer');
    });
  });
  const { url } = await standby(one);
  const answer = await fetch(`${url}/api/v1/x?y=%20z`, {
    method: 'PUT',
    headers: { cookie: 'c=3', [VISITOR_HEADER]: '' },
    body: 'body',
  }).catch((error) => error);
  // Whoever says to be a process is not passed on.
  expect(answer.status).toBe(503);
  const passed = await fetch(`${url}/api/v1/x?y=%20z`, { method: 'PUT', headers: { cookie: 'c=3' }, body: 'body' });
  expect([passed.status, await passed.text(), passed.headers.get('x-said')]).toEqual([207, 'answer', 'yes']);
  expect(passed.headers.getSetCookie()).toEqual(['a=1', 'b=2']);
  expect(seen).toEqual(['PUT', '/api/v1/x?y=%20z', 'body', 'c=3', '127.0.0.1']);
});

test('one that is gone, or does not lead, did nothing: the next one is asked', async () => {
  const other = await leader((_, response) => response.writeHead(503, { [NOT_LEADING_HEADER]: '1' }).end());
  const bodies: string[] = [];
  const next = await leader((request, response) => {
    request.on('data', (chunk: Buffer) => bodies.push(chunk.toString()));
    request.on('end', () => response.end('done'));
  });
  const { url, doubted } = await standby(gone, other, next);
  expect(await (await fetch(`${url}/x`, { method: 'POST', body: 'once' })).text()).toBe('done');
  expect(doubted).toEqual([gone, other]);
  expect(bodies).toEqual(['once']);
});

test('what may have been done is not sent again, but what only reads is', async () => {
  let asked = 0;
  const breaking = () =>
    leader((request) => {
      asked++;
      request.socket.destroy();
    });
  const next = await leader((_, response) => response.end('read'));
  const writing = await standby(await breaking(), next);
  const refused = await fetch(`${writing.url}/x`, { method: 'POST', body: '{}' });
  expect(refused.status).toBe(503);
  expect(refused.headers.get('retry-after')).toBe('1');
  expect(await refused.json()).toMatchObject({ code: 'leader-lost' });
  const reading = await standby(await breaking(), next);
  expect(await (await fetch(`${reading.url}/x`)).text()).toBe('read');
  expect(asked).toBe(2);
});

test('one that never answers is given up when another one leads', async () => {
  const paused = await leader(() => paused.end());
  const { url } = await standby(paused, await leader((_, response) => response.end('other')));
  expect(await (await fetch(`${url}/x`)).text()).toBe('other');
});

test('many requests wait at once without a warning, and none of them is listened for when it was answered', async () => {
  const warnings: string[] = [];
  const note = ({ name }: Error) => void warnings.push(name);
  process.on('warning', note);
  const waiting: ServerResponse[] = [];
  const one = await leader((_, response) => waiting.push(response));
  const { url } = await standby(one);
  const asked = Array.from({ length: 30 }, async () =>
    (await fetch(`${url}/x`, { method: 'POST', body: '{}' })).text(),
  );
  await vi.waitFor(() => expect(waiting).toHaveLength(30), WAITS);
  for (const response of waiting) response.end('done');
  expect(new Set(await Promise.all(asked))).toEqual(new Set(['done']));
  await vi.waitFor(() => expect(getEventListeners(one.ended, 'abort')).toHaveLength(0), WAITS);
  process.off('warning', note);
  expect(warnings).toEqual([]);
});

test('where nobody leads: 503 with Retry-After, and it lives', async () => {
  const { url } = await standby();
  const answer = await fetch(`${url}/api/v1/users`);
  expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, '2']);
  expect(await answer.json()).toMatchObject({ code: 'no-leader' });
  expect((await fetch(`${url}/healthz`)).status).toBe(200);
});

test('what a move asks for is refused here: its password goes to no other machine', async () => {
  let asked = 0;
  const one = await leader((_, response) => {
    asked++;
    response.end();
  });
  const { url } = await standby(one);
  const answer = await fetch(`${url}/api/v1/handover`, { method: 'POST', body: '{}' });
  expect([answer.status, await answer.json()]).toEqual([409, expect.objectContaining({ code: 'processes-stand-by' })]);
  expect(asked).toBe(0);
});

test('bodies that wait take no more memory than they may, and give it back', async () => {
  const waiting: (() => void)[] = [];
  const one = await leader((request, response) => {
    request.resume();
    waiting.push(() => response.end('done'));
  });
  const { url } = await standbyWith({ mostHeldBytes: 1_000 }, one);
  const post = (length: number) => fetch(url, { method: 'POST', body: 'a'.repeat(length) });
  const first = post(800);
  await vi.waitFor(() => expect(waiting).toHaveLength(1), WAITS);
  const refused = await post(300);
  expect([refused.status, await refused.json()]).toEqual([503, expect.objectContaining({ code: 'no-leader' })]);
  waiting[0]?.();
  expect(await (await first).text()).toBe('done');
  const again = post(800);
  await vi.waitFor(() => expect(waiting).toHaveLength(2), WAITS);
  waiting[1]?.();
  expect(await (await again).text()).toBe('done');
});

test('who goes away before the answer leaves nothing open behind', async () => {
  let answer = (): void => {};
  let isClosed = false;
  const one = await leader((_, response) => {
    response.on('close', () => {
      isClosed = true;
    });
    // A stream of events: it has no end.
    answer = () => response.writeHead(200).write('event');
  });
  const { url } = await standby(one);
  const before = answer;
  const asking = request(`${url}/api/v1/events`).on('error', () => {});
  asking.end();
  await vi.waitFor(() => expect(answer).not.toBe(before), WAITS);
  asking.destroy();
  const server = apps[0]?.server as Server;
  const connections = () => new Promise((resolve) => server.getConnections((_, count) => resolve(count)));
  await vi.waitFor(async () => expect(await connections()).toBe(0), WAITS);
  answer();
  await vi.waitFor(() => expect(isClosed).toBe(true), WAITS);
});
