import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { systemClock } from '../../src/app/system-clock.ts';
import type { EnforcerAbilities } from '../../src/core/access/enforcer.ts';
import { OpenvpnEnforcer, openvpnAbilities } from '../../src/integrations/openvpn/enforcer.ts';
import { openvpn } from '../../src/integrations/openvpn/integration.ts';
import { type OpenvpnOptions, parseOpenvpnOptions } from '../../src/integrations/openvpn/options.ts';
import { FakeManagement, statusText } from '../support/openvpn-management.ts';
import { killedContract } from './enforcement-killed.contract.ts';
import { type EnforcerRig, enforcerContract } from './enforcer.contract.ts';

const signal = () => AbortSignal.timeout(10_000);
const SINCE = 1_795_698_000;

class OpenvpnRig implements EnforcerRig {
  readonly fake = new FakeManagement();
  readonly folder = mkdtempSync(join(tmpdir(), 'xpert-ccd-'));
  readonly ccd = join(this.folder, 'ccd');
  readonly secrets = ['management password'];
  readonly #passwordFile = join(this.folder, 'password');
  #enforcer: OpenvpnEnforcer | null = null;
  #port = 0;

  async open(): Promise<this> {
    mkdirSync(this.ccd);
    writeFileSync(this.#passwordFile, 'management password\n');
    this.fake.password = 'management password';
    this.#port = await this.fake.listen(0);
    await this.reopen();
    return this;
  }

  options(more: object = {}): OpenvpnOptions {
    const management = `127.0.0.1:${this.#port}`;
    return parseOpenvpnOptions({ transport: 'management', management, passwordFile: this.#passwordFile, ...more });
  }

  enforcerOf(more: object = {}): OpenvpnEnforcer {
    return new OpenvpnEnforcer(this.options(more), { clock: systemClock, runDirectory: this.folder });
  }

  get abilities(): EnforcerAbilities {
    return openvpnAbilities(this.options({ clientConfigDir: this.ccd })) as EnforcerAbilities;
  }

  get enforcer(): OpenvpnEnforcer {
    if (this.#enforcer === null) throw new Error('not open');
    return this.#enforcer;
  }

  async reopen(): Promise<void> {
    await this.#enforcer?.close();
    this.#enforcer = this.enforcerOf({ clientConfigDir: this.ccd });
  }

  async stranger(): Promise<OpenvpnEnforcer> {
    const passwordFile = join(this.folder, 'wrong');
    writeFileSync(passwordFile, 'wrong\n');
    // One client at a time: ours has to go first.
    this.fake.drop();
    return this.enforcerOf({ passwordFile, clientConfigDir: this.ccd });
  }

  loseNextAnswer = () => {
    this.fake.losesNextKill = true;
  };
  target = (key: string) => ({ identity: 'lab', service: 'openvpn', kind: 'openvpn', key });
  /** Every second one has a file of its own. */
  make = (keys: readonly string[]) => {
    for (const [n, key] of keys.entries())
      if (n % 2 === 0) writeFileSync(join(this.ccd, key), `ifconfig-push 10.8.0.${n + 2} 255.255.255.0\n# ünser\n`);
    this.connect(...keys);
  };
  connect(...names: readonly string[]): void {
    const rows = names.map((name, clientId) => ({ name, clientId, sinceSeconds: SINCE, rx: 5n, tx: 6n }));
    this.fake.status = statusText(rows);
  }
  remove = () => {};
  byHand = (key: string, verb: 'off' | 'on') => {
    const path = join(this.ccd, key);
    if (verb === 'off') writeFileSync(path, 'disable\n');
    else rmSync(path, { force: true });
  };
  settings = (key: string) => {
    const path = join(this.ccd, key);
    if (!readdirSync(this.ccd).includes(key)) return 'no file';
    return { text: readFileSync(path, 'utf8'), mode: statSync(path).mode };
  };
  isOff = (key: string) => {
    const settings = this.settings(key);
    return settings !== 'no file' && /^disable/m.test(settings.text);
  };
  /** Each was cut once; that they were given back shows in their settings. */
  touched = () => this.fake.killed.flatMap((name) => [name, name]);
  away = () => this.fake.close();
  async close(): Promise<void> {
    await this.#enforcer?.close();
    await this.fake.close().catch(() => {});
    rmSync(this.folder, { recursive: true });
  }
}

enforcerContract('OpenVPN, client-config-dir and management', () => new OpenvpnRig().open(), {
  cannotBeGone: 'any name may have a file, also one that never was there',
});
killedContract('OpenVPN, client-config-dir and management', () => new OpenvpnRig().open());

async function withRig(use: (rig: OpenvpnRig) => Promise<void>): Promise<void> {
  const rig = await new OpenvpnRig().open();
  await use(rig).finally(() => rig.close());
}

async function cut(enforcer: OpenvpnEnforcer, rig: OpenvpnRig, key: string) {
  const [seen] = await enforcer.look([rig.target(key)], signal());
  const change = { target: rig.target(key), kept: (seen as { kept: string }).kept };
  expect(await enforcer.suspend([change], signal())).toEqual(['done']);
  return change;
}

test('without a folder connections are closed whenever they are seen, and nothing is left behind', () =>
  withRig(async (rig) => {
    rig.make(['a']);
    const before = rig.settings('a');
    const enforcer = rig.enforcerOf();
    const change = await cut(enforcer, rig, 'a');
    expect(await enforcer.look([rig.target('a')], signal())).toEqual([{ state: 'suspended' }]);
    rig.connect('a');
    await cut(enforcer, rig, 'a');
    expect(await enforcer.restore([change], signal())).toEqual(['done']);
    expect(rig.fake.killed).toEqual(['a', 'a']);
    expect(rig.settings('a')).toEqual(before);
    await enforcer.close();
  }));

test('what somebody writes into the file of a suspended client stays there', () =>
  withRig(async (rig) => {
    rig.make(['a']);
    const change = await cut(rig.enforcer, rig, 'a');
    const path = join(rig.ccd, 'a');
    writeFileSync(path, `${readFileSync(path, 'utf8')}push "route 10.9.0.0 255.255.0.0"\n`);
    expect(await rig.enforcer.restore([change], signal())).toEqual(['done']);
    expect(readFileSync(path, 'utf8')).toBe(
      'ifconfig-push 10.8.0.2 255.255.255.0\n# ünser\npush "route 10.9.0.0 255.255.0.0"\n',
    );
  }));

test('an empty file, which alone lets a client in with ccd-exclusive, is there again afterwards', () =>
  withRig(async (rig) => {
    rig.make(['a']);
    const path = join(rig.ccd, 'a');
    writeFileSync(path, '');
    const change = await cut(rig.enforcer, rig, 'a');
    expect(await rig.enforcer.restore([change], signal())).toEqual(['done']);
    expect(readFileSync(path, 'utf8').trim()).toBe('');
  }));

test('refused by our line and still connected: it is cut off; by a line of somebody else: it is theirs', () =>
  withRig(async (rig) => {
    rig.make(['a', 'b']);
    await cut(rig.enforcer, rig, 'b');
    rig.connect('b');
    expect(await rig.enforcer.look([rig.target('b')], signal())).toMatchObject([{ state: 'untold' }]);
    await cut(rig.enforcer, rig, 'b');
    rig.byHand('a', 'off');
    expect(await rig.enforcer.look([rig.target('a')], signal())).toEqual([{ state: 'suspended' }]);
    expect(rig.fake.killed).toEqual(['b', 'b']);
  }));

test('a name that is no name of a file, and a folder that is not there', () =>
  withRig(async (rig) => {
    rig.make(['a']);
    for (const name of ['../../etc/passwd', '..', 'DEFAULT', 'a b', 'a/b']) {
      const [seen] = await rig.enforcer.look([rig.target(name)], signal());
      expect([name, seen]).toMatchObject([name, { state: 'unusable', problem: { code: 'name-unusable' } }]);
    }
    rmSync(rig.ccd, { recursive: true });
    const looked = rig.enforcer.look([rig.target('a')], signal());
    await expect(looked).rejects.toMatchObject({ code: 'config-dir-unusable' });
  }));

test('what can be done depends on how the server is reached', () => {
  const can = (options: object) => openvpn.access?.abilities(openvpn.parseOptions(options));
  const management = { transport: 'management', management: '127.0.0.1:7505' };
  const file = { transport: 'status-file', path: '/run/openvpn/status' };
  expect(can({ ...management, clientConfigDir: '/etc/openvpn/ccd' })).toMatchObject({ liveSessions: 'cut' });
  expect(can({ ...file, clientConfigDir: '/etc/openvpn/ccd' })).toMatchObject({ liveSessions: 'stay' });
  expect(can(management)).toMatchObject({ liveSessions: 'cut', caveats: [expect.stringContaining('connects again')] });
  expect(can(file)).toMatchObject({ cannot: { code: 'cannot-enforce' } });
  expect(can({ ...management, peers: 'username' })).toMatchObject({ cannot: { code: 'cannot-enforce' } });
});
