import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Sqlite } from '../../src/lib/sqlite.ts';
import { awayFromEnd } from '../support/away-from-end.ts';
import { root, startServer, type TestServer, temporaryFolder } from '../support/server.ts';

const folder = temporaryFolder('cli');
let server: TestServer;

interface Run {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** The CLI as a person runs it, on the data folder of the test. */
async function xpert(...args: readonly string[]): Promise<Run> {
  return await xpertFed('', ...args);
}

/** With this on its standard input. */
async function xpertFed(input: string, ...args: readonly string[]): Promise<Run> {
  const child = spawn(process.execPath, [join(root, 'dist/xpert.mjs'), ...args], {
    cwd: folder.path,
    stdio: ['pipe', 'pipe', 'pipe'],
    env: { ...process.env, XPERT_DATA_DIR: folder.path, XPERT_TIME_ZONE: 'UTC' },
  });
  const out: Buffer[] = [];
  const err: Buffer[] = [];
  // One that reads nothing may have ended by now.
  child.stdin.on('error', () => {});
  child.stdin.end(input);
  child.stdout.on('data', (chunk: Buffer) => out.push(chunk));
  child.stderr.on('data', (chunk: Buffer) => err.push(chunk));
  await once(child, 'close');
  return { code: child.exitCode, stdout: Buffer.concat(out).toString(), stderr: Buffer.concat(err).toString() };
}

async function json<T>(...args: readonly string[]): Promise<T> {
  const { code, stdout, stderr } = await xpert(...args, '--json');
  if (code !== 0) throw new Error(`xpert ${args.join(' ')} ended with ${code}: ${stderr}`);
  return JSON.parse(stdout) as T;
}

async function report(userToken: string, bytes: number): Promise<void> {
  const answer = await fetch(`${server.url}/api/xpert/traffic-webhook`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      user_token: userToken,
      server: 'de.example.net',
      port: 443,
      protocol: 'vless',
      bytes_uploaded: 0,
      bytes_downloaded: bytes,
    }),
  });
  expect(answer.status).toBe(200);
}

beforeAll(async () => {
  await awayFromEnd('day', 60_000);
  server = await startServer({ dataDir: folder.path });
});

afterAll(async () => {
  await server.stop();
  folder.remove();
});

describe('over the socket of a running server', () => {
  test('a token is printed alone and works', async () => {
    const { code, stdout } = await xpert('token', 'create', '--name', 'probe', '--scope', 'read');
    expect(code).toBe(0);
    expect(stdout).toMatch(/^\S+\n$/);
    const headers = { authorization: `Bearer ${stdout.trim()}` };
    expect((await fetch(`${server.url}/api/v1/nodes`, { headers })).status).toBe(200);
    expect((await xpert('token', 'revoke', 'probe')).code).toBe(0);
    expect((await fetch(`${server.url}/api/v1/nodes`, { headers })).status).toBe(401);
  });

  test('the links of a user lead to the running server, in every form', async () => {
    await xpert('user', 'add', 'linked', '--link-token', 'linked-token');
    const { subscription, page } = await json<{ subscription: string; page: string }>('link', 'show', 'linked');
    expect(subscription).toBe(`${server.url}/api/xpert/sub?user_token=linked-token`);
    const textOf = async (url: string) => {
      const answer = await fetch(url);
      expect([url, answer.status]).toEqual([url, 200]);
      return await answer.text();
    };
    // What is loaded when it is first asked for has to be in the built server.
    expect(await textOf(page)).toContain('<svg');
    expect(await textOf(`${subscription}&format=clash`)).toContain('proxies:');
    expect(await textOf(`${subscription}&format=sing-box`)).toContain('"outbounds"');
    expect(await textOf(`${subscription}&format=plain`)).toBe('');
  });

  test('a user created with a reported token has its usage', async () => {
    await report('tok-1', 3_000_000_000);
    const user = await json<{ user_token: string; link_token: string }>('user', 'add', 'ann', '--token', 'tok-1');
    expect(user.user_token).toBe('tok-1');
    expect(user.link_token).not.toBe('');
    const usage = await json<{ items: { server: string; port: number; traffic: { totalBytes: number } }[] }>(
      'usage',
      'ann',
    );
    expect(usage.items).toMatchObject([
      { server: 'de.example.net', port: 443, traffic: { totalBytes: 3_000_000_000 } },
    ]);
    expect((await xpert('usage', 'ann')).stdout).toContain('2.79 GiB');
  });

  test('a list that is empty says what there is to do', async () => {
    const said = async (...args: string[]) => (await xpert(...args)).stderr;
    expect(await said('node', 'poll')).toContain('There is no node yet: xpert node add local --kind wireguard');
    expect(await said('peer', 'list')).toContain('There is no peer yet');
    expect(await said('peer', 'list', '--search', 'x')).toContain('There is no such peer');
    expect(await said('user', 'list', '--search', 'no-such-name')).toContain('There is no such user');
  });

  test('a reset shows nothing, its undo old plus new', async () => {
    const total = async () => {
      const { items } = await json<{ items: { traffic: { totalBytes: number } }[] }>('usage', 'ann');
      return items.reduce((sum, { traffic }) => sum + traffic.totalBytes, 0);
    };
    const mark = await json<{ id: string }>('reset', 'ann');
    expect(await total()).toBe(0);
    await report('tok-1', 5);
    expect(await total()).toBe(5);
    const { stdout: looked } = await xpert('undo', mark.id, '--preview');
    expect(looked).toContain('1 user: 5 B -> ');
    expect(await total()).toBe(5);
    expect((await xpert('undo', mark.id)).code).toBe(0);
    expect(await total()).toBe(3_000_000_005);
  });

  test('rotating keeps the old token as an alias', async () => {
    const { stdout } = await xpert('user', 'rotate', 'ann');
    expect(stdout.trim()).not.toBe('tok-1');
    await report('tok-1', 1);
    const usage = await json<{ items: { traffic: { totalBytes: number } }[] }>('usage', 'ann');
    expect(usage.items[0]?.traffic.totalBytes).toBe(3_000_000_006);
  });

  test('what is known of a user is changed, and what is not given stays', async () => {
    const known = ['--email', 'bea@example.com', '--telegram-id', '77', '--tags', 'paid eu'] as const;
    await json('user', 'add', 'bea', '--note', 'first', ...known);
    await json('user', 'change', 'bea', '--name', 'beate', '--email', '', '--tags', 'paid');
    const changed = await json('user', 'show', 'beate');
    expect(changed).toMatchObject({ email: null, telegramId: 77, tags: ['paid'], note: 'first' });
    expect(await json('user', 'change', 'beate', '--telegram-id', '')).toMatchObject({
      telegramId: null,
      note: 'first',
    });
    const wrong = await xpert('user', 'change', 'beate', '--email', 'nobody');
    expect([wrong.code, wrong.stderr]).toEqual([2, expect.stringContaining('email')]);
    // Nobody of that name is no wrong use.
    expect((await xpert('user', 'change', 'nobody-at-all', '--note', 'x')).code).toBe(1);
    expect((await xpert('user', 'change', 'beate')).code).toBe(2);
    expect((await xpert('user', 'change', 'beate', '--telegram-id', 'x')).code).toBe(2);
  });

  test('a link is looked at, given out, changed in its place, asked and taken back', async () => {
    const secret = 'b831381d-6324-4d53-ad4f-8cda48b30811';
    const config = `vless://${secret}@de-1.example.com:443?type=kcp#DE`;
    const look = await xpertFed(config, 'link', 'test');
    expect([look.code, look.stdout]).toEqual([
      0,
      expect.stringMatching(/DE +vless +de-1\.example\.com:443 +clash, sing-box/),
    ]);
    // Addresses of others are public ones.
    const foreign = 'http://127.0.0.1:9/sub/of-a-provider#Provider';
    const refused = await xpertFed(foreign, 'link', 'test');
    expect([refused.code, refused.stderr]).toEqual([1, expect.stringContaining('not of the internet')]);
    expect((await xpertFed('nothing', 'link', 'test')).code).toBe(2);
    expect((await xpertFed(`${config}\n${foreign}\n`, 'link', 'add')).code).toBe(0);
    expect((await xpert('link', 'change', 'DE')).code).toBe(2);
    await xpert('user', 'add', 'lena');
    const changed = await xpert('link', 'change', 'DE', '--name', 'Berlin', '--user', 'lena');
    expect(changed.stdout).toBe('Berlin: vless on de-1.example.com:443, for lena\n');
    const replaced = await xpertFed(
      config.replace('de-1', 'de-2'),
      'link',
      'change',
      'Berlin',
      '--everybody',
      '--replace',
    );
    expect(replaced.stdout).toBe('DE: vless on de-2.example.com:443, for all\n');
    const asked = await xpert('link', 'fetch', 'Provider');
    expect([asked.code, asked.stderr]).toEqual([1, expect.stringContaining('not of the internet')]);
    const { stdout: list } = await xpert('link', 'list');
    expect(list).toMatch(/DE +vless +de-2\.example\.com:443 +all +1 /);
    expect(list).toMatch(/Provider +subscription +127\.0\.0\.1:9 +all +0 +never yet .* leads to an address/);
    const entries = await xpert('link', 'show', 'lena', '--entries');
    expect(entries.stdout).toMatch(/DE +vless +de-2\.example\.com:443 +given out here/);
    expect(entries.stderr).toContain('1 in all; left out: 1 of Clash, 1 of sing-box.');
    expect(list + entries.stdout + look.stdout).not.toContain(secret);
    for (const name of ['DE', 'Provider']) expect((await xpert('link', 'remove', name)).code).toBe(0);
    expect((await xpert('link', 'remove', 'DE')).code).toBe(1);
    expect((await xpert('user', 'remove', 'lena')).code).toBe(0);
  });

  test('usage is exported to standard output or to a file that is whole', async () => {
    const { stdout } = await xpert('export', '--days', '1', '--user', 'ann');
    expect(stdout).toMatch(
      /^from,to,bucket,user,[\w,]+\r\n[\w:.,-]+,day,ann,[^\n]+,3000000006,3000000006,unverified,measured\r\n$/,
    );
    const file = join(folder.path, 'usage.ndjson');
    expect((await xpert('export', '--format', 'ndjson', '--output', file)).code).toBe(0);
    expect(JSON.parse(readFileSync(file, 'utf8'))).toMatchObject({ user: 'ann', total_bytes: 3_000_000_006 });
    expect(existsSync(`${file}.part`)).toBe(false);
    const failed = join(folder.path, 'none.csv');
    expect((await xpert('export', '--bucket', 'minute', '--output', failed)).code).toBe(2);
    expect(existsSync(failed)).toBe(false);
  });

  test('usage of a token that nobody has yet is shown, and how to give it to somebody', async () => {
    await report('lost-token', 2_097_152);
    const all = await xpert('usage');
    expect(all.stdout).toContain('2.00 MiB of it belong to nobody yet: xpert user add NAME --token TOKEN');
    expect(all.stdout).toContain('lost-token (unclaimed)');
    const one = await xpert('usage', 'lost-token');
    expect(one).toMatchObject({ code: 0, stderr: expect.stringContaining('xpert user add NAME --token lost-token') });
    expect(one.stdout).toMatch(/^lost-token \(unclaimed\): 2\.00 MiB in 30 days\n[\s\S]*de\.example\.net:443/);
  });

  test('cycles and statements tell what was used when', async () => {
    const cycles = await xpert('cycles', 'ann', '--cycle', 'week:sat', '--count', '2');
    expect(cycles.stdout).toMatch(/resets on \d{4}-\d\d-\d\d \d\d:\d\d, in [\d dhmin]+\n/);
    expect(cycles.stdout).toMatch(/2\.79 GiB/);
    const shown = await xpert('statement', 'ann');
    expect(shown.stdout).toMatch(/counted 2\.79 GiB \(3000000006 bytes\)/);
    expect(shown.stdout).toContain('de.example.net:443 vless');
    const page = join(folder.path, 'ann.html');
    expect((await xpert('statement', 'ann', '--html', page, '--lang', 'ru')).code).toBe(0);
    expect(readFileSync(page, 'utf8')).toContain('<html lang="ru">');
  });

  test('many users at once: from a file, by search, and into a file', async () => {
    const csv = join(folder.path, 'users.csv');
    writeFileSync(csv, 'name,tags\nmany-1,paid\nmany-2,paid\n');
    expect(await json('user', 'import', csv, '--dry-run')).toEqual({ created: 2, existing: [], errors: [] });
    expect(await json('user', 'import', csv)).toEqual({ created: 2, existing: [], errors: [] });
    expect(await json('user', 'import', csv)).toEqual({ created: 0, existing: ['many-1', 'many-2'], errors: [] });
    writeFileSync(csv, 'name,plan\nmany-3,Nope\n');
    const wrong = await xpert('user', 'import', csv, '--dry-run');
    expect([wrong.code, wrong.stderr]).toEqual([2, expect.stringContaining('Line 2: ')]);
    const bulk = async (...args: readonly string[]) => await json('user', 'bulk', ...args);
    expect(await bulk('suspend', '--search', 'many-', '--preview')).toMatchObject({ users: 2 });
    expect((await json<{ state: string }>('user', 'show', 'many-2')).state).toBe('active');
    expect(await bulk('suspend', '--search', 'many-')).toEqual({ users: 2, unchanged: [], impossible: [] });
    expect(await bulk('suspend', '--search', 'many-')).toMatchObject({ users: 0, unchanged: ['many-1', 'many-2'] });
    expect(await bulk('tag', 'many-1', '--word', 'late')).toMatchObject({ users: 1 });
    expect(await bulk('untag', '--tag', 'late', '--word', 'paid')).toMatchObject({ users: 1 });
    expect((await json<{ tags: string[] }>('user', 'show', 'many-1')).tags).toEqual(['late']);
    expect((await xpert('user', 'plan', 'many-1', '--quota', '10GiB')).code).toBe(0);
    const more = await bulk('top-up', '--search', 'many-', '--bytes', '1GiB', '--reason', 'late');
    expect(more).toMatchObject({ users: 1, impossible: ['many-2'] });
    expect((await xpert('user', 'plan', 'many-1')).stdout).toContain('11.0 GiB');
    expect((await json<{ state: string }>('user', 'show', 'many-2')).state).toBe('suspended');
    const { code, stdout } = await xpert('user', 'export');
    expect([code, stdout.split('\r\n').filter((line) => line.startsWith('many-')).length]).toEqual([0, 2]);
    expect((await xpert('user', 'bulk', 'suspend')).code).toBe(2);
    expect((await xpert('user', 'bulk', 'frighten', 'many-1')).code).toBe(2);
    expect((await xpert('user', 'bulk', 'tag', 'many-1')).code).toBe(2);
    expect((await xpert('user', 'bulk', 'top-up', 'many-1')).code).toBe(2);
  });

  test('a number or a time that is none is refused, and not taken for "without"', async () => {
    for (const wrong of [
      ['plan', 'add', 'odd', '--quota', '1GiB', '--soft', 'much'],
      ['plan', 'add', 'odd', '--quota', '1GiB', '--valid-days', 'x'],
      ['plan', 'add', 'odd', '--quota', '1GiB', '--grace-hours', '1.5'],
      ['template', 'set', 'odd', '--days', 'some'],
      ['user', 'add', 'odd', '--expires', '5'],
      ['user', 'add', 'odd', '--expires', '2026-02-30'],
    ])
      expect([wrong, (await xpert(...wrong)).code]).toEqual([wrong, 2]);
    expect((await xpert('plan', 'list')).stdout + (await xpert('template', 'list')).stdout).not.toContain('odd');
    expect((await xpert('user', 'show', 'odd')).code).toBe(1);
  });

  test('what a user may use ends with a day and is taken back; a preview says who would lose a part', async () => {
    await xpert('user', 'add', 'ends', '--token', 'ends', '--quota', '10GiB', '--expires', '2099-12-31');
    interface Entitled {
      readonly expiresAt: string | null;
      readonly nextPlan: { readonly name: string } | null;
    }
    const stands = (...more: readonly string[]) => json<Entitled>('user', 'plan', 'ends', ...more);
    expect(await stands()).toMatchObject({ expiresAt: '2100-01-01T00:00:00.000Z' });
    await xpert('plan', 'add', 'further', '--quota', '1GiB');
    expect(await stands('--next', 'further')).toMatchObject({ nextPlan: { name: 'further' } });
    expect(await stands('--next', 'none', '--expires', 'none')).toMatchObject({ nextPlan: null, expiresAt: null });
    const sender = (await xpert('token', 'create', '--name', 'of-parts', '--scope', 'ingest')).stdout.trim();
    await fetch(`${server.url}/api/xpert/traffic-webhook`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${sender}` },
      body: JSON.stringify({ user_token: 'ends', server: 'x', port: 1, protocol: 'vless', bytes_uploaded: 5_000 }),
    });
    const preview = await xpert('plan', 'preview', '--quota', '10TiB', '--part', 'some=1000B,protocols=vless');
    expect(preview.stdout).toContain('1 user would lose access to a part');
    await xpert('user', 'plan', 'ends', '--quota', '4000B');
    expect((await xpert('reset', 'ends', '--preview')).stdout).toContain('Access comes back to 1 user.');
    const { id } = await json<{ id: string }>('reset', 'ends');
    expect((await xpert('undo', id, '--preview')).stdout).toContain('Access is lost by 1 user: ends');
  });

  test('billing rules are set, listed and taken back', async () => {
    await awayFromEnd('quarter', 20_000);
    const options = join(folder.path, 'wg.txt');
    writeFileSync(options, '');
    await xpert('node', 'add', 'north', '--kind', 'wireguard', '--file', options, '--untested', '--tags', 'eu+fast');
    expect(await json('node', 'show', 'north')).toMatchObject({ tags: ['eu', 'fast'] });
    const set = await xpert('billing', 'set', 'north', '1.5', '--direction', 'down');
    expect(set.stdout).toMatch(/^From \d{4}-\d\d-\d\d \d\d:\d\d on bytes of north are billed 1\.5 times \(down\)\.\n$/);
    expect((await xpert('billing', 'list')).stdout).toMatch(/north\s+all\s+.*1\.5\s+down\s+planned/);
    const { items } = await json<{ items: { id: string }[] }>('billing', 'list', '--node', 'north');
    expect((await xpert('billing', 'cancel', items[0]?.id ?? '')).code).toBe(0);
    expect((await xpert('billing', 'list')).stderr).toContain('there is no rule');
    expect((await xpert('node', 'remove', 'north')).code).toBe(0);
  });

  test('admins are added and listed', async () => {
    const made = await json<{ name: string; role: string; password: string }>(
      'admin',
      'add',
      'helper',
      '--role',
      'viewer',
    );
    expect(made).toMatchObject({ name: 'helper', role: 'viewer' });
    const login = await fetch(`${server.url}/api/v1/session`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ name: 'helper', password: made.password }),
    });
    expect(login.status).toBe(200);
    expect((await xpert('admin', 'list')).stdout).toMatch(/helper\s+viewer/);
  });

  test('cleanup says what would go, a backup is written', async () => {
    expect((await xpert('cleanup', '--days', '1', '--dry-run')).stdout).toMatch(/^0 records would go/);
    const { path, bytes } = await json<{ path: string; bytes: number }>('backup');
    expect(path).toContain(folder.path);
    expect(bytes).toBeGreaterThan(4096);
  });

  test('doctor names the panel and explains itself', async () => {
    const { stdout } = await xpert('doctor');
    expect(stdout).toContain(`The panel is at ${server.url}`);
    expect(stdout).toContain('xpert node add local');
  });

  test("the bot's files are imported once, what has no key is named", async () => {
    const users = join(folder.path, 'users.json');
    const peers = join(folder.path, 'peers.json');
    const key = 'hIA3ikjlSOAo0qqrI+rXaS3ZH04nx7Q2YQ4m2Syz+XE=';
    writeFileSync(users, JSON.stringify({ '7': { telegram_id: 7, username: 'vasya', role: 'user', active: true } }));
    writeFileSync(
      peers,
      JSON.stringify({ '7:eu1': { public_key: key, wg_ip: '10.0.0.2/32' }, '8': { wg_ip: '10.0.0.3/32' } }),
    );
    const first = await json<{ users: number; peers: number; skipped: { record: string; reason: string }[] }>(
      ...(['import', 'vpnservice', '--users', users, '--peers', peers] as const),
    );
    expect(first).toMatchObject({ users: 1, peers: 1 });
    expect(first.skipped).toContainEqual({ record: `${peers} "8"`, reason: 'no public key' });
    const second = await json<{ nodes: number; users: number; peers: number }>(
      'import',
      'vpnservice',
      '--users',
      users,
      '--peers',
      peers,
    );
    expect(second).toMatchObject({ nodes: 0, users: 0, peers: 0 });
  });

  test('users and peers of a bot that keeps SQLite alone are followed, what stands in its WAL, too', async () => {
    const file = join(folder.path, 'bot.sqlite');
    const bot = new Sqlite(file);
    bot.pragma('journal_mode = WAL');
    bot.exec('CREATE TABLE users (telegram_id INTEGER, username TEXT, role TEXT, active INTEGER)');
    const add = (id: number, name: string) => bot.exec(`INSERT INTO users VALUES (${id}, '${name}', 'user', 1)`);
    add(71, 'from-sqlite');
    const options = ['import', 'vpnservice', '--db', file, '--watch'];
    const env = { ...process.env, XPERT_DATA_DIR: folder.path };
    const watcher = spawn(process.execPath, [join(root, 'dist/xpert.mjs'), ...options], { cwd: folder.path, env });
    try {
      let said = '';
      for (const stream of [watcher.stdout, watcher.stderr]) stream.on('data', (chunk) => (said += String(chunk)));
      await expect.poll(() => said, { timeout: 20_000 }).toContain('New: 0 nodes, 1 user, 0 peers.');
      add(72, 'since');
      await expect.poll(() => said.match(/New: 0 nodes, 1 user/g), { timeout: 20_000 }).toHaveLength(2);
      const found = await json<{ items: { name: string }[] }>('user', 'list', '--search', 'since');
      expect(found.items.map(({ name }) => name)).toEqual(['since']);
    } finally {
      watcher.kill();
      bot.close();
    }
    const { code, stderr } = await xpert('import', 'vpnservice');
    expect([code, stderr]).toEqual([2, expect.stringContaining('--db')]);
  });

  test('a node whose agent cannot know the panel is not made; with its address it is, under the same name', async () => {
    const refused = await xpert('node', 'add', 'far', '--kind', 'agent');
    expect([refused.code, refused.stdout]).toEqual([1, '']);
    expect(refused.stderr).toContain('--panel-url');
    const { code, stdout } = await xpert('node', 'add', 'far', '--kind', 'agent', '--panel-url', server.url);
    expect(code).toBe(0);
    expect(stdout).toContain(`${server.url}/api/v1/agent/program`);
  });

  test('a node that was read from a file can be read over ssh, and is tried first', async () => {
    const path = join(folder.path, 'counters.txt');
    await xpert('node', 'add', 'filed', '--kind', 'wireguard', '--file', path, '--untested');
    const change = ['node', 'change', 'filed', '--ssh', 'root@127.0.0.1:1', '--identity', join(folder.path, 'key')];
    expect((await xpert(...change)).code).toBe(1);
    expect(await json('node', 'show', 'filed')).toMatchObject({ options: { transport: 'file', path } });
    expect((await xpert(...change, '--untested')).code).toBe(0);
    const { options } = await json<{ options: object }>('node', 'show', 'filed');
    const identityFile = join(folder.path, 'key');
    expect(options).toEqual({ transport: 'ssh', ssh: 'root@127.0.0.1:1', identityFile });
    expect((await xpert('node', 'change', 'filed', '--count', 'users')).code).toBe(2);
  });

  test('a reporter reads the configuration of its client program also in YAML', async () => {
    const [good, missing] = [join(folder.path, 'client.yaml'), join(folder.path, 'missing.yaml')];
    writeFileSync(good, 'proxies:\n  - {name: de, type: vless, server: vpn.example.com, port: 443}\n');
    const source = ['--clash', 'http://127.0.0.1:1', '--user', 'phone', '--folder', join(folder.path, 'report')];
    const { code, stderr } = await xpert(
      'report',
      '--panel',
      server.url,
      ...source,
      '--config',
      good,
      '--config',
      missing,
    );
    expect([code, stderr.split('\n', 1)[0]]).toEqual([1, `${missing} cannot be read: ENOENT.`]);
  });

  test('a second server on the folder exits 1 and names the first one', async () => {
    const { code, stderr } = await xpert('start');
    expect(code).toBe(1);
    expect(stderr).toContain(`process id ${server.child.pid}`);
  });
});

describe('mistakes', () => {
  test.each([
    [['no-such-verb'], 2, 'unknown command'],
    [['user', 'add'], 2, 'missing required argument'],
    [['cleanup', '--days', '0'], 2, '1 or more whole days'],
    [['migrate'], 2, 'Where to?'],
    [['migrate', '--to', 'nowhere'], 2, '--to is "…"; it must be like postgres://'],
    [['migrate', '--to', 'sqlite', '--clickhouse', 'http://h/d'], 2, 'Leave --clickhouse out'],
    [
      ['migrate', '--to', 'postgres://h/d', '--clickhouse', 'nowhere'],
      2,
      '--clickhouse is "…"; it must be like http://',
    ],
    [['migrate', '--to', 'postgres://h/d', '--clickhouse', 'http://a:1,b:1/d'], 2, '--clickhouse-cluster is not set'],
    [['migrate', '--to', 'postgres://h/d', '--clickhouse-cluster', 'all'], 2, 'Of which servers?'],
    [['migrate', '--to', 'postgres://h/d', '--clickhouse', 'http://127.0.0.1:1/d'], 1, 'Nothing was moved'],
    [['export', '--bucket', 'minute'], 2, '"bucket" must be one of quarter, hour, day'],
    [['cycles', 'ann', '--cycle', 'fortnight'], 2, '"fortnight" is no cycle'],
    [['usage', 'nobody'], 1, 'There is no user "nobody"'],
    [['import', 'vpnservice', '--users', '/no.json', '--peers', '/no.json'], 2, '/no.json cannot be read: ENOENT.\n'],
    [['undo', 'nothing'], 1, 'There is no reset "nothing"'],
    [['token', 'create', '--name', 'x', '--scope', 'read,all'], 2, '"all" is no scope'],
    [['node', 'poll', 'nowhere'], 1, 'There is no node "nowhere"'],
  ])('xpert %j ends with %i', async (args, code, text) => {
    const run = await xpert(...args);
    expect(run.stderr).toContain(text);
    expect(run.code).toBe(code);
  });

  test('--help is quick and ends with 0', async () => {
    const { code, stdout } = await xpert('--help');
    expect(code).toBe(0);
    expect(stdout).toContain('doctor');
  });
});

test('without a server the CLI works on the folder itself', async () => {
  const alone = temporaryFolder('cli-alone');
  const run = async (...args: string[]) => {
    const child = spawn(process.execPath, [join(root, 'dist/xpert.mjs'), ...args], {
      cwd: alone.path,
      stdio: ['ignore', 'pipe', 'inherit'],
      env: { ...process.env, XPERT_DATA_DIR: join(alone.path, 'data') },
    });
    const out: Buffer[] = [];
    child.stdout.on('data', (chunk: Buffer) => out.push(chunk));
    await once(child, 'close');
    return { code: child.exitCode, stdout: Buffer.concat(out).toString() };
  };
  expect((await run('admin', 'add', 'first', '--json')).stdout).toContain('"role":"owner"');
  expect((await run('user', 'add', 'ann')).code).toBe(0);
  expect((await run('user', 'list')).stdout).toContain('ann');
  alone.remove();
});
