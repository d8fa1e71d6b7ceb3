import { inspect } from 'node:util';
import { afterEach, describe, expect, test } from 'vitest';
import { SourceFailure } from '../../src/core/errors.ts';
import { ManualClock } from '../../src/core/units/testing.ts';
import { ThreeXuiCollector } from '../../src/integrations/three-x-ui/collector.ts';
import { threeXui } from '../../src/integrations/three-x-ui/integration.ts';
import { parseThreeXuiOptions } from '../../src/integrations/three-x-ui/options.ts';
import { ThreeXuiSession } from '../../src/integrations/three-x-ui/session.ts';
import { type FakeClient, FakeThreeXui } from '../support/fake-three-x-ui.ts';
import { peersOf } from '../support/readings.ts';
import { collectorContract } from './collector.contract.ts';
import { webRig } from './web-rig.ts';

type Login = 'cookie' | 'token';

async function collectorOf(fake: FakeThreeXui, login: Login, options: Record<string, unknown> = {}) {
  const port = await fake.start();
  const { username, password, token } = fake;
  const credentials = login === 'token' ? { token } : { username, password };
  const url = `http://127.0.0.1:${port}${fake.basePath}/panel/inbounds`;
  const parsed = parseThreeXuiOptions({ url, privateAddress: true, ...credentials, ...options });
  return { options: parsed, collector: new ThreeXuiCollector(new ThreeXuiSession(parsed), new URL(parsed.url)) };
}

function threeXuiRig(fake: FakeThreeXui, collector: ThreeXuiCollector) {
  return webRig({
    ...{ collector, web: fake.web, countersOutliveRestarts: true },
    keys: (n) => Array.from({ length: n }, (_, index) => `client ${index}@example.com`),
    show: (series) => {
      fake.clients = series.map(({ key, rx, tx }) => ({ email: key, up: rx, down: tx }));
      fake.prepare();
    },
    garbage: [
      ['nothing', () => ''],
      ['a web page', () => '<!doctype html><title>Login</title>'],
      ['a failure with status 200', () => '{"success":false,"msg":"database is locked","obj":null}'],
      ['no word whether it worked', () => '{"obj":[]}'],
      ['a list that is none', () => '{"success":true,"msg":"","obj":{"a":1}}'],
      ['a negative counter', (text) => text.replaceAll(/("up":)(\d)/g, '$1-$2')],
      ['a counter beyond u64', (text) => text.replaceAll(/("down":)\d+/g, '$118446744073709551616')],
      ['a counter with a fraction', (text) => text.replaceAll(/("down":\d+)/g, '$1.5')],
      ['a missing counter', (text) => text.replaceAll(/"up":\d+,/g, '')],
      ['a client without a name', (text) => text.replaceAll('"email":"client 1@example.com"', '"email":""')],
      ['a client twice', (text) => text.replaceAll('client 1@example.com', 'client 0@example.com')],
    ],
    showSecrets: () => {
      fake.clients = [
        { email: 'alice', up: 5n, down: 6n },
        { email: 'bob', up: 7n, down: 8n },
      ];
      return fake.secrets;
    },
  });
}

for (const [version, login] of [
  [3, 'token'],
  [2, 'cookie'],
] as const) {
  collectorContract(`3x-ui ${version}, ${login}`, async () => {
    const fake = new FakeThreeXui();
    fake.version = version;
    return threeXuiRig(fake, (await collectorOf(fake, login)).collector);
  });
}

describe('3x-ui', () => {
  let fake = new FakeThreeXui();
  let collector: ThreeXuiCollector | null = null;
  const open = async (version: 2 | 3, login: Login, options: Record<string, unknown> = {}) => {
    fake = new FakeThreeXui();
    fake.version = version;
    const opened = await collectorOf(fake, login, options);
    collector = opened.collector;
    fake.clients = [client('alice', 5n, 60n), client('bob', 7n, 80n)];
    return opened;
  };
  afterEach(async () => {
    await collector?.close();
    await fake.web.close();
  });
  const soon = () => AbortSignal.timeout(10_000);
  const client = (email: string, up: bigint, down: bigint): FakeClient => ({ email, up, down });
  const failure = async (asked: Promise<unknown>): Promise<SourceFailure> => {
    const error = await asked.catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(SourceFailure);
    for (const secret of [...fake.secrets, fake.basePath]) {
      expect(inspect(error, { depth: 9, showHidden: true })).not.toContain(secret);
    }
    return error as SourceFailure;
  };

  test.each([
    [2, 'cookie'],
    [3, 'cookie'],
    [3, 'token'],
  ] as const)('version %d is read with a %s', async (version, login) => {
    const { collector } = await open(version, login);
    const { services, complete } = await collector.collect(soon());
    expect(complete).toBe(true);
    expect(peersOf(services[0]).map(({ key, traffic }) => [key, traffic.rx, traffic.tx])).toEqual([
      ['alice', 5n, 60n],
      ['bob', 7n, 80n],
    ]);
    expect(fake.web.requests.every(({ method, url }) => method === 'GET' || url.pathname.endsWith('/login'))).toBe(
      true,
    );
  });

  test('one login serves many readings; every way of saying that it ended leads to a new one', async () => {
    for (const [version, isOld] of [
      [2, false],
      [2, true],
      [3, false],
    ] as const) {
      const { collector } = await open(version, 'cookie');
      fake.isOld = isOld;
      for (let n = 0; n < 3; n++) expect((await collector.collect(soon())).complete).toBe(true);
      expect(fake.logins).toBe(1);
      fake.endSessions();
      expect((await collector.collect(soon())).complete).toBe(true);
      expect(fake.logins).toBe(2);
      await collector.close();
      await fake.web.close();
    }
    fake = new FakeThreeXui();
  });

  test('a wrong password or token is said as such and not tried again and again', async () => {
    const byPassword = await open(3, 'cookie', { password: 'wrong' });
    expect((await failure(byPassword.collector.collect(soon()))).code).toBe('login-rejected');
    expect(fake.logins).toBe(1);
    await byPassword.collector.close();
    await fake.web.close();
    const byToken = await open(3, 'token', { token: 'wrong' });
    expect((await failure(byToken.collector.collect(soon()))).code).toBe('login-rejected');
    expect(fake.web.requests).toHaveLength(1);
  });

  test('a failure in a 200 is a failure, in its own words', async () => {
    const { collector } = await open(3, 'token');
    fake.web.change = () => '{"success":false,"msg":"something went wrong (database is locked)\\u001b[31m","obj":null}';
    const failed = await failure(collector.collect(soon()));
    expect(failed.code).toBe('panel-failed');
    expect(failed.message).toContain('(database is locked)');
    expect(failed.message).not.toContain('\u001b');
  });

  test('a client of several inbounds has one counter; inbounds without clients have none', async () => {
    const { collector } = await open(2, 'cookie');
    fake.inbounds = [
      { up: 10n, down: 200n },
      { up: 30n, down: 400n },
      { up: 0n, down: 0n },
    ];
    fake.clients = [
      { ...client('alice', 5n, 60n), inbounds: [1, 2] },
      { ...client('bob', 7n, 80n), inbounds: [2] },
    ];
    const [service] = (await collector.collect(soon())).services;
    expect(peersOf(service).map(({ key }) => key)).toEqual(['alice', 'bob']);
    expect(service?.own).toEqual({ rx: 40n, tx: 600n, total: 640n });
  });

  test('an update from version 2 to 3 changes nothing of what is read', async () => {
    const { collector } = await open(2, 'cookie');
    const before = await collector.collect(soon());
    fake.version = 3;
    fake.endSessions();
    expect(await collector.collect(soon())).toEqual(before);
  });

  test('online is who was online lately; its identity tells no path', async () => {
    const { collector, options } = await open(3, 'token');
    fake.clients = [{ ...client('alice', 5n, 60n), lastOnline: 1_772_366_400_000 }];
    const [service] = (await collector.collect(soon())).services;
    expect(service?.peers.at(0)?.lastHandshakeAt).toEqual(new Date(1_772_366_400_000));
    expect(service?.identity).toMatch(/^http:\/\/127\.0\.0\.1:\d+#[0-9a-f]{12}$/);
    expect(options.url.endsWith(`${fake.basePath}/`)).toBe(true);
  });

  test.each([
    [403, 'login-not-permitted'],
    [404, 'not-this-panel'],
    [429, 'panel-throttles'],
    [502, 'panel-failed'],
  ])('status %d has words of its own', async (status, code) => {
    const { collector } = await open(3, 'token');
    fake.web.override = { status, body: 'secret' };
    expect((await failure(collector.collect(soon()))).code).toBe(code);
  });

  test('a test tells the version, clients and bytes', async () => {
    const { options } = await open(3, 'token');
    const tools = { clock: new ManualClock(new Date()), runDirectory: '/nowhere' };
    expect(await threeXui.test(options, tools, soon())).toMatchObject({
      ok: true,
      found: { version: '3, Xray 25.8.3', peers: 2, bytes: { rx: 12n, tx: 140n }, notes: [] },
    });
    await collector?.close();
    await fake.web.close();
    const old = await open(2, 'cookie');
    const tested = await threeXui.test(old.options, tools, soon());
    expect(tested.found).toMatchObject({ version: '2, Xray 25.8.3', notes: [{ code: 'panel-tells-logins' }] });
  });

  test.each([
    [{ token: undefined }, '/options/token'],
    [{ username: 'a' }, '/options/token'],
    [{ url: 'panel' }, '/options/url'],
    [{ token: 'with space' }, '/options/token'],
  ])('options %j are refused by field', (change, pointer) => {
    const given = { url: 'https://panel.example.com:2053/x/', token: 'hunter2', ...change };
    expect(() => parseThreeXuiOptions(given)).toThrow(expect.objectContaining({ details: { pointer } }));
  });
});
