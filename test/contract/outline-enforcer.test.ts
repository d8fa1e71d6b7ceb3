import { expect, test } from 'vitest';
import { OutlineClient } from '../../src/integrations/outline/client.ts';
import { OutlineCollector } from '../../src/integrations/outline/collector.ts';
import { OUTLINE_ABILITIES, OutlineEnforcer } from '../../src/integrations/outline/enforcer.ts';
import { accessOf, parseOutlineOptions } from '../../src/integrations/outline/options.ts';
import { makeCertificate } from '../support/certificate.ts';
import { type FakeAccessKey, FakeOutline } from '../support/fake-outline.ts';
import { peersOf } from '../support/readings.ts';
import { killedContract } from './enforcement-killed.contract.ts';
import { type EnforcerRig, enforcerContract } from './enforcer.contract.ts';

const certificate = makeCertificate();
const clock = { monotonicMs: () => performance.now() };
const signal = () => AbortSignal.timeout(10_000);

class OutlineRig implements EnforcerRig {
  readonly abilities = OUTLINE_ABILITIES;
  readonly fake = new FakeOutline(certificate);
  #enforcer: OutlineEnforcer | null = null;
  #ports: readonly [number, number] = [0, 0];

  async open(): Promise<this> {
    this.#ports = [await this.fake.management.start(), await this.fake.metrics.start()];
    await this.reopen();
    return this;
  }

  get enforcer(): OutlineEnforcer {
    if (this.#enforcer === null) throw new Error('not open');
    return this.#enforcer;
  }

  get secrets() {
    return this.fake.secrets;
  }

  options(path = this.fake.secretPath) {
    const [management, metrics] = this.#ports;
    const access = { apiUrl: `https://127.0.0.1:${management}${path}`, certSha256: certificate.sha256 };
    const metricsUrl = `http://127.0.0.1:${metrics}/metrics`;
    return parseOutlineOptions({ access: JSON.stringify(access), metricsUrl, privateAddress: true });
  }

  async reopen(): Promise<void> {
    await this.#enforcer?.close();
    this.#enforcer = new OutlineEnforcer(new OutlineClient(this.options(), clock));
  }

  async stranger(): Promise<OutlineEnforcer> {
    return new OutlineEnforcer(new OutlineClient(this.options('/wrong'), clock));
  }

  loseNextAnswer = () => {
    this.fake.management.losesNextChange = true;
  };
  target = (key: string) => ({ identity: 'server', service: 'server', kind: 'outline', key });
  /** Every second one has a limit of its own. */
  make = (keys: readonly string[]) => {
    this.fake.keys = keys.map((id, n) => {
      const key = { id, name: `Key ${id}`, bytes: { rx: 5n, tx: 6n } };
      return n % 2 === 0 ? { ...key, dataLimit: { bytes: 5_000_000_000 + n } } : key;
    });
  };
  remove = (key: string) => {
    this.fake.keys = this.fake.keys.filter(({ id }) => id !== key);
  };
  byHand = (key: string, verb: 'off' | 'on') => this.limit(key, verb === 'off' ? 0 : 5_000_000_000);
  settings = (key: string) => {
    const found = this.fake.keys.find(({ id }) => id === key);
    return found === undefined ? undefined : { ...found };
  };
  isOff = (key: string) => this.of(key).dataLimit?.bytes === 0;
  touched = () => this.fake.limited;
  away = () => this.fake.close();
  async close(): Promise<void> {
    await this.#enforcer?.close();
    await this.fake.close();
  }

  of(key: string): FakeAccessKey {
    const found = this.fake.keys.find(({ id }) => id === key);
    if (found === undefined) throw new Error(`no key ${key}`);
    return found;
  }

  limit(key: string, bytes: number): void {
    this.of(key).dataLimit = { bytes };
    this.fake.keys = [...this.fake.keys];
  }
}

enforcerContract('Outline', () => new OutlineRig().open());
killedContract('Outline', () => new OutlineRig().open());

test('a limit that was raised between looking and cutting is not lost; a poll shows who is off', async () => {
  const rig = await new OutlineRig().open();
  try {
    rig.make(['a', 'b']);
    const target = rig.target('a');
    const [before] = await rig.enforcer.look([target], signal());
    rig.limit('a', 9_000_000_000);
    const change = { target, kept: (before as { kept: string }).kept };
    expect(await rig.enforcer.suspend([change], signal())).toEqual(['changed']);
    const [now] = await rig.enforcer.look([target], signal());
    expect(await rig.enforcer.suspend([{ target, kept: (now as { kept: string }).kept }], signal())).toEqual(['done']);
    const collector = new OutlineCollector(new OutlineClient(rig.options(), clock), accessOf(rig.options()).apiUrl);
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
