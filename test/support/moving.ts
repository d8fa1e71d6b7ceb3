import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { random } from '../torture/load.ts';
import { root, type TestServer } from './server.ts';

/** `xpert migrate` as a person runs it; `url` is what XPERT_DATABASE_URL says. */
export function migrate(dataDir: string, url: string, ...args: string[]) {
  const env = { ...process.env, XPERT_DATA_DIR: dataDir, XPERT_DATABASE_URL: url };
  const child = spawn(process.execPath, [join(root, 'dist/xpert.mjs'), 'migrate', ...args], {
    cwd: dataDir,
    env,
    stdio: 'pipe',
  });
  const chunks: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
  child.stderr.on('data', (chunk: Buffer) => chunks.push(chunk));
  return { child, ended: once(child, 'close'), output: () => Buffer.concat(chunks).toString() };
}

/** Reports of a day that many days ago, one for each of twenty users. */
export function past(daysAgo: number, id: string) {
  const at = Date.now() - daysAgo * 86_400_000;
  const period = { period_start: new Date(at - 60_000).toISOString(), period_end: new Date(at).toISOString() };
  return Array.from({ length: 20 }, (_, n) => ({
    ...{ user_token: `user-${n}`, server: 'past.example.com', port: 443, protocol: 'vless', event_id: `${id} ${n}` },
    ...{ bytes_uploaded: 3 + random(1e6), bytes_downloaded: 5e6 + random(1e8), ...period },
  }));
}

export function send(server: Pick<TestServer, 'url'>, body: unknown) {
  return fetch(`${server.url}/api/xpert/traffic-webhook`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
}
