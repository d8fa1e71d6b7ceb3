import { inspect } from 'node:util';
import { afterEach, describe, expect, test } from 'vitest';
import { SourceFailure } from '../../src/core/errors.ts';
import { ManualClock } from '../../src/core/units/testing.ts';
import { OutlineClient } from '../../src/integrations/outline/client.ts';
import { OutlineCollector } from '../../src/integrations/outline/collector.ts';
import { outline } from '../../src/integrations/outline/integration.ts';
import { accessOf, parseOutlineOptions } from '../../src/integrations/outline/options.ts';
import { makeCertificate } from '../support/certificate.ts';
import { type FakeAccessKey, FakeOutline } from '../support/fake-outline.ts';
import { peersOf } from '../support/readings.ts';
import { collectorContract } from './collector.contract.ts';
import { webRig } from './web-rig.ts';

const certificate = makeCertificate();
const clock = { monotonicMs: () => performance.now() };

async function collectorOf(fake: FakeOutline, change: Record<string, unknown> = {}) {
  const [management, metrics] = [await fake.management.start(), await fake.metrics.start()];
  const access = { apiUrl: `https://127.0.0.1:${management}${fake.secretPath}`, certSha256: certificate.sha256 };
  const metricsUrl = `http://127.0.0.1:${metrics}/metrics`;
  const given = { access: JSON.stringify(access), metricsUrl, privateAddress: true, ...change };
  const options = parseOutlineOptions(given);
  const collector = new OutlineCollector(new OutlineClient(options, clock), accessOf(options).apiUrl);
  return { options, collector, access };
}

function outlineRig(fake: FakeOutline, collector: OutlineCollector) {
  return webRig({
    ...{ collector, web: fake.metrics, others: [fake.management], framings: ['none', 'chunks'] },
    keys: (n) => Array.from({ length: n }, (_, index) => String(index)),
    show: (series, start) => {
      fake.startedAt = Date.now() / 1000 - (start === 1 ? 36_000 : 600);
      fake.keys = series.map(({ key: id, rx, tx }) => ({ id, name: `Key ${id}`, bytes: { rx, tx } }));
      fake.prepare();
    },
    garbage: [
      ['nothing', () => ''],
      ['a web page', () => '<html><body>Prometheus</body></html>'],
      ['other metrics', () => 'go_goroutines 21\n'],
      ['a negative counter', (text) => text.replace(/("1",dir="c<p",proto="tcp"\} )/, '$1-')],
      ['a counter beyond u64', (text) => text.replace(/("1",dir="c<p",proto="tcp"\} )\d+/, '$118446744073709551616')],
      ['a counter with a fraction', (text) => text.replace(/("1",dir="c<p",proto="tcp"\} \d+)/, '$1.5')],
      ['NaN', (text) => text.replace(/("1",dir="c<p",proto="tcp"\} )\d+/, '$1NaN')],
      ['a counter twice', (text) => text.replace(/(.*"1",dir="c<p",proto="tcp"\} \d+\n)/, '$1$1')],
      ['no start', (text) => text.replace(/process_start_time_seconds .*\n/, '')],
    ],
    showSecrets: () => {
      fake.keys = [key('0', 5n, 60n), key('1', 7n, 80n)];
      return fake.secrets;
    },
  });
}

const key = (id: string, rx: bigint, tx: bigint): FakeAccessKey => ({ id, name: '', bytes: { rx, tx } });

collectorContract('outline', async () => {
  const fake = new FakeOutline(certificate);
  return outlineRig(fake, (await collectorOf(fake)).collector);
});

describe('outline', () => {
  let fake = new FakeOutline(certificate);
  let collector: OutlineCollector | null = null;
  const open = async (change: Record<string, unknown> = {}) => {
    fake = new FakeOutline(certificate);
    const opened = await collectorOf(fake, change);
    collector = opened.collector;
    return opened;
  };
  afterEach(async () => {
    await collector?.close();
    await fake.close();
  });
  const soon = () => AbortSignal.timeout(10_000);
  const failure = async (asked: Promise<unknown>): Promise<SourceFailure> => {
    const error = await asked.catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(SourceFailure);
    for (const secret of fake.secrets) expect(inspect(error, { depth: 9, showHidden: true })).not.toContain(secret);
    return error as SourceFailure;
  };

  test('what clients sent and got is counted, over TCP and UDP, once; names come from the management interface', async () => {
    const { collector } = await open();
    fake.keys = [{ ...key('0', 1001n, 20_000n), name: 'Alice' }, key('1', 7n, 80n)];
    const [service] = (await collector.collect(soon())).services;
    expect(service?.peers).toEqual([
      { key: '0', name: 'Alice', isOff: false, traffic: { rx: 1001n, tx: 20_000n, total: 21_001n } },
      { key: '1', isOff: false, traffic: { rx: 7n, tx: 80n, total: 87n } },
    ]);
  });

  test('a key without traffic is there with 0; one that was deleted goes on as long as its counter', async () => {
    const { collector } = await open();
    fake.keys = [
      { ...key('0', 0n, 0n), bytes: null },
      { ...key('9', 5n, 6n), isDeleted: true },
    ];
    const [service] = (await collector.collect(soon())).services;
    expect(peersOf(service).map(({ key: id, traffic }) => [id, traffic.total])).toEqual([
      ['0', 0n],
      ['9', 11n],
    ]);
  });

  test("the running time holds whatever the server's clock shows, and moves only with a restart", async () => {
    const { collector } = await open();
    fake.keys = [key('0', 5n, 60n)];
    const age = async () => (await collector.collect(soon())).services[0]?.age ?? { minMs: 0, maxMs: 0 };
    const tenHours = await age();
    expect(tenHours.minMs).toBeLessThanOrEqual(36_000_000);
    expect(tenHours.maxMs).toBeGreaterThanOrEqual(36_000_000);
    expect(tenHours.maxMs - tenHours.minMs).toBeLessThan(15_000);
    fake.startedAt += 1;
    expect((await age()).maxMs).toBeGreaterThan(36_000_000 - 1_000);
    fake.startedAt = Date.now() / 1000 - 5;
    expect((await age()).maxMs).toBeLessThan(20_000);
  });

  test('without counters nothing is counted, and it says why; the rolling figure is shown and never counted', async () => {
    const { collector, options } = await open({ metricsUrl: undefined });
    fake.keys = [key('0', 5n, 60n)];
    fake.lastThirtyDays = { 0: 123_456 };
    expect(await collector.collect(soon())).toMatchObject({
      complete: false,
      services: [],
      notices: [{ code: 'counters-unknown' }],
    });
    const tested = await outline.test(options, { clock: new ManualClock(new Date()), runDirectory: '/' }, soon());
    expect(tested).toMatchObject({ ok: false, found: { version: '1.12.3', peers: 0, bytes: { total: 0n } } });
    expect(tested.found?.notes[0]?.message).toContain('123456 bytes');
  });

  test('another certificate than the one of the access key is refused before the secret path is sent', async () => {
    const { access } = await open();
    await collector?.close();
    await fake.close();
    const other = await open({ access: JSON.stringify({ ...access, certSha256: '0'.repeat(64) }) });
    // Its own port, the same secret path.
    const options = parseOutlineOptions({
      ...other.options,
      access: JSON.stringify({ apiUrl: other.access.apiUrl, certSha256: '0'.repeat(64) }),
    });
    const wary = new OutlineCollector(new OutlineClient(options, clock), accessOf(options).apiUrl);
    expect((await failure(wary.collect(soon()))).code).toBe('http-certificate-changed');
    expect(fake.management.requests).toEqual([]);
    await wary.close();
  });

  test('a secret path that is not right, and an address that has no counters, have words of their own', async () => {
    const { access, options } = await open();
    const wrongPath = JSON.stringify({ ...access, apiUrl: access.apiUrl.replace(fake.secretPath, '/other') });
    const astray = new OutlineCollector(
      new OutlineClient(parseOutlineOptions({ ...options, access: wrongPath }), clock),
      new URL(access.apiUrl),
    );
    expect((await failure(astray.collect(soon()))).code).toBe('not-this-panel');
    await astray.close();
    const metricsUrl = `${options.metricsUrl}/of-nothing`;
    const blind = new OutlineCollector(
      new OutlineClient(parseOutlineOptions({ ...options, metricsUrl }), clock),
      new URL(access.apiUrl),
    );
    expect((await failure(blind.collect(soon()))).code).toBe('counters-not-there');
    await blind.close();
  });

  test('the access key is read as it was printed; what people see of it is the host', async () => {
    const printed = `{"apiUrl":"https://198.51.100.1:1234/SECRETPATH","certSha256":"${'ab'.repeat(32)}"}`;
    const file = `certSha256:${'AB'.repeat(32)}\napiUrl:https://198.51.100.1:1234/SECRETPATH\n`;
    const options = parseOutlineOptions({ access: printed });
    expect(options).toMatchObject({ url: 'https://198.51.100.1:1234' });
    expect(parseOutlineOptions({ access: file })).toEqual(options);
    expect(parseOutlineOptions(options)).toEqual(options);
    expect(outline.endpoint({ url: options.url })).toBe('198.51.100.1');
    for (const access of ['', 'https://198.51.100.1/SECRETPATH', '{"apiUrl":"http://a/SECRETPATH"}', '{"a":1}']) {
      const error = (() => {
        try {
          return parseOutlineOptions({ access });
        } catch (thrown) {
          return thrown;
        }
      })();
      expect(error).toMatchObject({ code: 'invalid-input', details: { pointer: '/options/access' } });
      expect(inspect(error)).not.toContain('SECRETPATH');
    }
  });
});
