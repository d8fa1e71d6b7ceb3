import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Enforcer } from '../../src/core/access/enforcer.ts';
import { v2ray } from '../../src/integrations/xray/integration.ts';
import { Lab, missingForLab } from '../support/lab.ts';
import { type LabUser, OPEN_API_PORT, USERS, V2rayLab } from '../support/v2ray-lab.ts';

const missing = missingForLab(['v2ray', 'v2ctl', 'ss']);
const isPossible = missing === null || missing.startsWith('not installed');
const clock = { now: () => new Date(), monotonicMs: () => performance.now() };
const soon = () => AbortSignal.timeout(15_000);
/** V2Ray 4.34 has one user per Shadowsocks inbound, who is not to be taken away. */
const [ALICE, BOB, CAROL, DAVE] = USERS;

describe.runIf(isPossible)('access on a real V2Ray', () => {
  let lab: Lab;
  let server: V2rayLab;
  let make: (config: boolean) => Enforcer;
  let enforcer: Enforcer;

  beforeAll(async () => {
    if (missing !== null) throw new Error(missing);
    lab = new Lab();
    const node = await lab.host();
    const address = await lab.linkToHere(node, 'up0');
    const runDirectory = join(lab.folder, 'r');
    mkdirSync(runDirectory, { mode: 0o700 });
    server = await V2rayLab.open(lab, node, address);
    make = (withConfig) => {
      const config = withConfig ? { config: server.configFile } : {};
      const options = v2ray.parseOptions({ transport: 'local', api: `${address}:${OPEN_API_PORT}`, ...config });
      if (v2ray.access === undefined) throw new Error('nobody can be cut');
      return v2ray.access.createEnforcer(options, { clock, runDirectory });
    };
    enforcer = make(true);
  }, 60_000);
  afterAll(async () => {
    await enforcer?.close();
    await server?.close();
    await lab?.close();
  });

  const target = (key: LabUser) => ({ identity: 'lab', service: 'v2ray', kind: 'xray', key });
  /** V2Ray lets those hang whom it does not know. */
  async function getsThrough(user: LabUser): Promise<boolean> {
    const connection = await server.keepOpen(user);
    const isThrough = await connection.ask(150_000).then(
      () => true,
      () => false,
    );
    connection.close();
    return isThrough;
  }
  async function keptOf(users: readonly LabUser[]) {
    const seen = await enforcer.look(users.map(target), soon());
    return users.map((user, n) => ({ target: target(user), kept: (seen[n] as { kept: string }).kept }));
  }

  test('cut by three protocols, and given back: traffic stops and goes on, and counters go on', async () => {
    const users = [ALICE, BOB, CAROL];
    for (const user of users) expect([user, await getsThrough(user)]).toEqual([user, true]);
    const before = await server.counters();
    const changes = await keptOf(users);
    expect(await enforcer.suspend(changes, soon())).toEqual(['done', 'done', 'done']);
    for (const user of users) expect([user, await getsThrough(user)]).toEqual([user, false]);
    expect(await getsThrough(DAVE)).toBe(true);
    expect(await enforcer.restore(changes, soon())).toEqual(['done', 'done', 'done']);
    for (const user of users) expect([user, await getsThrough(user)]).toEqual([user, true]);
    const after = await server.counters();
    for (const user of users) {
      const name = `user>>>${user}>>>traffic>>>downlink`;
      expect(after.get(name)).toBeGreaterThan((before.get(name) ?? 0n) + 100_000n);
    }
  });

  test('a connection that is open when its user is cut goes on until the client closes it', async () => {
    const connection = await server.keepOpen(ALICE);
    await connection.ask(1_000);
    const changes = await keptOf([ALICE]);
    expect(await enforcer.suspend(changes, soon())).toEqual(['done']);
    await connection.ask(50_000);
    expect(await getsThrough(ALICE)).toBe(false);
    connection.close();
    expect(await enforcer.restore(changes, soon())).toEqual(['done']);
  });

  test('a process that begins anew knows nothing, and both ways end where they should', async () => {
    const changes = await keptOf([BOB]);
    expect(await enforcer.suspend(changes, soon())).toEqual(['done']);
    await enforcer.close();
    enforcer = make(true);
    expect(await enforcer.look([target(BOB)], soon())).toMatchObject([{ state: 'untold' }]);
    expect(await enforcer.suspend(changes, soon())).toEqual(['done']);
    expect(await getsThrough(BOB)).toBe(false);
    await enforcer.close();
    enforcer = make(true);
    expect(await enforcer.restore(changes, soon())).toEqual(['done']);
    expect(await enforcer.restore(changes, soon())).toEqual(['changed']);
    expect(await getsThrough(BOB)).toBe(true);
  });

  test('a server that restarted lets everybody in again; that is seen, and they are cut again', async () => {
    const changes = await keptOf([CAROL]);
    await enforcer.suspend(changes, soon());
    await server.kill();
    await server.start();
    expect(await getsThrough(CAROL)).toBe(true);
    expect(await enforcer.look([target(CAROL)], soon())).toMatchObject([{ state: 'untold' }]);
    expect(await enforcer.suspend(changes, soon())).toEqual(['done']);
    expect(await getsThrough(CAROL)).toBe(false);
    expect(await enforcer.restore(changes, soon())).toEqual(['done']);
    expect(await getsThrough(CAROL)).toBe(true);
  });

  test('without its configuration, and for a user who cannot be taken away, it refuses and nobody is touched', async () => {
    const blind = make(false);
    expect(await blind.look([target(ALICE)], soon())).toMatchObject([
      { state: 'unusable', problem: { code: 'cannot-restore' } },
    ]);
    await blind.close();
    expect(await enforcer.look([target(DAVE)], soon())).toMatchObject([
      { state: 'unusable', problem: { code: 'not-in-config' } },
    ]);
    expect(await getsThrough(ALICE)).toBe(true);
    expect(await getsThrough(DAVE)).toBe(true);
  });
});
