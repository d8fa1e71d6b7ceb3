import { mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { lookAtConnections } from '../../src/app/report/looks.ts';
import { ReportFiles } from '../../src/app/report/report-state.ts';
import { Reporter } from '../../src/app/report/reporter.ts';
import { type Route, readRoutes } from '../../src/app/report/routes.ts';
import { stateFor } from '../../src/app/report/run-report.ts';
import { type Delivered, Webhook } from '../../src/app/report/webhook.ts';
import { ManualTime } from '../../src/app/testing.ts';
import { ClashApi } from '../../src/integrations/clash/connections.ts';
import { FakeClash } from '../support/fake-clash.ts';
import { type HttpTestServer, startHttp } from '../support/http-server.ts';

const DE: Route = { server: 'de.example.com', port: 443, protocol: 'vless' };
const NL: Route = { server: 'nl.example.com', port: 8443, protocol: 'trojan' };
const routes = new Map([
  ['DE 1', DE],
  ['NL', NL],
]);

let folder: string;
let server: HttpTestServer;
let clash: FakeClash;
let api: ClashApi;
let webhook: Webhook;
let token: string;
let time: ManualTime;
let reporter: Reporter;
/** What happens to the next deliveries. */
let way: 'open' | 'cut' | 'answer-lost';
let rest: Route | null;
let said: string[];

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'xpert-report-'));
  server = await startHttp();
  await server.app.listen({ port: 0, host: '127.0.0.1' });
  token = await server.token('owner', ['ingest', 'read']);
  const { port } = server.app.server.address() as AddressInfo;
  webhook = new Webhook({ url: `http://127.0.0.1:${port}`, token });
  clash = new FakeClash();
  api = new ClashApi(new URL(`http://127.0.0.1:${await clash.web.start()}/`), clash.secret);
  time = new ManualTime(server.clock.now());
  [way, rest, said] = ['open', null, []];
  reporter = born();
});

afterEach(async () => {
  webhook.close();
  api.close();
  await clash.web.close();
  await server.close();
  rmSync(folder, { recursive: true });
});

/** A reporter that starts with what the one before left on the disk. */
function born(): Reporter {
  const files = new ReportFiles(join(folder, 'report.json'));
  return new Reporter({
    ...{ clock: time, timers: time, random: () => 0, files, lookMs: 2_000, sendMs: 60_000 },
    look: async (signal) =>
      lookAtConnections(await api.connections(signal), routes, { user: 'alice', users: OF, rest }),
    deliver,
    state: stateFor('clash', files.read()),
    log: {
      info: (_fields, message) => void said.push(message),
      warn() {},
      error: (fields) => void said.push(String(fields)),
    },
  });
}

const OF = new Map([['192.168.1.30', 'bob']]);

async function deliver(reports: readonly object[]): Promise<Delivered> {
  const away = { delivery: { kind: 'away', why: 'cut', afterMs: null }, skewMs: null } as const;
  if (way === 'cut') return away;
  const delivered = await webhook.deliver(reports);
  return way === 'answer-lost' ? away : delivered;
}

async function pass(ms: number): Promise<void> {
  await time.advance(ms);
  server.clock.advance(ms);
}

/** What the panel booked of a user: per server, up and down. */
async function booked(user = 'alice') {
  const answer = await server.request('GET', `/api/v1/unclaimed`, { token });
  const item = answer.json().tokens.find((one: { userToken: string }) => one.userToken === user);
  return item === undefined ? [0, 0] : [item.traffic.rxBytes, item.traffic.txBytes];
}

describe('a reporter', () => {
  it('takes no step of the clock for a restart of the program, and no restart for growth', async () => {
    const key = JSON.stringify(['carol', DE.server, DE.port, DE.protocol]);
    const shown = { total: null, keyOf: () => key, restKey: null };
    let [rx, tx, ageMs] = [1_000n, 9_000n, 60_000];
    const files = new ReportFiles(join(folder, 'xray.json'));
    const xray = new Reporter({
      ...{ clock: time, timers: time, random: () => 0, files, lookMs: 2_000, sendMs: 60_000, deliver },
      look: async () => ({ ...shown, ageMs, counters: new Map([['carol', { rx, tx }]]) }),
      state: stateFor('xray', files.read()),
      log: { info() {}, warn() {}, error: (fields) => expect.unreachable(String(fields)) },
    });
    await xray.look();
    // A router learns the time.
    for (const clock of [time, server.clock]) clock.step(365 * 86_400_000);
    [rx, tx, ageMs] = [1_003n, 9_040n, 62_000];
    await pass(2_000);
    await xray.look();
    await xray.send();
    expect(await booked('carol')).toEqual([3, 40]);
    [rx, tx, ageMs] = [2_000n, 9_500n, 1_000];
    await pass(2_000);
    await xray.look();
    await xray.send();
    expect(await booked('carol')).toEqual([2_003, 9_540]);
  });

  it('counts nothing of what was there before, and then every connection over a known server', async () => {
    const old = clash.open('DE 1');
    clash.carry(old, 1_000, 9_000);
    await reporter.look();
    clash.carry(old, 10, 90);
    clash.carry(clash.open('NL'), 5, 50);
    clash.carry(clash.open('DIRECT'), 70_000, 80_000);
    clash.carry(clash.open('NL', { sourceIP: '192.168.1.30' }), 2, 20);
    await reporter.look();
    await reporter.send();
    expect(await booked()).toEqual([15, 140]);
    expect(await booked('bob')).toEqual([2, 20]);
    const stats = await server.request('GET', '/api/xpert/traffic-stats/alice', { token });
    expect(stats.json().servers.map((one: Route) => [one.server, one.port, one.protocol])).toEqual([
      ['de.example.com', 443, 'vless'],
      ['nl.example.com', 8443, 'trojan'],
    ]);
  });

  it('names what connections carried that ended between two looks; with a place for the rest it goes there', async () => {
    await reporter.look();
    const seen = clash.open('DE 1');
    clash.carry(seen, 10, 100);
    await reporter.look();
    clash.carry(seen, 3, 30);
    clash.close(seen);
    const unseen = clash.open('NL');
    clash.carry(unseen, 4, 40);
    clash.close(unseen);
    await reporter.look();
    await reporter.send();
    expect(await booked()).toEqual([10, 100]);
    expect(reporter.untold).toEqual({ rx: 7n, tx: 70n });

    rest = NL;
    const another = clash.open('DE 1');
    clash.carry(another, 1, 2);
    clash.close(another);
    await reporter.look();
    await pass(1_000);
    await reporter.send();
    expect(await booked()).toEqual([11, 102]);
  });

  it('goes on after the client program was started again', async () => {
    await reporter.look();
    clash.carry(clash.open('DE 1'), 500, 5_000);
    await reporter.look();
    clash.restart();
    clash.carry(clash.open('DE 1'), 7, 70);
    await reporter.look();
    await reporter.send();
    expect(await booked()).toEqual([507, 5_070]);
  });

  it('keeps what it has while the panel is away, and each quarter of an hour gets its own', async () => {
    await reporter.look();
    const id = clash.open('DE 1');
    clash.carry(id, 1, 1);
    await reporter.look();
    await reporter.send();
    way = 'cut';
    for (let minute = 0; minute < 60; minute += 1) {
      await pass(60_000);
      clash.carry(id, 10, 100);
      await reporter.look();
      await reporter.send();
    }
    expect(await booked()).toEqual([1, 1]);
    expect(new ReportFiles(join(folder, 'report.json')).read()?.points.length).toBeLessThanOrEqual(6);
    way = 'open';
    await pass(600_000);
    await reporter.send();
    expect(await booked()).toEqual([601, 6_001]);
    const from = '2026-03-10T12:00:00Z';
    const export_ = `/api/v1/export/usage?format=ndjson&bucket=quarter&from=${from}&to=2026-03-10T13:00:00Z`;
    const rows = (await server.request('GET', export_, { token })).body
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(rows.map(({ rx_bytes }) => rx_bytes).every((bytes) => bytes >= 130 && bytes <= 170)).toBe(true);
    expect(rows).toHaveLength(4);
  });

  it('says what is in the way, once', async () => {
    clash.secret = 'another-secret-0123456789';
    await reporter.look();
    await reporter.look();
    expect(said.filter((line) => line.includes('another secret'))).toHaveLength(1);
    expect(said.join()).not.toContain('clash-secret-0123456789');
    const closed = new ClashApi(new URL('http://127.0.0.1:1/'), null);
    await expect(closed.connections(AbortSignal.timeout(5_000))).rejects.toMatchObject({ code: 'http-refused' });
    clash.secret = null;
    clash.web.change = () => '{"hello":"world"}';
    await expect(api.connections(AbortSignal.timeout(5_000))).rejects.toMatchObject({ code: 'clash-garbled' });
  });

  it('with files that the power cut short begins with what was certainly on the disk', async () => {
    await reporter.look();
    clash.carry(clash.open('DE 1'), 10, 100);
    await reporter.look();
    await reporter.send();
    truncateSync(join(folder, 'report.json.latest'), 20);
    reporter = born();
    clash.carry(clash.open('DE 1'), 1, 2);
    await reporter.look();
    await pass(1_000);
    await reporter.send();
    expect(await booked()).toEqual([11, 102]);
    writeFileSync(join(folder, 'report.json'), '{');
    expect(() => born()).toThrow('cannot be read');
  });
});

describe.each([1, 2, 3, 4])('whatever happens (%i)', (seed) => {
  it('what was seen of every connection is booked once', async () => {
    let state = seed;
    const roll = (below: number) => {
      state = (state * 1_103_515_245 + 12_345) % 2 ** 31;
      return Math.floor((state / 2 ** 31) * below);
    };
    await reporter.look();
    let open: { readonly id: string; up: number; down: number }[] = [];
    let seen = [0, 0] as [number, number];
    const carry = (one: (typeof open)[number]) => {
      const [up, down] = [roll(50), roll(500)];
      clash.carry(one.id, up, down);
      one.up += up;
      one.down += down;
    };
    const look = async () => {
      await reporter.look();
      for (const one of open) {
        seen = [seen[0] + one.up, seen[1] + one.down];
        [one.up, one.down] = [0, 0];
      }
    };
    const deeds: (() => unknown)[] = [
      () => open.push({ id: clash.open(roll(2) === 0 ? 'DE 1' : 'NL'), up: 0, down: 0 }),
      () => open.forEach(carry),
      () => {
        for (const { id } of open.splice(0, 1)) clash.close(id);
      },
      look,
      look,
      () => reporter.send(),
      () => {
        reporter = born();
      },
      () => {
        way = (['open', 'cut', 'answer-lost'] as const)[roll(3)] ?? 'open';
      },
      () => {
        if (roll(4) !== 0) return;
        clash.restart();
        open = [];
      },
      () => pass(roll(600_000)),
    ];
    for (let n = 0; n < 200; n += 1) await deeds[roll(deeds.length)]?.();
    way = 'open';
    await look();
    await pass(600_000);
    await reporter.send();
    expect(Math.min(...seen)).toBeGreaterThan(0);
    expect(await booked()).toEqual(seen);
  });
});

describe('where proxies lead', () => {
  const read = async (name: string, text: string) => {
    writeFileSync(join(folder, name), text);
    return Object.fromEntries(await readRoutes([join(folder, name)]));
  };

  it('is read from the configuration of mihomo, sing-box and Xray', async () => {
    const mihomo = `proxies:
  - {name: "DE 1", type: vless, server: DE.example.com, port: 443, uuid: 5e9c}
  - {name: direct-out, type: direct}
proxy-groups:
  - {name: Proxy, type: select, proxies: ["DE 1"]}
`;
    expect(await read('config.yaml', mihomo)).toEqual({ 'DE 1': DE });
    const singBox = {
      outbounds: [
        { type: 'trojan', tag: 'NL', server: 'nl.example.com', server_port: 8443 },
        { type: 'direct', tag: 'direct' },
      ],
    };
    expect(await read('sing-box.json', JSON.stringify(singBox))).toEqual({ NL });
    const xray = {
      outbounds: [
        { tag: 'de', protocol: 'vless', settings: { vnext: [{ address: 'de.example.com', port: 443, users: [] }] } },
        { tag: 'nl', protocol: 'trojan', settings: { servers: [{ address: 'nl.example.com', port: 8443 }] } },
        { tag: 'new', protocol: 'vless', settings: { address: 'de.example.com', port: 443, id: '5e9c' } },
        { tag: 'direct', protocol: 'freedom', settings: {} },
      ],
    };
    expect(await read('xray.json', JSON.stringify(xray))).toEqual({ de: DE, nl: NL, new: DE });
  });

  it('says which file cannot be read, and nothing of what stands in it', async () => {
    await expect(read('broken.json', '{"password":"hunter2"')).rejects.toMatchObject({
      code: 'report-config-unusable',
      message: expect.not.stringContaining('hunter2'),
    });
    await expect(readRoutes(['/nowhere/config.yaml'])).rejects.toMatchObject({
      message: '/nowhere/config.yaml cannot be read: ENOENT.',
    });
  });
});
