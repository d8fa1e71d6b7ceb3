import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { isInstalled, Lab, missingForLab, until } from '../support/lab.ts';
import { login, root, startServer, type TestServer, temporaryFolder } from '../support/server.ts';
import { Tunnel } from '../support/wireguard-lab.ts';

const missing = missingForLab(['wireguard-go', 'wg', 'nc', 'ping']);

/** A real WireGuard on a host of its own, the built server, and the agent's one file without a package beside it. */
test.runIf(missing === null || isInstalled('wireguard-go'))(
  'an agent beside wireguard-go: cut off, killed and the panel killed, booked is what wg shows',
  async () => {
    const hop = await panelAddressInside();
    await begin(hop);
    const token = await enroll();
    await startAgent(token, hop);
    await until('first reading', async () => (await view()).peers.total === 1, 30_000);
    const base = await shown();
    await tunnel.upload(300_000);
    await tunnel.download(700_000);
    await tunnel.settle();
    await until('counted', async () => (await counted()) === (await shown()) - base, 30_000);

    // The panel dies; bytes flow; the agent is killed in the middle and comes back with its spool.
    await server.kill();
    await tunnel.upload(50_000);
    await tunnel.settle();
    await pause(2_500);
    agent.kill('SIGKILL');
    await tunnel.download(90_000);
    await tunnel.settle();
    await startAgent(token, hop);
    await pause(2_500);
    server = await startServer({ dataDir: folder.path, port: server.port });
    cookie = await login(server);
    await until('caught up', async () => (await counted()) === (await shown()) - base, 60_000);
    expect(server.output() + log()).not.toContain(token);
    expect(readFileSync(`/proc/${agent.pid}/cmdline`, 'utf8')).not.toContain(token);
  },
  180_000,
);

let lab: Lab;
let tunnel: Tunnel;
let server: TestServer;
let cookie: string;
let agent: ChildProcess;
let nodeId: string;
const folder = temporaryFolder('agent-panel');
const agentFolder = mkdtempSync(join(tmpdir(), 'xpert-agent-test-'));
const chunks: Buffer[] = [];
const log = () => Buffer.concat(chunks).toString('utf8');
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

beforeAll(async () => {
  server = await startServer({ dataDir: folder.path });
  cookie = await login(server);
  lab = new Lab();
});
afterAll(async () => {
  agent?.kill('SIGKILL');
  await lab?.close();
  await server?.stop();
  folder.remove();
  rmSync(agentFolder, { recursive: true, force: true });
});

/** The host has a network of its own, but shares files: a socket file carries the panel into it. */
async function panelAddressInside(): Promise<number> {
  const host = await lab.host();
  tunnel = await Tunnel.open(lab, host, 'wg0', 1);
  const socket = join(lab.folder, 'panel.sock');
  const relay = (listen: string, connect: string) =>
    `const n=require('node:net');n.createServer(a=>{const b=n.connect(${connect});a.pipe(b).pipe(a);` +
    `for(const s of [a,b])s.on('error',()=>{a.destroy();b.destroy()})}).listen(${listen},()=>console.log('ready'))`;
  const outside = lab.spawn(process.execPath, ['-e', relay(JSON.stringify(socket), `${server.port},'127.0.0.1'`)]);
  await once(outside.stdout as NodeJS.ReadableStream, 'data');
  const inside = host.spawn(process.execPath, ['-e', relay(`5001,'127.0.0.1'`, JSON.stringify(socket))]);
  await once(inside.stdout as NodeJS.ReadableStream, 'data');
  return 5001;
}

async function api(method: string, path: string, body?: object) {
  const answer = await fetch(`${server.url}${path}`, {
    method,
    headers: { cookie, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
  return JSON.parse(text);
}

async function begin(_port: number): Promise<void> {
  const node = await api('POST', '/api/v1/nodes', { name: 'n1', kind: 'agent', options: {}, pollIntervalSeconds: 1 });
  nodeId = node.id;
}

async function enroll(): Promise<string> {
  const { line } = await api('POST', `/api/v1/nodes/${nodeId}/agent`, { panelUrl: 'http://127.0.0.1:5001' });
  return /\/\/(xp_[\w-]+)@/.exec(line)?.[1] ?? '';
}

async function startAgent(token: string, port: number): Promise<void> {
  copyFileSync(join(root, 'dist/xpert-agent.mjs'), join(agentFolder, 'xpert-agent.mjs'));
  const [enter = '', ...words] = tunnel.server.host.enter;
  agent = spawn(enter, [...words, process.execPath, join(agentFolder, 'xpert-agent.mjs')], {
    cwd: agentFolder,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { PATH: process.env.PATH, XPERT_AGENT: `http://${token}@127.0.0.1:${port}`, XPERT_AGENT_DIR: agentFolder },
  });
  agent.stderr?.on('data', (chunk: Buffer) => chunks.push(chunk));
}

const view = () => api('GET', `/api/v1/nodes/${nodeId}`);

/** What `wg` shows now, both directions. */
async function shown(): Promise<bigint> {
  const all = [...(await tunnel.server.transfer()).values()];
  return all.reduce((sum, { rx, tx }) => sum + rx + tx, 0n);
}

async function counted(): Promise<bigint> {
  const { rows } = await api('GET', '/api/traffic');
  return (rows as { rx_bytes: number; tx_bytes: number }[]).reduce(
    (sum, { rx_bytes, tx_bytes }) => sum + BigInt(rx_bytes) + BigInt(tx_bytes),
    0n,
  );
}
