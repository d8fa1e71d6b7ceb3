import { inspect } from 'node:util';
import { afterEach, describe, expect, test } from 'vitest';
import { SourceFailure } from '../../src/core/errors.ts';
import { ManualClock } from '../../src/core/units/testing.ts';
import { RemnawaveClient } from '../../src/integrations/remnawave/client.ts';
import { RemnawaveCollector } from '../../src/integrations/remnawave/collector.ts';
import { remnawave } from '../../src/integrations/remnawave/integration.ts';
import { parseRemnawaveOptions } from '../../src/integrations/remnawave/options.ts';
import { FakeRemnawave, type FakeRemnawaveUser } from '../support/fake-remnawave.ts';
import { peersOf } from '../support/readings.ts';
import { collectorContract } from './collector.contract.ts';
import { webRig } from './web-rig.ts';

const CREATED = '2024-05-01T12:34:56.789Z';
const user = (username: string, lifetime: bigint): FakeRemnawaveUser => {
  return { username, lifetime, createdAt: CREATED, onlineAt: null };
};
const many = (n: number) => Array.from({ length: n }, (_, k) => user(`user${String(k).padStart(5, '0')}`, BigInt(k)));

async function collectorOf(fake: FakeRemnawave, options: Record<string, unknown> = {}) {
  const url = `http://127.0.0.1:${await fake.start()}/dashboard`;
  const parsed = parseRemnawaveOptions({ url, token: fake.token, privateAddress: true, ...options });
  return { options: parsed, collector: new RemnawaveCollector(new RemnawaveClient(parsed), new URL(parsed.url)) };
}

function remnawaveRig(fake: FakeRemnawave, collector: RemnawaveCollector) {
  return webRig({
    ...{ collector, web: fake.web, isUndirected: true },
    keys: (n) => Array.from({ length: n }, (_, index) => `user-${index}`),
    show: (series) => {
      fake.users = series.map(({ key, tx }) => user(key, tx));
      fake.prepare();
    },
    garbage: [
      ['nothing', () => ''],
      ['a web page', () => '<!doctype html><title>Remnawave</title>'],
      ['no envelope', () => '{"users":[],"total":0}'],
      ['a list that is none', () => '{"response":{"users":{"a":1},"total":1,"hasMore":false}}'],
      ['a negative counter', (text) => text.replace(/(lifetimeUsedTrafficBytes":)/, '$1-')],
      ['a counter beyond u64', (text) => text.replace(/(lifetimeUsedTrafficBytes":)\d+/, '$118446744073709551616')],
      ['a counter with a fraction', (text) => text.replace(/(lifetimeUsedTrafficBytes":\d+)/, '$1.5')],
      ['a missing counter', (text) => text.replace(/"lifetimeUsedTrafficBytes":\d+,/, '')],
      ['a user without a name', (text) => text.replace('"username":"user-1"', '"username":null')],
      ['a user twice', (text) => text.replace('"username":"user-1"', '"username":"user-0"')],
      ['an instant that is none', (text) => text.replace(CREATED, 'yesterday')],
    ],
    showSecrets: () => {
      fake.users = [user('alice', 5n), user('bob', 6n)];
      return fake.secrets;
    },
  });
}

for (const version of ['2.7', '3.3'] as const) {
  collectorContract(`remnawave ${version}`, async () => {
    const fake = new FakeRemnawave();
    fake.version = version;
    return remnawaveRig(fake, (await collectorOf(fake)).collector);
  });
}

describe('remnawave', () => {
  let fake = new FakeRemnawave();
  let collector: RemnawaveCollector | null = null;
  const open = async (version: FakeRemnawave['version'] = '3.3', options: Record<string, unknown> = {}) => {
    fake = new FakeRemnawave();
    fake.version = version;
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

  test.each(['2.0', '2.7', '3.3'] as const)(
    'version %s is read as through its proxy, with the same names',
    async (version) => {
      const { collector } = await open(version);
      fake.users = [{ ...user('alice', 5n), onlineAt: '2026-03-01T11:59:00.000Z' }];
      const { services, complete } = await collector.collect(soon());
      expect(complete).toBe(true);
      expect(services[0]?.peers).toEqual([
        {
          key: 'alice',
          name: 'alice',
          isOff: false,
          traffic: { rx: null, tx: null, total: 5n },
          startedAt: new Date(CREATED),
          lastHandshakeAt: new Date('2026-03-01T11:59:00Z'),
        },
      ]);
      expect(fake.ignored).toBe(0);
    },
  );

  test('an update from 2 to 3 changes nothing of what is read', async () => {
    const { collector } = await open('2.7');
    fake.users = many(3);
    const before = await collector.collect(soon());
    fake.version = '3.3';
    expect(await collector.collect(soon())).toEqual(before);
  });

  test.each(['2.7', '3.3'] as const)(
    'thousands of users of version %s come in parts, and all of them once',
    async (version) => {
      const { collector } = await open(version);
      fake.users = many(3_500);
      const poll = await collector.collect(soon());
      expect(poll.complete).toBe(true);
      expect(peersOf(poll.services[0]).map((peer) => peer.traffic.total)).toEqual(
        fake.users.map((one) => one.lifetime),
      );
    },
  );

  test('a list that moves while its pages are read is read again', async () => {
    const { collector } = await open('2.7');
    fake.users = many(1_200);
    let isFirst = true;
    fake.onPage = (start) => {
      if (!isFirst || start === 0) return;
      isFirst = false;
      fake.users = [user('new', 1n), ...fake.users.slice(0, -1)];
    };
    const poll = await collector.collect(soon());
    expect(poll.complete).toBe(true);
    expect(poll.services[0]?.peers).toHaveLength(1_200);
    expect(peersOf(poll.services[0]).some(({ key }) => key === 'new')).toBe(true);
  });

  test('a panel that closes without an answer is said to', async () => {
    const { collector } = await open();
    fake.web.isClosing = true;
    expect((await failure(collector.collect(soon()))).code).toBe('http-closed');
  });

  test.each([
    [401, 'login-rejected'],
    [403, 'login-not-permitted'],
    [302, 'not-this-panel'],
    [429, 'panel-throttles'],
    [500, 'panel-failed'],
  ])('status %d has words of its own', async (status, code) => {
    const { collector } = await open();
    fake.web.override = { status, body: 'secret' };
    expect((await failure(collector.collect(soon()))).code).toBe(code);
  });

  test('a test tells version and multipliers; a token that may read users alone is enough', async () => {
    const { options } = await open();
    fake.users = many(2);
    const tools = { clock: new ManualClock(new Date()), runDirectory: '/nowhere' };
    const tested = await remnawave.test(options, tools, soon());
    expect(tested).toMatchObject({ ok: true, found: { version: '3.3.2', peers: 2, notes: [{ code: 'weighted' }] } });
    fake.mayReadUsersOnly = true;
    expect(await remnawave.test(options, tools, soon())).toMatchObject({
      ok: true,
      found: { version: null, notes: [] },
    });
  });
});
