import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { kill, Lab, type LabHost, missingForLab, until } from '../support/lab.ts';
import { root } from '../support/server.ts';
import { Tunnel } from '../support/wireguard-lab.ts';

const missing = missingForLab(['wg', 'wireguard-go', 'nc', 'ping', 'ss']);
const isPossible = missing === null || missing.startsWith('not installed');

interface Peer {
  readonly key: string;
  readonly userName: string | null;
  readonly online: boolean;
  readonly traffic: { readonly rxBytes: number; readonly txBytes: number };
}

interface Node {
  readonly state: string;
  readonly reason: { readonly code: string } | null;
  readonly beforeXpert: { readonly rxBytes: number } | null;
}

describe.runIf(isPossible)('a WireGuard server on the same machine, from the command line', () => {
  let lab: Lab;
  let host: LabHost;
  let tunnel: Tunnel;
  let server: ChildProcess;
  let dataDir: string;

  /** The CLI runs outside; the server's socket in the data folder is all it needs. */
  async function xpert<T = unknown>(...args: readonly string[]): Promise<T> {
    const child = spawn(process.execPath, [join(root, 'dist/xpert.mjs'), ...args, '--json'], {
      stdio: ['ignore', 'pipe', 'inherit'],
      env: { ...process.env, XPERT_DATA_DIR: dataDir },
    });
    const chunks: Buffer[] = [];
    child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
    await once(child, 'close');
    expect(child.exitCode).toBe(0);
    return JSON.parse(Buffer.concat(chunks).toString()) as T;
  }
  const onlyPeer = async () => (await xpert<{ items: Peer[] }>('peer', 'list')).items[0];
  const counters = async () => [...(await tunnel.server.transfer()).values()][0] ?? { rx: 0n, tx: 0n };

  beforeAll(async () => {
    if (missing !== null) throw new Error(missing);
    lab = new Lab();
    dataDir = join(lab.folder, 'data');
    host = await lab.host();
    tunnel = await Tunnel.open(lab, host, 'wg0', 1);
    await tunnel.upload(100_000);
    await tunnel.settle();
    const env = {
      XPERT_DATA_DIR: dataDir,
      XPERT_PORT: '0',
      XPERT_ADMIN_USERNAME: 'owner',
      XPERT_ADMIN_PASSWORD: 'long enough for a test',
    };
    server = host.spawn(process.execPath, [join(root, 'dist/xpert.mjs'), 'start'], env);
    await until('the server is up', () => existsSync(join(dataDir, 'xpert.sock')), 20_000);
  });

  afterAll(async () => {
    if (server !== undefined) await kill(server);
    await lab?.close();
  });

  test('every byte after the node was added is counted, what was there before stands apart', async () => {
    const node = await xpert<Node>(
      'node',
      'add',
      'local',
      '--kind',
      'wireguard',
      '--interval',
      '1',
      '--users',
      'per-peer',
    );
    expect(node.state).toBe('up');
    const before = await counters();
    expect(node.beforeXpert?.rxBytes).toBeGreaterThan(100_000);
    await tunnel.upload(2_000_000);
    await tunnel.download(3_000_000);
    await tunnel.settle();
    await xpert('node', 'poll', 'local');
    const { rx, tx } = await counters();
    const peer = await onlyPeer();
    // Handshakes and keepalives may come between the two readings.
    expect(Math.abs(Number(rx - before.rx) - (peer?.traffic.rxBytes ?? 0))).toBeLessThan(2_000);
    expect(Math.abs(Number(tx - before.tx) - (peer?.traffic.txBytes ?? 0))).toBeLessThan(2_000);
    expect(peer?.traffic.rxBytes).toBeGreaterThan(2_000_000);
    expect(peer).toMatchObject({ online: true, userName: expect.stringMatching(/^local-/) });
  });

  test('when WireGuard dies the node is not online, and its totals stay', async () => {
    const before = await onlyPeer();
    await tunnel.server.kill();
    await until(
      'the node is judged',
      async () => ['down', 'error'].includes((await xpert<Node>('node', 'show', 'local')).state),
      40_000,
    );
    expect((await xpert<{ items: Peer[] }>('peer', 'list', '--ended')).items[0]?.traffic).toEqual(before?.traffic);
  });
});
