import { once } from 'node:events';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type HttpTestServer, startHttp } from '../support/http-server.ts';

const PATH = '/api/xpert/traffic-webhook';
const REPORT = { user_token: 'ann', server: 'vpn.example.com', port: 443, protocol: 'vless', bytes_uploaded: 7 };
const OK = 'HTTP/1.1 200 OK';

let server: HttpTestServer;
/** Requests that the server itself was handed. */
let handedOver = 0;
let socket: Socket;
let received = '';

beforeEach(() => start());
afterEach(async () => {
  socket.destroy();
  await server.close();
});

async function start(options: Parameters<typeof startHttp>[0] = {}): Promise<void> {
  server = await startHttp(options);
  await server.app.listen({ host: '127.0.0.1', port: 0 });
  handedOver = 0;
  server.app.server.on('request', () => handedOver++);
  await open();
}

async function open(allowHalfOpen = false): Promise<void> {
  received = '';
  const { port } = server.app.server.address() as AddressInfo;
  socket = connect({ port, host: '127.0.0.1', allowHalfOpen });
  socket.setNoDelay(true);
  socket.on('data', (chunk) => {
    received += chunk.toString('utf8');
  });
  await once(socket, 'connect');
}

/** A request as a plain sender writes it; `head` adds lines or replaces the request line. */
function request(body: unknown, { first = `POST ${PATH} HTTP/1.1`, lines = [] as readonly string[] } = {}): string {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  const length = `Content-Length: ${Buffer.byteLength(text)}`;
  return [first, 'Host: x', 'Content-Type: application/json', length, ...lines, '', text].join('\r\n');
}

/** Waits for so many answers, and tells the status lines of all of them. */
async function statuses(count: number): Promise<string[]> {
  const lines = () => received.match(/HTTP\/1\.1 \d{3} [A-Za-z ]+/g) ?? [];
  while (lines().length < count || !/\r\n\r\n/.test(received)) {
    if (socket.destroyed || socket.readableEnded) break;
    await Promise.race([once(socket, 'data'), once(socket, 'close')]);
  }
  return lines();
}

async function booked(): Promise<bigint | null> {
  const period = { from: new Date(0), to: new Date(server.clock.now().getTime() + 86_400_000) };
  return (await server.store.history.summary(period, { kind: 'all' })).traffic.rx;
}

describe('a plain request', () => {
  it('is answered before the server hears of it, again and again on a connection', async () => {
    for (let n = 1; n <= 3; n++) {
      socket.write(request({ ...REPORT, event_id: `e${n}` }));
      expect(await statuses(n)).toEqual(Array(n).fill(OK));
    }
    socket.write(request({ ...REPORT, event_id: 'e1' }));
    await statuses(4);
    expect(received).toContain('"recorded":0,"duplicates":1');
    expect(received).toContain(`Date: ${server.clock.now().toUTCString()}\r\nConnection: keep-alive\r\n`);
    expect([handedOver, await booked()]).toEqual([0, 21n]);
  });

  it('that is written in letters of more than one byte is understood', async () => {
    socket.write(request({ ...REPORT, protocol: 'влесс', event_id: 'é' }));
    expect(await statuses(1)).toEqual([OK]);
    expect(handedOver).toBe(0);
  });

  it('may come of clients as they are', async () => {
    const { port } = server.app.server.address() as AddressInfo;
    const headers = { 'content-type': 'application/json' };
    const answer = await fetch(`http://127.0.0.1:${port}${PATH}`, {
      method: 'POST',
      headers,
      body: JSON.stringify(REPORT),
    });
    expect(await answer.json()).toMatchObject({ recorded: 1 });
    expect([handedOver, await booked()]).toEqual([0, 7n]);
  });

  it('that the ledger refuses is told why, as anybody is', async () => {
    socket.write(request({ ...REPORT, event_id: 'e' }));
    await statuses(1);
    socket.write(request({ ...REPORT, event_id: 'e', port: 444 }));
    expect(await statuses(2)).toEqual([OK, 'HTTP/1.1 409 Conflict']);
    expect(received).toMatch(/content-type: application\/problem\+json.*"code":"event-id-reused"/s);
    await server.ports.operations.setTracking(false, null);
    socket.write(request(REPORT));
    expect((await statuses(3))[2]).toBe('HTTP/1.1 503 Service Unavailable');
    expect([handedOver, await booked()]).toEqual([0, 7n]);
  });

  it('that is not valid is handed over, and the connection with it', async () => {
    socket.write(request({ ...REPORT, port: 0 }));
    expect(await statuses(1)).toEqual(['HTTP/1.1 400 Bad Request']);
    expect(received).toContain('"pointer":"/port"');
    socket.write(request(REPORT));
    expect(await statuses(2)).toEqual(['HTTP/1.1 400 Bad Request', OK]);
    expect([handedOver, await booked()]).toEqual([2, 7n]);
  });

  it('counts towards the limit of its address, before and after the connection was handed over', async () => {
    server.app.server.prependListener('connection', (visitor) => {
      Object.defineProperty(visitor, 'remoteAddress', { value: '192.0.2.7' });
    });
    socket.destroy();
    await open();
    const batch = Array.from({ length: 201 }, () => REPORT);
    socket.write(request(batch));
    expect(await statuses(1)).toEqual([OK]);
    socket.write(request(REPORT));
    expect(await statuses(2)).toEqual([OK, 'HTTP/1.1 429 Too Many Requests']);
    expect([handedOver, await booked()]).toEqual([1, 201n * 7n]);
  });
});

describe('a sender that does not take its answers', () => {
  let visitor: Socket;

  /** A connection whose other end, the server's, is changed before anything is said. */
  async function openTo(change: (visitor: Socket) => void): Promise<void> {
    server.app.server.prependOnceListener('connection', (opened) => {
      visitor = opened;
      change(opened);
    });
    socket.destroy();
    await open();
  }

  /** As where the sender's side is full. */
  async function openFull(): Promise<void> {
    await openTo((opened) => {
      const write = opened.write.bind(opened);
      Object.defineProperty(opened, 'write', { value: (text: string) => write(text) && false });
    });
    socket.write(request({ ...REPORT, event_id: 'e1' }));
    await statuses(1);
  }

  /** Reports whose answers do not leave the server's side. */
  async function sendUnanswered(count: number): Promise<void> {
    for (let n = 1, waiting = 0; n <= count; n++, waiting = visitor.writableLength) {
      socket.write(request({ ...REPORT, event_id: `e${n}` }));
      await expect.poll(() => visitor?.writableLength ?? 0, { timeout: 15_000 }).toBeGreaterThan(waiting);
    }
  }

  it('is read no more until it has', async () => {
    await openFull();
    const isRead = once(visitor, 'pause');
    socket.write(request({ ...REPORT, event_id: 'e2' }));
    await isRead;
    expect(await booked()).toBe(7n);
    visitor.emit('drain');
    expect(await statuses(2)).toEqual([OK, OK]);
    expect(await booked()).toBe(14n);
  });

  it('is hung up on when the server ends', async () => {
    await openFull();
    const closed = server.app.close();
    await once(socket, 'close');
    await closed;
  });

  it('and has said everything gets all of them, and then the end', async () => {
    await openTo((opened) => opened.cork());
    await sendUnanswered(3);
    socket.end();
    expect(await statuses(3)).toEqual([OK, OK, OK]);
    await once(socket, 'close');
    expect(await booked()).toBe(21n);
  });

  it('and has said everything has counted what came early, too', async () => {
    await openFull();
    const isRead = once(visitor, 'pause');
    socket.write(request({ ...REPORT, event_id: 'e2' }));
    await isRead;
    const hasEnded = once(visitor, 'end');
    socket.end();
    await hasEnded;
    visitor.emit('drain');
    expect(await statuses(2)).toEqual([OK, OK]);
    await once(socket, 'close');
    expect(await booked()).toBe(14n);
  });

  it('and has said everything is hung up on where it takes none of them for long', async () => {
    await openTo((opened) => Object.defineProperty(opened, '_write', { value: () => {} }));
    await sendUnanswered(1);
    socket.end();
    await once(visitor, 'end');
    expect(visitor.destroyed).toBe(false);
    visitor.setTimeout(50);
    await once(visitor, 'close');
    expect(received).toBe('');
  });
});

describe('anything else on a connection', () => {
  const usual: readonly (readonly [string, string, string])[] = [
    ['another method', request(REPORT, { first: `PUT ${PATH} HTTP/1.1` }), '405 Method Not Allowed'],
    ['another address', 'GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n', '200 OK'],
    ['a query', request(REPORT, { first: `POST ${PATH}?backfill=true HTTP/1.1` }), '401 Unauthorized'],
    ['a token', request(REPORT, { lines: ['Authorization: Bearer xp_no'] }), '401 Unauthorized'],
    ['a proxy that speaks for others', request(REPORT, { lines: ['X-Forwarded-For: 192.0.2.1'] }), '200 OK'],
    ['an event id of the request', request(REPORT, { lines: ['Idempotency-Key: e1'] }), '200 OK'],
    ['a name that every object has', request(REPORT, { lines: ['Constructor: x'] }), '200 OK'],
    ['another such name', request(REPORT, { lines: ['__proto__: x'] }), '200 OK'],
    ['two lengths', request(REPORT, { lines: ['Content-Length: 1'] }), '400 Bad Request'],
    ['a length and chunks', request(REPORT, { lines: ['Transfer-Encoding: chunked'] }), '400 Bad Request'],
    ['a blank before a colon', request(REPORT, { lines: ['Accept : x'] }), '400 Bad Request'],
    ['a line without a return', request(REPORT, { lines: ['Accept: x\nContent-Length: 1'] }), '400 Bad Request'],
    ['two hosts', request(REPORT, { lines: ['Host: y'] }), '200 OK'],
    ['no host', request(REPORT).replace('Host: x\r\n', ''), '400 Bad Request'],
    ['no text', request('{'), '400 Bad Request'],
    [
      'a very long head',
      request(REPORT, { lines: [`Accept: ${'x'.repeat(20_000)}`] }),
      '431 Request Header Fields Too Large',
    ],
    ['an expectation', request(REPORT, { lines: ['Expect: 100-continue'] }), '100 Continue'],
  ];

  it.each(usual)('%s is the server’s', async (_name, text, status) => {
    socket.write(request({ ...REPORT, event_id: 'first' }));
    await statuses(1);
    socket.write(text);
    expect((await statuses(2))[1]).toBe(`HTTP/1.1 ${status}`);
  });

  it('a request that comes in pieces is answered all the same, and so is one of many pieces behind it', async () => {
    const text = request({ ...REPORT, event_id: 'e1' });
    socket.write(text.slice(0, 40));
    await new Promise((resolve) => setImmediate(resolve));
    socket.write(text.slice(40));
    expect(await statuses(1)).toEqual([OK]);
    const large = request(Array.from({ length: 5_000 }, (_, n) => ({ ...REPORT, event_id: `l${n}` })));
    for (let at = 0; at < large.length; at += 60_000) socket.write(large.slice(at, at + 60_000));
    expect(await statuses(2)).toEqual([OK, OK]);
    expect(await booked()).toBe(5_001n * 7n);
  });

  it('requests that do not wait for answers are answered in their order', async () => {
    const all = Array.from({ length: 40 }, (_, n) => request({ ...REPORT, event_id: `e${n}` }));
    socket.write(all[0] ?? '');
    socket.write(all[1] ?? '');
    socket.write(all.slice(2).join(''));
    expect(await statuses(40)).toEqual(Array(40).fill(OK));
    expect(await booked()).toBe(280n);
  });

  it('where reports need a key nothing is taken before the server looked', async () => {
    socket.destroy();
    await server.close();
    await start({ webhookAuth: 'key' });
    socket.write(request(REPORT));
    expect(await statuses(1)).toEqual(['HTTP/1.1 401 Unauthorized']);
    expect(handedOver).toBe(1);
  });
});

describe('the end of a connection', () => {
  it('who has said everything still gets the answer', async () => {
    socket.end(request(REPORT));
    expect(await statuses(1)).toEqual([OK]);
    await once(socket, 'close');
    expect(await booked()).toBe(7n);
  });

  it.each(['requestTimeout', 'keepAliveTimeout'] as const)('nobody says anything: %s', async (limit) => {
    server.app.server[limit] = 50;
    socket.destroy();
    await open();
    if (limit === 'keepAliveTimeout') socket.write(request(REPORT));
    await once(socket, 'close');
    expect([received.slice(0, OK.length), handedOver]).toEqual([limit === 'keepAliveTimeout' ? OK : '', 0]);
  });

  /** Until `answer` is called the ledger says nothing; `isTaken` when it was asked. */
  function heldUp(): { isTaken: Promise<void>; answer: () => void } {
    const record = server.ports.ledger.recordReports.bind(server.ports.ledger);
    const held = { isTaken: Promise.resolve(), answer: () => {} };
    held.isTaken = new Promise((taken) => {
      server.ports.ledger.recordReports = async (...args) => {
        await new Promise<void>((resolve) => {
          held.answer = resolve;
          taken();
        });
        return record(...args);
      };
    });
    return held;
  }

  it('the server ends, and the sender keeps its own side open', async () => {
    socket.destroy();
    await open(true);
    const held = heldUp();
    socket.write(request(REPORT));
    await held.isTaken;
    const closed = server.app.close();
    held.answer();
    await closed;
    expect(await statuses(1)).toEqual([OK]);
  });

  it('the server ends, and the ledger never answers', async () => {
    const held = heldUp();
    socket.write(request(REPORT));
    await held.isTaken;
    const gone = once(socket, 'close');
    await server.app.close();
    await gone;
    expect(received).toBe('');
    held.answer();
  });

  it('the server ends while one waits for an answer, and others for nothing', async () => {
    const idle = connect((server.app.server.address() as AddressInfo).port, '127.0.0.1');
    await once(idle, 'connect');
    const held = heldUp();
    socket.write(request(REPORT));
    await held.isTaken;
    const closed = server.app.close();
    await once(idle, 'close');
    expect(received).toBe('');
    held.answer();
    await closed;
    expect(await statuses(1)).toEqual([OK]);
    expect(received).toContain('Connection: close');
  });
});
