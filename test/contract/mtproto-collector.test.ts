import { readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { systemClock } from '../../src/app/system-clock.ts';
import { directed } from '../../src/core/units/bytes.ts';
import { MtprotoCollector } from '../../src/integrations/mtproto/collector.ts';
import { mtproto } from '../../src/integrations/mtproto/integration.ts';
import { type MtprotoOptions, parseMtprotoOptions } from '../../src/integrations/mtproto/options.ts';
import { FakeTelemt } from '../support/fake-telemt.ts';
import { FakeWeb } from '../support/fake-web.ts';
import { peersOf } from '../support/readings.ts';
import { type CollectorRig, collectorContract, type ShownSeries } from './collector.contract.ts';
import { type WebSource, webRig } from './web-rig.ts';

/** What telemt prints, one metric after the other as it does. */
function telemtText(series: readonly ShownSeries[], uptimeSeconds: number): string {
  const lines = series.flatMap(({ key, rx, tx }) => [
    `telemt_user_connections_current{user="${key}"} 1`,
    `telemt_user_octets_from_client{user="${key}"} ${rx}`,
    `telemt_user_octets_to_client{user="${key}"} ${tx}`,
  ]);
  const head = ['# TYPE telemt_uptime_seconds gauge', `telemt_uptime_seconds ${uptimeSeconds.toFixed(1)}`];
  return [...head, 'telemt_telemetry_user_enabled 1', ...lines, ''].join('\n');
}

/** A proxy by its metrics. */
async function metricsRig(
  proxy: 'telemt' | 'mtprotoproxy' | 'mtg',
  source: Pick<WebSource, 'garbage' | 'keys'> & Partial<WebSource>,
  textOf: (series: readonly ShownSeries[], start: number) => string,
): Promise<CollectorRig> {
  let text = '';
  const web = new FakeWeb(() => ({ status: 200, headers: { 'content-type': 'text/plain' }, body: text, isData: true }));
  const options = { proxy, url: `http://127.0.0.1:${await web.start()}`, privateAddress: true };
  return webRig({
    web,
    collector: new MtprotoCollector(parseMtprotoOptions(options), systemClock),
    show: (series, start) => {
      text = textOf(series, start);
    },
    showSecrets: () => {
      text = `${proxy}_x{link="tg://proxy?secret=ee0123456789"} 1\n${textOf([], 1)}${proxy}_user_octets_to{user="hunter2} 5\n`;
      return ['ee0123456789', 'hunter2'];
    },
    ...source,
  });
}

const users = (n: number) => Array.from({ length: n }, (_, index) => `user-${index}`);
const COUNTER_GARBAGE: WebSource['garbage'] = [
  ['nothing', () => ''],
  ['a web page', () => '<html><body>502 Bad Gateway</body></html>\n'],
  ['metrics of something else', () => 'node_cpu_seconds_total{cpu="0"} 12\n'],
  ['a negative counter', (whole) => whole.replace(' 12345678901\n', ' -12345678901\n')],
  ['a counter beyond u64', (whole) => whole.replace(' 12345678901\n', ' 18446744073709551616\n')],
  ['a counter with a fraction', (whole) => whole.replace(' 12345678901\n', ' 12345678901.5\n')],
  ['no number', (whole) => whole.replace(' 12345678901\n', ' NaN\n')],
  ['half a line at the end', (whole) => whole.slice(0, -3)],
];

const telemtRig = () =>
  metricsRig(
    'telemt',
    {
      keys: users,
      garbage: [
        ...COUNTER_GARBAGE,
        ['a missing direction', (whole) => whole.replace(/telemt_user_octets_to_client\{user="user-0"\} \d+\n/, '')],
        ['a user twice', (whole) => whole.replace(/(telemt_user_octets_to_client\{user="user-0"\} \d+\n)/, '$1$1')],
        ['a user without a name', (whole) => whole.replace('{user="user-0"}', '')],
        ['users switched off', (whole) => whole.replace('user_enabled 1', 'user_enabled 0')],
      ],
    },
    (series, start) => telemtText(series, 100_000 - start * 10_000),
  );

const mtprotoproxyRig = () =>
  metricsRig(
    'mtprotoproxy',
    {
      keys: users,
      garbage: [
        ...COUNTER_GARBAGE,
        ['a missing direction', (whole) => whole.replace(/mtprotoproxy_user_octets_to\{user="user-0"\} \d+\n/, '')],
        ['a user without a name', (whole) => whole.replace('{user="user-0"}', '')],
      ],
    },
    (series) => {
      const lines = series.flatMap(({ key, rx, tx }) => [
        `mtprotoproxy_user_octets_from{user="${key}"} ${rx}`,
        `mtprotoproxy_user_octets_to{user="${key}"} ${tx}`,
      ]);
      return ['mtprotoproxy_uptime 500', ...lines, ''].join('\n');
    },
  );

collectorContract('mtproto, telemt by its metrics', telemtRig);
collectorContract('mtproto, mtprotoproxy', mtprotoproxyRig);

const mtgRig = () =>
  metricsRig('mtg', { keys: () => ['all'], garbage: COUNTER_GARBAGE }, (series) => {
    const lines = series.flatMap(({ rx, tx }) => [
      `mtg_telegram_traffic{telegram_ip="149.154.167.51",dc="2",direction="from_client"} ${rx}`,
      `mtg_telegram_traffic{telegram_ip="149.154.167.51",dc="2",direction="to_client"} ${tx}`,
    ]);
    return ['# TYPE mtg_client_connections gauge', 'mtg_client_connections{ip_family="ipv4"} 1', ...lines, ''].join(
      '\n',
    );
  });

collectorContract('mtproto, mtg', mtgRig, { alwaysOne: 'It has one secret for everybody.' });

/** telemt by its control interface alone: one sum per user. */
async function controlRig(): Promise<CollectorRig> {
  const telemt = new FakeTelemt();
  const controlUrl = `http://127.0.0.1:${await telemt.start()}`;
  const options = { proxy: 'telemt', controlUrl, token: telemt.token, privateAddress: true };
  return webRig({
    ...{ web: telemt.web, isUndirected: true, keys: users },
    collector: new MtprotoCollector(parseMtprotoOptions(options), systemClock),
    show: (series, start) => {
      telemt.users = series.map(({ key, tx }) => ({ username: key, octets: tx, isEnabled: true }));
      telemt.uptimeSeconds = 100_000 - start * 10_000;
      telemt.prepare();
    },
    garbage: [
      ['nothing', () => ''],
      ['a web page', () => '<html><body>502 Bad Gateway</body></html>\n'],
      ['an empty object', () => '{}'],
      ['no list', (whole) => whole.replace('"data":[', '"data":{"x":[').replace(/\],"rev/, ']},"rev')],
      ['a negative counter', (whole) => whole.replace('"total_octets":', '"total_octets":-')],
      ['a counter with a fraction', (whole) => whole.replace(/("total_octets":\d+)/, '$1.5')],
      ['a counter beyond u64', (whole) => whole.replace(/"total_octets":\d+/, '"total_octets":18446744073709551616')],
      ['a counter in quotes', (whole) => whole.replace(/"total_octets":(\d+)/, '"total_octets":"$1"')],
      ['no counter', (whole) => whole.replace('"total_octets"', '"octets"')],
      ['neither on nor off', (whole) => whole.replace('"enabled":true', '"enabled":"yes"')],
      ['a user twice', (whole) => whole.replace('"user-1"', '"user-0"')],
      ['a user without a name', (whole) => whole.replace('"user-0"', 'null')],
    ],
    moreGarbage: [
      {
        name: 'users that are not counted',
        show: async () => {
          telemt.web.recover();
          telemt.countsUsers = false;
        },
      },
    ],
    showSecrets: () => {
      telemt.users = [{ username: 'a', octets: 5n, isEnabled: true }];
      telemt.web.change = (whole) => whole.slice(0, -30);
      return telemt.secrets;
    },
  });
}

collectorContract('mtproto, telemt by its control interface', controlRig);

describe('what each MTProto proxy can say', () => {
  const fixture = (name: string) =>
    readFileSync(new URL(`../../src/integrations/mtproto/fixtures/${name}.txt`, import.meta.url), 'utf8');
  const soon = () => AbortSignal.timeout(10_000);
  let web: FakeWeb | null = null;
  afterEach(async () => {
    await web?.close();
    web = null;
  });

  async function serve(body: string, more: Partial<MtprotoOptions>): Promise<MtprotoOptions> {
    web = new FakeWeb(() => ({ status: 200, body }));
    const port = await web.start();
    return parseMtprotoOptions({ url: `http://127.0.0.1:${port}`, privateAddress: true, ...more });
  }

  const collect = async (options: MtprotoOptions) => {
    const collector = new MtprotoCollector(options, systemClock);
    try {
      return await collector.collect(soon());
    } finally {
      await collector.close();
    }
  };
  const shown = ({ services }: Awaited<ReturnType<typeof collect>>) =>
    peersOf(services[0]).map(({ key, traffic, lastHandshakeAt }) => [key, traffic, lastHandshakeAt !== undefined]);

  test('telemt: every user, who is connected, and how long it has been running', async () => {
    const options = await serve(fixture('telemt-3.3.15.metrics'), { proxy: 'telemt', port: 443 });
    const poll = await collect(options);
    expect(web?.requests[0]?.url.pathname).toBe('/metrics');
    expect(poll).toMatchObject({ complete: true, notices: [], services: [{ kind: 'mtproto', listenPort: 443 }] });
    expect(shown(poll)).toEqual([
      ['alice', directed(9_637_731_704n, 202_841_823_116n), true],
      ['bob', directed(18_446_744_073_709_551_615n, 9_007_199_254_740_993n), false],
    ]);
    const age = poll.services[0]?.age;
    expect(age?.minMs).toBeCloseTo(26_535_600, -1);
    expect(age?.maxMs).toBeGreaterThan(26_535_799);
  });

  test('telemt with the suffix of OpenMetrics', async () => {
    const text = fixture('telemt-3.3.15.metrics').replaceAll('_client{', '_client_total{');
    expect(shown(await collect(await serve(text, { proxy: 'telemt' })))).toHaveLength(2);
  });

  test('telemt that hides its users is no reason to take them for gone', async () => {
    const text = fixture('telemt-3.3.15.metrics')
      .replace('user_enabled 1', 'user_enabled 0')
      .replace(/^.*telemt_user_.*\n/gm, '');
    const poll = await collect(await serve(text, { proxy: 'telemt' }));
    expect(poll).toMatchObject({ complete: false, notices: [{ code: 'user-telemetry-off' }] });
  });

  test('mtprotoproxy: every user; its wall clock proves no restart, and links with secrets are not read', async () => {
    const poll = await collect(await serve(fixture('mtprotoproxy-1.1.1.metrics'), { proxy: 'mtprotoproxy' }));
    expect(shown(poll)).toEqual([
      ['alice', directed(5n, 7n), true],
      ['bob', directed(3n, 4n), false],
    ]);
    expect(poll.services[0]).not.toHaveProperty('age');
    const text = JSON.stringify(poll, (_key, value) => (typeof value === 'bigint' ? String(value) : value));
    expect(text).not.toContain('ee0123456789abcdef');
  });

  test.each([
    ['as the classic format names it', (text: string) => text],
    [
      'with the suffix of OpenMetrics',
      (text: string) => text.replaceAll('_traffic{', '_traffic_total{').concat('# EOF\n'),
    ],
  ])('mtg: one sum for everybody, %s; that is said', async (_name, change) => {
    const options = await serve(change(fixture('mtg-2.1.7.metrics')), { proxy: 'mtg' });
    const poll = await collect(options);
    expect(shown(poll)).toEqual([['all', directed(1_500_025n, 20_000_076n), true]]);
    expect(poll.complete).toBe(true);
    expect(poll.notices).toMatchObject([{ code: 'service-total-only', isInfo: true }]);
    const test = await mtproto.test(options, { clock: systemClock, runDirectory: tmpdir() }, soon());
    expect(test).toMatchObject({ ok: true, found: { peers: 1 }, problems: [{ code: 'service-total-only' }] });
  });

  test('the official proxy: alive, and nothing to count; that is said', async () => {
    const options = await serve(fixture('official-dc0c7f3.stats'), { proxy: 'official' });
    const poll = await collect(options);
    expect(web?.requests[0]?.url.pathname).toBe('/stats');
    expect(poll).toMatchObject({
      complete: true,
      services: [{ peers: [] }],
      notices: [{ code: 'alive-only', isInfo: true }],
    });
    const wrong = await collect(await serve('<html></html>\n', { proxy: 'official' })).catch((error) => error);
    expect(wrong).toMatchObject({ code: 'output-garbled' });
  });

  describe('telemt with its control interface', () => {
    const telemt = new FakeTelemt();
    let controlUrl = '';
    /** Advances with what the test says, and with nothing else. */
    const clock = { nowMs: 0, now: () => new Date(), monotonicMs: () => clock.nowMs };
    beforeAll(async () => {
      controlUrl = `http://127.0.0.1:${await telemt.start()}`;
    });
    beforeEach(() => {
      telemt.web.recover();
      telemt.onAsked = () => {};
      telemt.uptimeSeconds = 5000;
      telemt.users = ['alice', 'bob', 'carol', 'dave'].map((username) => {
        return { username, octets: 5n, isEnabled: username === 'alice' || username === 'dave' };
      });
    });
    afterAll(() => telemt.web.close());
    const control = () => ({ proxy: 'telemt', controlUrl, token: telemt.token, privateAddress: true }) as const;
    const both = (text = fixture('telemt-3.3.15.metrics')) => serve(text, control());
    const access = ({ services }: Awaited<ReturnType<typeof collect>>) =>
      peersOf(services[0]).map(({ key, traffic, isOff }) => [key, traffic.total, isOff]);
    const ALICE = 9_637_731_704n + 202_841_823_116n;
    const BOB = 18_446_744_073_709_551_615n + 9_007_199_254_740_993n;

    test('metrics count, the control interface tells who is disabled', async () => {
      const options = await both();
      const poll = await collect(options);
      expect(poll).toMatchObject({ complete: true, notices: [] });
      expect(poll.services[0]?.identity).toContain(new URL(options.url ?? '').port);
      expect(access(poll)).toEqual([
        ['alice', ALICE, false],
        ['bob', BOB, true],
        // Disabled and without a counter: shown, so that it can be given back. Dave has carried nothing.
        ['carol', 0n, true],
      ]);
    });

    test.each([
      ['telemetry is off', (text: string) => text.replace('user_enabled 1', 'user_enabled 0')],
      ['the counters were cut', (text: string) => text.slice(0, -5)],
    ])('whoever is disabled is never shown with 0 where %s: the old counter would count again', async (_, change) => {
      const text = change(fixture('telemt-3.3.15.metrics').replace(/^telemt_user_.*user="bob".*\n/gm, ''));
      const poll = await collect(await both(text));
      expect(poll.complete).toBe(false);
      expect(access(poll)?.map(([key]) => key)).not.toContain('bob');
      expect(access(poll)?.map(([key]) => key)).not.toContain('carol');
    });

    test.each([
      ['does not let us in', { override: { status: 401, body: '{}' } }, 'login-rejected'],
      ['fails', { override: { status: 500, body: 'hunter2' } }, 'control-failed'],
      ['closes', { isClosing: true }, 'http-closed'],
    ])('what was counted stays counted where the control interface %s', async (_, fault, code) => {
      Object.assign(telemt.web, fault);
      const poll = await collect(await both());
      expect(poll).toMatchObject({ complete: true, notices: [{ code, hint: expect.any(String) }] });
      expect(poll.notices[0]).not.toHaveProperty('isInfo');
      expect(access(poll)).toEqual([
        ['alice', ALICE, undefined],
        ['bob', BOB, undefined],
      ]);
      expect(poll.services[0]?.age).toBeDefined();
    });

    test('what was counted stays counted where the control interface hangs', async () => {
      telemt.web.isHanging = true;
      const collector = new MtprotoCollector(await both(), systemClock, 50);
      const poll = await collector.collect(soon());
      await collector.close();
      expect(poll).toMatchObject({ complete: true, notices: [{ code: 'timeout', hint: expect.any(String) }] });
      expect(access(poll)).toEqual([
        ['alice', ALICE, undefined],
        ['bob', BOB, undefined],
      ]);
    });

    test('a poll that is broken off meanwhile is broken off', async () => {
      const controller = new AbortController();
      telemt.onAsked = () => controller.abort();
      const collector = new MtprotoCollector(await both(), systemClock);
      await expect(collector.collect(controller.signal)).rejects.toMatchObject({ code: 'aborted' });
      await collector.close();
    });

    test('the age is that at the end of the poll, however long the control interface takes', async () => {
      telemt.onAsked = () => {
        clock.nowMs += 7_000;
      };
      const waitedMs = { metrics: 7_000, control: 7_000 };
      const uptimeMs = { metrics: 26_535_700, control: 5_000_000 };
      const ages: (readonly [options: MtprotoOptions, way: 'metrics' | 'control', openMs: number])[] = [
        [await both(), 'metrics', 0],
        // Asked for its running time it took as long, and that may have been read at any moment of it.
        [parseMtprotoOptions(control()), 'control', 7_000],
      ];
      for (const [options, way, openMs] of ages) {
        const collector = new MtprotoCollector(options, clock);
        const age = (await collector.collect(soon())).services[0]?.age;
        await collector.close();
        expect(age?.minMs, way).toBeCloseTo(uptimeMs[way] - 100 + waitedMs[way], 3);
        expect(age?.maxMs, way).toBeCloseTo(uptimeMs[way] + 100 + waitedMs[way] + openMs, 3);
      }
    });

    test('counters that were read over a restart are not taken for those of the new start', async () => {
      const options = parseMtprotoOptions(control());
      expect((await collect(options)).complete).toBe(true);
      let asked = 0;
      telemt.onAsked = (path) => {
        if (path === '/v1/system/info' && ++asked === 2) telemt.uptimeSeconds = 0.4;
      };
      await expect(collect(options)).rejects.toMatchObject({ code: 'restarted-while-read' });
      expect((await collect(options)).services[0]?.age?.maxMs).toBeLessThan(5_000_000);
    });
  });

  test('another prefix, and the wrong proxy', async () => {
    const text = fixture('mtg-2.1.7.metrics').replaceAll('mtg_', 'edge_');
    expect(shown(await collect(await serve(text, { proxy: 'mtg', prefix: 'edge' })))).toHaveLength(1);
    const wrong = await collect(await serve(text, { proxy: 'telemt' })).catch((error) => error);
    expect(wrong).toMatchObject({ code: 'not-this-proxy', hint: expect.stringContaining('--proxy') });
  });

  test('this machine is asked only where it is meant so', async () => {
    const options = await serve('', { proxy: 'telemt', privateAddress: false });
    await expect(collect(options)).rejects.toMatchObject({ code: 'http-address-not-allowed' });
  });
});

test.each([
  [{ proxy: 'telemt' }, '/options/url'],
  [{ proxy: 'mtg', controlUrl: 'http://127.0.0.1:9091' }, '/options/controlUrl'],
  [{ proxy: 'mtg', url: 'http://127.0.0.1:3129', token: 'x' }, '/options/token'],
  [{ proxy: 'telemt', controlUrl: '127.0.0.1:9091' }, '/options/controlUrl'],
  [{ proxy: 'other', url: 'http://127.0.0.1:9090' }, '/options/proxy'],
  [{ proxy: 'telemt', url: '127.0.0.1:9090/metrics' }, '/options/url'],
  [{ proxy: 'telemt', url: 'http://user:secret@127.0.0.1:9090/metrics' }, '/options/url'],
  [{ proxy: 'official', url: 'http://127.0.0.1:8888/stats', prefix: 'x' }, '/options/prefix'],
  [{ proxy: 'mtg', url: 'http://127.0.0.1:3129', certSha256: 'A'.repeat(65) }, '/options/certSha256'],
  [{ proxy: 'mtg', url: 'http://127.0.0.1:3129', colour: 'red' }, '/options/colour'],
])('options %j are refused at their place', (options, pointer) => {
  expect(() => parseMtprotoOptions(options)).toThrow(expect.objectContaining({ details: { pointer } }));
});
