import { afterEach, describe, expect, test } from 'vitest';
import { systemClock } from '../../src/app/system-clock.ts';
import { undirected } from '../../src/core/units/bytes.ts';
import { SubscriptionCollector } from '../../src/integrations/subscription/collector.ts';
import { subscription } from '../../src/integrations/subscription/integration.ts';
import { accountOf, parseSubscriptionOptions } from '../../src/integrations/subscription/options.ts';
import { HttpClient } from '../../src/lib/http-client/http-client.ts';
import { type FakeAnswer, FakeWeb } from '../support/fake-web.ts';
import { type CollectorRig, collectorContract } from './collector.contract.ts';
import { webRig } from './web-rig.ts';

const BODY = Buffer.from('vless://5e9c@de.example.com:443#DE\n').toString('base64');
const TOKEN = 'sub-token-8f3k2m5n';

/** The collector as the product makes it, but for a provider that is on this machine. */
function collectorOf(options: object): SubscriptionCollector {
  const http = new HttpClient({ policy: { kind: 'collector', privateAddresses: true } });
  return new SubscriptionCollector(parseSubscriptionOptions(options), http);
}

async function rig(): Promise<CollectorRig> {
  let userinfo = '';
  const web = new FakeWeb(() => ({
    ...{ status: 200, body: BODY, isData: true },
    ...(userinfo === '' ? {} : { headers: { 'subscription-userinfo': userinfo } }),
  }));
  const link = `http://127.0.0.1:${await web.start()}/sub/${TOKEN}`;
  const saying = (name: string, text: string) => ({
    name,
    show: async () => {
      web.recover();
      userinfo = text;
    },
  });
  return webRig({
    ...{ web, isUndirected: true, collector: collectorOf({ link }), keys: () => ['account'] },
    // 19 digits: providers count in int64.
    largest: 9_223_372_036_854_775_807n,
    show: ([one]) => {
      userinfo = `upload=0; download=${one?.tx ?? 0n}; total=0; expire=0`;
    },
    garbage: [],
    moreGarbage: [
      saying('no word of the usage', ''),
      saying('a negative counter', 'upload=0; download=-5; total=0'),
      saying('a fraction', 'upload=0; download=5.5; total=0'),
      saying('no number', 'upload=0; download=much'),
    ],
    showSecrets: () => {
      userinfo = `upload=${TOKEN}`;
      return [TOKEN, '5e9c'];
    },
  });
}

collectorContract('a subscription source', rig, { alwaysOne: 'It is one account.' });

describe('a subscription source', () => {
  let web: FakeWeb | null = null;
  afterEach(async () => {
    await web?.close();
    web = null;
  });
  const soon = () => AbortSignal.timeout(10_000);

  async function serve(answer: (path: string) => FakeAnswer): Promise<string> {
    web = new FakeWeb(({ url }) => answer(url.pathname));
    return `http://127.0.0.1:${await web.start()}/sub/${TOKEN}`;
  }
  const saying = (headers: Record<string, string>, body = BODY) => serve(() => ({ status: 200, body, headers }));
  const poll = async (options: object) => {
    const collector = collectorOf(options);
    try {
      return await collector.collect(soon());
    } finally {
      await collector.close();
    }
  };

  test('is one peer with the sum of both directions, named as the provider names it', async () => {
    const title = `base64:${Buffer.from('Быстрый VPN').toString('base64')}`;
    const link = await saying({ 'subscription-userinfo': 'Upload=3;DOWNLOAD=40; total=100', 'profile-title': title });
    const { services, notices, complete } = await poll({ link });
    expect({ notices, complete }).toEqual({ notices: [], complete: true });
    expect(services).toEqual([
      {
        ...{ identity: accountOf(parseSubscriptionOptions({ link })), kind: 'subscription', name: '127.0.0.1' },
        peers: [{ key: 'account', name: 'Быстрый VPN', traffic: undirected(43n) }],
      },
    ]);
    expect(services[0]?.identity).not.toContain(TOKEN);
    expect(web?.requests[0]?.headers['user-agent']).toContain('Xpert');
  });

  test('reads the comment that some providers write instead of a header', async () => {
    const link = await saying({}, '#upload=1; download=2; total=3; expire=4;\nvless://…\n');
    expect((await poll({ link })).services[0]?.peers.at(0)?.traffic).toEqual(undirected(3n));
  });

  test('that several people use is marked', async () => {
    const link = await saying({ 'subscription-userinfo': 'upload=0; download=5' });
    expect((await poll({ link, shared: true })).notices).toMatchObject([{ code: 'account-shared', isInfo: true }]);
  });

  test.each<[string, FakeAnswer, string]>([
    ['no usage', { status: 200, body: BODY }, 'subscription-without-usage'],
    ['words', { status: 200, body: BODY, headers: { 'subscription-userinfo': 'plenty' } }, 'output-garbled'],
    [
      'fractions',
      { status: 200, body: BODY, headers: { 'subscription-userinfo': 'download=2.5e9' } },
      'output-garbled',
    ],
    ['a refusal', { status: 403, body: 'no' }, 'subscription-refused'],
    ['a page', { status: 200, body: '<html>' }, 'subscription-without-usage'],
  ])('that answers with %s is a failure, never zero', async (_name, answer, code) => {
    const link = await serve(() => answer);
    const failure = await poll({ link }).catch((error: unknown) => error);
    expect(failure).toMatchObject({ code });
    expect(JSON.stringify(failure) + String(failure)).not.toContain(TOKEN);
  });

  test('hanging or cut off is a failure, too', async () => {
    const link = await serve(() => ({
      ...{ status: 200, body: BODY, isData: true },
      headers: { 'subscription-userinfo': 'upload=1; download=2' },
    }));
    if (web === null) throw new Error('there is no server');
    web.framing = 'length';
    web.cutAt = 0.5;
    await expect(poll({ link })).rejects.toMatchObject({ code: 'http-cut' });
    web.recover();
    web.isHanging = true;
    const collector = collectorOf({ link });
    await expect(collector.collect(AbortSignal.timeout(200))).rejects.toMatchObject({ code: 'timeout' });
    await collector.close();
  });

  test('of the product goes to public addresses only, whatever the link or a redirect says', async () => {
    const tools = { clock: systemClock, runDirectory: '/tmp' };
    const link = await saying({ 'subscription-userinfo': 'upload=1; download=2' });
    const options = subscription.parseOptions({ link });
    const test = await subscription.test(options, tools, soon());
    expect(test).toMatchObject({ ok: false, found: null, problems: [{ code: 'http-address-not-allowed' }] });
    expect(web?.requests).toEqual([]);
  });

  test('follows redirects, and says in its test what the account has', async () => {
    const link = await serve((path) =>
      path.startsWith('/sub/')
        ? { status: 302, body: '', headers: { location: '/real' } }
        : { status: 200, body: BODY, headers: { 'subscription-userinfo': 'upload=1; download=2' } },
    );
    expect((await poll({ link })).services[0]?.peers.at(0)?.traffic).toEqual(undirected(3n));
  });

  test('takes a link and nothing else', () => {
    const wrong = (options: object) => {
      try {
        parseSubscriptionOptions(options);
        return null;
      } catch (error) {
        return (error as { details: { pointer: string } }).details.pointer;
      }
    };
    expect(wrong({})).toBe('/options/link');
    expect(wrong({ link: 'vless://secret@host' })).toBe('/options/link');
    expect(wrong({ link: 'https://user:pw@host.example/' })).toBe('/options/link');
    expect(wrong({ link: 'https://host.example/sub', more: 1 })).toBe('/options/more');
    expect(parseSubscriptionOptions({ link: ' https://h.example/s?token=a#x ' })).toEqual({
      ...{ link: 'https://h.example/s?token=a', host: 'h.example' },
    });
  });
});
