import { expect, test } from 'vitest';
import { RemnawaveClient } from '../../src/integrations/remnawave/client.ts';
import { RemnawaveCollector } from '../../src/integrations/remnawave/collector.ts';
import { REMNAWAVE_ABILITIES, RemnawaveEnforcer } from '../../src/integrations/remnawave/enforcer.ts';
import { parseRemnawaveOptions } from '../../src/integrations/remnawave/options.ts';
import { FakeRemnawave, type FakeRemnawaveUser } from '../support/fake-remnawave.ts';
import { killedContract } from './enforcement-killed.contract.ts';
import { type EnforcerRig, enforcerContract } from './enforcer.contract.ts';

const CREATED = '2024-05-01T12:34:56.789Z';
const signal = () => AbortSignal.timeout(10_000);

class RemnawaveRig implements EnforcerRig {
  readonly abilities = REMNAWAVE_ABILITIES;
  readonly fake = new FakeRemnawave();
  #enforcer: RemnawaveEnforcer | null = null;
  #url = '';

  constructor(version: FakeRemnawave['version'] = '3.3') {
    this.fake.version = version;
  }

  async open(): Promise<this> {
    this.#url = `http://127.0.0.1:${await this.fake.start()}/`;
    await this.reopen();
    return this;
  }

  get enforcer(): RemnawaveEnforcer {
    if (this.#enforcer === null) throw new Error('not open');
    return this.#enforcer;
  }

  get secrets() {
    return this.fake.secrets;
  }

  #client(token = this.fake.token): RemnawaveClient {
    return new RemnawaveClient(parseRemnawaveOptions({ url: this.#url, token, privateAddress: true }));
  }

  async reopen(): Promise<void> {
    await this.#enforcer?.close();
    this.#enforcer = new RemnawaveEnforcer(this.#client());
  }

  async stranger(): Promise<RemnawaveEnforcer> {
    return new RemnawaveEnforcer(this.#client('wrong'));
  }

  async readOff(): Promise<Record<string, boolean | undefined>> {
    const collector = new RemnawaveCollector(this.#client(), new URL(this.#url));
    const { services } = await collector.collect(signal());
    await collector.close();
    return Object.fromEntries(services.flatMap(({ peers }) => Array.from(peers, ({ key, isOff }) => [key, isOff])));
  }

  loseNextAnswer = () => {
    this.fake.web.losesNextChange = true;
  };
  target = (key: string) => ({ identity: 'panel', service: 'panel', kind: 'remnawave', key });
  make = (keys: readonly string[]) => {
    this.fake.users = keys.map((username) => ({ username, lifetime: 5n, createdAt: CREATED, onlineAt: null }));
  };
  remove = (key: string) => {
    this.fake.users = this.fake.users.filter(({ username }) => username !== key);
  };
  byHand = (key: string, verb: 'off' | 'on') => {
    this.of(key).status = verb === 'off' ? 'DISABLED' : 'ACTIVE';
  };
  settings = (key: string) => {
    const found = this.fake.users.find(({ username }) => username === key);
    return found === undefined ? undefined : { status: 'ACTIVE', ...found };
  };
  isOff = (key: string) => this.of(key).status === 'DISABLED';
  touched = () => this.fake.acts.map((act) => act.split(' ')[1] as string);
  away = () => this.fake.web.close();
  async close(): Promise<void> {
    await this.#enforcer?.close();
    await this.fake.web.close();
  }

  of(key: string): FakeRemnawaveUser {
    const found = this.fake.users.find(({ username }) => username === key);
    if (found === undefined) throw new Error(`no user ${key}`);
    return found;
  }
}

for (const version of ['2.7', '3.3'] as const)
  enforcerContract(`Remnawave ${version}`, () => new RemnawaveRig(version).open());
killedContract('Remnawave', () => new RemnawaveRig().open());

test('what the panel limited itself is the panel’s: neither cut nor given back; a poll shows who is off', async () => {
  const rig = await new RemnawaveRig().open();
  try {
    rig.make(['ACTIVE', 'DISABLED', 'LIMITED', 'EXPIRED']);
    for (const user of rig.fake.users) user.status = user.username;
    const targets = ['LIMITED', 'EXPIRED'].map(rig.target);
    expect(await rig.enforcer.look(targets, signal())).toEqual([{ state: 'suspended' }, { state: 'suspended' }]);
    const changes = targets.map((target) => ({ target, kept: 'ACTIVE' }));
    expect(await rig.enforcer.restore(changes, signal())).toEqual(['changed', 'changed']);
    expect(rig.fake.acts).toEqual([]);
    expect(await rig.readOff()).toEqual({ ACTIVE: false, DISABLED: true, LIMITED: true, EXPIRED: true });
  } finally {
    await rig.close();
  }
});

test('a token that may only read changes nothing, and says what it needs', async () => {
  const rig = await new RemnawaveRig().open();
  try {
    rig.make(['a']);
    rig.fake.mayReadUsersOnly = true;
    const [outcome] = await rig.enforcer.suspend([{ target: rig.target('a'), kept: 'ACTIVE' }], signal());
    expect(outcome).toMatchObject({ problem: { code: 'login-not-permitted' } });
  } finally {
    await rig.close();
  }
});
