import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ConfigCache } from '../../src/app/links/config-cache.ts';
import { SourceFailure } from '../../src/core/errors.ts';
import type { ConfigCopies, KeptCopy } from '../../src/core/links/config-source.ts';
import { decodeBase64 } from '../../src/core/links/share-link.ts';
import { ManualClock } from '../../src/core/units/testing.ts';
import { FakeMarzban } from '../support/fake-marzban.ts';
import { FakeWeb } from '../support/fake-web.ts';
import { type HttpTestServer, startHttp } from '../support/http-server.ts';

const LINK = 'vless://5e9c@de.example.com:443#DE';
const OTHER = 'vless://5e9c@nl.example.com:443#NL';

class Copies implements ConfigCopies {
  readonly kept = new Map<string, KeptCopy>();
  async copy(source: string) {
    return this.kept.get(source) ?? null;
  }
  async keepCopy(source: string, copy: KeptCopy) {
    this.kept.set(source, copy);
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
  const texts = async (read: Parameters<ConfigCache['get']>[1]) => (await cache.get('one', read)).copy?.texts ?? [];

  it('asks a source once in five minutes, whoever wants it', async () => {
    let asked = 0;
    const read = async () => {
      asked += 1;
      return { texts: [LINK], unreadable: 0, etag: null };
    };
    await Promise.all([cache.get('one', read), cache.get('one', read)]);
    clock.advance(299_000);
    expect(await cache.get('one', read)).toMatchObject({ copy: { texts: [LINK] }, isOld: false, problem: null });
    expect(asked).toBe(1);
    clock.advance(2_000);
    await cache.get('one', read);
    expect(asked).toBe(2);
  });

  it('gives the last good copy while the source fails, says so, and asks again later each time', async () => {
    await cache.get('one', saying(LINK));
    clock.advance(3_600_000);
    const old = await cache.get('one', failing);
    expect(old).toMatchObject({ copy: { texts: [LINK] }, isOld: true, problem: { code: 'http-refused' } });
    expect(old.copy?.at).toEqual(new Date('2026-03-10T12:00:00Z'));
    let asked = 0;
    const counting = async () => {
      asked += 1;
      return failing();
    };
    await cache.get('one', counting);
    expect(asked).toBe(0);
    clock.advance(6_000);
    await cache.get('one', counting);
    clock.advance(6_000);
    await cache.get('one', counting);
    expect(asked).toBe(1);
    clock.advance(600_000);
    expect(await cache.get('one', saying(OTHER))).toMatchObject({ copy: { texts: [OTHER] }, isOld: false });
  });

  it('waits for nobody who hangs: with nothing yet it is empty, with a copy it is the copy', async () => {
    expect(await cache.get('one', never)).toMatchObject({ copy: null, isOld: true, problem: { code: 'timeout' } });
    await copies.keepCopy('two', { texts: [LINK], unreadable: 0, etag: null, at: new Date('2026-03-09T00:00:00Z') });
    expect(await cache.get('two', never)).toMatchObject({ copy: { texts: [LINK] }, isOld: true });
    // Those that hang keep no others waiting, however many they are.
    for (let n = 0; n < 100; n++) void cache.get(`hanging ${n}`, never);
    await copies.keepCopy('three', { texts: [OTHER], unreadable: 0, etag: null, at: clock.now() });
    expect(await cache.get('three', failing)).toMatchObject({ copy: { texts: [OTHER] }, isOld: false });
  });

  it('survives a restart, and asks whether the copy still holds', async () => {
    await cache.get('one', saying(LINK, '"a"'));
    await cache.close();
    cache = new ConfigCache({ copies, clock, onBug: (error) => bugs.push(error), waitMs: 5 });
    clock.advance(3_600_000);
    let etag: string | null = null;
    const unchanged = async (known: string | null) => {
      etag = known;
      return 'unchanged' as const;
    };
    expect(await cache.get('one', unchanged)).toMatchObject({ copy: { texts: [LINK], at: clock.now() }, isOld: false });
    expect(etag).toBe('"a"');
    expect(copies.kept.get('one')?.at).toEqual(clock.now());
  });

  it('takes an empty answer of a panel for what it is', async () => {
    await cache.get('one', saying(LINK));
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
    return { panel, provider, ann, fetch };
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
    expect(named((await fetch()).body)).toEqual([LINK]);
    const { sources } = (await server.request('GET', `/api/v1/users/${ann.id}/link`, { token: owner })).json();
    expect(sources).toMatchObject([
      { name: 'berlin', entries: 0, at: null, old: true, problem: { code: 'http-closed' } },
      { name: 'Provider', entries: 0, at: null, old: true, problem: { code: 'output-garbled' } },
    ]);
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
