import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { isInstalled, Lab, missingForLab, until } from '../support/lab.ts';
import { login, root, startServer, type TestServer, temporaryFolder } from '../support/server.ts';
import { Sshd, sshKey } from '../support/sshd.ts';
import { Tunnel } from '../support/wireguard-lab.ts';

const missing = missingForLab(['wireguard-go', 'wg', 'nc', 'ping', 'sshd', 'ssh', 'ssh-keygen', 'ss', 'pgrep']);

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

/** The node of the test before, whose agent goes on. */
test.runIf(missing === null || isInstalled('wireguard-go'))(
  'from the agent to SSH, back and again, while bytes flow: booked is what wg shows, whoever does not count stands by',
  async () => {
    const host = tunnel.server.host;
    const address = await lab.linkToHere(host, 'up0');
    const identity = sshKey(lab.folder, 'collector');
    const sshd = await new Sshd(lab, host, address).start(readFileSync(`${identity}.pub`, 'utf8'));
    const ssh = {
      kind: 'wireguard',
      options: { transport: 'ssh', ssh: `root@${address}`, identityFile: identity, hostKey: sshd.hostKey },
    };
    const before = { shown: await shown(), counted: await counted() };
    const flow = keepFlowing();
    for (const [way, state] of [
      [ssh, 'standby'],
      [{ kind: 'agent', options: {} }, 'counting'],
      [ssh, 'standby'],
    ] as const) {
      await api('PATCH', `/api/v1/nodes/${nodeId}`, way);
      await until(`the agent is ${state}`, async () => (await view()).agent.state === state, 30_000);
      await readOften(way.kind);
      const connections = way === ssh ? 1 : 0;
      await until(`${connections} kept`, async () => (await sshd.sessions()).length === connections);
    }
    // What the agent keeps while the panel is away belongs to it; what SSH has counted meanwhile is not counted again.
    await server.kill();
    await pause(2_500);
    server = await startServer({ dataDir: folder.path, port: server.port });
    cookie = await login(server);
    await readOften('wireguard');
    await api('PATCH', `/api/v1/nodes/${nodeId}`, { kind: 'agent', options: {} });
    await readOften('agent');
    const moved = await flow.stop();
    await tunnel.settle();
    const isEqual = async () => (await counted()) - before.counted === (await shown()) - before.shown;
    await until('booked is what wg shows', isEqual, 60_000);
    expect((await counted()) - before.counted).toBeGreaterThan(BigInt(moved));
    const { items } = await api('GET', `/api/v1/nodes/${nodeId}/quality`);
    expect(JSON.stringify(items)).not.toContain('possible-loss');
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

/** Waits until the node was read some more times in this way. */
async function readOften(kind: string): Promise<void> {
  const since = (await view()).lastCompleteAt;
  for (let last = since, times = 0; times < 4; ) {
    await until(`read as ${kind}`, async () => (await view()).lastCompleteAt !== last, 30_000);
    last = (await view()).lastCompleteAt;
    times += 1;
  }
}

/** Bytes in both directions until it is stopped. @returns how many were carried, without headers */
function keepFlowing(): { stop(): Promise<number> } {
  let isStopped = false;
  const flow = (async () => {
    let bytes = 0;
    for (let turn = 0; !isStopped; turn++) {
      const size = 20_000 + (turn % 5) * 9_000;
      await (turn % 2 === 0 ? tunnel.upload(size) : tunnel.download(size * 3));
      bytes += turn % 2 === 0 ? size : size * 3;
    }
    return bytes;
  })();
  return {
    stop: () => {
      isStopped = true;
      return flow;
    },
  };
}

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
