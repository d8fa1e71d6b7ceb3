import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '../../src/app/system-clock.ts';
import { XrayCollector } from '../../src/integrations/xray/collector.ts';
import { StatsClient } from '../../src/integrations/xray/stats-client.ts';
import {
  type Answer,
  field,
  number,
  StatsServer,
  statsMessage,
  sysStatsMessage,
  varint,
} from '../support/stats-server.ts';
import { type CollectorRig, collectorContract, type ShownSeries } from './collector.contract.ts';

const XRAY = '/xray.app.stats.command.StatsService';
const V2RAY = '/v2ray.core.app.stats.command.StatsService';

for (const [kind, service] of [
  ['xray', XRAY],
  ['xray', V2RAY],
  ['sing-box', V2RAY],
] as const) {
  collectorContract(`${kind} at ${service}`, async () => {
    const server = await new StatsServer().listen();
    return new XrayRig(server, kind, service);
  });
}

/** A StatsService as a fake on a real socket. */
class XrayRig implements CollectorRig {
  readonly largest = 0x7fff_ffff_ffff_ffffn;
  readonly collector: XrayCollector;
  readonly #server: StatsServer;
  readonly #folder = mkdtempSync(join(tmpdir(), 'xpert-rig-'));
  #shown: Buffer = Buffer.alloc(0);
  #answer: Answer = { status: 0 };
  #uptime = 0;

  constructor(server: StatsServer, kind: 'xray' | 'sing-box', service: string) {
    this.#server = server;
    server.on(`${service}/GetSysStats`, () => ({ status: 0, message: sysStatsMessage(this.#uptime) }));
    // V2Ray and Xray look for the pattern within the names; sing-box looks for `patterns` and answers everything without.
    server.on(`${service}/QueryStats`, (request) =>
      request.length === 0 || kind === 'sing-box' ? this.#answer : { status: 0, message: Buffer.alloc(0) },
    );
    const options = { transport: 'local', api: `127.0.0.1:${server.port}` } as const;
    this.collector = new XrayCollector(new StatsClient(options, this.#folder), options, kind, systemClock);
  }

  keys = (n: number) => Array.from({ length: n }, (_, index) => `${index}.user@example.com`);

  show = async (series: readonly ShownSeries[], start: number) => {
    this.#uptime = start === 1 ? 86_400 : 5;
    this.#shown = statsMessage([
      { name: 'inbound>>>vless>>>traffic>>>uplink', value: 71n },
      { name: 'inbound>>>vless>>>traffic>>>downlink', value: 72n },
      ...series.flatMap(({ key, rx, tx }) => [
        { name: `user>>>${key}>>>traffic>>>downlink`, value: tx },
        { name: `user>>>${key}>>>traffic>>>uplink`, value: rx },
      ]),
      { name: 'outbound>>>direct>>>traffic>>>uplink', value: 73n },
    ]);
    this.#answer = { status: 0, message: this.#shown };
  };

  cut = async (share: number) => {
    this.#server.cutAfter = share;
  };

  garbage = (
    [
      ['no message at all', () => ({ status: 0 })],
      ['text', () => ({ status: 0, message: Buffer.from('<html><body>404 not found</body></html>') })],
      ['a message cut short', (shown) => ({ status: 0, message: shown.subarray(0, -3) })],
      [
        'a name cut short',
        (shown) => ({ status: 0, message: Buffer.concat([shown, field(1, field(1, Buffer.from([0xc3])))]) }),
      ],
      [
        'a counter without a name',
        (shown) => ({ status: 0, message: Buffer.concat([shown, field(1, number(2, 5n))]) }),
      ],
      ['a negative counter', (shown) => ({ status: 0, message: Buffer.concat([shown, statAs(-5n)]) })],
      [
        'a counter beyond 64 bits',
        (shown) => ({
          status: 0,
          message: Buffer.concat([
            shown,
            field(1, Buffer.concat([field(1, NAME), Buffer.from([0x10]), varint(1n << 64n)])),
          ]),
        }),
      ],
      ['a user twice', (shown) => ({ status: 0, message: Buffer.concat([shown, statAs(7n), statAs(8n)]) })],
      [
        'a wire type that does not exist',
        (shown) => ({ status: 0, message: Buffer.concat([shown, Buffer.from([0x0f, 1, 2])]) }),
      ],
      ['an error', () => ({ status: 2, details: 'app/stats/command: QueryStats only works its own stats.Manager.' })],
      ['another error', () => ({ status: 13, details: 'it\nbroke' })],
    ] as const satisfies readonly (readonly [string, (shown: Buffer) => Answer])[]
  ).map(([name, change]) => ({
    name,
    show: async () => {
      this.#answer = change(this.#shown);
    },
  }));

  hang = async () => {
    this.#server.hangs = true;
  };

  recover = async () => {
    this.#server.hangs = false;
    this.#server.cutAfter = null;
    this.#answer = { status: 0, message: this.#shown };
  };

  showSecrets = async () => {
    const secrets = ['11111111-1111-4111-8111-111111111111', 'carols-password'];
    const [id = '', password = ''] = secrets;
    const counter = [field(1, NAME), number(2, 5n), field(9, Buffer.from(id))];
    const foreign = statsMessage([{ name: `observatory>>>${password}>>>delay`, value: 5n }]);
    this.#answer = { status: 0, message: Buffer.concat([foreign, field(1, Buffer.concat(counter))]) };
    return secrets;
  };

  close = async () => {
    await this.collector.close();
    await this.#server.close();
    rmSync(this.#folder, { recursive: true, force: true });
  };
}

const NAME = Buffer.from('user>>>twice>>>traffic>>>uplink');

function statAs(value: bigint): Buffer {
  return field(1, Buffer.concat([field(1, NAME), number(2, value)]));
}
