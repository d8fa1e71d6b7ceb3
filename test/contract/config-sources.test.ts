import { gzipSync } from 'node:zlib';
import { afterEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/app/system-clock.ts';
import type { ConfigSource } from '../../src/core/links/config-source.ts';
import { MarzbanClient } from '../../src/integrations/marzban/client.ts';
import { MarzbanConfigSource } from '../../src/integrations/marzban/config-source.ts';
import { outline } from '../../src/integrations/outline/integration.ts';
import { remnawave } from '../../src/integrations/remnawave/integration.ts';
import { SubscriptionConfigSource } from '../../src/integrations/subscription/config-source.ts';
import { threeXui } from '../../src/integrations/three-x-ui/integration.ts';
import type { AddressPolicy } from '../../src/lib/http-client/addresses.ts';
import { HttpClient } from '../../src/lib/http-client/http-client.ts';
import { makeCertificate } from '../support/certificate.ts';
import { FakeMarzban } from '../support/fake-marzban.ts';
import { FakeOutline } from '../support/fake-outline.ts';
import { FakeRemnawave } from '../support/fake-remnawave.ts';
import { FakeThreeXui } from '../support/fake-three-x-ui.ts';
import { type FakeAnswer, FakeWeb } from '../support/fake-web.ts';

const tools = { clock: systemClock, runDirectory: '/nowhere' };
const signal = () => AbortSignal.timeout(10_000);
const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

async function read(source: ConfigSource | undefined, key: string, etag: string | null = null) {
  if (source === undefined) throw new Error('this kind tells nothing');
  closing.push(() => source.close());
  return await source.read(key, etag, signal());
}

describe('configurations of a panel', () => {
  it('Marzban: those that it builds for the user', async () => {
    const fake = new FakeMarzban();
    fake.users = [{ username: 'ann', lifetime: 1n, createdAt: '2026-01-01T00:00:00', onlineAt: null }];
    const url = `http://127.0.0.1:${await fake.start()}/`;
    closing.push(() => fake.web.close());
    const { username, password } = fake;
    const source = new MarzbanConfigSource(new MarzbanClient({ url, username, password, privateAddress: true }));
    const text = 'vless://uuid-of-ann@192.0.2.1:443?security=reality#ann';
    expect(await read(source, 'ann')).toEqual({ texts: [text], unreadable: 0, etag: null });
    expect(await read(source, 'bob')).toEqual({ texts: [], unreadable: 0, etag: null });
  });

  it('3x-ui 3: those of the client on every inbound; 2 does not tell', async () => {
    const fake = new FakeThreeXui();
    fake.clients = [{ email: 'ann@x', up: 1n, down: 2n, inbounds: [1, 2] }];
    const url = `http://127.0.0.1:${await fake.start()}${fake.basePath}/`;
    closing.push(() => fake.web.close());
    const source = threeXui.createConfigSource?.({ url, token: fake.token, privateAddress: true }, tools);
    const texts = [1, 2].map((id) => `vless://uuid-of-ann@x@192.0.2.3:${400 + id}?type=ws#main-${id}`);
    expect(await read(source, 'ann@x')).toEqual({ texts, unreadable: 0, etag: null });
    expect(await read(source, 'bob')).toEqual({ texts: [], unreadable: 0, etag: null });
    fake.version = 2;
    const { username, password } = fake;
    const older = threeXui.createConfigSource?.({ url, username, password, privateAddress: true }, tools);
    await expect(read(older, 'ann@x')).rejects.toMatchObject({ code: 'configs-not-told' });
  });

  it('Remnawave: those of the user’s subscription, without lines that are none', async () => {
    const fake = new FakeRemnawave();
    fake.users = [{ username: 'ann', lifetime: 1n, createdAt: '2026-01-01T00:00:00.000Z', onlineAt: null }];
    const url = `http://127.0.0.1:${await fake.start()}/`;
    closing.push(() => fake.web.close());
    const source = remnawave.createConfigSource?.({ url, token: fake.token, privateAddress: true }, tools);
    const text = 'vless://uuid-of-ann@192.0.2.2:443?security=tls#ann';
    expect(await read(source, 'ann')).toEqual({ texts: [text], unreadable: 1, etag: null });
    expect(await read(source, 'bob')).toEqual({ texts: [], unreadable: 0, etag: null });
  });

  it('Outline: the access key, under its name', async () => {
    const certificate = makeCertificate();
    const fake = new FakeOutline(certificate);
    fake.keys = [{ id: '7', name: 'Ann’s phone', bytes: null }];
    const apiUrl = `https://127.0.0.1:${await fake.management.start()}${fake.secretPath}`;
    closing.push(() => fake.management.close());
    const access = JSON.stringify({ apiUrl, certSha256: certificate.sha256 });
    const source = outline.createConfigSource?.({ access, privateAddress: true }, tools);
    expect(await read(source, '7')).toMatchObject({
      texts: [expect.stringMatching(/^ss:\/\/[\w-]+@192\.0\.2\.1:18421\/\?outline=1#Ann%E2%80%99s%20phone$/)],
    });
    expect(await read(source, '8')).toMatchObject({ texts: [] });
  });
});

describe('configurations of somebody else’s subscription', () => {
  const TOKEN = 'token-8f3k2m5n';
  const LINK = 'vless://5e9c@de.example.com:443#DE';
  const OWN: AddressPolicy = { kind: 'collector', privateAddresses: true };

  async function serve(
    answer: (path: string, headers: Record<string, unknown>) => FakeAnswer,
  ): Promise<[string, FakeWeb]> {
    const web = new FakeWeb(({ url, headers }) => answer(url.pathname, headers));
    const url = `http://127.0.0.1:${await web.start()}/sub/${TOKEN}`;
    closing.push(() => web.close());
    return [url, web];
  }
  const sourceOf = (url: string, policy: AddressPolicy = OWN) =>
    new SubscriptionConfigSource(url, new HttpClient({ policy }));
  const text = (body: string, headers: Record<string, string> = {}): FakeAnswer => ({ status: 200, body, headers });

  it('are links, plain or in base64; the token goes nowhere but there', async () => {
    const [url, web] = await serve(() => text(Buffer.from(`${LINK}\nssr://x\n`).toString('base64')));
    expect(await read(sourceOf(`${url}#My%20VPN`), '')).toEqual({ texts: [LINK], unreadable: 1, etag: null });
    expect(web.requests[0]?.url.pathname).toBe(`/sub/${TOKEN}`);
    expect(web.requests[0]?.headers['user-agent']).toContain('v2rayNG');
  });

  it('are asked for again only where they changed', async () => {
    const [url] = await serve((_path, headers) =>
      headers['if-none-match'] === '"a"'
        ? { status: 304, body: '', headers: { etag: '"a"' } }
        : text(LINK, { etag: '"a"' }),
    );
    expect(await read(sourceOf(url), '')).toEqual({ texts: [LINK], unreadable: 0, etag: '"a"' });
    expect(await read(sourceOf(url), '', '"a"')).toBe('unchanged');
  });

  it.each<[string, FakeAnswer, string]>([
    ['a page', text('<html>https://example.com</html>'), 'output-garbled'],
    ['a refusal', { status: 403, body: 'no' }, 'subscription-refused'],
    ['304 that nobody asked for', { status: 304, body: '' }, 'subscription-refused'],
    ['too much', text(`${LINK}\n`.repeat(130_000)), 'http-too-large'],
    ['a place without end', { status: 302, body: '', headers: { location: '/again' } }, 'subscription-refused'],
    ['another protocol', { status: 302, body: '', headers: { location: 'file:///etc/passwd' } }, 'http-redirect'],
    [
      'keys of the cloud',
      { status: 302, body: '', headers: { location: 'http://169.254.169.254/' } },
      'http-address-not-allowed',
    ],
  ])('that answers with %s is said, and not read', async (_name, answer, code) => {
    const [url] = await serve(() => answer);
    const refused = read(sourceOf(url), '');
    await expect(refused).rejects.toMatchObject({ code });
    await expect(refused).rejects.not.toThrow(TOKEN);
  });

  it('that unpacks to gigabytes ends at the cap', async () => {
    const [url, web] = await serve(() => text(''));
    const bomb = gzipSync(Buffer.alloc(8 * 1024 * 1024, 'a'));
    web.override = { status: 200, headers: { 'content-encoding': 'gzip' }, body: bomb };
    await expect(read(sourceOf(url), '')).rejects.toMatchObject({
      code: 'http-too-large',
    });
  });

  it('that is cut in the middle is not half read', async () => {
    const [url, web] = await serve(() => ({ ...text(`${LINK}\n`.repeat(100)), isData: true }));
    web.cutAt = 0.5;
    await expect(read(sourceOf(url), '')).rejects.toMatchObject({ code: 'http-cut' });
  });

  it('leads to public hosts alone: neither there nor from there to this machine', async () => {
    const [inside] = await serve(() => text(LINK));
    const foreign: AddressPolicy = { kind: 'foreign' };
    await expect(read(sourceOf(inside, foreign), '')).rejects.toMatchObject({ code: 'http-address-not-allowed' });
    // This provider is on this machine as well: from its answer on, the rules are those for everybody.
    const policy: { kind: string; privateAddresses: boolean } = { kind: 'collector', privateAddresses: true };
    const [outside] = await serve(() => {
      policy.kind = 'foreign';
      return { status: 302, body: '', headers: { location: inside } };
    });
    await expect(read(sourceOf(outside, policy as AddressPolicy), '')).rejects.toMatchObject({
      code: 'http-address-not-allowed',
    });
  });
});
