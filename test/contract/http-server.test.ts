import { mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { request as httpRequest } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { brotliCompressSync } from 'node:zlib';
import { afterEach, describe, expect, it } from 'vitest';
import { listenOnSocket } from '../../src/http/socket.ts';
import { type HttpTestServer, startHttp } from '../support/http-server.ts';

const folder = mkdtempSync(join(tmpdir(), 'xpert-http-'));
let server: HttpTestServer;
afterEach(() => server.close());
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));

describe('headers', () => {
  it('protect every answer', async () => {
    server = await startHttp();
    for (const url of ['/healthz', '/api/v1/session', '/api/v1/users', '/api/docs']) {
      const { headers } = await server.request('GET', url);
      expect(headers['content-security-policy']).toContain("default-src 'none'");
      expect(headers['content-security-policy']).toContain("connect-src 'self'");
      expect(headers['content-security-policy']).toContain("frame-ancestors 'none'");
      expect(headers['content-security-policy']).not.toMatch(/script-src[^;]*unsafe/);
      expect(headers['x-content-type-options']).toBe('nosniff');
      expect(headers['referrer-policy']).toBe('no-referrer');
      expect(headers['cache-control']).toBe('private, no-store');
      expect(headers).not.toHaveProperty('strict-transport-security');
    }
  });

  it('ask for https only where the visitor came over it, said by a proxy that is trusted', async () => {
    server = await startHttp({ trustedProxies: ['192.0.2.1'] });
    const headers = { 'x-forwarded-proto': 'https' };
    const trusted = await server.request('GET', '/healthz', { headers, from: '192.0.2.1' });
    expect(trusted.headers['strict-transport-security']).toMatch(/^max-age=\d{8}$/);
    const other = await server.request('GET', '/healthz', { headers, from: '192.0.2.2' });
    expect(other.headers).not.toHaveProperty('strict-transport-security');
  });
});

describe('problems', () => {
  it('name an address that does not exist', async () => {
    server = await startHttp();
    const answer = await server.request('GET', '/api/v1/nothing');
    expect(answer.statusCode).toBe(404);
    expect(answer.json()).toMatchObject({ code: 'no-such-route', instance: expect.stringMatching(/^urn:request:/) });
  });

  it('name the method that an address takes', async () => {
    server = await startHttp();
    for (const method of ['GET', 'PUT'] as const) {
      const answer = await server.request(method, '/api/xpert/traffic-webhook');
      expect([answer.statusCode, answer.headers.allow]).toEqual([405, 'POST']);
      expect(answer.json()).toMatchObject({ code: 'wrong-method', detail: `This address takes POST, not ${method}.` });
    }
    expect((await server.request('PUT', '/api/v1/nodes/n1?x=1')).json().detail).toMatch(/takes .*GET.*, not PUT/);
  });

  it.each(['/%zz', `/api/v1/nodes/${'a'.repeat(3000)}`])(
    'answer an address that reaches no route: %.30s',
    async (url) => {
      server = await startHttp();
      const answer = await server.request('GET', url);
      expect(answer.headers['content-type']).toBe('application/problem+json; charset=utf-8');
      expect(answer.json()).toMatchObject({ status: 400, code: 'bad-request' });
    },
  );

  it('tell nothing of a bug but the id under which it is in the log', async () => {
    server = await startHttp();
    const token = await server.token('owner', ['read']);
    server.store.history.database = () => Promise.reject(new Error('SELECT secret'));
    const answer = await server.request('GET', '/api/v1/database', { token });
    expect(answer.statusCode).toBe(500);
    expect(answer.body).not.toContain('SELECT');
    const id = answer.json().instance.replace('urn:request:', '');
    expect(server.log).toContainEqual(expect.objectContaining({ level: 'error', requestId: id }));
  });
});

describe('the log', () => {
  it('holds no token, no query string, no body and no header', async () => {
    server = await startHttp();
    const token = await server.token('owner', ['admin']);
    const secret = 's3cr3t-token';
    const body = { user_token: secret, server: 'vpn.com', port: 443, protocol: 'vless', bytes_uploaded: 1 };
    await server.request('POST', '/api/xpert/traffic-webhook', { body });
    await server.request('POST', '/api/xpert/traffic-webhook', { body: { ...body, port: 0 } });
    await server.request('GET', `/api/xpert/traffic-stats/${secret}?days=7`, { token });
    await server.request('GET', `/api/xpert/traffic%2Dstats/${secret}`, { token });
    await server.request('GET', `/api/xpert/sub?user_token=${secret}`);
    await server.request('GET', `/u/${secret}`);
    await server.request('GET', `/sub/${secret}`);
    await server.request('GET', `/api/v1/users/${secret}`, { token });
    await server.request('POST', '/api/v1/session', { body: { name: 'ann', password: secret } });
    await server.request('GET', '/api/v1/users', { headers: { cookie: `xpert_session=${secret}` } });
    const text = JSON.stringify(server.log);
    expect(server.log.length).toBeGreaterThan(6);
    expect(text).not.toContain(secret);
    expect(text).not.toContain(token);
    expect(text).not.toContain('days=7');
    expect(server.log).toContainEqual(
      expect.objectContaining({ message: 'request', path: '/api/xpert/traffic-stats/***', status: 200 }),
    );
  });
});

describe('health', () => {
  it('lives, and is ready while the ledger can be written', async () => {
    server = await startHttp();
    expect((await server.request('GET', '/healthz')).json()).toEqual({ status: 'ok' });
    expect((await server.request('GET', '/readyz')).json()).toEqual({ status: 'ok' });
  });
});

describe('metrics', () => {
  it('show reports, commits, polls, collectors, users and the process', async () => {
    server = await startHttp();
    const token = await server.token('owner', ['metrics']);
    const node = await server.addNode('Main');
    await server.poll(node, { key1: [1n, 2n] });
    await server.store.inventory.addUser({
      name: 'ann',
      userToken: 'ann',
      linkToken: 'a link token',
      telegramId: null,
      role: 'user',
      note: '',
      ownerId: null,
      active: true,
      createdAt: server.clock.now(),
      countInCycle: false,
    });
    const body = {
      user_token: 'ann',
      server: 'vpn.com',
      port: 443,
      protocol: 'vless',
      bytes_uploaded: 5,
      event_id: 'e',
    };
    await server.request('POST', '/api/xpert/traffic-webhook', { body });
    await server.request('POST', '/api/xpert/traffic-webhook', { body });
    await server.ports.ledger.reset({ scope: 'all', userIds: [], by: null, reason: null });
    server.clock.advance(5_000);
    for (let scrape = 0; scrape < 2; scrape += 1) {
      const answer = await server.request('GET', '/metrics', { token });
      expect(answer.headers['content-type']).toContain('text/plain');
      for (const line of [
        'xpert_reports_total{outcome="recorded"} 1',
        'xpert_reports_total{outcome="duplicate"} 1',
        'xpert_polls_total{node="main",outcome="complete"} 3',
        'xpert_collector_success{node="main"} 1',
        'xpert_collector_duration_seconds{node="main"} 0.012',
        'xpert_poll_lag_seconds{node="main"} 5',
        'xpert_polls_now{state="waiting"} 1',
        'xpert_poll_start_delay_seconds 1.5',
        'xpert_user_bytes_total{user="ann",direction="rx"} 5',
      ]) {
        expect(answer.body).toContain(line);
      }
      expect(answer.body).toMatch(/xpert_ledger_commits_total [1-9]/);
      expect(answer.body).toMatch(/xpert_process_resident_memory_bytes \d+/);
    }
  });
});

describe('the panel', () => {
  it('is served with its page uncached, hashed files for ever, and compressed as built', async () => {
    const webRoot = join(folder, 'web');
    mkdirSync(join(webRoot, 'assets'), { recursive: true });
    writeFileSync(join(webRoot, 'index.html'), '<!doctype html><title>Xpert</title>');
    writeFileSync(join(webRoot, 'assets/index-DiwrgTda.js'), 'export {};');
    writeFileSync(join(webRoot, 'assets/index-DiwrgTda.js.br'), brotliCompressSync('export {};'));
    server = await startHttp({ webRoot });
    const page = await server.request('GET', '/');
    expect(page.statusCode).toBe(200);
    expect(page.headers).toMatchObject({ 'content-type': 'text/html; charset=utf-8', 'cache-control': 'no-cache' });
    const { etag } = page.headers;
    expect((await server.request('GET', '/', { headers: { 'if-none-match': String(etag) } })).statusCode).toBe(304);
    const script = await server.request('GET', '/assets/index-DiwrgTda.js', {
      headers: { 'accept-encoding': 'gzip, br' },
    });
    expect(script.headers).toMatchObject({
      'content-encoding': 'br',
      'content-type': 'text/javascript; charset=utf-8',
      'cache-control': 'public, max-age=31536000, immutable',
    });
    expect((await server.request('GET', '/assets/index-DiwrgTda.js')).body).toBe('export {};');
    for (const url of [
      '/assets/index-DiwrgTda.js.br',
      '/../package.json',
      '/%2e%2e/package.json',
      '/assets/..%2f..%2fetc/passwd',
    ]) {
      expect([url, (await server.request('GET', url)).statusCode]).toEqual([url, 404]);
    }
  });

  it('answers under the path that a proxy does not strip', async () => {
    server = await startHttp({ basePath: '/xpert' });
    expect((await server.request('GET', '/xpert/healthz')).statusCode).toBe(200);
    expect((await server.request('GET', '/healthz')).statusCode).toBe(200);
    expect((await server.request('GET', '/xpertise/healthz')).statusCode).toBe(404);
  });

  it('has a page of the API that works without inline scripts', async () => {
    server = await startHttp();
    const page = await server.request('GET', '/api/docs');
    expect(page.body).not.toMatch(/<script>/);
    for (const [, source] of page.body.matchAll(/(?:src|href)="([^"]+)"/g)) {
      expect((await server.request('GET', `/api/${source}`)).statusCode).toBe(200);
    }
  });
});

describe('the owner’s socket', () => {
  it('is for the owner of the process alone and has the owner’s rights', async () => {
    server = await startHttp();
    const path = join(folder, 'xpert.sock');
    const close = await listenOnSocket(server.app, path);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    const body = await new Promise<string>((resolve, reject) => {
      const request = httpRequest(
        { socketPath: path, path: '/api/v1/tokens', method: 'POST', headers: { 'content-type': 'application/json' } },
        (response) => {
          let text = '';
          response.setEncoding('utf8').on('data', (chunk: string) => {
            text += chunk;
          });
          response.on('end', () => resolve(text));
        },
      );
      request.on('error', reject);
      request.end(JSON.stringify({ name: 'first', scopes: ['admin'] }));
    });
    const { token } = JSON.parse(body) as { token: string };
    expect(token).toMatch(/^xp_/);
    expect((await server.request('GET', '/api/v1/doctor', { token })).statusCode).toBe(200);
    expect((await server.ports.audit.read(1, null)).items[0]).toMatchObject({ via: 'cli', action: 'token.created' });
    await close();
  });
});

describe('live events', () => {
  it('tell what changed, at most once a second, and to each what they may see', async () => {
    server = await startHttp();
    await server.app.listen({ port: 0, host: '127.0.0.1' });
    const { port } = server.app.server.address() as AddressInfo;
    const seen: Record<string, string> = { owner: '', reseller: '' };
    const open = async (role: 'owner' | 'reseller') => {
      const authorization = `Bearer ${await server.token(role, ['read'])}`;
      const response = await fetch(`http://127.0.0.1:${port}/api/v1/events`, { headers: { authorization } });
      expect(response.headers.get('content-type')).toBe('text/event-stream');
      expect(response.headers.get('cache-control')).toBe('private, no-store');
      void (async () => {
        for await (const chunk of response.body as unknown as AsyncIterable<Uint8Array>)
          seen[role] += Buffer.from(chunk).toString();
      })().catch(() => undefined);
    };
    await open('owner');
    await open('reseller');
    const body = { user_token: 'ann', server: 'vpn.com', port: 443, protocol: 'vless', bytes_uploaded: 1 };
    const reports = Array.from({ length: 20 }, () => server.request('POST', '/api/xpert/traffic-webhook', { body }));
    await Promise.all(reports);
    server.changes.tell('nodes');
    await expect
      .poll(() => Object.values(seen).join(), { timeout: 15_000 })
      .toMatch(/event: change[\s\S]*event: change/);
    expect(seen.owner?.match(/event: change/g)).toHaveLength(1);
    expect(seen.owner).toContain('"usage"');
    expect(seen.owner).toContain('"nodes"');
    expect(seen.reseller).toContain('"usage"');
    expect(seen.reseller).not.toContain('"notices"');
    const started = performance.now();
    await server.app.close();
    expect(performance.now() - started).toBeLessThan(5_000);
  });
});
