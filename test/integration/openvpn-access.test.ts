import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { OpenvpnEnforcer } from '../../src/integrations/openvpn/enforcer.ts';
import { parseOpenvpnOptions } from '../../src/integrations/openvpn/options.ts';
import { Lab, missingForLab, until } from '../support/lab.ts';
import { OpenvpnClient, OpenvpnServer } from '../support/openvpn-lab.ts';

const missing = missingForLab(['openvpn', 'openssl', 'nc', 'ping', 'ss']);
const isPossible = missing === null || missing.startsWith('not installed');
const clock = { now: () => new Date(), monotonicMs: () => performance.now() };
const soon = () => AbortSignal.timeout(15_000);

describe.runIf(isPossible)('access on a real OpenVPN server', () => {
  let lab: Lab;
  let server: OpenvpnServer;
  let alice: OpenvpnClient;
  let bob: OpenvpnClient;

  beforeAll(async () => {
    if (missing !== null) throw new Error(missing);
    lab = new Lab();
    server = await OpenvpnServer.start(lab, ['alice', 'bob']);
    alice = await OpenvpnClient.wire(lab, server, 1);
    bob = await OpenvpnClient.wire(lab, server, 2);
    await Promise.all([alice.connect('alice'), bob.connect('bob')]);
  }, 90_000);
  afterAll(async () => {
    await lab?.close();
  });

  const target = (key: string) => ({ identity: 'lab', service: 'openvpn', kind: 'openvpn', key });
  const make = (more: object) => {
    const options = parseOpenvpnOptions({ transport: 'management', management: server.management, ...more });
    return new OpenvpnEnforcer(options, { clock, runDirectory: lab.folder });
  };
  async function cut(enforcer: OpenvpnEnforcer, key: string) {
    const [seen] = await enforcer.look([target(key)], soon());
    const change = { target: target(key), kept: (seen as { kept: string }).kept };
    expect(await enforcer.suspend([change], soon())).toEqual(['done']);
    return change;
  }

  test('closed alone, a client comes back by itself', async () => {
    const enforcer = make({});
    await cut(enforcer, 'alice');
    expect(await alice.getsThrough()).toBe(false);
    expect(await enforcer.look([target('alice')], soon())).toEqual([{ state: 'suspended' }]);
    await alice.isThrough();
    expect(await enforcer.look([target('alice')], soon())).toMatchObject([{ state: 'active' }]);
    await enforcer.close();
  });

  test('with a file of its own it is cut at once and kept out; given back, its file is as it was', async () => {
    const path = join(server.clientConfigDir, 'alice');
    const settings = 'push "route 10.99.0.0 255.255.0.0"\n';
    writeFileSync(path, settings);
    const enforcer = make({ clientConfigDir: server.clientConfigDir });
    const change = await cut(enforcer, 'alice');
    expect(await alice.getsThrough()).toBe(false);
    // It tries again, is refused, and gives up.
    await alice.hasEnded();
    expect(await enforcer.look([target('alice')], soon())).toEqual([{ state: 'suspended' }]);
    expect(await bob.getsThrough()).toBe(true);
    expect(await enforcer.restore([change], soon())).toEqual(['done']);
    expect(readFileSync(path, 'utf8')).toBe(settings);
    await alice.connect('alice');
    const bobs = await cut(enforcer, 'bob');
    expect(await enforcer.restore([bobs], soon())).toEqual(['done']);
    expect(readdirSync(server.clientConfigDir)).toEqual(['alice']);
    await until('bob is back', () => bob.getsThrough(), 25_000);
    await enforcer.close();
  });
});
