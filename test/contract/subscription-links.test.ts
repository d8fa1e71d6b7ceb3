import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ConfigCache } from '../../src/app/links/config-cache.ts';
import { LedgerFailure, SourceFailure } from '../../src/core/errors.ts';
import type { ConfigCopies, KeptCopy } from '../../src/core/links/config-source.ts';
import { decodeBase64 } from '../../src/core/links/share-link.ts';
import { ManualClock } from '../../src/core/units/testing.ts';
import { FakeMarzban } from '../support/fake-marzban.ts';
import { FakeThreeXui } from '../support/fake-three-x-ui.ts';
import { FakeWeb } from '../support/fake-web.ts';
import { type HttpTestServer, startHttp } from '../support/http-server.ts';

const LINK = 'vless://5e9c@de.example.com:443#DE';
const OTHER = 'vless://5e9c@nl.example.com:443#NL';

class Copies implements ConfigCopies {
  readonly kept = new Map<string, KeptCopy>();
  readonly asked: string[] = [];
  async copy(source: string) {
    this.asked.push(source);
    return this.kept.get(source) ?? null;
  }
  /** Sources whose texts were written. */
  readonly written: string[] = [];
  failure: Error | null = null;
  async keepCopy(source: string, copy: KeptCopy) {
    if (this.failure !== null) throw this.failure;
    this.written.push(source);
    this.kept.set(source, copy);
  }
  async confirmCopy(source: string, at: Date) {
    if (this.failure !== null) throw this.failure;
    const copy = this.kept.get(source);
    if (copy !== undefined) this.kept.set(source, { ...copy, at });
    return copy !== undefined;
  }
}

describe('the cache of configurations', () => {
  let clock: ManualClock;
  let copies: Copies;
  let cache: ConfigCache;
  const bugs: unknown[] = [];
  beforeEach(() => {
    clock = new ManualClock('2026-03-10T12:00:00Z');
    copies = new Copies();
    cache = new ConfigCache({ copies, clock, onBug: (error) => bugs.push(error), waitMs: 5 });
  });
  afterEach(async () => {
    await cache.close();
    expect(bugs.splice(0)).toEqual([]);
  });

  const saying =
    (text: string, etag: string | null = null) =>
    async () => ({ texts: [text], unreadable: 0, etag });
  const failing = async () => {
    throw new SourceFailure('http-refused', 'It refuses.', { hint: 'Look.' });
  };
  const never = (_etag: string | null, signal: AbortSignal) =>
    new Promise<never>((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
  const texts = async (read: Parameters<ConfigCache['get']>[3]) =>
    (await cache.get('node', 'one', '', read)).copy?.texts ?? [];

  it('asks a source once in five minutes, whoever wants it', async () => {
    let asked = 0;
    const read = async () => {
      asked += 1;
      return { texts: [LINK], unreadable: 0, etag: null };
    };
    await Promise.all([cache.get('node', 'one', '', read), cache.get('node', 'one', '', read)]);
    clock.advance(299_000);
    expect(await cache.get('node', 'one', '', read)).toMatchObject({
      copy: { texts: [LINK] },
      isOld: false,
      problem: null,
    });
    expect(asked).toBe(1);
    clock.advance(2_000);
    await cache.get('node', 'one', '', read);
    expect(asked).toBe(2);
  });

  it('gives the last good copy while the source fails, says so, and asks again later each time', async () => {
    await cache.get('node', 'one', '', saying(LINK));
    clock.advance(3_600_000);
    const old = await cache.get('node', 'one', '', failing);
    expect(old).toMatchObject({ copy: { texts: [LINK] }, isOld: true, problem: { code: 'http-refused' } });
    expect(old.copy?.at).toEqual(new Date('2026-03-10T12:00:00Z'));
    let asked = 0;
    const counting = async () => {
      asked += 1;
      return failing();
    };
    await cache.get('node', 'one', '', counting);
    expect(asked).toBe(0);
    clock.advance(6_000);
    await cache.get('node', 'one', '', counting);
    clock.advance(6_000);
    await cache.get('node', 'one', '', counting);
    expect(asked).toBe(1);
    clock.advance(600_000);
    expect(await cache.get('node', 'one', '', saying(OTHER))).toMatchObject({ copy: { texts: [OTHER] }, isOld: false });
  });

  it('waits for nobody who hangs: with nothing yet it is empty, with a copy it is the copy', async () => {
    expect(await cache.get('node', 'one', '', never)).toMatchObject({
      copy: null,
      isOld: true,
      problem: { code: 'timeout' },
    });
    await copies.keepCopy('two', { texts: [LINK], unreadable: 0, etag: null, at: new Date('2026-03-09T00:00:00Z') });
    expect(await cache.get('node', 'two', '', never)).toMatchObject({ copy: { texts: [LINK] }, isOld: true });
    // Those that hang keep no others waiting, however many they are.
    for (let n = 0; n < 100; n++) void cache.get('node', `hanging ${n}`, '', never);
    await copies.keepCopy('three', { texts: [OTHER], unreadable: 0, etag: null, at: clock.now() });
    expect(await cache.get('node', 'three', '', failing)).toMatchObject({ copy: { texts: [OTHER] }, isOld: false });
  });

  it('survives a restart, and asks whether the copy still holds', async () => {
    await cache.get('node', 'one', '', saying(LINK, '"a"'));
    await cache.close();
    cache = new ConfigCache({ copies, clock, onBug: (error) => bugs.push(error), waitMs: 5 });
    clock.advance(3_600_000);
    let etag: string | null = null;
    const unchanged = async (known: string | null) => {
      etag = known;
      return 'unchanged' as const;
    };
    expect(await cache.get('node', 'one', '', unchanged)).toMatchObject({
      copy: { texts: [LINK], at: clock.now() },
      isOld: false,
    });
    expect(etag).toBe('"a"');
    expect(copies.kept.get('one')?.at).toEqual(clock.now());
    expect(copies.written).toEqual(['one']);
  });

  it('believes nothing that is older than 30 days, and asks for all of it again', async () => {
    await cache.get('node', 'one', '', saying(LINK, '"a"'));
    clock.advance(30 * 86_400_000);
    expect(await cache.get('node', 'one', '', failing)).toMatchObject({ copy: { texts: [LINK] } });
    clock.advance(86_400_000);
    expect(await cache.get('node', 'one', '', failing)).toMatchObject({
      copy: null,
      problem: { code: 'http-refused' },
    });
    clock.advance(86_400_000);
    let etag: string | null = '';
    const read = async (known: string | null) => {
      etag = known;
      return { texts: [OTHER], unreadable: 0, etag: null };
    };
    expect(await cache.get('node', 'one', '', read)).toMatchObject({ copy: { texts: [OTHER] }, isOld: false });
    expect(etag).toBeNull();
  });

  it('takes a full disk for no failure of the source, and writes the texts once there is room', async () => {
    copies.failure = new LedgerFailure('disk-full', 'The disk is full.');
    const good = { copy: { texts: [LINK] }, isOld: false, problem: null };
    expect(await cache.get('node', 'one', '', saying(LINK, '"a"'))).toMatchObject(good);
    clock.advance(3_600_000);
    copies.failure = null;
    expect(await cache.get('node', 'one', '', async () => 'unchanged')).toMatchObject(good);
    expect(copies.kept.get('one')).toMatchObject({ texts: [LINK], at: clock.now() });
  });

  it('waits for its turn where many are asked: nodes not for links of others', async () => {
    cache = new ConfigCache({ copies, clock, onBug: (error) => bugs.push(error), waitMs: 20_000 });
    let release = () => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    let most = 0;
    let running = 0;
    const slow = async () => {
      running += 1;
      most = Math.max(most, running);
      await held;
      running -= 1;
      return { texts: [OTHER], unreadable: 0, etag: null };
    };
    const links = Array.from({ length: 30 }, (_, n) => cache.get('subscription', `link ${n}`, '', slow));
    expect(await cache.get('node', 'one', '', saying(LINK))).toMatchObject({ copy: { texts: [LINK] }, isOld: false });
    release();
    for (const link of await Promise.all(links)) expect(link).toMatchObject({ copy: { texts: [OTHER] }, isOld: false });
    expect(most).toBe(8);
  });

  it('says so where the turn does not come in time', async () => {
    for (let n = 0; n < 8; n++) void cache.get('subscription', `hanging ${n}`, '', never);
    const late = await cache.get('subscription', 'one', '', saying(LINK));
    expect(late).toMatchObject({ copy: null, isOld: true, problem: { code: 'sources-busy' } });
    // Whoever has others give them what hangs waits alone.
    const others = await cache.get('subscription', 'two', 'another admin', saying(OTHER));
    expect(others).toMatchObject({ copy: { texts: [OTHER] }, isOld: false });
  });

  it('keeps the beginning of what is endless, and only so much of all in memory', async () => {
    cache = new ConfigCache({
      copies,
      clock,
      onBug: (error) => bugs.push(error),
      waitMs: 20_000,
      mostInMemory: 600_000,
    });
    const many = async () => ({ texts: Array.from({ length: 3_000 }, () => LINK), unreadable: 0, etag: null });
    expect((await cache.get('node', 'many', '', many)).copy?.texts).toHaveLength(1_000);
    const long = `vless://5e9c@de.example.com:443?path=${'я'.repeat(1_000)}#DE`;
    const large = async () => ({ texts: Array.from({ length: 900 }, () => long), unreadable: 0, etag: null });
    const { copy } = await cache.get('node', 'large', '', large);
    const bytes = Buffer.byteLength(copy?.texts.join('') ?? '');
    expect([bytes <= 512 * 1024, bytes > 500 * 1024, copy?.texts[0]]).toEqual([true, true, long]);
    // The one asked for longest ago went, and is read from the store again without asking the source.
    const asked = copies.asked.length;
    for (const name of ['three', 'four']) await cache.get('node', name, '', large);
    expect((await cache.get('node', 'many', '', failing)).copy?.texts).toHaveLength(1_000);
    expect((await cache.get('node', 'four', '', failing)).isOld).toBe(false);
    expect(copies.asked.slice(asked)).toEqual(['three', 'four', 'many']);
  });

  it('takes an empty answer of a panel for what it is', async () => {
    await cache.get('node', 'one', '', saying(LINK));
    clock.advance(3_600_000);
    expect(await texts(async () => ({ texts: [], unreadable: 0, etag: null }))).toEqual([]);
  });
});

describe('a user’s subscription', () => {
  let server: HttpTestServer;
  let owner: string;
  const closing: (() => Promise<unknown>)[] = [];
  beforeEach(async () => {
    server = await startHttp();
    owner = await server.token('owner', ['read', 'write']);
  });
  afterEach(async () => {
    await server.close();
    for (const close of closing.splice(0)) await close();
  });

  const post = async (path: string, body: object) => {
    const answer = await server.request('POST', path, { token: owner, body });
    expect(answer.statusCode).toBe(path.endsWith('assign') ? 200 : 201);
    return answer.json();
  };
  const named = (body: string) =>
    (decodeBase64(body) ?? '')
      .split('\n')
      .filter((line) => line !== '')
      .map(decodeURIComponent);

  /** A panel that counts ann, and somebody else's subscription that everybody gets. */
  async function join() {
    const panel = new FakeMarzban();
    panel.users = [{ username: 'ann', lifetime: 7n, createdAt: '2026-01-01T00:00:00', onlineAt: null }];
    const { username, password } = panel;
    const options = { url: `http://127.0.0.1:${await panel.start()}/`, username, password, privateAddress: true };
    const provider = new FakeWeb(() => ({ status: 200, body: `${OTHER}\nssr://x\n` }));
    const address = `http://127.0.0.1:${await provider.start()}/sub/provider-token`;
    closing.push(
      () => panel.web.close(),
      () => provider.close(),
    );
    const node = await server.store.inventory.addNode({
      ...{ name: 'berlin', description: '', source: { kind: 'marzban', options }, createdAt: server.clock.now() },
      ...{ pollIntervalMs: 30_000, opening: 'count', usersPolicy: 'none' },
    });
    await server.poll(node.id, { ann: [1n, 6n] });
    const ann = await post('/api/v1/users', { name: 'ann' });
    const peer = await server.store.inventory.findPeer('ann');
    await post('/api/v1/peers/assign', { assignments: [{ peerId: peer?.id, userId: ann.id }] });
    await post('/api/v1/links', { link: LINK });
    await post('/api/v1/links', { link: `${address}#Provider` });
    const fetch = (more = '', headers = {}) =>
      server.request('GET', `/api/xpert/sub?user_token=${ann.linkToken}${more}`, { headers });
    return { panel, provider, address, ann, fetch };
  }

  it('joins what is given out here, what a panel has and what others give, each with its mark', async () => {
    const { ann, fetch } = await join();
    const answer = await fetch();
    expect(named(answer.body)).toEqual([
      LINK,
      'vless://uuid-of-ann@192.0.2.1:443?security=reality#ann · berlin',
      `${OTHER} · Provider`,
    ]);
    expect(answer.headers['subscription-userinfo']).toBe('upload=1; download=6; total=0; expire=0');
    expect((await fetch('&format=sing-box')).json().outbounds.map(({ tag }: { tag: string }) => tag)).toEqual([
      ...['Xpert', 'DE', 'ann · berlin', 'NL · Provider', 'direct'],
    ]);
    const { sources } = (await server.request('GET', `/api/v1/users/${ann.id}/link`, { token: owner })).json();
    expect(sources).toMatchObject([
      { kind: 'node', name: 'berlin', entries: 1, unreadable: 0, old: false, problem: null },
      { kind: 'subscription', name: 'Provider', entries: 1, unreadable: 1, old: false, problem: null },
    ]);
    const listed = await server.request('GET', '/api/v1/links', { token: owner });
    expect(listed.json().items[1]).toMatchObject({ protocol: 'subscription', name: 'Provider', server: '127.0.0.1' });
    expect(listed.body + JSON.stringify(server.log)).not.toContain('provider-token');
  });

  it('is shown as a client gets it, with where each entry comes from and what a format has no form for', async () => {
    const { ann, provider } = await join();
    provider.override = { status: 200, body: `${OTHER}\nvless://5e9c@x.example.com:443?type=kcp#X\n` };
    const answer = await server.request('GET', `/api/v1/users/${ann.id}/link/entries`, { token: owner });
    expect(answer.json()).toEqual({
      ...{ hasAccess: true, total: 4, leftOut: { clash: 1, 'sing-box': 1 } },
      entries: [
        { name: 'DE', protocol: 'vless', server: 'de.example.com', port: 443, leftOutOf: [], from: null },
        expect.objectContaining({ name: 'ann · berlin', server: '192.0.2.1', from: 'berlin' }),
        expect.objectContaining({ name: 'NL · Provider', from: 'Provider', leftOutOf: [] }),
        expect.objectContaining({ name: 'X · Provider', leftOutOf: ['clash', 'sing-box'] }),
      ],
    });
    expect(answer.body).not.toContain('5e9c');
    await server.request('PATCH', `/api/v1/users/${ann.id}`, { token: owner, body: { active: false } });
    const off = await server.request('GET', `/api/v1/users/${ann.id}/link/entries`, { token: owner });
    expect(off.json()).toMatchObject({ hasAccess: false, total: 4 });
  });

  it('of others is listed with how it stands, and asked when somebody says so', async () => {
    const { provider, fetch } = await join();
    const listed = async () =>
      (await server.request('GET', '/api/v1/links', { token: owner }))
        .json()
        .items.map(({ source }: { source: object | null }) => source);
    const nothing = { entries: 0, unreadable: 0, at: null, triedAt: null, problem: null };
    expect(await listed()).toEqual([null, nothing]);
    const start = server.clock.now().toISOString();
    await fetch();
    const good = { entries: 1, unreadable: 1, at: start, triedAt: start, problem: null };
    expect(await listed()).toEqual([null, good]);
    const [config, foreign] = (await server.request('GET', '/api/v1/links', { token: owner })).json().items;
    const ask = (id: string) => server.request('POST', `/api/v1/links/${id}/fetch`, { token: owner });
    // Its copy is fresh, and it is asked all the same.
    server.clock.advance(60_000);
    provider.override = { status: 502, body: '' };
    const failed = (await ask(foreign.id)).json().source;
    const later = server.clock.now().toISOString();
    expect(failed).toMatchObject({ ...good, triedAt: later, problem: { code: 'subscription-refused' } });
    provider.override = { status: 200, body: `${OTHER}\n${LINK}\n` };
    expect((await ask(foreign.id)).json().source).toEqual({
      ...{ entries: 2, unreadable: 0, at: later, triedAt: later, problem: null },
    });
    expect((await ask(config.id)).statusCode).toBe(400);
  });

  it('of others is looked at first: nothing of it is kept or given out', async () => {
    const { provider, address } = await join();
    const link = `${address.replace('provider-token', 'another-token')}#Other`;
    const look = async () =>
      (await server.request('POST', '/api/v1/links/test', { token: owner, body: { link } })).json();
    expect(await look()).toMatchObject({
      ...{ name: 'Other', protocol: 'subscription', found: 1, unreadable: 1, problem: null },
      entries: [{ name: 'NL', leftOutOf: [] }],
    });
    // Of a long list the first hundred are shown, and all are counted.
    const long = [...Array.from({ length: 100 }, () => OTHER), 'vless://5e9c@x.example.com:443?type=kcp#X'];
    provider.override = { status: 200, body: long.join('\n') };
    const { entries, ...counted } = await look();
    expect([entries.length, counted]).toMatchObject([100, { found: 101, leftOut: { clash: 1, 'sing-box': 1 } }]);
    provider.override = { status: 404, body: '' };
    expect(await look()).toMatchObject({ found: 0, entries: [], problem: { code: 'subscription-refused' } });
    expect((await server.request('GET', '/api/v1/links', { token: owner })).json().total).toBe(2);
    expect(JSON.stringify(server.log)).not.toContain('another-token');
  });

  it('of others is looked at by eight at once for one admin: the rest of them wait for their turn', async () => {
    const { provider, address } = await join();
    provider.isHanging = true;
    const look = () => server.request('POST', '/api/v1/links/test', { token: owner, body: { link: address } });
    const looks = Array.from({ length: 20 }, look);
    await expect.poll(() => provider.requests.length, { timeout: 15_000 }).toBe(8);
    await delay(200);
    expect(provider.requests).toHaveLength(8);
    await provider.close();
    for (const answer of await Promise.all(looks)) expect(answer.json().problem).not.toBeNull();
  });

  it('is never emptied by sources that fail, and says what is old', async () => {
    const { panel, provider, fetch } = await join();
    const before = (await fetch()).body;
    server.clock.advance(3_600_000);
    panel.web.isClosing = true;
    provider.override = { status: 502, body: 'bad gateway' };
    const after = await fetch();
    expect(after.body).toBe(before);
    expect(after.headers['xpert-old-sources']).toBe('2');
    const clash = await fetch('&format=clash');
    expect(clash.body).toContain('# berlin: did not answer; this is as of 2026-03-10T12:00:00.000Z.\n');
    expect(clash.body).not.toContain('provider-token');
  });

  it('of somebody whose sources never answered is what is given out here', async () => {
    const { panel, provider, ann, fetch } = await join();
    panel.web.isClosing = true;
    provider.override = { status: 200, body: '<html>' };
    const answer = await fetch();
    expect(named(answer.body)).toEqual([LINK]);
    expect(answer.headers['xpert-old-sources']).toBe('2');
    expect((await fetch('&format=clash')).body).toContain('# berlin: has not answered yet.\n');
    const { sources } = (await server.request('GET', `/api/v1/users/${ann.id}/link`, { token: owner })).json();
    expect(sources).toMatchObject([
      { name: 'berlin', entries: 0, at: null, old: true, problem: { code: 'http-closed' } },
      { name: 'Provider', entries: 0, at: null, old: true, problem: { code: 'output-garbled' } },
    ]);
  });

  it('is refused rather than empty while nothing of it has ever answered', async () => {
    const { panel, provider, fetch } = await join();
    const [given] = (await server.request('GET', '/api/v1/links', { token: owner })).json().items;
    await server.request('DELETE', `/api/v1/links/${given.id}`, { token: owner });
    panel.web.isClosing = true;
    provider.override = { status: 502, body: '' };
    const answer = await fetch();
    expect([answer.statusCode, answer.json().code, answer.headers['retry-after']]).toEqual([
      ...[503, 'sources-not-read', '30'],
    ]);
    expect(server.log.some(({ msg }) => msg === 'request failed')).toBe(false);
    server.clock.advance(3_600_000);
    provider.override = null;
    expect(named((await fetch()).body)).toEqual([`${OTHER} · Provider`]);
  });

  it('is empty, not refused, where its only source tells nobody’s configurations', async () => {
    const panel = new FakeThreeXui();
    panel.version = 2;
    panel.clients = [{ email: 'bob', up: 1n, down: 2n }];
    const url = `http://127.0.0.1:${await panel.start()}${panel.basePath}/`;
    closing.push(() => panel.web.close());
    const { username, password } = panel;
    const node = await server.store.inventory.addNode({
      ...{ name: 'old panel', description: '', createdAt: server.clock.now() },
      ...{ source: { kind: '3x-ui', options: { url, username, password, privateAddress: true } } },
      ...{ pollIntervalMs: 30_000, opening: 'count', usersPolicy: 'none' },
    });
    await server.poll(node.id, { bob: [1n, 2n] });
    const bob = await post('/api/v1/users', { name: 'bob' });
    const peer = await server.store.inventory.findPeer('bob');
    await post('/api/v1/peers/assign', { assignments: [{ peerId: peer?.id, userId: bob.id }] });
    const path = `/api/xpert/sub?user_token=${bob.linkToken}`;
    const answer = await server.request('GET', path);
    expect([answer.statusCode, answer.body]).toEqual([200, '']);
    expect(answer.headers['xpert-old-sources']).toBeUndefined();
    expect((await server.request('GET', `${path}&format=clash`)).body).toContain(
      '# old panel: tells no configurations.\n',
    );
    const russian = await server.request('GET', `${path}&format=clash`, { headers: { 'accept-language': 'ru' } });
    expect(russian.body).toContain('# old panel: не сообщает конфигураций.\n');
    const { sources } = (await server.request('GET', `/api/v1/users/${bob.id}/link`, { token: owner })).json();
    expect(sources).toMatchObject([{ name: 'old panel', entries: 0, problem: { code: 'configs-not-told' } }]);
    // A panel that is not there is another matter.
    panel.web.isClosing = true;
    server.clock.advance(3_600_000);
    expect((await server.request('GET', path)).statusCode).toBe(503);
  });

  it('tells those who may not look at nodes what fails, not where', async () => {
    const { panel, ann } = await join();
    panel.web.isClosing = true;
    const reseller = await server.token('reseller', ['read', 'write']);
    const me = (await server.store.identity.admins()).find(({ role }) => role === 'reseller');
    await server.request('PATCH', `/api/v1/users/${ann.id}`, { token: owner, body: { owner: me?.name } });
    const sourcesFor = async (token: string) =>
      (await server.request('GET', `/api/v1/users/${ann.id}/link`, { token })).json().sources;
    expect((await sourcesFor(owner))[0].problem).toMatchObject({ code: 'http-closed', message: /127\.0\.0\.1/ });
    expect((await sourcesFor(reseller))[0].problem).toEqual({
      ...{ code: 'http-closed', message: 'The node does not answer with configurations.', hint: 'The owner sees why.' },
    });
  });

  it('says how many entries a client has no form for', async () => {
    const { fetch, provider } = await join();
    provider.override = { status: 200, body: `${OTHER}\nvless://u@xh.example:443?type=xhttp&security=tls#XH\n` };
    const clash = await fetch('&format=clash');
    expect(clash.headers['xpert-left-out']).toBe('1');
    expect(clash.body).toMatch(/^# 1 entries are left out/);
    expect((await fetch('&format=plain')).headers['xpert-left-out']).toBeUndefined();
    expect((await fetch('&format=plain')).body).toContain('xh.example');
  });

  it('of somebody suspended asks nobody', async () => {
    const { panel, provider, ann, fetch } = await join();
    await server.request('PATCH', `/api/v1/users/${ann.id}`, { token: owner, body: { active: false } });
    expect(named((await fetch()).body)).toHaveLength(1);
    expect([panel.web.requests.length, provider.requests.length]).toEqual([0, 0]);
  });
});
