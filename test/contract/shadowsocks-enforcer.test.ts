import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { SHADOWSOCKS_ABILITIES, ShadowsocksEnforcer } from '../../src/integrations/shadowsocks/enforcer.ts';
import { parseShadowsocksOptions } from '../../src/integrations/shadowsocks/options.ts';
import { FakeManager } from '../support/shadowsocks-manager.ts';
import { killedContract } from './enforcement-killed.contract.ts';
import { type EnforcerRig, enforcerContract } from './enforcer.contract.ts';

const signal = () => AbortSignal.timeout(10_000);
const portOf = (key: string) => String(8_000 + (key.codePointAt(0) ?? 0));

class ShadowsocksRig implements EnforcerRig {
  readonly abilities = SHADOWSOCKS_ABILITIES;
  readonly fake = new FakeManager();
  readonly secrets = ['password-of-'];
  readonly ports = new Map<string, Record<string, unknown>>();
  readonly #folder = mkdtempSync(join(tmpdir(), 'xpert-rig-'));
  #enforcer: ShadowsocksEnforcer | null = null;
  #port = 0;
  #isAway = false;

  async open(): Promise<this> {
    this.fake.settings = this.ports;
    this.#port = await this.fake.listen();
    await this.reopen();
    return this;
  }

  get enforcer(): ShadowsocksEnforcer {
    if (this.#enforcer === null) throw new Error('not open');
    return this.#enforcer;
  }

  async reopen(): Promise<void> {
    await this.#enforcer?.close();
    const options = parseShadowsocksOptions({ manager: `127.0.0.1:${this.#port}` });
    this.#enforcer = new ShadowsocksEnforcer(options, { runDirectory: this.#folder });
  }

  /** A manager asks nobody who he is. */
  stranger = () => null;
  loseNextAnswer = () => {
    this.fake.losesNextChange = true;
  };
  target = (key: string) => ({ identity: 'lab', service: 'shadowsocks', kind: 'shadowsocks', key: portOf(key) });
  make = (keys: readonly string[]) => {
    for (const key of keys) this.byHand(key, 'on');
  };
  remove = (key: string) => void this.ports.delete(portOf(key));
  byHand = (key: string, verb: 'off' | 'on') => {
    if (verb === 'off') this.ports.delete(portOf(key));
    else this.ports.set(portOf(key), { password: `password-of-${key} {"\\`, method: 'aes-256-gcm' });
  };
  settings = (key: string) => this.ports.get(portOf(key));
  isOff = (key: string) => !this.ports.has(portOf(key));
  touched = () =>
    this.fake.heard.flatMap((said) => {
      const port = /^(?:add|remove): .*"server_port":(\d+)/.exec(said)?.[1];
      return port === undefined ? [] : [String.fromCodePoint(Number(port) - 8_000)];
    });
  away = async () => {
    this.#isAway = true;
    await this.fake.close();
  };
  async close(): Promise<void> {
    await this.#enforcer?.close();
    if (!this.#isAway) await this.fake.close();
    rmSync(this.#folder, { recursive: true });
  }
}

enforcerContract('Shadowsocks manager', () => new ShadowsocksRig().open());
killedContract('Shadowsocks manager', () => new ShadowsocksRig().open());

test('a password that was changed meanwhile is not overwritten; the last port can go and come back', async () => {
  const rig = await new ShadowsocksRig().open();
  try {
    rig.make(['a']);
    const target = rig.target('a');
    const [before] = await rig.enforcer.look([target], signal());
    rig.ports.set(target.key, { password: 'password-of-a, newer', method: 'aes-256-gcm' });
    const kept = (before as { kept: string }).kept;
    expect(await rig.enforcer.suspend([{ target, kept }], signal())).toEqual(['changed']);
    const [now] = await rig.enforcer.look([target], signal());
    const change = { target, kept: (now as { kept: string }).kept };
    expect(await rig.enforcer.suspend([change], signal())).toEqual(['done']);
    expect(await rig.enforcer.look([target], signal())).toEqual([{ state: 'suspended' }]);
    expect(await rig.enforcer.restore([change], signal())).toEqual(['done']);
    expect(rig.settings('a')).toEqual({ password: 'password-of-a, newer', method: 'aes-256-gcm' });
  } finally {
    await rig.close();
  }
});

test('a list that cannot be read is a failure that repeats nothing of it', async () => {
  const rig = await new ShadowsocksRig().open();
  try {
    rig.fake.settings = null;
    rig.fake.answer = ['[{"server_port":"8001","password":"password-of-"a"}]'];
    const failed = await rig.enforcer.look([rig.target('a')], signal()).catch((error: unknown) => error as Error);
    expect(failed).toMatchObject({ code: 'manager-garbled' });
    expect(String((failed as Error).message)).not.toContain('password-of');
  } finally {
    await rig.close();
  }
});
