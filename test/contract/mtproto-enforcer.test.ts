import { expect, test } from 'vitest';
import { systemClock } from '../../src/app/system-clock.ts';
import { MtprotoCollector } from '../../src/integrations/mtproto/collector.ts';
import { abilitiesOf, TELEMT_ABILITIES, TelemtEnforcer } from '../../src/integrations/mtproto/enforcer.ts';
import { parseMtprotoOptions } from '../../src/integrations/mtproto/options.ts';
import { TelemtControl } from '../../src/integrations/mtproto/telemt-control.ts';
import { FakeTelemt, type FakeTelemtUser } from '../support/fake-telemt.ts';
import { peersOf } from '../support/readings.ts';
import { killedContract } from './enforcement-killed.contract.ts';
import { type EnforcerRig, enforcerContract } from './enforcer.contract.ts';

const signal = () => AbortSignal.timeout(10_000);

class TelemtRig implements EnforcerRig {
  readonly abilities = TELEMT_ABILITIES;
  readonly fake = new FakeTelemt();
  #enforcer: TelemtEnforcer | null = null;
  #port = 0;

  async open(): Promise<this> {
    this.#port = await this.fake.start();
    await this.reopen();
    return this;
  }

  get enforcer(): TelemtEnforcer {
    if (this.#enforcer === null) throw new Error('not open');
    return this.#enforcer;
  }

  get secrets() {
    return this.fake.secrets;
  }

  options(token = this.fake.token) {
    const controlUrl = `http://127.0.0.1:${this.#port}/v1/`;
    return parseMtprotoOptions({ proxy: 'telemt', controlUrl, token, privateAddress: true });
  }

  async reopen(): Promise<void> {
    await this.#enforcer?.close();
    this.#enforcer = new TelemtEnforcer(new TelemtControl(this.options()));
  }

  async stranger(): Promise<TelemtEnforcer> {
    return new TelemtEnforcer(new TelemtControl(this.options('wrong')));
  }

  loseNextAnswer = () => {
    this.fake.web.losesNextChange = true;
  };
  target = (key: string) => ({ identity: 'telemt', service: 'telemt', kind: 'mtproto', key });
  make = (keys: readonly string[]) => {
    this.fake.users = keys.map((username, n) => ({ username, octets: 5n, isEnabled: true, quota: 1000 + n }));
  };
  remove = (key: string) => {
    this.fake.users = this.fake.users.filter(({ username }) => username !== key);
  };
  byHand = (key: string, verb: 'off' | 'on') => {
    this.of(key).isEnabled = verb === 'on';
    this.fake.users = [...this.fake.users];
  };
  settings = (key: string) => {
    const found = this.fake.users.find(({ username }) => username === key);
    return found === undefined ? undefined : { ...found };
  };
  isOff = (key: string) => !this.of(key).isEnabled;
  touched = () => this.fake.changed;
  away = () => this.fake.web.close();
  async close(): Promise<void> {
    await this.#enforcer?.close();
    await this.fake.web.close();
  }

  of(key: string): FakeTelemtUser {
    const found = this.fake.users.find(({ username }) => username === key);
    if (found === undefined) throw new Error(`no user ${key}`);
    return found;
  }
}

enforcerContract('telemt', () => new TelemtRig().open());
killedContract('telemt', () => new TelemtRig().open());

test('a configuration that somebody changes in between is left as it is; a poll shows who is off', async () => {
  const rig = await new TelemtRig().open();
  try {
    rig.make(['a', 'b']);
    const changes = [{ target: rig.target('a'), kept: 'enabled' }];
    rig.fake.onRead = () => rig.byHand('b', 'off');
    expect(await rig.enforcer.suspend(changes, signal())).toEqual(['changed']);
    rig.fake.onRead = () => {};
    expect(await rig.enforcer.suspend(changes, signal())).toEqual(['done']);
    rig.byHand('b', 'on');
    const collector = new MtprotoCollector(rig.options(), systemClock);
    const { services } = await collector.collect(signal());
    await collector.close();
    expect(peersOf(services[0]).map(({ key, isOff }) => [key, isOff])).toEqual([
      ['a', true],
      ['b', false],
    ]);
  } finally {
    await rig.close();
  }
});

test('an interface that is read-only changes nothing, and says what it needs', async () => {
  const rig = await new TelemtRig().open();
  try {
    rig.make(['a']);
    rig.fake.isReadOnly = true;
    const [outcome] = await rig.enforcer.suspend([{ target: rig.target('a'), kept: 'enabled' }], signal());
    expect(outcome).toMatchObject({
      problem: { code: 'login-not-permitted', hint: expect.stringContaining('read_only') },
    });
    expect(rig.isOff('a')).toBe(false);
  } finally {
    await rig.close();
  }
});

test('nobody is disabled by metrics alone, nor by another proxy', () => {
  expect(abilitiesOf({ proxy: 'telemt' })).toMatchObject({
    cannot: { hint: expect.stringContaining('--control-url') },
  });
  expect(abilitiesOf({ proxy: 'mtg' })).toMatchObject({ cannot: { code: 'cannot-enforce' } });
});
