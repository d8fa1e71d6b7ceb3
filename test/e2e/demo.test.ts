import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { dirname } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { until } from '../support/lab.ts';
import { freePort, root, temporaryFolder } from '../support/server.ts';

const READY_WITHIN_MS = 180_000;
const elsewhere = temporaryFolder('not-the-demo');
let child: ChildProcess;
let url: string;
let output = '';
let cookie: string;

beforeAll(async () => {
  const port = await freePort();
  url = `http://127.0.0.1:${port}`;
  // A folder that is set is not touched: the demo has one of its own.
  const env = { ...process.env, XPERT_PORT: String(port), XPERT_DATA_DIR: `${elsewhere.path}/data` };
  child = spawn('npm', ['run', 'demo'], { cwd: root, env, stdio: ['ignore', 'pipe', 'pipe'], detached: true });
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk: Buffer) => (output += chunk));
  await until('the demo serves', () => output.includes('Xpert is ready'), READY_WITHIN_MS);
  const password = /Log in as demo with the password (\S+)/.exec(output)?.[1];
  const login = await fetch(`${url}/api/v1/session`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ name: 'demo', password }),
  });
  cookie = login.headers.get('set-cookie')?.split(';')[0] ?? '';
}, READY_WITHIN_MS + 10_000);

afterAll(() => {
  if (child.exitCode === null && child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
  elsewhere.remove();
});

// biome-ignore lint/suspicious/noExplicitAny: answers of the API.
async function get(path: string): Promise<any> {
  const answer = await fetch(`${url}${path}`, { headers: { cookie } });
  expect([path, answer.status]).toEqual([path, 200]);
  return await answer.json();
}

describe('npm run demo', () => {
  test('has a month of a fleet behind it: day and night, reports, a reset', async () => {
    const { total_gb_used, top_servers } = await get('/api/xpert/traffic-stats/global?days=30');
    expect(total_gb_used).toBeGreaterThan(100);
    const protocols = top_servers.map(({ protocol }: { protocol: string }) => protocol);
    expect(protocols).toEqual(expect.arrayContaining(['wireguard', 'amneziawg', 'vless', 'trojan', 'shadowsocks']));
    const { series } = await get('/api/v1/usage/series?days=3&bucket=3600');
    const hours = series[0].totalBytes
      .filter((bytes: number | null) => bytes !== null)
      .sort((a: number, b: number) => a - b);
    expect(hours.at(-1)).toBeGreaterThan(2 * hours[4]);
    expect((await get('/api/v1/resets')).items).toMatchObject([{ reason: 'a new month for maple' }]);
  });

  test('is alive: hosts go on, servers report, and what is shown grows by itself', async () => {
    const bytes = async () => {
      const { rows } = await get('/api/traffic');
      return rows.reduce(
        (sum: number, row: { rx_bytes: number; tx_bytes: number }) => sum + row.rx_bytes + row.tx_bytes,
        0,
      );
    };
    // From one instant on: a day that begins meanwhile takes nothing out of it.
    const from = new Date(Date.now() - 86_400_000).toISOString();
    const reports = async () =>
      (await get(`/api/v1/usage/top-carriers?from=${from}&limit=1000`)).items
        .filter(({ protocol }: { protocol: string }) => protocol === 'vless')
        .reduce((sum: number, { traffic }: { traffic: { totalBytes: number } }) => sum + traffic.totalBytes, 0);
    const before = [await bytes(), await reports()] as const;
    await expect.poll(bytes, { timeout: 30_000, interval: 1_000 }).toBeGreaterThan(before[0]);
    await expect.poll(reports, { timeout: 30_000, interval: 1_000 }).toBeGreaterThan(before[1]);
  });

  test('has a host that does not answer: it is not online, its last totals stay, and a gap is open', async () => {
    const states = async () => {
      const servers: Record<string, { status: string }> = await get('/api/servers');
      return Object.entries(servers).map(
        ([name, { status }]) => `${name} ${name === 'sin-1' && status !== 'online' ? 'silent' : status}`,
      );
    };
    const wanted = ['ams-2 online', 'fra-1 online', 'hel-1 online', 'sin-1 silent', 'waw-1 online'];
    await expect.poll(async () => (await states()).sort(), { timeout: 30_000, interval: 500 }).toEqual(wanted);
    const rows = (await get('/api/traffic')).rows.filter(
      ({ server_id }: { server_id: string }) => server_id === 'sin-1',
    );
    expect(rows.length).toBeGreaterThan(1);
    const { items: nodes } = await get('/api/v1/nodes');
    expect(nodes.find(({ name }: { name: string }) => name === 'sin-1').openGap).toMatchObject({
      reason: expect.any(String),
    });
    for (const row of rows) expect(row.stale).toBe(true);
    const { services } = await get('/api/services');
    const service = services.find(({ server_id }: { server_id: string }) => server_id === 'sin-1');
    expect(service).toMatchObject({ status: 'unknown', note: expect.stringContaining(`${rows.length} peers`) });
  });

  test('ends with SIGTERM, and leaves no folder behind', async () => {
    const folder = /(\/\S*xpert-demo-\w+)/.exec(output)?.[1] ?? '';
    expect(existsSync(folder)).toBe(true);
    const ended = once(child, 'exit');
    child.kill('SIGTERM');
    expect(await ended).toEqual([0, null]);
    expect([existsSync(folder), existsSync(`${elsewhere.path}/data`)]).toEqual([false, false]);
    expect(existsSync(dirname(folder))).toBe(true);
  });
});
