import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { WireguardCollector } from '../../src/integrations/wireguard/collector.ts';
import { LocalTransport } from '../../src/integrations/wireguard/local-transport.ts';
import { keyFrom, scriptOutput } from '../support/wireguard-output.ts';
import { type CollectorRig, collectorContract, type ShownSeries } from './collector.contract.ts';

collectorContract('wireguard', async () => new WireguardRig());

const OWN = { rx: 3_000_001n, rxPackets: 2_500n, tx: 41_000_007n, txPackets: 30_000n };
const CARD = { name: 'eth0', index: 2, rx: 60_000_003n, tx: 59_000_009n };

/** A node whose shell answers with a file. */
class WireguardRig implements CollectorRig {
  readonly collector: WireguardCollector;
  readonly #folder = mkdtempSync(join(tmpdir(), 'xpert-rig-'));
  #answer = '';
  #ticks = 1_000;

  constructor() {
    const shell = join(this.#folder, 'shell');
    writeFileSync(shell, 'cat >/dev/null\nif [ -e "$0.hang" ]; then sleep 60; fi\nexec cat "$0.answer"\n');
    this.collector = new WireguardCollector(new LocalTransport(['sh', shell], undefined, []));
  }

  keys = (n: number) => Array.from({ length: n }, (_, index) => keyFrom(`peer ${index}`));

  show = async (series: readonly ShownSeries[], start: number) => {
    this.#ticks += 1;
    this.#answer = scriptOutput(series, { index: start + 2, ticks: this.#ticks, own: OWN, card: CARD });
    this.#write(this.#answer);
  };

  cut = async (share: number) => this.#write(this.#answer.slice(0, Math.floor(this.#answer.length * share)));

  garbage = [
    ['nothing', () => ''],
    ['a web page', () => '<html><body>404 not found</body></html>\n'],
    ['random bytes', () => '\u0000\u0001\u0002\n\u0000@exit\t0\n'],
    ['a NUL in a counter', (text: string) => text.replace('\t12345678901\n', '\t123456\u000078901\n')],
    ['a negative counter', (text: string) => text.replace('\t12345678901\n', '\t-12345678901\n')],
    ['a counter beyond u64', (text: string) => text.replace('\t12345678901\n', '\t18446744073709551616\n')],
    ['a counter with a fraction', (text: string) => text.replace('\t12345678901\n', '\t1.2e10\n')],
    ['a missing counter', (text: string) => text.replace('\t12345678901\n', '\n')],
    ['a peer twice', (text: string) => text.replace(/(\n[A-Za-z0-9+/]{43}=\t7\t\d+)/, '$1$1')],
    ['a key cut short', (text: string) => text.replace(/\n[A-Za-z0-9+/]{9}([A-Za-z0-9+/]{34}=\t7\t)/, '\n$1')],
    ['an endless line', () => 'x'.repeat(3 * 1024 * 1024)],
    ['an endless line inside', (text: string) => text.replace('\t12345678901\n', `\t${'1'.repeat(3 * 1024 * 1024)}\n`)],
    ['an unknown control line', (text: string) => text.replace('@exit\t0', '@surprise\t0')],
    ['a failed part', (text: string) => text.replace(/(\ttransfer\n[^@]*@exit\t)0/, (_, before) => `${before}1`)],
  ].map(([name, change]) => ({
    name: String(name),
    show: async () => {
      const changed = (change as (text: string) => string)(this.#answer);
      if (changed === this.#answer) throw new Error(`"${name}" changes nothing`);
      this.#write(changed);
    },
  }));

  hang = async () => writeFileSync(join(this.#folder, 'shell.hang'), '');

  recover = async () => {
    rmSync(join(this.#folder, 'shell.hang'), { force: true });
    this.#write(this.#answer);
  };

  showSecrets = async () => {
    const secrets = ['private', 'preshared 1', 'preshared 2'].map(keyFrom);
    const [privateKey, ...preshared] = secrets;
    const peers = preshared.map((psk, n) =>
      ['wg0', keyFrom(`peer ${n}`), psk, '(none)', '10.0.0.2/32', '0', '5', '6', 'off'].join('\t'),
    );
    this.#write([['wg0', privateKey, keyFrom('wg0'), '51820', 'off'].join('\t'), ...peers, ''].join('\n'));
    return secrets;
  };

  close = async () => {
    await this.collector.close();
    rmSync(this.#folder, { recursive: true, force: true });
  };

  #write(answer: string): void {
    writeFileSync(join(this.#folder, 'shell.answer'), answer, 'latin1');
  }
}
