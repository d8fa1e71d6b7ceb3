import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { ClickHouseClient } from './client.ts';

let server: Server;
let asked: { url: URL; headers: IncomingMessage['headers']; body: string }[];
let isThere: boolean;
let pings: number;
let answer: { status: number; text: string; headers?: Record<string, string> } | null;

beforeEach(async () => {
  asked = [];
  isThere = false;
  pings = 0;
  answer = { status: 200, text: '{"data": [["18446744073709551615", 7, "a"]]}' };
  server = createServer((request, response) => {
    if (isThere && request.url === '/ping') {
      pings++;
      return void response.end('Ok.');
    }
    let body = '';
    request.setEncoding('utf8').on('data', (text) => {
      body += text;
    });
    request.on('end', () => {
      asked.push({ url: new URL(request.url ?? '', 'http://host'), headers: request.headers, body });
      if (answer !== null) response.writeHead(answer.status, answer.headers).end(answer.text);
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
});

afterEach(() => {
  server.closeAllConnections();
  server.close();
});

const port = () => (server.address() as AddressInfo).port;
const client = (timeoutMs?: number, password = 'p@ss:') =>
  new ClickHouseClient(`http://ann:${encodeURIComponent(password)}@127.0.0.1:${port()}/history`, timeoutMs);

test('the password goes in a header, and no bit of a large integer is lost', async () => {
  expect(await client().rows('SELECT 1')).toEqual([['18446744073709551615', 7, 'a']]);
  const { url, headers, body } = asked[0] as (typeof asked)[0];
  expect(body).toBe('SELECT 1 FORMAT JSONCompact');
  expect(headers).toMatchObject({ 'x-clickhouse-user': 'ann', 'x-clickhouse-key': 'p@ss:' });
  expect(url.href).not.toMatch(/ann|ss:|ss%3A/);
  expect(Object.fromEntries(url.searchParams)).toMatchObject({ database: 'history', wait_end_of_query: '1' });
});

test('a password in any writing is sent as UTF-8', async () => {
  await client(undefined, 'пароль').run('SELECT 1');
  expect(Buffer.from(String(asked[0]?.headers['x-clickhouse-key']), 'latin1').toString('utf8')).toBe('пароль');
});

test('the password does not go where the server sends on to', async () => {
  answer = { status: 307, text: '', headers: { location: `http://localhost:${port()}/elsewhere` } };
  await expect(client().run('SELECT 1')).rejects.toThrow('status 307');
  expect(asked).toHaveLength(1);
});

test('a table goes along with the statement that asks it', async () => {
  const sent = { name: 'sent', structure: 'n UInt8', tsv: '1\n2\n' };
  await client().run('INSERT INTO t SELECT n FROM sent', { sent, queryId: 'x-1', settings: { max_threads: 1 } });
  expect(Object.fromEntries(asked[0]?.url.searchParams ?? [])).toMatchObject({
    query: 'INSERT INTO t SELECT n FROM sent',
    query_id: 'x-1',
    max_threads: '1',
    sent_structure: 'n UInt8',
  });
  expect(asked[0]?.body).toContain('1\n2\n');
});

test.each([
  [403, 'Code: 193, e.displayText() = DB::Exception: Wrong password for user ann\nstack'],
  [500, 'Code: 60, e.displayText() = DB::Exception: Table t does not exist\nstack'],
  // Something else than ClickHouse.
  [200, '<html>Welcome</html>\nstack'],
  // Old servers fail so where they had begun to answer.
  [200, 'Code: 241, e.displayText() = DB::Exception: Memory limit exceeded\nstack'],
])('what it refuses is told in one line: status %i', async (status, text) => {
  answer = { status, text };
  const failure = client().rows('SELECT secret');
  await expect(failure).rejects.toMatchObject({ code: 'history-refused' });
  await expect(failure).rejects.toThrow(text.split('\n')[0] as string);
  await expect(failure).rejects.not.toThrow(/stack|secret/);
});

test('what is under way when the client is closed fails, and nothing is asked any more', async () => {
  answer = null;
  const closed = client();
  const silent = closed.run('SELECT 1');
  setTimeout(() => closed.close(), 20);
  await expect(silent).rejects.toMatchObject({ code: 'history-unreachable' });
  await expect(closed.run('SELECT 2')).rejects.toThrow('it is not asked any more');
  expect(asked.map(({ body }) => body)).not.toContain('SELECT 2');
});

test('a server that works on a statement is waited for; one that does not answer anything any more is given up soon', async () => {
  answer = null;
  isThere = true;
  // Longer than a busy machine needs for an answer.
  const patient = new ClickHouseClient(`http://127.0.0.1:${port()}/history`, 60_000, 1_000);
  let isOver = false;
  const over = () => {
    isOver = true;
  };
  const slow = patient.run('SELECT sleep(3)');
  slow.then(over, over);
  await expect.poll(() => pings, { timeout: 10_000 }).toBe(2);
  expect(isOver).toBe(false);
  // The cable is pulled: nobody is told.
  isThere = false;
  await expect(slow).rejects.toThrow('ClickHouse cannot be reached: it does not answer.');
});

test('a server that is silent, or not there, cannot be reached', async () => {
  answer = null;
  const silent = client(50).run('SELECT 1');
  await expect(silent).rejects.toMatchObject({ code: 'history-unreachable' });
  await expect(silent).rejects.toThrow('there was no answer in time');
  const away = client();
  server.closeAllConnections();
  server.close();
  await once(server, 'close');
  await expect(away.run('SELECT 1')).rejects.toThrow(/ClickHouse cannot be reached: ECONNREFUSED/);
});
