import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer, type Server as TlsServer } from 'node:tls';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { ProbeResult, ProbeTarget } from '../../src/core/health/prober.ts';
import { judgeProbes, trackProbe } from '../../src/core/health/service-health.ts';
import { NetworkProber } from '../../src/integrations/network/prober.ts';
import { makeCertificate, type TestCertificate } from '../support/certificate.ts';

const prober = new NetworkProber({ answerWithinMs: 5_000 });
const servers: (Server | TlsServer)[] = [];
const sockets = new Set<Socket>();
let certificate: TestCertificate;

beforeAll(() => {
  certificate = makeCertificate();
});

afterEach(async () => {
  for (const socket of sockets) socket.destroy();
  sockets.clear();
  for (const server of servers.splice(0)) {
    server.close();
    await once(server, 'close');
  }
});

const signal = () => AbortSignal.timeout(30_000);
const target = (port: number | null, fields: Partial<ProbeTarget> = {}): ProbeTarget => ({
  ...{ kind: 'tcp', host: '127.0.0.1', port, serverName: null, anyCertificate: false, privateAddresses: true },
  ...fields,
});
const probe = (port: number | null, fields: Partial<ProbeTarget> = {}, by = prober) =>
  by.probe(target(port, fields), signal());
const stateOf = (result: ProbeResult) => judgeProbes(trackProbe(null, result, new Date(0)), 60_000, new Date(0)).state;

async function listen(server: Server | TlsServer): Promise<number> {
  servers.push(server);
  server.on('connection', (socket: Socket) => sockets.add(socket));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

/** Speaks TLS, `lateMs` after a connection came. @returns the port, and the names that were asked for */
async function listenTls(lateMs = 0): Promise<{ port: number; names: string[] }> {
  const names: string[] = [];
  const tls = createTlsServer({
    key: certificate.key,
    cert: certificate.cert,
    SNICallback: (name, done) => {
      names.push(name);
      done(null);
    },
  });
  tls.on('tlsClientError', () => {});
  if (lateMs === 0) return { port: await listen(tls), names };
  const port = await listen(createServer((socket) => setTimeout(() => tls.emit('connection', socket), lateMs)));
  return { port, names };
}

async function refusingPort(): Promise<number> {
  const port = await listen(createServer());
  const server = servers.pop() as Server;
  server.close();
  await once(server, 'close');
  return port;
}

describe('a connection', () => {
  it('that is taken is up, with the time that it took', async () => {
    const result = await probe(await listen(createServer()));
    expect(result).toMatchObject({ outcome: 'answered', reason: null });
    expect(result.latencyMs).toBeGreaterThan(0);
  });

  it('that is refused is silence, and said so', async () => {
    const port = await refusingPort();
    expect(await probe(port)).toMatchObject({
      outcome: 'silent',
      latencyMs: null,
      reason: { code: 'probe-refused', message: `127.0.0.1:${port} refuses connections.` },
    });
  });

  it('is broken off with the signal', async () => {
    const hanging = new NetworkProber({ resolve: () => new Promise(() => {}) });
    const abort = new AbortController();
    const probing = hanging.probe(target(443, { host: 'vpn.example.com' }), abort.signal);
    abort.abort(new Error('enough'));
    await expect(probing).rejects.toThrow('enough');
  });
});

describe('a TLS handshake', () => {
  it('asks for the name that clients ask for; a certificate nobody trusts degrades, unless any will do', async () => {
    const { port, names } = await listenTls();
    const result = await probe(port, { kind: 'tls', serverName: 'front.example.com' });
    expect(result).toMatchObject({ outcome: 'flawed', reason: { code: 'certificate-untrusted' } });
    expect(result.reason?.message).toContain('front.example.com');
    expect(stateOf(result)).toBe('degraded');
    expect(await probe(port, { kind: 'tls', serverName: 'b.example.com', anyCertificate: true })).toMatchObject({
      outcome: 'answered',
    });
    expect(names).toEqual(['front.example.com', 'b.example.com']);
  });

  it('that nobody answers is silence after a while: the port is open, and nothing behind it', async () => {
    const port = await listen(createServer());
    const impatient = new NetworkProber({ answerWithinMs: 200 });
    expect(await probe(port, { kind: 'tls' }, impatient)).toMatchObject({
      outcome: 'silent',
      reason: { code: 'probe-timeout' },
    });
  });

  it('that is answered late degrades', async () => {
    const { port } = await listenTls(1_050);
    const result = await probe(port, { kind: 'tls', anyCertificate: true });
    expect(result.latencyMs).toBeGreaterThan(1_000);
    expect(stateOf(result)).toBe('degraded');
  });

  it('with something that speaks otherwise is silence', async () => {
    const port = await listen(createServer((socket) => socket.end('SSH-2.0-OpenSSH_9.2\r\n')));
    expect(await probe(port, { kind: 'tls' })).toMatchObject({ outcome: 'silent', reason: { code: 'probe-not-tls' } });
  });

  it('that is cut off is silence', async () => {
    const port = await listen(createServer((socket) => socket.destroy()));
    expect(await probe(port, { kind: 'tls' })).toMatchObject({ outcome: 'silent', reason: { code: 'probe-closed' } });
  });
});

describe('a ping', () => {
  it('of this machine is answered', async () => {
    const result = await probe(null, { kind: 'ping' });
    expect(result.outcome).toBe('answered');
    expect(result.latencyMs).toBeGreaterThan(0);
  });
});

describe('addresses', () => {
  const path = process.env.PATH;
  afterAll(() => {
    process.env.PATH = path;
  });

  it('of private networks are asked only where the owner allows it, link-local ones never', async () => {
    const port = await listen(createServer());
    expect(await probe(port, { privateAddresses: false })).toMatchObject({
      outcome: 'impossible',
      reason: { code: 'probe-address-not-allowed' },
    });
    expect(await probe(80, { host: '169.254.169.254' })).toMatchObject({ outcome: 'impossible' });
    const rebound = new NetworkProber({ resolve: async () => ['203.0.113.9', '169.254.169.254'] });
    expect(await probe(80, { host: 'vpn.example.com', kind: 'ping' }, rebound)).toMatchObject({
      outcome: 'impossible',
    });
    expect(sockets.size).toBe(0);
  });

  it('that nobody knows, and a ping that is not installed, say nothing about the service', async () => {
    const lost = new NetworkProber({
      resolve: async () => {
        throw Object.assign(new Error('no such name'), { code: 'ENOTFOUND' });
      },
    });
    const result = await probe(443, { host: 'no-such-name.example' }, lost);
    expect(result).toMatchObject({ outcome: 'impossible', reason: { code: 'probe-name-not-resolved' } });
    expect(stateOf(result)).toBe('unknown');
    process.env.PATH = '/nowhere';
    expect(await probe(null, { kind: 'ping' })).toMatchObject({
      outcome: 'impossible',
      reason: { code: 'ping-missing' },
    });
  });
});
