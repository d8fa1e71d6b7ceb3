import { inspect } from 'node:util';
import { afterEach, describe, expect, test } from 'vitest';
import { SourceFailure } from '../../src/core/errors.ts';
import { ManualClock } from '../../src/core/units/testing.ts';
import { MarzbanClient } from '../../src/integrations/marzban/client.ts';
import { MarzbanCollector } from '../../src/integrations/marzban/collector.ts';
import { marzban } from '../../src/integrations/marzban/integration.ts';
import { parseMarzbanOptions } from '../../src/integrations/marzban/options.ts';
import { FakeMarzban, type FakeMarzbanUser } from '../support/fake-marzban.ts';
import { peersOf } from '../support/readings.ts';
import { collectorContract } from './collector.contract.ts';
import { webRig } from './web-rig.ts';

const CREATED = '2024-05-01T12:34:56.789012';

async function collectorOf(fake: FakeMarzban, options: Record<string, unknown> = {}) {
  const port = await fake.start();
  const { username, password } = fake;
  const given = { url: `http://127.0.0.1:${port}/dashboard/#/`, username, password, privateAddress: true, ...options };
  const parsed = parseMarzbanOptions(given);
  return { options: parsed, collector: new MarzbanCollector(new MarzbanClient(parsed), new URL(parsed.url)) };
}

const user = (username: string, lifetime: bigint): FakeMarzbanUser => {
  return { username, lifetime, createdAt: CREATED, onlineAt: null };
};

function marzbanRig(fake: FakeMarzban, collector: MarzbanCollector) {
  return webRig({
    ...{ collector, web: fake.web, isUndirected: true },
    // What the others do with 100,000 is what Marzban does; Marzneshin has but a hundred in a page.
    ...(fake.panel === 'marzban' ? {} : { most: 10_000 }),
    keys: (n) => Array.from({ length: n }, (_, index) => `user_${String(index).padStart(6, '0')}`),
    show: (series) => {
      fake.users = series.map(({ key, tx }) => user(key, tx));
      fake.prepare();
    },
    garbage: [
      ['nothing', () => ''],
      ['a web page', () => '<html><body>502 Bad Gateway</body></html>'],
      ['an error with status 200', () => '{"detail":"nope"}'],
      ['a list of something else', () => '{"users":[{"a":1}],"total":1}'],
      ['users that are none', () => '{"users":{"user_000000":1},"items":{"user_000000":1},"total":1}'],
      ['no total', (text) => text.replace(/,"total":\d+/, '')],
      ['a negative counter', (text) => text.replace(/(lifetime_used_traffic":)/, '$1-')],
      ['a counter beyond u64', (text) => text.replace(/(lifetime_used_traffic":)\d+/, '$118446744073709551616')],
      ['a counter with a fraction', (text) => text.replace(/(lifetime_used_traffic":\d+)/, '$1.5')],
      ['a counter that is a text', (text) => text.replace(/(lifetime_used_traffic":)(\d+)/, '$1"$2"')],
      ['a missing counter', (text) => text.replace(/"lifetime_used_traffic":\d+,/, '')],
      ['a user without a name', (text) => text.replace('"username":"user_000001"', '"username":null')],
      ['a user twice', (text) => text.replace('"username":"user_000001"', '"username":"user_000000"')],
      ['fewer users than in all', (text) => text.replace(/"total":\d+/, '"total":4')],
      ['an instant that is none', (text) => text.replace(CREATED, 'yesterday')],
    ],
    showSecrets: () => {
      fake.users = [user('alice', 5n), user('bob', 6n)];
      return fake.secrets;
    },
  });
}

describe.each(['marzban', 'pasarguard', 'marzneshin'] as const)('%s', (panel) => {
  collectorContract(panel, async () => {
    const fake = new FakeMarzban(panel);
    return marzbanRig(fake, (await collectorOf(fake)).collector);
  });
});

describe('marzban', () => {
  let fake = new FakeMarzban();
  let collector: MarzbanCollector | null = null;
  const open = async (options: Record<string, unknown> = {}) => {
    fake = new FakeMarzban();
    const opened = await collectorOf(fake, options);
    collector = opened.collector;
    return opened;
  };
  afterEach(async () => {
    await collector?.close();
    await fake.web.close();
  });
  const soon = () => AbortSignal.timeout(10_000);
  const failure = async (asked: Promise<unknown>): Promise<SourceFailure> => {
    const error = await asked.catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(SourceFailure);
    for (const secret of fake.secrets) expect(inspect(error, { depth: 9, showHidden: true })).not.toContain(secret);
    return error as SourceFailure;
  };

  test('one login serves many readings; an ended token is renewed in the same poll', async () => {
    const { collector } = await open();
    fake.users = [user('alice', 5n)];
    for (let n = 0; n < 3; n++) expect((await collector.collect(soon())).complete).toBe(true);
    expect(fake.logins).toBe(1);
    fake.endTokens();
    expect((await collector.collect(soon())).complete).toBe(true);
    expect(fake.logins).toBe(2);
  });

  test('a wrong password is said as such and not tried again and again', async () => {
    const { collector } = await open({ password: 'wrong' });
    expect((await failure(collector.collect(soon()))).code).toBe('login-rejected');
    expect(fake.logins).toBe(1);
  });

  test('a user carries its beginning and when it was last online, in UTC', async () => {
    const { collector } = await open();
    fake.users = [{ ...user('alice', 5n), onlineAt: '2024-05-02T00:00:01' }];
    const { services } = await collector.collect(soon());
    expect(services[0]?.peers).toEqual([
      {
        key: 'alice',
        isOff: false,
        name: 'alice',
        owner: 'owner',
        traffic: { rx: null, tx: null, total: 5n },
        ownLimit: {
          ...{ limitBytes: 10_737_418_240n, usedBytes: 5n, period: `${CREATED} 0` },
          ...{ resetMs: 30 * 86_400_000, beganAt: new Date('2024-05-01T12:34:56.789Z') },
        },
        startedAt: new Date('2024-05-01T12:34:56.789Z'),
        lastHandshakeAt: new Date('2024-05-02T00:00:01Z'),
      },
    ]);
  });

  test('thousands of users come by pages, and all of them once', async () => {
    const { collector } = await open();
    fake.users = Array.from({ length: 3_500 }, (_, n) => user(`user${String(n).padStart(5, '0')}`, BigInt(n)));
    const poll = await collector.collect(soon());
    expect(poll.complete).toBe(true);
    expect(peersOf(poll.services[0]).map((peer) => peer.traffic.total)).toEqual(fake.users.map((one) => one.lifetime));
    expect(fake.web.requests.filter(({ url }) => url.pathname === '/api/users')).toHaveLength(4);
  });

  test.each([
    ['a user is removed from a page already read', 3_499, (users: FakeMarzbanUser[]) => users.slice(1)],
    ['a user comes into a page already read', 3_501, (users: FakeMarzbanUser[]) => [user('a', 1n), ...users]],
    [
      'one goes and another comes: the total is the same',
      3_500,
      (users: FakeMarzbanUser[]) => [...users.slice(1), user('zzz', 1n)],
    ],
  ])('%s while the pages are read: read again', async (_name, count, change) => {
    const { collector } = await open();
    fake.users = Array.from({ length: 3_500 }, (_, n) => user(`user${String(n).padStart(5, '0')}`, BigInt(n)));
    let isFirst = true;
    fake.onPage = (offset) => {
      if (!isFirst || offset === 0) return;
      isFirst = false;
      fake.users = change(fake.users);
    };
    const poll = await collector.collect(soon());
    expect(poll.complete).toBe(true);
    expect(poll.services[0]?.peers).toHaveLength(count);
  });

  test('a list that never stands still is counted as far as it was read, and is not complete', async () => {
    const { collector } = await open();
    fake.users = Array.from({ length: 3_500 }, (_, n) => user(`user${String(n).padStart(5, '0')}`, BigInt(n)));
    fake.onPage = (offset) => {
      if (offset > 0) fake.users = fake.users.slice(1);
    };
    const poll = await collector.collect(soon());
    expect(poll.complete).toBe(false);
    expect(poll.notices.map(({ code }) => code)).toEqual(['list-changed']);
    expect(poll.services[0]?.peers.length).toBeGreaterThan(900);
  });

  test('Marzneshin shows by its login; its users come by hundreds, with what they are limited to', async () => {
    fake = new FakeMarzban('marzneshin');
    const opened = await collectorOf(fake);
    collector = opened.collector;
    fake.users = Array.from({ length: 250 }, (_, n) => user(`user${String(n).padStart(5, '0')}`, BigInt(n + 5)));
    Object.assign(fake.users[1] ?? {}, { status: 'disabled', dataLimit: null });
    Object.assign(fake.users[2] ?? {}, { status: 'limited', owner: 'boss', dataLimit: 77n, resetStrategy: 'week' });
    const poll = await collector.collect(soon());
    expect([poll.complete, poll.services[0]?.peers.length]).toEqual([true, 250]);
    expect(peersOf(poll.services[0]).slice(0, 3)).toMatchObject([
      { key: 'user00000', isOff: false, owner: 'owner', traffic: { rx: null, tx: null, total: 5n } },
      { key: 'user00001', isOff: true, ownLimit: null },
      {
        key: 'user00002',
        isOff: true,
        owner: 'boss',
        ownLimit: { limitBytes: 77n, usedBytes: 5n, resetMs: 7 * 86_400_000 },
      },
    ]);
    expect(fake.web.requests.map(({ url }) => url.pathname)).toEqual([
      ...['/api/admin/token', '/api/admins/token', '/api/users', '/api/users', '/api/users'],
    ]);
    await collector.collect(soon());
    fake.endTokens();
    await collector.collect(soon());
    // Once it is known which panel it is, no other is looked for.
    expect(fake.web.requests.filter(({ url }) => url.pathname === '/api/admin/token')).toHaveLength(1);
    expect(fake.logins).toBe(2);
  });

  test('users of Marzneshin that come and go while the pages are read: read again', async () => {
    fake = new FakeMarzban('marzneshin');
    collector = (await collectorOf(fake)).collector;
    fake.users = Array.from({ length: 250 }, (_, n) => user(`user${String(n).padStart(5, '0')}`, BigInt(n)));
    let isFirst = true;
    fake.onPage = (offset) => {
      if (!isFirst || offset === 0) return;
      isFirst = false;
      fake.users = fake.users.slice(1);
    };
    const poll = await collector.collect(soon());
    expect([poll.complete, poll.services[0]?.peers.length]).toEqual([true, 249]);
  });

  test.each(['pasarguard', 'marzneshin'] as const)('a test of %s tells what it finds', async (panel) => {
    fake = new FakeMarzban(panel);
    const opened = await collectorOf(fake);
    collector = opened.collector;
    fake.users = [user('alice', 5n), user('bob', 6n)];
    fake.nodes = [
      { name: 'de-1', usage_coefficient: 1.5, status: 'connected' },
      { name: 'fr-1', usage_coefficient: 1, status: 'error' },
    ];
    const tools = { clock: new ManualClock(new Date()), runDirectory: '/nowhere' };
    const tested = await marzban.test(opened.options, tools, soon());
    expect(tested).toMatchObject({ ok: true, problems: [], found: { peers: 2, bytes: { total: 11n } } });
    expect(tested.found?.version).toBe(panel === 'pasarguard' ? '0.8.4' : null);
    const notes = tested.found?.notes.map(({ code }) => code);
    expect(notes).toEqual([...(panel === 'pasarguard' ? [] : ['marzneshin']), 'weighted', 'panel-node-away']);
  });

  test.each([
    [403, 'login-not-permitted'],
    [404, 'not-this-panel'],
    [307, 'not-this-panel'],
    [429, 'panel-throttles'],
    [500, 'panel-failed'],
    [502, 'panel-failed'],
  ])('status %d has words of its own', async (status, code) => {
    const { collector } = await open();
    fake.web.override = { status, body: '<html>secret</html>' };
    const failed = await failure(collector.collect(soon()));
    expect(failed.code).toBe(code);
    expect(failed.message).not.toContain('secret');
  });

  test('a panel that is slow is waited for; one that went away is said to be away', async () => {
    const { collector } = await open();
    fake.users = [user('alice', 5n)];
    fake.web.delayMs = 100;
    expect((await collector.collect(soon())).complete).toBe(true);
    await fake.web.close();
    expect((await failure(collector.collect(soon()))).code).toBe('http-refused');
    fake = new FakeMarzban();
  });

  test('an answer whose end only its text shows is not complete when it was cut', async () => {
    const { collector } = await open();
    fake.users = [user('alice', 5n), user('bob', 6n)];
    fake.web.framing = 'none';
    expect((await collector.collect(soon())).complete).toBe(true);
    fake.web.cutAt = 0.9;
    expect(['http-not-json', 'http-cut']).toContain((await failure(collector.collect(soon()))).code);
  });

  test('its identity is the address, however it was written, and tells no path', async () => {
    const { collector, options } = await open();
    fake.users = [];
    const [service] = (await collector.collect(soon())).services;
    expect(service?.identity).toBe(new URL(options.url).origin);
    expect(marzban.endpoint({ url: options.url })).toBe('127.0.0.1');
  });

  test('a test tells version, users, bytes, coefficients and nodes that are away', async () => {
    const { options } = await open();
    fake.users = [user('alice', 5n), user('bob', 6n)];
    fake.nodes = [
      { name: 'de-1', usage_coefficient: 1.5, status: 'connected' },
      { name: 'fr-1', usage_coefficient: 1, status: 'error' },
    ];
    const tools = { clock: new ManualClock(new Date()), runDirectory: '/nowhere' };
    const tested = await marzban.test(options, tools, soon());
    expect(tested).toMatchObject({
      ok: true,
      problems: [],
      found: { version: '0.8.4', peers: 2, bytes: { total: 11n } },
    });
    expect(tested.found?.notes.map(({ code }) => code)).toEqual(['weighted', 'panel-node-away']);
    fake.isSudo = false;
    expect((await marzban.test(options, tools, soon())).found?.notes.map(({ code }) => code)).toEqual([
      'own-users-only',
    ]);
    const wrong = await marzban.test({ ...options, password: 'wrong' }, tools, soon());
    expect(wrong).toMatchObject({ ok: false, found: null, problems: [{ code: 'login-rejected' }] });
  });

  test.each([
    [{ url: 'panel.example.com' }, '/options/url'],
    [{ url: 'ftp://panel.example.com' }, '/options/url'],
    [{ url: 'https://user:pw@panel.example.com' }, '/options/url'],
    [{ url: undefined }, '/options/url'],
    [{ password: '' }, '/options/password'],
    [{ password: 7 }, '/options/password'],
    [{ certSha256: 'AB' }, '/options/certSha256'],
    [{ passwort: 'x' }, '/options/passwort'],
    [{ gateway: '8001' }, '/options/gateway'],
    [{ gateway: '127.0.0.1:0' }, '/options/gateway'],
    [{ url: 'http://localhost:8000', gateway: '127.0.0.1:8000' }, '/options/gateway'],
  ])('options %j are refused by field, and no secret is repeated', (change, pointer) => {
    const given = { url: 'https://panel.example.com:8000', username: 'a', password: 'hunter2', ...change };
    try {
      parseMarzbanOptions(given);
      expect.unreachable();
    } catch (error) {
      expect(error).toMatchObject({ code: 'invalid-input', details: { pointer } });
      expect(inspect(error)).not.toContain('hunter2');
    }
  });
});
