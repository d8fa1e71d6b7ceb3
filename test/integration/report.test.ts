import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { FakeClash } from '../support/fake-clash.ts';
import { isInstalled, tryRun, until } from '../support/lab.ts';
import { freePort, root, startServer, type TestServer, temporaryFolder } from '../support/server.ts';

const folder = temporaryFolder('report');
const panel = temporaryFolder('report-panel');
const children = new Set<ChildProcess>();
let server: TestServer;

beforeAll(async () => {
  server = await startServer({ dataDir: panel.path });
}, 60_000);

afterAll(async () => {
  for (const child of children) child.kill('SIGKILL');
  await server.stop();
  folder.remove();
  panel.remove();
});

/** The one file that the agent is, as a client machine has it. */
function report(name: string, args: readonly string[]): ChildProcess {
  const words = ['report', '--panel', server.url, '--folder', join(folder.path, name), '--every', '0.5', ...args];
  const child = spawn(process.execPath, [join(root, 'dist/xpert-agent.mjs'), ...words], {
    cwd: folder.path,
    stdio: ['ignore', 'ignore', 'pipe'],
    env: { PATH: process.env.PATH, XPERT_REPORT_LOOK: '0.2' },
  });
  children.add(child);
  let log = '';
  child.stderr?.on('data', (chunk: Buffer) => {
    log += chunk.toString();
  });
  child.on('exit', (code) => {
    if (code !== null && code !== 0) throw new Error(`the reporter ended with ${code}:\n${log}`);
  });
  return child;
}

async function kill(child: ChildProcess): Promise<void> {
  const ended = once(child, 'exit');
  child.kill('SIGKILL');
  await ended;
}

/** Up and down of the user, as the command line of the panel tells. */
async function booked(user: string): Promise<[up: number, down: number]> {
  const args = [join(root, 'dist/xpert.mjs'), 'export', '--format', 'ndjson', '--bucket', 'day', '--days', '2'];
  const env = { ...process.env, XPERT_DATA_DIR: panel.path };
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'ignore'], env });
  let text = '';
  for await (const chunk of child.stdout) text += String(chunk);
  const rows = text.split('\n').filter((line) => line.includes(`"${user}"`));
  return rows
    .map((line) => JSON.parse(line))
    .reduce(([up, down], row) => [up + row.rx_bytes, down + row.tx_bytes], [0, 0]);
}

test('a reporter beside a Clash API, killed again and again while bytes flow, and the panel with it', async () => {
  const clash = new FakeClash();
  clash.secret = null;
  const api = `http://127.0.0.1:${await clash.web.start()}`;
  const args = ['--clash', api, '--user', 'router-1', '--server', 'DE 1=de.example.com:443/vless'];
  const looked = () => clash.web.requests.length;
  const look = async () => {
    const before = looked();
    await until('a look', async () => looked() >= before + 2, 20_000);
  };
  let reporter = report('clash', args);
  await look();
  const ids = [clash.open('DE 1'), clash.open('DE 1')];
  let sum: [number, number] = [0, 0];
  for (let round = 0; round < 6; round += 1) {
    for (const id of ids) {
      clash.carry(id, 100 + round, 1_000 + round);
      sum = [sum[0] + 100 + round, sum[1] + 1_000 + round];
    }
    if (round === 2) await server.kill();
    if (round === 3) server = await startServer({ dataDir: panel.path, port: server.port });
    if (round % 2 === 0) await look();
    await kill(reporter);
    reporter = report('clash', args);
    await look();
  }
  await until('everything is booked', async () => String(await booked('router-1')) === String(sum), 30_000);
  const ended = once(reporter, 'exit');
  reporter.kill('SIGTERM');
  expect((await ended)[0]).toBe(0);
  await clash.web.close();
}, 120_000);

test.runIf(isInstalled('v2ray'))(
  'a reporter beside a real V2Ray client reports what its outbound carried',
  async () => {
    const web = createServer((request, response) => response.end(Buffer.alloc(Number(request.url?.slice(1)), 'x')));
    web.listen(0, '127.0.0.1');
    await once(web, 'listening');
    const [inPort, socksPort, apiPort] = [await freePort(), await freePort(), await freePort()];
    const run = (name: string, config: object): ChildProcess => {
      const path = join(folder.path, `${name}.json`);
      writeFileSync(path, JSON.stringify(config));
      const child = spawn('v2ray', ['-config', path], { stdio: 'ignore' });
      children.add(child);
      return child;
    };
    run('server', serverConfig(inPort));
    let client = run('client', clientConfig(inPort, socksPort, apiPort));
    await listens(inPort, socksPort, apiPort);
    const load = (bytes: number) => fetchThrough(socksPort, (web.address() as AddressInfo).port, bytes);
    await load(1_000);
    report('xray', [
      '--xray',
      `127.0.0.1:${apiPort}`,
      '--user',
      'laptop',
      '--config',
      join(folder.path, 'client.json'),
    ]);
    await until('the reporter has seen what was before', async () => stateHas('xray'), 20_000);
    const before = await outbound(apiPort);
    await load(300_000);
    const after = await outbound(apiPort);
    expect(after[1] - before[1]).toBeGreaterThan(300_000);
    const first = [after[0] - before[0], after[1] - before[1]];
    await until('booked', async () => String(await booked('laptop')) === String(first), 30_000);

    await kill(client);
    client = run('client', clientConfig(inPort, socksPort, apiPort));
    await listens(socksPort, apiPort);
    await load(900_000);
    const again = await outbound(apiPort);
    const both = [(first[0] ?? 0) + again[0], (first[1] ?? 0) + again[1]];
    await until('booked after the restart', async () => String(await booked('laptop')) === String(both), 30_000);
    web.close();
  },
  120_000,
);

async function stateHas(name: string): Promise<boolean> {
  const { readFileSync } = await import('node:fs');
  try {
    return readFileSync(join(folder.path, name, 'report.json.latest'), 'utf8').includes('"de"');
  } catch {
    return false;
  }
}

async function listens(...ports: readonly number[]): Promise<void> {
  for (const port of ports) {
    await until(`port ${port} is open`, async () => {
      const socket = connect(port, '127.0.0.1');
      const [event] = await Promise.race([
        once(socket, 'connect').then(() => ['open']),
        once(socket, 'error').catch(() => ['closed']),
      ]).catch(() => ['closed']);
      socket.destroy();
      return event === 'open';
    });
  }
}

/** What V2Ray's own tool says of the outbound, once it stands still. */
async function outbound(apiPort: number): Promise<[up: number, down: number]> {
  const words = [
    'api',
    `--server=127.0.0.1:${apiPort}`,
    'StatsService.QueryStats',
    'pattern: "outbound>>>de>>>" reset: false',
  ];
  let text = '';
  await until('the counters stand still', async () => {
    const now = (await tryRun('v2ctl', words)).stdout;
    const isSame = now === text && now.includes('downlink');
    text = now;
    return isSame;
  });
  const value = (name: string) => Number(new RegExp(`${name}"\\s+value: (\\d+)`).exec(text)?.[1] ?? 0);
  return [value('uplink'), value('downlink')];
}

async function fetchThrough(socksPort: number, webPort: number, bytes: number): Promise<void> {
  const socket = connect(socksPort, '127.0.0.1');
  socket.write(Buffer.from([5, 1, 0]));
  await once(socket, 'data');
  socket.write(Buffer.from([5, 1, 0, 1, 127, 0, 0, 1, webPort >> 8, webPort & 255]));
  await once(socket, 'data');
  socket.write(`GET /${bytes} HTTP/1.0\r\n\r\n`);
  let received = 0;
  for await (const chunk of socket) received += (chunk as Buffer).length;
  if (received < bytes) throw new Error(`received ${received} of ${bytes} bytes`);
}

const ID = '11111111-1111-4111-8111-111111111111';

function serverConfig(port: number): object {
  return {
    log: { loglevel: 'none' },
    inbounds: [
      { port, listen: '127.0.0.1', protocol: 'vless', settings: { decryption: 'none', clients: [{ id: ID }] } },
    ],
    outbounds: [{ protocol: 'freedom' }],
  };
}

function clientConfig(port: number, socksPort: number, apiPort: number): object {
  const vnext = [{ address: '127.0.0.1', port, users: [{ id: ID, encryption: 'none' }] }];
  return {
    log: { loglevel: 'none' },
    stats: {},
    api: { tag: 'api', services: ['StatsService'] },
    policy: { system: { statsOutboundUplink: true, statsOutboundDownlink: true } },
    inbounds: [
      { port: socksPort, listen: '127.0.0.1', protocol: 'socks', settings: { auth: 'noauth' } },
      {
        port: apiPort,
        listen: '127.0.0.1',
        tag: 'api-in',
        protocol: 'dokodemo-door',
        settings: { address: '127.0.0.1' },
      },
    ],
    outbounds: [
      { tag: 'de', protocol: 'vless', settings: { vnext } },
      { tag: 'direct', protocol: 'freedom' },
    ],
    routing: { rules: [{ type: 'field', inboundTag: ['api-in'], outboundTag: 'api' }] },
  };
}
