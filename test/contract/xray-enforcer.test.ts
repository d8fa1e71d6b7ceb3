import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { XRAY_ABILITIES, XrayEnforcer } from '../../src/integrations/xray/enforcer.ts';
import { HandlerClient } from '../../src/integrations/xray/handler-client.ts';
import { singBox, xray } from '../../src/integrations/xray/integration.ts';
import { FakeHandlerService } from '../support/fake-handler-service.ts';
import { killedContract } from './enforcement-killed.contract.ts';
import { type EnforcerRig, enforcerContract } from './enforcer.contract.ts';

const signal = () => AbortSignal.timeout(10_000);
/** Every user is in both. */
const TAGS = ['vless-in', 'vless-2'] as const;
const emailOf = (key: string) => `${key}@lab`;

class XrayRig implements EnforcerRig {
  readonly abilities = XRAY_ABILITIES;
  readonly fake = new FakeHandlerService();
  readonly folder = mkdtempSync(join(tmpdir(), 'xpert-rig-'));
  readonly config = join(this.folder, 'config.json');
  readonly secrets = ['id-of-'];
  readonly #hasConfig: boolean;
  #enforcer: XrayEnforcer | null = null;
  #keys: readonly string[] = [];
  #port = 0;
  monotonicMs = 1_000_000_000;

  constructor(hasConfig = true) {
    this.#hasConfig = hasConfig;
  }

  async open(): Promise<this> {
    this.#port = await this.fake.start();
    await this.reopen();
    return this;
  }

  get enforcer(): XrayEnforcer {
    if (this.#enforcer === null) throw new Error('not open');
    return this.#enforcer;
  }

  get #inbounds() {
    return TAGS.map((tag) => this.fake.inbounds.get(tag) ?? new Map());
  }

  /** Of the first of them. */
  get users() {
    return this.#inbounds[0] ?? new Map();
  }

  async reopen(): Promise<void> {
    await this.#enforcer?.close();
    const options = { transport: 'local', api: `127.0.0.1:${this.#port}` } as const;
    const clock = { monotonicMs: () => this.monotonicMs };
    const client = new HandlerClient(options, this.folder);
    this.#enforcer = new XrayEnforcer(client, this.#hasConfig ? this.config : null, clock);
  }

  /** The API asks for no credentials. */
  stranger = () => null;
  loseNextAnswer = () => {
    this.fake.losesNextChange = true;
  };
  target = (key: string) => ({ identity: 'lab', service: 'xray', kind: 'xray', key: emailOf(key) });
  make = (keys: readonly string[]) => {
    for (const users of this.#inbounds) for (const [n, key] of keys.entries()) users.set(emailOf(key), userOf(key, n));
    this.#write(keys);
  };
  remove = (key: string) => {
    for (const users of this.#inbounds) users.delete(emailOf(key));
    this.#write(this.#keys.filter((one) => one !== key));
  };
  byHand = (key: string, verb: 'off' | 'on') => {
    for (const users of this.#inbounds) {
      if (verb === 'off') users.delete(emailOf(key));
      else users.set(emailOf(key), userOf(key, 0));
    }
  };
  settings = (key: string) => {
    const users = this.#inbounds.flatMap((inbound) => inbound.get(emailOf(key)) ?? []);
    return users.length === 0 ? undefined : users;
  };
  isOff = (key: string) => this.#inbounds.every((users) => !users.has(emailOf(key)));
  /** Once for both inbounds. */
  touched = () =>
    this.fake.altered.filter((_, n) => n % TAGS.length === 0).map((one) => one.replace(/^\w+ (.+)@lab$/, '$1'));
  away = () => this.fake.server.close();
  async close(): Promise<void> {
    await this.#enforcer?.close();
    await this.fake.server.close();
    rmSync(this.folder, { recursive: true });
  }

  restart(): void {
    this.fake.uptimeSeconds = 30;
    this.make(this.#keys);
  }

  #write(keys: readonly string[]): void {
    this.#keys = keys;
    const clients = keys.map((key, n) => ({ ...userOf(key, n), email: emailOf(key) }));
    const settings = { decryption: 'none', clients };
    const inbounds = TAGS.map((tag) => ({ tag, protocol: 'vless', settings }));
    writeFileSync(
      this.config,
      `// "users" of this server\n${JSON.stringify({ inbounds })} # that is all /* really */\n`,
    );
  }
}

const userOf = (key: string, n: number) => ({
  id: `id-of-${emailOf(key)}`,
  flow: n % 2 === 0 ? 'xtls-rprx-vision' : '',
});

enforcerContract('Xray that tells its users', () => new XrayRig().open());
killedContract('Xray that tells its users', () => new XrayRig().open());

let rig: XrayRig;
beforeEach(async () => {
  rig = await new XrayRig().open();
});
afterEach(() => rig.close());

async function cut(...keys: string[]) {
  const targets = keys.map(rig.target);
  const seen = await rig.enforcer.look(targets, signal());
  const changes = targets.map((target, n) => ({ target, kept: (seen[n] as { kept: string }).kept }));
  expect(await rig.enforcer.suspend(changes, signal())).toEqual(keys.map(() => 'done'));
  return changes;
}
const stateOf = async (key: string) => (await rig.enforcer.look([rig.target(key)], signal()))[0]?.state;

test('one that tells nothing is gone by what was done to it, until it restarts or Xpert does', async () => {
  rig.make(['a', 'b']);
  rig.fake.forgetHowToTell();
  expect(await stateOf('a')).toBe('untold');
  const changes = await cut('a');
  expect(await stateOf('a')).toBe('suspended');
  expect(rig.isOff('a')).toBe(true);
  await rig.reopen();
  expect(await stateOf('a')).toBe('untold');
  expect(await rig.enforcer.suspend(changes, signal())).toEqual(['done']);
  rig.restart();
  expect(await stateOf('a')).toBe('untold');
  await cut('a');
  expect(await rig.enforcer.restore(changes, signal())).toEqual(['done']);
  expect(rig.settings('a')).toEqual([userOf('a', 0), userOf('a', 0)]);
  expect(await stateOf('a')).toBe('active');
  const twice = (what: string) => [what, what];
  expect(rig.fake.altered).toEqual(['remove a@lab', 'remove a@lab', 'add a@lab'].flatMap(twice));
});

test('one that tells nothing, and whose configuration nobody named, is not cut: nobody could be given back', async () => {
  await rig.close();
  rig = await new XrayRig(false).open();
  rig.make(['a']);
  rig.fake.forgetHowToTell();
  const [seen] = await rig.enforcer.look([rig.target('a')], signal());
  expect(seen).toMatchObject({ state: 'unusable', problem: { code: 'cannot-restore' } });
  const [outcome] = await rig.enforcer.suspend([{ target: rig.target('a'), kept: '[]' }], signal());
  expect(outcome).toMatchObject({ problem: { code: 'cannot-restore' } });
  expect(rig.isOff('a')).toBe(false);
});

test('one that tells its users needs no configuration', async () => {
  await rig.close();
  rig = await new XrayRig(false).open();
  rig.make(['a', 'b']);
  const changes = await cut('b');
  expect(await rig.enforcer.restore(changes, signal())).toEqual(['done']);
  expect(rig.settings('b')).toEqual([userOf('b', 1), userOf('b', 1)]);
});

test('who was taken out of the configuration while off is not added again', async () => {
  rig.make(['a', 'b']);
  const changes = await cut('a');
  rig.remove('a');
  expect(await rig.enforcer.restore(changes, signal())).toEqual(['absent']);
  expect(rig.settings('a')).toBeUndefined();
});

test('without HandlerService, or with a configuration that cannot be read, it says what to do', async () => {
  rig.make(['a']);
  rmSync(rig.config);
  await expect(rig.enforcer.look([rig.target('a')], signal())).rejects.toMatchObject({
    code: 'server-config-unreadable',
  });
  writeFileSync(rig.config, '{"inbounds": [');
  await expect(rig.enforcer.look([rig.target('a')], signal())).rejects.toMatchObject({
    code: 'server-config-unreadable',
  });
  rig.make(['a']);
  rig.fake.forgetHowToTell();
  rig.fake.server.off('/xray.app.proxyman.command.HandlerService/AlterInbound');
  const change = { target: rig.target('a'), kept: '[{"tag":"vless-in","user":""}]' };
  const [outcome] = await rig.enforcer.suspend([change], signal());
  expect(outcome).toMatchObject({ problem: { code: 'handler-api-off' } });
});

test('what is counted decides who can be cut', () => {
  const abilities = (kind: typeof xray, count: string) => kind.access?.abilities({ transport: 'local', count });
  expect(abilities(xray, 'users')).toEqual(XRAY_ABILITIES);
  expect(abilities(xray, 'inbounds')).toMatchObject({ cannot: { code: 'cannot-enforce' } });
  expect(abilities(singBox, 'users')).toMatchObject({ cannot: { code: 'cannot-enforce' } });
});
