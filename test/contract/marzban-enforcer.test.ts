import { expect, test } from 'vitest';
import { MarzbanClient } from '../../src/integrations/marzban/client.ts';
import { MarzbanCollector } from '../../src/integrations/marzban/collector.ts';
import { MARZBAN_ABILITIES, MarzbanEnforcer } from '../../src/integrations/marzban/enforcer.ts';
import { parseMarzbanOptions } from '../../src/integrations/marzban/options.ts';
import { FakeMarzban, type FakeMarzbanUser, type FakePanel } from '../support/fake-marzban.ts';
import { killedContract } from './enforcement-killed.contract.ts';
import { type EnforcerRig, enforcerContract } from './enforcer.contract.ts';

const CREATED = '2024-05-01T12:34:56.789012';
const signal = () => AbortSignal.timeout(10_000);

class MarzbanRig implements EnforcerRig {
  readonly abilities = MARZBAN_ABILITIES;
  readonly fake: FakeMarzban;
  #enforcer: MarzbanEnforcer | null = null;
  #options: ReturnType<typeof parseMarzbanOptions> | null = null;

  constructor(panel: FakePanel = 'marzban') {
    this.fake = new FakeMarzban(panel);
  }

  async open(): Promise<this> {
    const port = await this.fake.start();
    const { username, password } = this.fake;
    this.#options = parseMarzbanOptions({ url: `http://127.0.0.1:${port}/`, username, password, privateAddress: true });
    this.#enforcer = new MarzbanEnforcer(new MarzbanClient(this.#options));
    return this;
  }

  get enforcer(): MarzbanEnforcer {
    if (this.#enforcer === null) throw new Error('not open');
    return this.#enforcer;
  }

  get secrets() {
    return this.fake.secrets;
  }

  async reopen(): Promise<void> {
    if (this.#options === null) throw new Error('not open');
    await this.#enforcer?.close();
    this.#enforcer = new MarzbanEnforcer(new MarzbanClient(this.#options));
  }

  async stranger(): Promise<MarzbanEnforcer> {
    if (this.#options === null) throw new Error('not open');
    return new MarzbanEnforcer(new MarzbanClient({ ...this.#options, password: 'wrong' }));
  }

  loseNextAnswer = () => {
    this.fake.web.losesNextChange = true;
  };

  async readOff(): Promise<Record<string, boolean | undefined>> {
    if (this.#options === null) throw new Error('not open');
    const collector = new MarzbanCollector(new MarzbanClient(this.#options), new URL(this.#options.url));
    const { services } = await collector.collect(signal());
    await collector.close();
    return Object.fromEntries(services.flatMap(({ peers }) => Array.from(peers, ({ key, isOff }) => [key, isOff])));
  }

  target = (key: string) => ({ identity: 'panel', service: 'panel', kind: 'marzban', key });
  make = (keys: readonly string[]) => {
    this.fake.users = keys.map((username) => ({
      username,
      lifetime: 5n,
      createdAt: CREATED,
      onlineAt: null,
      status: 'active',
    }));
  };
  remove = (key: string) => {
    this.fake.users = this.fake.users.filter(({ username }) => username !== key);
  };
  byHand = (key: string, verb: 'off' | 'on') => {
    this.of(key).status = verb === 'off' ? 'disabled' : 'active';
  };
  settings = (key: string) => {
    const found = this.fake.users.find(({ username }) => username === key);
    return found === undefined ? undefined : { ...found };
  };
  isOff = (key: string) => this.of(key).status === 'disabled';
  touched = () => this.fake.puts.map((put) => put.split(' ')[0] as string);
  away = () => this.fake.web.close();
  async close(): Promise<void> {
    await this.#enforcer?.close();
    await this.fake.web.close();
  }

  of(key: string): FakeMarzbanUser {
    const found = this.fake.users.find(({ username }) => username === key);
    if (found === undefined) throw new Error(`no user ${key}`);
    return found;
  }
}

enforcerContract('Marzban', () => new MarzbanRig().open());
enforcerContract('PasarGuard', () => new MarzbanRig('pasarguard').open());
enforcerContract('Marzneshin', () => new MarzbanRig('marzneshin').open());
killedContract('Marzban', () => new MarzbanRig().open());

test('Marzneshin: whom somebody switched meanwhile is theirs, and what the panel limits is the panel’s', async () => {
  const rig = await new MarzbanRig('marzneshin').open();
  try {
    rig.make(['a', 'limited']);
    rig.of('limited').status = 'limited';
    const [a, limited] = ['a', 'limited'].map(rig.target) as [
      ReturnType<typeof rig.target>,
      ReturnType<typeof rig.target>,
    ];
    const states = await rig.enforcer.look([a, limited], signal());
    expect(states).toEqual([{ state: 'active', kept: '{"enabled":true}' }, { state: 'suspended' }]);
    const changes = [a, limited].map((target) => ({ target, kept: '{"enabled":true}' }));
    expect(await rig.enforcer.suspend(changes, signal())).toEqual(['done', 'changed']);
    expect(await rig.enforcer.restore(changes, signal())).toEqual(['done', 'changed']);
    expect(rig.fake.puts).toEqual(['a disable', 'a enable']);
  } finally {
    await rig.close();
  }
});

test('a user on hold goes back on hold, with the time that begins with the first use', async () => {
  const rig = await new MarzbanRig().open();
  try {
    rig.make(['a']);
    Object.assign(rig.of('a'), { status: 'on_hold', onHoldExpireDuration: 2_592_000 });
    const before = rig.settings('a');
    const [seen] = await rig.enforcer.look([rig.target('a')], signal());
    const change = { target: rig.target('a'), kept: (seen as { kept: string }).kept };
    expect(await rig.enforcer.suspend([change], signal())).toEqual(['done']);
    expect(rig.fake.puts).toEqual(['a {"status":"disabled"}']);
    expect(await rig.enforcer.restore([change], signal())).toEqual(['done']);
    expect(rig.settings('a')).toEqual(before);
  } finally {
    await rig.close();
  }
});

test('what the panel limited itself is the panel’s: neither cut nor given back; a poll shows who is off', async () => {
  const rig = await new MarzbanRig().open();
  try {
    rig.make(['active', 'disabled', 'limited', 'expired', 'on_hold']);
    for (const user of rig.fake.users) user.status = user.username;
    const targets = ['limited', 'expired'].map(rig.target);
    expect(await rig.enforcer.look(targets, signal())).toEqual([{ state: 'suspended' }, { state: 'suspended' }]);
    const changes = targets.map((target) => ({ target, kept: '{"status":"active"}' }));
    expect(await rig.enforcer.restore(changes, signal())).toEqual(['changed', 'changed']);
    expect(rig.fake.puts).toEqual([]);
    const off = { active: false, disabled: true, limited: true, expired: true, on_hold: false };
    expect(await rig.readOff()).toEqual(off);
  } finally {
    await rig.close();
  }
});

test('a login that ended meanwhile is made anew, once', async () => {
  const rig = await new MarzbanRig().open();
  try {
    rig.make(['a']);
    await rig.enforcer.look([rig.target('a')], signal());
    rig.fake.endTokens();
    const change = { target: rig.target('a'), kept: '{"status":"active"}' };
    expect(await rig.enforcer.suspend([change], signal())).toEqual(['done']);
    expect(rig.fake.logins).toBe(2);
  } finally {
    await rig.close();
  }
});
