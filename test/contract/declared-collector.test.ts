import { once } from 'node:events';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '../../src/app/system-clock.ts';
import type { Collector } from '../../src/core/metering/collector.ts';
import { DeclaredCollector, originOf } from '../../src/integrations/declared/collector.ts';
import { declared } from '../../src/integrations/declared/integration.ts';
import { parseDeclaredOptions } from '../../src/integrations/declared/options.ts';
import { type CollectorRig, collectorContract, type ShownSeries } from './collector.contract.ts';

type Body = string | Buffer;

/** A source whose answer is a text over HTTP. */
interface Dialect {
  readonly options: Record<string, unknown>;
  show(series: readonly ShownSeries[], start: number): string;
  secret(secret: string): string;
  readonly garbage: readonly (readonly [name: string, change: (text: string) => Body])[];
}

const MEANING = { kind: 'cumulative', falls: 'to-zero', absence: 'ended', identity: 'rig' };

const JSON_DIALECT: Dialect = {
  options: {
    ...MEANING,
    ...{ format: 'json', list: '/users', key: '/name', rx: '/traffic/up', tx: '/traffic/down', start: '/started' },
  },
  show: (series, start) => {
    // Integers beyond 2^53 as C and Go write them.
    const users = series.map(
      ({ key, rx, tx }) => `{"name":"${key}","traffic":{"up":${rx},"down":${tx}},"password":"p"}`,
    );
    return `{"started":"boot ${start}","users":[${users.join(',')}]}\n`;
  },
  secret: (secret) =>
    JSON.stringify({
      started: 'x',
      users: [{ name: 'a', traffic: { up: 5, down: 6 }, password: secret }],
      token: secret,
    }),
  garbage: [
    ['nothing', () => ''],
    ['a web page', () => '<html><body>404 not found</body></html>\n'],
    ['another document', () => '{"error":"no"}'],
    ['a negative counter', (text) => text.replace(':12345678901}', ':-12345678901}')],
    ['a counter with a fraction', (text) => text.replace(':12345678901}', ':12345678901.5}')],
    ['a counter beyond u64', (text) => text.replace(':12345678901}', ':18446744073709551616}')],
    ['a counter that is an object', (text) => text.replace(':12345678901}', ':{"bytes":12345678901}}')],
    ['a missing counter', (text) => text.replace(',"down":12345678901', '')],
    ['a counter that is null', (text) => text.replace(':12345678901}', ':null}')],
    ['a user twice', (text) => text.replace(/(\{"name":"0[^}]*\}[^}]*\}),/, '$1,$1,')],
    ['a user without a name', (text) => text.replace('"name":"0.user"', '"name":""')],
    ['bytes that are no text', (text) => Buffer.concat([Buffer.from(text.slice(0, 20)), Buffer.from([0xff, 0xfe])])],
    ['no start', (text) => text.replace('"started"', '"begun"')],
  ],
};

const METRICS_DIALECT: Dialect = {
  options: {
    ...MEANING,
    ...{
      format: 'prometheus',
      keyLabel: 'user',
      rx: 'bytes{dir="up"}',
      tx: 'bytes{dir="down"}',
      start: 'process_start_time_seconds',
    },
  },
  show: (series, start) => {
    const lines = series.flatMap(({ key, rx, tx }) => [
      `bytes{user="${key}",dir="up"} ${rx}`,
      `bytes{dir="down",user="${key}"} ${tx}`,
    ]);
    return [
      '# TYPE bytes counter',
      `process_start_time_seconds 1.79521${start}e+09`,
      ...lines,
      'other{password="p"} 1',
      '',
    ].join('\n');
  },
  secret: (secret) =>
    `process_start_time_seconds 1\nbytes{user="a",dir="up",token="${secret}"} 5\nother{token="${secret}"} 7\n`,
  garbage: [
    ['a web page', () => '<html><body>404 not found</body></html>\n'],
    ['no start', () => 'bytes{user="a",dir="up"} 7\n'],
    ['a negative counter', (text) => text.replace(' 12345678901\n', ' -12345678901\n')],
    ['a counter with a fraction', (text) => text.replace(' 12345678901\n', ' 0.5\n')],
    ['a counter beyond u64', (text) => text.replace(' 12345678901\n', ' 18446744073709551616\n')],
    ['no number', (text) => text.replace(' 12345678901\n', ' NaN\n')],
    ['a sample twice', (text) => text.replace(/(bytes\{user="0.user",dir="up"\} \d+\n)/, '$1$1')],
    ['a sample without the key', (text) => text.replace('user="0.user",', '')],
    ['labels cut short', (text) => text.replace('{user="0.user",dir="up"}', '{user="0.user,dir=up}')],
  ],
};

for (const [name, dialect] of [
  ['JSON', JSON_DIALECT],
  ['Prometheus text', METRICS_DIALECT],
] as const) {
  collectorContract(`declared, ${name} over HTTP`, async () => {
    const server = createServer();
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new DeclaredRig(server, dialect);
  });
}

class DeclaredRig implements CollectorRig {
  readonly collector: Collector;
  readonly garbage: CollectorRig['garbage'];
  readonly #server: Server;
  readonly #dialect: Dialect;
  #shown = '';
  #answer: Body = '';
  #hangs = false;
  #cutAfter = 1;

  constructor(server: Server, dialect: Dialect) {
    this.#server = server;
    this.#dialect = dialect;
    server.on('request', (_, response) => {
      if (this.#hangs) return;
      const body = Buffer.from(this.#answer as string);
      response.writeHead(200, { 'content-length': body.length });
      if (this.#cutAfter === 1) response.end(body);
      else response.write(body.subarray(0, Math.floor(body.length * this.#cutAfter)), () => response.destroy());
    });
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/stats`;
    const options = declared.parseOptions({ transport: 'http', url, privateAddresses: true, ...dialect.options });
    this.collector = declared.createCollector(options, { clock: systemClock, runDirectory: '/nowhere' });
    this.garbage = dialect.garbage.map(([name, change]) => ({
      name,
      show: async () => {
        this.#answer = change(this.#shown);
        if (this.#answer === this.#shown) throw new Error(`"${name}" changes nothing`);
      },
    }));
  }

  keys = (n: number) => Array.from({ length: n }, (_, index) => `${index}.user`);

  show = async (series: readonly ShownSeries[], start: number) => {
    this.#shown = this.#dialect.show(series, start);
    this.#answer = this.#shown;
  };

  cut = async (share: number) => {
    this.#cutAfter = share;
  };

  hang = async () => {
    this.#hangs = true;
  };

  recover = async () => {
    this.#hangs = false;
    this.#cutAfter = 1;
    this.#answer = this.#shown;
  };

  showSecrets = async () => {
    const secret = 'f00d-secret-beef';
    this.#answer = this.#dialect.secret(secret);
    return [secret];
  };

  close = async () => {
    await this.collector.close();
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  };
}

/** A document that something writes into a file; as a command: a program of root that prints it. */
class WrittenRig implements CollectorRig {
  readonly collector: Collector;
  readonly garbage: CollectorRig['garbage'];
  readonly #folder = mkdtempSync(join(tmpdir(), 'xpert-declared-'));
  #shown = '';

  constructor(transport: 'file' | 'command') {
    chmodSync(this.#folder, 0o755);
    const place = transport === 'file' ? { path: this.#file } : { command: 'counters' };
    const options = parseDeclaredOptions({ transport, ...place, ...JSON_DIALECT.options });
    this.collector = new DeclaredCollector(options, originOf(options, systemClock, this.#folder), systemClock);
    this.#runs('exec cat counters.json');
    this.garbage = JSON_DIALECT.garbage.map(([name, change]) => ({
      name,
      show: async () => writeFileSync(this.#file, change(this.#shown)),
    }));
  }

  get #file(): string {
    return join(this.#folder, 'counters.json');
  }

  #runs(command: string): void {
    const program = join(this.#folder, 'counters');
    writeFileSync(program, `#!/bin/sh\ncd ${this.#folder} && ${command}\n`);
    chmodSync(program, 0o755);
  }

  keys = (n: number) => Array.from({ length: n }, (_, index) => `${index}.user`);
  show = async (series: readonly ShownSeries[], start: number) => {
    this.#shown = JSON_DIALECT.show(series, start);
    await this.recover();
  };
  cut = async (share: number) => {
    writeFileSync(this.#file, this.#shown.slice(0, Math.floor((this.#shown.length - 2) * share)));
  };
  hang = async () => this.#runs('exec sleep 60');
  recover = async () => {
    this.#runs('exec cat counters.json');
    writeFileSync(this.#file, this.#shown);
  };
  showSecrets = async () => {
    const secret = 'f00d-secret-beef';
    writeFileSync(this.#file, JSON_DIALECT.secret(secret));
    return [secret];
  };
  close = async () => {
    await this.collector.close();
    rmSync(this.#folder, { recursive: true });
  };
}

collectorContract('declared, JSON in a file', async () => new WrittenRig('file'), {
  cannotHang: 'A file is there or not.',
});
// Only programs of root are run: nobody else can put one there.
if (process.getuid?.() === 0) collectorContract('declared, JSON of a command', async () => new WrittenRig('command'));
