import { expect, test } from 'vitest';
import { ThreeXuiCollector } from '../../src/integrations/three-x-ui/collector.ts';
import { THREE_X_UI_ABILITIES, ThreeXuiEnforcer } from '../../src/integrations/three-x-ui/enforcer.ts';
import { parseThreeXuiOptions } from '../../src/integrations/three-x-ui/options.ts';
import { ThreeXuiSession } from '../../src/integrations/three-x-ui/session.ts';
import { type FakeClient, FakeThreeXui } from '../support/fake-three-x-ui.ts';
import { killedContract } from './enforcement-killed.contract.ts';
import { type EnforcerRig, enforcerContract } from './enforcer.contract.ts';

const signal = () => AbortSignal.timeout(10_000);

class ThreeXuiRig implements EnforcerRig {
  readonly abilities = THREE_X_UI_ABILITIES;
  readonly fake = new FakeThreeXui();
  readonly #login: 'cookie' | 'token';
  #enforcer: ThreeXuiEnforcer | null = null;
  #url = '';

  constructor(version: 2 | 3, login: 'cookie' | 'token') {
    this.fake.version = version;
    this.#login = login;
  }

  async open(): Promise<this> {
    this.#url = `http://127.0.0.1:${await this.fake.start()}${this.fake.basePath}/`;
    await this.reopen();
    return this;
  }

  get enforcer(): ThreeXuiEnforcer {
    if (this.#enforcer === null) throw new Error('not open');
    return this.#enforcer;
  }

  get secrets() {
    return this.fake.secrets;
  }

  #options(wrong: Record<string, string> = {}) {
    const { username, password, token } = this.fake;
    const credentials = this.#login === 'token' ? { token } : { username, password };
    return parseThreeXuiOptions({ url: this.#url, privateAddress: true, ...credentials, ...wrong });
  }

  async reopen(): Promise<void> {
    await this.#enforcer?.close();
    this.#enforcer = new ThreeXuiEnforcer(new ThreeXuiSession(this.#options()));
  }

  async stranger(): Promise<ThreeXuiEnforcer> {
    const wrong = this.#login === 'token' ? { token: 'wrong' } : { password: 'wrong' };
    return new ThreeXuiEnforcer(new ThreeXuiSession(this.#options(wrong)));
  }

  async readOff(): Promise<Record<string, boolean | undefined>> {
    const collector = new ThreeXuiCollector(new ThreeXuiSession(this.#options()), new URL(this.#url));
    const { services } = await collector.collect(signal());
    await collector.close();
    return Object.fromEntries(services.flatMap(({ peers }) => Array.from(peers, ({ key, isOff }) => [key, isOff])));
  }

  loseNextAnswer = () => {
    this.fake.web.losesNextChange = true;
  };
  target = (key: string) => ({ identity: 'panel', service: 'panel', kind: '3x-ui', key });
  make = (keys: readonly string[]) => {
    this.fake.clients = keys.map((email, n) => ({ email, up: 5n, down: 6n, settings: { limitIp: n, reset: 30 } }));
  };
  remove = (key: string) => {
    this.fake.clients = this.fake.clients.filter(({ email }) => email !== key);
  };
  byHand = (key: string, verb: 'off' | 'on') => this.change(key, { enable: verb === 'on' });
  /** Without what the panel writes of itself with each change. */
  settings = (key: string) => {
    const client = this.fake.clients.find(({ email }) => email === key);
    if (client === undefined) return undefined;
    const { updated_at: _, ...rest } = this.fake.settingsOf(client);
    return rest;
  };
  isOff = (key: string) => this.fake.settingsOf(this.of(key)).enable === false;
  touched = () => this.fake.switched.map((change) => change.split(' ')[1] as string);
  away = () => this.fake.web.close();
  async close(): Promise<void> {
    await this.#enforcer?.close();
    await this.fake.web.close();
  }

  of(key: string): FakeClient {
    const found = this.fake.clients.find(({ email }) => email === key);
    if (found === undefined) throw new Error(`no client ${key}`);
    return found;
  }

  change(key: string, settings: Record<string, unknown>): void {
    const client = this.of(key);
    client.settings = { ...client.settings, ...settings };
    this.fake.clients = [...this.fake.clients];
  }
}

for (const [version, login] of [
  [3, 'token'],
  [3, 'cookie'],
  [2, 'cookie'],
] as const)
  enforcerContract(`3x-ui ${version}, ${login}`, () => new ThreeXuiRig(version, login).open());

killedContract('3x-ui 2', () => new ThreeXuiRig(2, 'cookie').open());

async function withRig(version: 2 | 3, use: (rig: ThreeXuiRig) => Promise<void>): Promise<void> {
  const rig = await new ThreeXuiRig(version, 'cookie').open();
  await use(rig).finally(() => rig.close());
}

async function cut(rig: ThreeXuiRig, ...keys: string[]) {
  const targets = keys.map(rig.target);
  const seen = await rig.enforcer.look(targets, signal());
  const changes = targets.map((target, n) => ({ target, kept: (seen[n] as { kept: string }).kept }));
  expect(await rig.enforcer.suspend(changes, signal())).toEqual(keys.map(() => 'done'));
  return changes;
}

test.each([2, 3] as const)('what the panel limited itself is the panel’s; a poll shows who is off (%d)', (version) =>
  withRig(version, async (rig) => {
    rig.make(['on', 'off', 'limited']);
    rig.change('off', { enable: false });
    rig.of('limited').isLimited = true;
    const limited = rig.target('limited');
    expect(await rig.enforcer.look([limited], signal())).toEqual([{ state: 'suspended' }]);
    const change = { target: limited, kept: 'enabled' };
    expect(await rig.enforcer.restore([change], signal())).toEqual(['changed']);
    expect(rig.fake.switched).toEqual([]);
    expect(await rig.readOff()).toEqual({ on: false, off: true, limited: true });
  }),
);

test.each([2, 3] as const)('what an admin sets while a client is off stays as it was set (%d)', (version) =>
  withRig(version, async (rig) => {
    rig.make(['a']);
    const changes = await cut(rig, 'a');
    rig.change('a', { totalGB: 7_000_000_000, comment: 'paid' });
    expect(await rig.enforcer.restore(changes, signal())).toEqual(['done']);
    expect(rig.settings('a')).toMatchObject({ enable: true, totalGB: 7_000_000_000, comment: 'paid' });
  }),
);

test('version 2 finds a client by what its protocol knows it by', () =>
  withRig(2, async (rig) => {
    rig.fake.inbounds = ['vless', 'trojan', 'shadowsocks'].map((protocol) => ({ up: 1n, down: 2n, protocol }));
    rig.make(['v', 't', 's']);
    for (const [n, client] of rig.fake.clients.entries()) client.inbounds = [n + 1];
    await cut(rig, 'v', 't', 's');
    expect(rig.fake.switched).toEqual(['off v', 'off t', 'off s']);
  }));

test('an early release of version 3, which cannot switch one client, is said as such', () =>
  withRig(3, async (rig) => {
    rig.make(['a']);
    rig.fake.hasBulk = false;
    const change = { target: rig.target('a'), kept: 'enabled' };
    await expect(rig.enforcer.suspend([change], signal())).rejects.toMatchObject({ code: 'access-not-supported' });
    expect(rig.isOff('a')).toBe(false);
  }));
