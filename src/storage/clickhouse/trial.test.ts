import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { tryClickHouse } from './trial.ts';

let server: Server;
let version: string;
/** A statement that begins so is refused. */
let refused: string;
let asked: string[];

beforeEach(async () => {
  [version, refused, asked] = ['18.16.1', 'none', []];
  server = createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8').on('data', (text) => {
      body += text;
    });
    request.on('end', () => {
      asked.push(body.split(' ', 1)[0] as string);
      if (body.startsWith(refused))
        response.writeHead(500).end('Code: 164, e.displayText() = DB::Exception: readonly\n');
      else response.end(body.startsWith('SELECT version()') ? JSON.stringify({ data: [[version]] }) : '');
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
});

afterEach(() => {
  server.closeAllConnections();
  server.close();
});

const trial = () => tryClickHouse(`http://127.0.0.1:${(server.address() as AddressInfo).port}/history`, null);

test.each(['18.16.1', '24.8.4.13', '26.7.1.1'])(
  'the version %s will do, where a table can be made and written to',
  async (its) => {
    version = its;
    await trial();
    expect(asked).toEqual(['SELECT', 'CREATE', 'INSERT']);
  },
);

test.each(['1.1.54388', '18.14.19', '17.99.1'])(
  'the version %s is too old, and is asked for nothing more',
  async (its) => {
    version = its;
    await expect(trial()).rejects.toMatchObject({ code: 'history-too-old', message: `ClickHouse ${its} is too old.` });
    expect(asked).toEqual(['SELECT']);
  },
);

test.each(['CREATE', 'INSERT'])('a user who may not %s is refused in the words of the server', async (statement) => {
  refused = statement;
  await expect(trial()).rejects.toMatchObject({ code: 'history-refused', message: /readonly/ });
});
