import { execFileSync } from 'node:child_process';
import { chmodSync, chownSync, mkdtempSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { peersOf } from '../../../test/support/readings.ts';
import type { Poll } from '../../core/metering/collector.ts';
import { DeclaredCollector, originOf } from './collector.ts';
import { parseDeclaredOptions } from './options.ts';

const clock = { now: () => new Date(), monotonicMs: () => performance.now() };
const MEANING = { kind: 'cumulative', falls: 'rewound', absence: 'silent' };

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'xpert-declared-'));
  chmodSync(folder, 0o755);
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

async function collect(options: object): Promise<Poll> {
  const parsed = parseDeclaredOptions({ ...MEANING, ...options });
  const collector = new DeclaredCollector(parsed, originOf(parsed, clock, folder), clock);
  try {
    return await collector.collect(AbortSignal.timeout(5_000));
  } finally {
    await collector.close();
  }
}

const put = (name: string, text: string): string => {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
};

describe('a file', () => {
  const file = (path: string, more: object) => ({ transport: 'file', path, ...more });

  test('of JSON: keys are member names, values are the members, in kilobytes', async () => {
    const path = put('a.json', '{"by_user":{"alice":11,"bob":"22"},"since":1795216993}');
    const poll = await collect(
      file(path, { format: 'json', list: '/by_user', total: '', unitBytes: 1024, start: '/since' }),
    );
    expect(poll).toMatchObject({ complete: true, notices: [] });
    expect(poll.services).toMatchObject([
      {
        ...{ kind: 'declared', name: 'declared', startEvidence: '1795216993' },
        peers: [
          { key: 'alice', traffic: { rx: null, tx: null, total: 11_264n } },
          { key: 'bob', traffic: { total: 22_528n } },
        ],
      },
    ]);
  });

  test('of JSON with a byte order mark, and whole numbers with a point or an exponent', async () => {
    const path = put('a.json', '\ufeff[{"id":"a","up":123.0,"down":1e3},{"id":"b","up":1.5e9,"down":"7"}]');
    const poll = await collect(file(path, { format: 'json', key: '/id', rx: '/up', tx: '/down' }));
    expect(poll.services[0]?.peers).toEqual([
      { key: 'a', traffic: { rx: 123n, tx: 1_000n, total: 1_123n } },
      { key: 'b', traffic: { rx: 1_500_000_000n, tx: 7n, total: 1_500_000_007n } },
    ]);
  });

  test('of JSON with a list and no key is refused: the place in a list names nobody', async () => {
    const options = { format: 'json', list: '/users', total: '/t' };
    for (const users of ['[{"t":5},{"t":7}]', '[]']) {
      await expect(collect(file(put('a.json', `{"users":${users}}`), options))).rejects.toMatchObject({
        code: 'output-garbled',
        message: expect.stringContaining('"/users" is a list, and "key" is not given'),
      });
    }
  });

  test('its values are as old as it is, and too old ones are refused', async () => {
    const path = put('a.json', '[{"id":7,"up":1,"down":2,"name":"Alice","since":"2026-11-01T00:00:00Z"}]');
    const at = new Date(Math.floor(Date.now() / 1000) * 1000 - 60_000);
    utimesSync(path, at, at);
    const options = { format: 'json', key: '/id', rx: '/up', tx: '/down', name: '/name', createdAt: '/since' };
    const poll = await collect(file(path, options));
    expect(poll.takenAt).toEqual(at);
    expect(poll.services[0]?.peers).toEqual([
      { key: '7', name: 'Alice', startedAt: new Date('2026-11-01T00:00:00Z'), traffic: { rx: 1n, tx: 2n, total: 3n } },
    ]);
    await expect(collect(file(path, { ...options, maxAgeSeconds: 30 }))).rejects.toMatchObject({ code: 'file-stale' });
    await expect(collect(file(`${path}.x`, options))).rejects.toMatchObject({ code: 'file-missing' });
  });

  test('that is a pipe, whose writer may never come, is no file', async () => {
    const path = join(folder, 'pipe');
    execFileSync('mkfifo', [path]);
    const options = file(path, { format: 'json', key: '/id', total: '/t' });
    await expect(collect(options)).rejects.toMatchObject({ code: 'file-unreadable' });
  });

  test('of metrics is whole only with its end marker, or if it is replaced in one step', async () => {
    const lines =
      'b_total{u="a",d="in",proto="tcp"} 1.5e+3\nb_total{u="a",d="in",proto="udp"} 7\nb_total{u="a",d="out"} 9\n';
    const options = { format: 'prometheus', keyLabel: 'u', rx: 'b{d="in"}', tx: 'b{d="out"}' };
    const open = await collect(file(put('a.prom', lines), options));
    expect(open).toMatchObject({ complete: false, notices: [{ code: 'end-unknown' }] });
    expect(open.services[0]?.peers).toEqual([{ key: 'a', traffic: { rx: 1_507n, tx: 9n, total: 1_516n } }]);
    expect((await collect(file(put('b.prom', `${lines}# EOF\n`), options))).complete).toBe(true);
    expect((await collect(file(put('c.prom', lines), { ...options, atomic: true }))).complete).toBe(true);
    expect((await collect(file(put('d.prom', lines.slice(0, -1)), { ...options, atomic: true }))).complete).toBe(false);
  });

  test('of metrics that is being written shows no half of a sum: it would count as one that fell', async () => {
    const options = {
      format: 'prometheus',
      keyLabel: 'user',
      rx: 'b{dir="up"}',
      tx: 'b{dir="down"}',
      falls: 'to-zero',
    };
    const lines = ['up', 'down'].flatMap((dir) =>
      ['a', 'b'].flatMap((user) => [1, 2].map((port) => `b{user="${user}",dir="${dir}",port="${port}"} ${100 * port}`)),
    );
    const write = (count: number) => put('m.prom', `${lines.slice(0, count).join('\n')}\n`);
    const parsed = parseDeclaredOptions({ ...MEANING, ...file(write(lines.length), options) });
    const collector = new DeclaredCollector(parsed, originOf(parsed, clock, folder), clock);
    const keys = async (count: number) => {
      write(count);
      const { complete, services } = await collector.collect(AbortSignal.timeout(5_000));
      expect(complete).toBe(false);
      return peersOf(services[0]).map(({ key, traffic }) => [key, traffic.rx, traffic.tx]);
    };
    // The very first reading may be cut, too.
    expect(await keys(4)).toEqual([]);
    expect(await keys(lines.length)).toEqual([
      ['a', 300n, 300n],
      ['b', 300n, 300n],
    ]);
    expect(await keys(7)).toEqual([['a', 300n, 300n]]);
    expect(await keys(5)).toEqual([]);
    expect(await keys(lines.length)).toHaveLength(2);
    // Fewer for good, as after a restart of the source.
    for (let reading = 1; reading <= 3; reading++) expect(await keys(7)).toHaveLength(1);
    expect(await keys(7)).toHaveLength(2);
  });

  test('without labels for peers all of it is one', async () => {
    const path = put(
      'a.prom',
      'mtg_traffic{dc="1",direction="to_client"} 5\nmtg_traffic{dc="2",direction="to_client"} 6\n# EOF\n',
    );
    const options = {
      format: 'prometheus',
      rx: 'mtg_traffic{direction="from_client"}',
      tx: 'mtg_traffic{direction="to_client"}',
    };
    expect((await collect(file(path, options))).services[0]?.peers).toEqual([
      { key: 'all', traffic: { rx: 0n, tx: 11n, total: 11n } },
    ]);
  });

  test('an item without a value makes the poll incomplete, and is never zero', async () => {
    const path = put('a.json', '[{"id":"a","t":5},{"id":"b","t":null},{"id":"c"}]');
    const poll = await collect(file(path, { format: 'json', key: '/id', total: '/t' }));
    expect(poll).toMatchObject({ complete: false, notices: [{ code: 'values-missing' }] });
    expect(peersOf(poll.services[0]).map(({ key }) => key)).toEqual(['a']);
  });
});

describe.runIf(process.getuid?.() === 0)('a command', () => {
  const options = { transport: 'command', command: 'counter', format: 'json', total: '/t', key: '/id' };
  const SCRIPT = '#!/bin/sh\necho \'[{"id":"a","t":18446744073709551615}]\'\n';
  const program = (script: string, mode = 0o755) => {
    const path = put('counter', script);
    chmodSync(path, mode);
    return path;
  };

  test('of root is run without a shell and without arguments', async () => {
    program(SCRIPT);
    const poll = await collect(options);
    expect(poll).toMatchObject({
      complete: true,
      services: [{ peers: [{ key: 'a', traffic: { total: 2n ** 64n - 1n } }] }],
    });
  });

  test('that anybody but root could have written is not run', async () => {
    const path = program(SCRIPT);
    chownSync(path, 65_534, 65_534);
    await expect(collect(options)).rejects.toMatchObject({ code: 'command-not-root' });
    chownSync(path, 0, 0);
    chmodSync(path, 0o775);
    await expect(collect(options)).rejects.toMatchObject({ code: 'command-not-root' });
    chmodSync(path, 0o755);
    chmodSync(folder, 0o777);
    await expect(collect(options)).rejects.toMatchObject({ code: 'command-not-root' });
    chmodSync(folder, 0o755);
    rmSync(path);
    await expect(collect(options)).rejects.toMatchObject({ code: 'command-missing' });
    symlinkSync('/bin/ls', path);
    await expect(collect(options)).rejects.toMatchObject({ code: 'command-not-root' });
  });

  test('that leaves something behind which holds its output open has shown no end', async () => {
    program('#!/bin/sh\necho \'b_total{u="a",d="in"} 5\'\necho \'b_total{u="a",d="out"} 7\'\nsetsid sleep 3 &\n');
    const metrics = { format: 'prometheus', keyLabel: 'u', rx: 'b{d="in"}', tx: 'b{d="out"}' };
    const poll = await collect({ transport: 'command', command: 'counter', ...metrics });
    expect(poll).toMatchObject({ complete: false, notices: [{ code: 'end-unknown' }] });
    expect(poll.services[0]?.peers).toEqual([{ key: 'a', traffic: { rx: 5n, tx: 7n, total: 12n } }]);
  });

  test('that fails has shown nothing, whatever it printed', async () => {
    program(`${SCRIPT}exit 3\n`);
    await expect(collect(options)).rejects.toMatchObject({ code: 'command-failed' });
    program(SCRIPT, 0o644);
    await expect(collect(options)).rejects.toMatchObject({ code: 'command-failed' });
  });
});

describe('an address', () => {
  let server: Server;
  let url: string;
  let answer: (path: string, authorization: string | undefined) => [status: number, body: string];
  beforeAll(async () => {
    server = createServer((request, response) => {
      const [status, body] = answer(request.url ?? '', request.headers.authorization);
      response.writeHead(status, { 'content-length': Buffer.byteLength(body) }).end(body);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1/stats?all=1`;
  });
  afterAll(() => new Promise((resolve) => server.close(resolve)));
  const http = (more: object = {}) => ({
    ...{ transport: 'http', url, privateAddresses: true, format: 'json', key: '/id', total: '/t' },
    ...more,
  });

  test('is asked with the secret, and named without its query', async () => {
    answer = (path, authorization) => [200, `[{"id":"${path}","t":${authorization === 'Bearer s3cret' ? 5 : 0}}]`];
    const poll = await collect(http({ authorization: 'Bearer s3cret' }));
    const { host } = new URL(url);
    expect(poll.services).toMatchObject([
      { identity: `${host}/v1/stats`, peers: [{ key: '/v1/stats?all=1', traffic: { total: 5n } }] },
    ]);
  });

  test.each([
    [401, 'http-unauthorized'],
    [403, 'http-unauthorized'],
    [404, 'http-not-found'],
    [500, 'http-status'],
    [302, 'http-status'],
  ])('that answers %i shows nothing', async (status, code) => {
    answer = () => [status, '[{"id":"a","t":5}]'];
    await expect(collect(http())).rejects.toMatchObject({ code });
  });

  test('on this machine is asked only if that was allowed', async () => {
    answer = () => [200, '[]'];
    await expect(collect(http({ privateAddresses: false }))).rejects.toMatchObject({
      code: 'http-address-not-allowed',
    });
  });
});
