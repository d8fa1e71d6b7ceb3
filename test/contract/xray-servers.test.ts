import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { systemClock } from '../../src/app/system-clock.ts';
import type { Collector } from '../../src/core/metering/collector.ts';
import { singBox, v2ray, xray } from '../../src/integrations/xray/integration.ts';
import { machineId } from '../../src/lib/machine-id.ts';
import { peersOf } from '../support/readings.ts';
import { field, number, StatsServer, statsMessage, sysStatsMessage } from '../support/stats-server.ts';

const XRAY = '/xray.app.stats.command.StatsService';
const V2RAY = '/v2ray.core.app.stats.command.StatsService';
const EVERYTHING = statsMessage([
  { name: 'user>>>alice>>>traffic>>>uplink', value: 11n },
  { name: 'user>>>alice>>>traffic>>>downlink', value: 22n },
  { name: 'user>>>bob>>>traffic>>>uplink', value: 0n },
  { name: 'user>>>bob>>>traffic>>>downlink', value: 44n },
  { name: 'inbound>>>in>>>traffic>>>uplink', value: 12_000_000n },
  { name: 'inbound>>>in>>>traffic>>>downlink', value: 77n },
  { name: 'inbound>>>api>>>traffic>>>downlink', value: 5n },
  { name: 'outbound>>>direct>>>traffic>>>uplink', value: 13n },
]);

describe('servers that differ', () => {
  let server: StatsServer;
  let folder: string;
  const open: Collector[] = [];

  beforeEach(async () => {
    server = await new StatsServer().listen();
    folder = mkdtempSync(join(tmpdir(), 'xpert-servers-'));
  });
  afterEach(async () => {
    await Promise.all(open.splice(0).map((collector) => collector.close()));
    await server.close();
    rmSync(folder, { recursive: true, force: true });
  });

  /** As Xray and V2Ray answer: what contains the pattern. */
  const answersPatterns = (service: string, all = EVERYTHING) =>
    server
      .on(`${service}/GetSysStats`, () => ({ status: 0, message: sysStatsMessage(3_600) }))
      .on(`${service}/QueryStats`, (request) => ({ status: 0, message: request.length === 0 ? all : Buffer.alloc(0) }));
  /** As sing-box answers: it looks for `patterns`, field 3, and shows everything without it. */
  const ignoresPattern = () =>
    server
      .on(`${V2RAY}/GetSysStats`, () => ({ status: 0, message: sysStatsMessage(3_600) }))
      .on(`${V2RAY}/QueryStats`, () => ({ status: 0, message: EVERYTHING }));

  const tools = () => ({ clock: systemClock, runDirectory: folder });
  const options = (more: object = {}) => ({ transport: 'local', api: `127.0.0.1:${server.port}`, ...more });
  const collect = async (kind = xray, more: object = {}) => {
    const collector = kind.createCollector(kind.parseOptions(options(more)), tools());
    open.push(collector);
    return await collector.collect(AbortSignal.timeout(5_000));
  };

  test('never ask for a reset', async () => {
    answersPatterns(V2RAY);
    await collect();
    await xray.test(xray.parseOptions(options()), tools(), AbortSignal.timeout(5_000));
    const queries = server.requests.filter(({ path }) => path.endsWith('/QueryStats'));
    expect(queries.length).toBeGreaterThan(1);
    // Field 2 with wire type 0 would be `reset`.
    for (const { message } of queries) expect(message.includes(0x10)).toBe(false);
  });

  test('an Xray with both names is counted under one kind, whatever it was added as', async () => {
    answersPatterns(XRAY);
    answersPatterns(V2RAY);
    const [asXray, asV2ray] = [await collect(xray), await collect(v2ray)];
    expect(asXray.services).toMatchObject([{ kind: 'xray', name: 'xray', identity: `${machineId()}:${server.port}` }]);
    expect(asV2ray.services).toMatchObject([{ kind: 'xray', identity: `${machineId()}:${server.port}` }]);
    await expect(collect(singBox)).rejects.toMatchObject({ code: 'wrong-kind' });
  });

  test('sing-box is told from V2Ray by the pattern that it ignores', async () => {
    ignoresPattern();
    const poll = await collect(singBox);
    expect(poll.services).toMatchObject([{ kind: 'sing-box', name: 'sing-box', peers: { length: 2 } }]);
    await expect(collect(xray)).rejects.toMatchObject({ code: 'wrong-kind' });
    answersPatterns(V2RAY);
    await expect(collect(singBox)).rejects.toMatchObject({ code: 'wrong-kind' });
  });

  test('users, inbounds or outbounds are the peers; a direction without a counter has carried nothing', async () => {
    answersPatterns(V2RAY);
    const peersOf = async (count: string) => (await collect(xray, { count })).services[0]?.peers;
    expect(await peersOf('users')).toMatchObject([
      { key: 'alice', name: 'alice', traffic: { rx: 11n, tx: 22n } },
      { key: 'bob', traffic: { rx: 0n, tx: 44n } },
    ]);
    expect(await peersOf('inbounds')).toMatchObject([{ key: 'in', traffic: { rx: 12_000_000n, tx: 77n } }]);
    expect(await peersOf('outbounds')).toMatchObject([{ key: 'direct', traffic: { rx: 13n, tx: 0n } }]);
  });

  test('what the policy leaves out is said', async () => {
    const only = (...names: string[]) => statsMessage(names.map((name) => ({ name, value: 20_000_000n })));
    answersPatterns(V2RAY, only('inbound>>>in>>>traffic>>>uplink'));
    expect((await collect()).notices).toMatchObject([{ code: 'stats-users-off' }]);
    expect((await collect(xray, { count: 'inbounds' })).notices).toMatchObject([{ code: 'stats-direction-off' }]);
    answersPatterns(V2RAY, only('user>>>a>>>traffic>>>uplink', 'user>>>b>>>traffic>>>uplink'));
    expect((await collect()).notices).toMatchObject([{ code: 'stats-direction-off' }]);
  });

  test('Xray tells who is online, with address and time where it can; nothing is counted from that', async () => {
    answersPatterns(XRAY);
    const before = await collect();
    expect(peersOf(before.services[0]).some(({ lastHandshakeAt }) => lastHandshakeAt !== undefined)).toBe(false);
    server.on(`${XRAY}/GetAllOnlineUsers`, () => ({
      status: 0,
      message: field(1, Buffer.from('user>>>bob>>>online')),
    }));
    const [alice, bob] = (await collect()).services[0]?.peers ?? [];
    expect(alice?.lastHandshakeAt).toBeUndefined();
    expect(Date.now() - (bob?.lastHandshakeAt?.getTime() ?? 0)).toBeLessThan(60_000);
    const address = (ip: string, seen: bigint) => field(2, Buffer.concat([field(1, Buffer.from(ip)), number(2, seen)]));
    const online = Buffer.concat([
      field(1, Buffer.from('alice')),
      address('198.51.100.7', 1_795_216_993n),
      address('2001:db8::7', 1_795_216_995n),
      field(3, Buffer.concat([number(1, 999n), number(2, 999n)])),
    ]);
    server.on(`${XRAY}/GetUsersStats`, () => ({ status: 0, message: field(1, online) }));
    const poll = await collect();
    expect(poll.services[0]?.peers.at(0)).toMatchObject({
      traffic: { rx: 11n, tx: 22n },
      endpoint: '2001:db8::7',
      lastHandshakeAt: new Date(1_795_216_995_000),
    });
  });

  test('a restart between the two questions is no reading', async () => {
    let uptime = 3_600;
    answersPatterns(V2RAY).on(`${V2RAY}/GetSysStats`, () => {
      uptime -= 1_800;
      return { status: 0, message: sysStatsMessage(uptime) };
    });
    await expect(collect()).rejects.toMatchObject({ code: 'restarted-while-read' });
  });

  test('a gRPC server without the service is not taken for an empty one', async () => {
    await expect(collect()).rejects.toMatchObject({ code: 'stats-api-off' });
  });

  test('a server that was restarted answers the next poll at once', async () => {
    answersPatterns(V2RAY);
    const collector = xray.createCollector(xray.parseOptions(options()), tools());
    open.push(collector);
    await collector.collect(AbortSignal.timeout(5_000));
    const { port } = server;
    await server.close();
    await expect(collector.collect(AbortSignal.timeout(5_000))).rejects.toMatchObject({ code: 'api-refused' });
    server = new StatsServer();
    answersPatterns(V2RAY);
    await server.listen(port);
    expect((await collector.collect(AbortSignal.timeout(5_000))).complete).toBe(true);
  });
});
