import { afterEach, describe, expect, test } from 'vitest';
import { systemClock } from '../../src/app/system-clock.ts';
import { directed } from '../../src/core/units/bytes.ts';
import { SsmCollector } from '../../src/integrations/sing-box-ssm/collector.ts';
import { singBoxSsm } from '../../src/integrations/sing-box-ssm/integration.ts';
import { parseSsmOptions } from '../../src/integrations/sing-box-ssm/options.ts';
import { FakeWeb } from '../support/fake-web.ts';
import { type CollectorRig, collectorContract, type ShownSeries } from './collector.contract.ts';
import { webRig } from './web-rig.ts';

/** What `GET /server/v1/stats` of sing-box 1.13 says. Counters are int64. */
function statsOf(series: readonly ShownSeries[]): string {
  const users = series.map(
    ({ key, rx, tx }) =>
      `{"username":"${key}","downlinkBytes":${tx},"uplinkBytes":${rx},"downlinkPackets":3,"uplinkPackets":2,"tcpSessions":5,"udpSessions":1}`,
  );
  const list = users.length === 0 ? 'null' : `[${users.join(',')}]`;
  const sums =
    '"uplinkBytes":11,"downlinkBytes":22,"uplinkPackets":3,"downlinkPackets":4,"tcpSessions":5,"udpSessions":6';
  return `{${sums},"users":${list}}\n`;
}

async function makeRig(): Promise<CollectorRig> {
  let text = statsOf([]);
  const web = new FakeWeb(({ url }) =>
    url.pathname === '/ss/server/v1/stats' ? { status: 200, body: text, isData: true } : { status: 404, body: '' },
  );
  const url = `http://127.0.0.1:${await web.start()}/ss/`;
  return webRig({
    ...{ web, countersOutliveRestarts: true, largest: 9_223_372_036_854_775_807n },
    collector: new SsmCollector(parseSsmOptions({ url, privateAddress: true })),
    keys: (n) => Array.from({ length: n }, (_, index) => `user-${index}`),
    show: (series) => {
      text = statsOf(series);
    },
    garbage: [
      ['nothing', () => ''],
      ['a web page', () => '<html>404</html>'],
      ['no users', () => '{"uplinkBytes":1}'],
      ['users that are none', (whole) => whole.replace(/"users":\[.*\]/, '"users":{"a":1}')],
      ['a negative counter', (whole) => whole.replace('"uplinkBytes":7,', '"uplinkBytes":-7,')],
      ['a counter beyond i64', (whole) => whole.replace(':12345678901,', ':9223372036854775808,')],
      ['a counter with a fraction', (whole) => whole.replace(':12345678901,', ':12345678901.5,')],
      ['a missing counter', (whole) => whole.replace(/"downlinkBytes":\d+,"uplinkBytes":7,/, '')],
      ['a user without a name', (whole) => whole.replace('"username":"user-1"', '"username":null')],
      ['a user twice', (whole) => whole.replace('user-1', 'user-0')],
      [
        'an old sing-box',
        (whole) => whole.replace(/("uplinkBytes":)7(,"downlinkPackets":)3(,"uplinkPackets":)2/, '$17$212345678901$37'),
      ],
    ],
    showSecrets: () => {
      text = '{"users":[{"username":"a","uPSK":"c2VjcmV0LXVwc2s=","uplinkBytes":"hunter2","downlinkBytes":1}]}';
      return ['c2VjcmV0LXVwc2s=', 'hunter2'];
    },
  });
}

collectorContract('sing-box ssm-api', makeRig);

describe('sing-box ssm-api', () => {
  let web: FakeWeb | null = null;
  afterEach(async () => {
    await web?.close();
    web = null;
  });

  test('reads statistics, never the keys of users, and never clears; its test tells the version', async () => {
    web = new FakeWeb(({ url }) => ({
      status: 200,
      body: url.pathname.endsWith('/stats')
        ? statsOf([{ key: 'alice', rx: 5n, tx: 7n }])
        : '{"server":"sing-box 1.13.0","apiVersion":"v1"}',
    }));
    const url = `http://127.0.0.1:${await web.start()}/server/v1/users`;
    const options = singBoxSsm.parseOptions({ url, privateAddress: true, port: 8388 });
    const tools = { clock: systemClock, runDirectory: '/tmp' };
    const result = await singBoxSsm.test(options, tools, AbortSignal.timeout(10_000));
    expect(result).toMatchObject({
      ok: true,
      found: { version: 'sing-box 1.13.0', peers: 1, services: [{ kind: 'shadowsocks', listenPort: 8388 }] },
    });
    expect(result.found?.bytes).toMatchObject(directed(5n, 7n));
    expect(web.requests.map(({ method, url: asked }) => `${method} ${asked.pathname}${asked.search}`)).toEqual([
      ...['GET /server/v1/stats', 'GET /server/v1/'],
    ]);
  });
});
