import { once } from 'node:events';
import { request as httpRequest, type IncomingMessage } from 'node:http';
import https from 'node:https';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type ReverseProxy, startProxy } from '../support/proxy.ts';
import { OWNER, startServer, type TestServer, temporaryFolder } from '../support/server.ts';

interface Sent {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** Address to come from: another client. */
  readonly from?: string;
}

interface Answer {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  readonly text: string;
}

async function open(url: string, sent: Sent = {}): Promise<IncomingMessage> {
  const request = url.startsWith('https:') ? https.request : httpRequest;
  const outgoing = request(url, {
    method: sent.method ?? 'GET',
    headers: { ...sent.headers },
    rejectUnauthorized: false,
    agent: false,
    ...(sent.from === undefined ? {} : { localAddress: sent.from }),
  });
  outgoing.end(sent.body);
  const [response] = (await once(outgoing, 'response')) as [IncomingMessage];
  return response;
}

async function send(url: string, sent: Sent = {}): Promise<Answer> {
  const response = await open(url, sent);
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(chunk as Buffer);
  return { status: response.statusCode ?? 0, headers: response.headers, text: Buffer.concat(chunks).toString('utf8') };
}

const json = { 'content-type': 'application/json' };
const report = (userToken: string) =>
  JSON.stringify({ user_token: userToken, server: 'vpn.example.com', port: 443, protocol: 'vless', bytes_uploaded: 1 });

/** Tries passwords until the wait begins, from one address, claiming another address and trying another name each time. */
async function guessPasswords(url: string, from: string): Promise<number[]> {
  const statuses: number[] = [];
  for (let n = 0; n < 8; n++) {
    const headers = { ...json, 'x-forwarded-for': `198.51.100.${n}`, forwarded: `for=198.51.100.${n}` };
    const body = JSON.stringify({ name: `nobody-${n}-${from}`, password: 'wrong-password' });
    statuses.push((await send(`${url}api/v1/session`, { method: 'POST', headers, body, from })).status);
  }
  return statuses;
}

describe.each(['nginx', 'caddy'] as const)('behind %s', (kind) => {
  const folder = temporaryFolder(`proxy-${kind}`);
  const data = temporaryFolder('proxied');
  let server: TestServer;
  let proxy: ReverseProxy;

  beforeAll(async () => {
    server = await startServer({
      dataDir: data.path,
      env: { XPERT_DOMAIN: 'https://panel.example.com', XPERT_TRUSTED_PROXIES: '127.0.0.1' },
    });
    proxy = await startProxy(kind, folder.path, server.port);
  });
  afterAll(async () => {
    await proxy?.stop();
    await server?.stop();
    folder.remove();
    data.remove();
  });

  async function login(url: string): Promise<string> {
    const answer = await send(`${url}api/v1/session`, { method: 'POST', headers: json, body: JSON.stringify(OWNER) });
    expect(answer.status).toBe(200);
    return answer.headers['set-cookie']?.[0] ?? '';
  }

  test('plain HTTP leads to HTTPS', async () => {
    const answer = await send(proxy.plain);
    expect(answer.status).toBeGreaterThanOrEqual(301);
    expect(answer.headers.location).toMatch(/^https:\/\//);
  });

  describe.each(['site', 'underPath'] as const)('as %s', (how) => {
    test('the panel and its files come', async () => {
      const page = await send(proxy[how]);
      expect(page.status).toBe(200);
      const script = /<script[^>]+src="([^"]+)"/.exec(page.text)?.[1] ?? 'none';
      const file = await send(new URL(script, proxy[how]).href);
      expect(file.status).toBe(200);
      expect(file.headers['content-type']).toMatch(/javascript/);
    });

    test('the login cookie is for HTTPS only: the proxy is believed', async () => {
      expect(await login(proxy[how])).toMatch(/; Secure/);
    });

    test('live events pass at once', async () => {
      const cookie = (await login(proxy[how])).split(';')[0] ?? '';
      const events = await open(`${proxy[how]}api/v1/events`, { headers: { cookie } });
      expect(events.headers['content-type']).toMatch(/^text\/event-stream/);
      let seen = '';
      const change = (async () => {
        for await (const chunk of events) {
          seen += String(chunk);
          if (/event: change[\s\S]*usage/.test(seen)) return performance.now();
        }
        return Number.NaN;
      })();
      await new Promise((done) => setTimeout(done, 1200));
      const sentAt = performance.now();
      const webhook = `${proxy[how]}api/xpert/traffic-webhook`;
      expect((await send(webhook, { method: 'POST', headers: json, body: report('live') })).status).toBe(200);
      expect((await change) - sentAt).toBeLessThan(8_000);
      events.destroy();
    });

    test('a report that is too large is refused, in the words of Xpert', async () => {
      const body = JSON.stringify({ user_token: 'x', filler: 'y'.repeat(1_100_000) });
      const answer = await send(`${proxy[how]}api/xpert/traffic-webhook`, { method: 'POST', headers: json, body });
      expect(answer.status).toBe(413);
      expect(JSON.parse(answer.text)).toMatchObject({ code: 'body-too-large' });
    });
  });

  test('a client is known by its real address, whatever it claims', async () => {
    expect(await guessPasswords(proxy.site, '127.0.0.7')).toContain(429);
    expect((await guessPasswords(proxy.underPath, '127.0.0.8'))[0]).toBe(401);
  });

  test('forwarding headers of others than the proxy are not believed', async () => {
    expect(await guessPasswords(`${server.url}/`, '127.0.0.9')).toContain(429);
  });

  test('tokens reach no log, also when Xpert does not answer', async () => {
    const ask = async (secret: string) => {
      for (const base of [proxy.site, proxy.underPath]) {
        await send(`${base}u/${secret}-1`);
        await send(`${base}u/${secret}-2/deeper?${secret}`);
        await send(`${base}api/xpert/traffic-stats/${secret}-3?days=30`);
        await send(`${base}api/xpert/sub?user_token=${secret}-4`, { headers: { referer: `https://x/u/${secret}-5` } });
        await send(`${base}api/xpert/traffic-stats/global`, { headers: { authorization: `Bearer ${secret}-6` } });
      }
    };
    await ask('secret-token');
    expect(proxy.logs()).toMatch(/\/u\/\[(token|hidden)\]/);
    expect(proxy.logs()).toMatch(/\/api\/xpert\/traffic-stats\/\[(token|hidden)\]/);
    await server.stop();
    await ask('secret-token');
    expect((await send(proxy.site)).status).toBe(502);
    expect(proxy.logs()).not.toContain('secret-token');
  });
});
