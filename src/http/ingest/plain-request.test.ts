import { createServer, type IncomingMessage } from 'node:http';
import { duplexPair } from 'node:stream';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { PlainRequests } from './plain-request.ts';

const TARGET = '/api/xpert/traffic-webhook';
const BODY = '{"user_token":"ann","port":443}';
const LINES = [
  `POST ${TARGET} HTTP/1.1`,
  'Host: vpn.example.com:5001',
  'User-Agent: curl/8.5.0',
  'Accept: */*',
  'Content-Type: application/json',
  'Connection: keep-alive',
];

const requests = new PlainRequests([TARGET]);
const read = (text: string) => requests.bodyOf(Buffer.from(text, 'latin1'));
const written = (lines: readonly string[], body = BODY) =>
  [...lines, `Content-Length: ${Buffer.byteLength(body)}`, '', body].join('\r\n');

interface Read {
  readonly method: string;
  readonly url: string;
  readonly body: string;
}

/** What the server's own parser makes of a piece: one whole request, or null. */
async function readByServer(text: string): Promise<Read | null> {
  const server = createServer();
  const [client, side] = duplexPair();
  const told = new Promise<Read | null>((resolve) => {
    server.on('clientError', () => resolve(null));
    server.on('request', async (request: IncomingMessage) => {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk);
      const { method = '', url = '' } = request;
      resolve({ method, url, body: Buffer.concat(chunks).toString('utf8') });
    });
  });
  server.emit('connection', side);
  client.write(Buffer.from(text, 'latin1'));
  const answer = await told;
  client.destroy();
  return answer;
}

test('what a sender usually writes is a plain request', () => {
  expect(read(written(LINES))).toBe(BODY);
});

test('names that every object has are names like others', () => {
  for (const name of Object.getOwnPropertyNames(Object.prototype)) {
    for (const line of [`${name}: x`, `${name.toUpperCase()}: x`]) expect(read(written([...LINES, line]))).toBeNull();
  }
});

test('whatever is written, nothing is thrown, and what is taken is what the server itself would read', async () => {
  const bytes = fc.string({
    unit: fc.integer({ min: 0, max: 255 }).map((code) => String.fromCharCode(code)),
    maxLength: 6,
  });
  const change = fc.record({
    at: fc.nat(300),
    length: fc.nat(4),
    by: fc.oneof(bytes, fc.constantFrom('\r\n', ': ', ' ')),
  });
  let taken = 0;
  await fc.assert(
    fc.asyncProperty(
      fc.shuffledSubarray(LINES.slice(1)),
      bytes,
      fc.array(change, { maxLength: 2 }),
      async (lines, body, changes) => {
        let text = written([LINES[0] as string, ...lines], `"${body}"`);
        for (const { at, length, by } of changes) text = text.slice(0, at) + by + text.slice(at + length);
        const own = read(text);
        if (own === null) return;
        taken++;
        expect(await readByServer(text)).toEqual({ method: 'POST', url: TARGET, body: own });
      },
    ),
    { numRuns: 2_000 },
  );
  expect(taken).toBeGreaterThan(50);
});
