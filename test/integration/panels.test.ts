import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { awayFromEnd } from '../support/away-from-end.ts';
import { makeCertificate } from '../support/certificate.ts';
import { FakeMarzban } from '../support/fake-marzban.ts';
import { FakeOutline } from '../support/fake-outline.ts';
import { FakeRemnawave } from '../support/fake-remnawave.ts';
import { FakeThreeXui } from '../support/fake-three-x-ui.ts';
import type { FakeWeb } from '../support/fake-web.ts';
import { login, root, startServer, type TestServer, temporaryFolder } from '../support/server.ts';

interface Node {
  readonly id: string;
  readonly state: string;
  readonly options: Readonly<Record<string, unknown>>;
  readonly secrets: Readonly<Record<string, string>>;
  readonly reason: { readonly code: string } | null;
  readonly today: { readonly totalBytes: number; readonly rxBytes: number | null };
  readonly beforeXpert: { readonly totalBytes: number } | null;
}

describe('a panel, from the command line into the ledger', () => {
  const folder = temporaryFolder('panels');
  const passwordFile = join(folder.path, 'password');
  const panel = new FakeMarzban();
  let server: TestServer;
  let url = '';

  async function xpert(...args: readonly string[]) {
    const child = spawn(process.execPath, [join(root, 'dist/xpert.mjs'), ...args], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, XPERT_DATA_DIR: folder.path },
    });
    let output = '';
    let explained = '';
    child.stdout.on('data', (chunk) => {
      output += chunk;
    });
    child.stderr.on('data', (chunk) => {
      explained += chunk;
    });
    await once(child, 'close');
    return { code: child.exitCode, output, explained };
  }
  const show = async () => JSON.parse((await xpert('node', 'show', 'shop', '--json')).output) as Node;
  const poll = async () => xpert('node', 'poll', 'shop');
  const user = (username: string, lifetime: bigint) => {
    return { username, lifetime, createdAt: '2024-05-01T12:34:56', onlineAt: null };
  };

  beforeAll(async () => {
    await awayFromEnd('day', 60_000);
    url = `http://127.0.0.1:${await panel.start()}`;
    writeFileSync(passwordFile, `${panel.password}\n`);
    panel.users = [user('alice', 5_000_000n), user('bob', 7_000_000n)];
    server = await startServer({ dataDir: folder.path });
  });
  afterAll(async () => {
    await server?.stop();
    await panel.web.close();
    folder.remove();
  });

  test('it is tested before it is saved: a wrong address or password saves nothing', async () => {
    const add = ['node', 'add', 'shop', '--kind', 'marzban', '--username', panel.username];
    const refused = await xpert(...add, '--url', url, '--password-file', passwordFile);
    expect(refused).toMatchObject({ code: 1 });
    expect(refused.explained).toContain('not of the internet (loopback)');
    writeFileSync(join(folder.path, 'wrong'), 'nope');
    const wrong = await xpert(...add, '--url', url, '--private-address', '--password-file', join(folder.path, 'wrong'));
    expect(wrong.explained).toContain('does not accept the user name and password');
    const without = await xpert(...add, '--url', url, '--private-address');
    expect(without).toMatchObject({ code: 2 });
    expect(without.explained).toContain('--password-file');
    expect((await xpert('node', 'list', '--json')).output).toContain('"items":[]');
  });

  test('it is added, and what its users carry from then on is counted', async () => {
    const reached = ['--url', `${url}/dashboard/`, '--private-address', '--password-file', passwordFile];
    const how = ['--users', 'from-comments', '--interval', '3600'];
    const added = await xpert(
      'node',
      'add',
      'shop',
      '--kind',
      'marzban',
      '--username',
      panel.username,
      ...reached,
      ...how,
    );
    expect(added).toMatchObject({ code: 0 });
    expect(added.explained).toContain('version 0.8.4');
    expect(added.explained).toContain('multiplies what node "de-1" carries by 1.5');
    expect(added.output).toContain('11.4 MiB, not counted');
    panel.users = [user('alice', 5_000_000n + 1_234_567n), user('bob', 7_000_000n), user('carol', 9n)];
    expect(await poll()).toMatchObject({ code: 0 });
    // Carol was there before, but was not seen: her bytes wait for an admin.
    const node = await show();
    expect(node).toMatchObject({ state: 'up', today: { totalBytes: 1_234_567, rxBytes: null } });
    expect((await xpert('usage', 'alice', '--json')).output).toContain('1234567');
  });

  test('a user made anew, and one that is new, count from 0', async () => {
    const now = new Date(Date.now() + 60_000).toISOString().slice(0, 19);
    panel.users = [
      { ...user('alice', 100n), createdAt: now },
      user('bob', 7_000_000n),
      user('carol', 9n),
      { ...user('dave', 11n), createdAt: now },
    ];
    await poll();
    expect((await show()).today.totalBytes).toBe(1_234_567 + 100 + 11);
  });

  test('a panel set back from a backup counts nothing twice', async () => {
    const before = (await show()).today.totalBytes;
    panel.users = [user('alice', 4_000_000n), user('bob', 6_000_000n)];
    await poll();
    expect((await show()).today.totalBytes).toBe(before);
    panel.users = [user('alice', 4_000_010n), user('bob', 6_000_005n)];
    await poll();
    expect((await show()).today.totalBytes).toBe(before + 15);
  });

  test('its password is nowhere to be seen: not in answers, nor in the ledger, nor in the log', async () => {
    const node = await show();
    expect(node.secrets).toEqual({ password: 'set' });
    expect(Object.keys(node.options).sort()).toEqual(['privateAddress', 'url', 'username']);
    const cookie = await login(server);
    const answers = await Promise.all(
      ['/api/v1/nodes', '/api/v1/audit', '/api/v1/overview'].map(async (path) => {
        return (await fetch(`${server.url}${path}`, { headers: { cookie } })).text();
      }),
    );
    const files = readdirSync(folder.path)
      .filter((name) => !['password', 'wrong'].includes(name) && statSync(join(folder.path, name)).isFile())
      .map((name) => readFileSync(join(folder.path, name)));
    expect(files.length).toBeGreaterThan(2);
    for (const secret of [panel.password, panel.token, 'uuid-of-', 'password-of-']) {
      for (const text of [...answers, server.output()]) expect(text).not.toContain(secret);
      for (const file of files) expect(file.includes(secret), secret).toBe(false);
    }
  });

  test('it is changed without giving the password again, unless the address changes', async () => {
    expect(await xpert('node', 'change', 'shop', '--interval', '1800', '--description', 'x')).toMatchObject({
      code: 0,
    });
    const moved = await xpert('node', 'change', 'shop', '--url', 'http://127.0.0.1:1');
    expect(moved).toMatchObject({ code: 2 });
    expect(moved.explained).toContain('has to be given again');
    expect((await show()).options.url).toBe(`${url}/`);
    expect(await poll()).toMatchObject({ code: 0 });
  });

  test('the same panel under another address is noticed', async () => {
    panel.users = Array.from({ length: 5 }, (_, n) => ({
      ...user(`user${n}`, 100n),
      createdAt: `2024-05-0${n + 1}T00:00:00`,
    }));
    await poll();
    const again = [
      '--url',
      url.replace('127.0.0.1', 'localhost'),
      '--private-address',
      '--password-file',
      passwordFile,
    ];
    const added = await xpert('node', 'add', 'again', '--kind', 'marzban', '--username', panel.username, ...again);
    expect(added).toMatchObject({ code: 0 });
    await poll();
    const headers = { cookie: await login(server) };
    const overview = await (await fetch(`${server.url}/api/v1/overview`, { headers })).text();
    expect(overview).toContain('"code":"counted-twice"');
    expect(await xpert('node', 'remove', 'again')).toMatchObject({ code: 0 });
    expect(await (await fetch(`${server.url}/api/v1/overview`, { headers })).text()).not.toContain('counted-twice');
  });

  test('3x-ui, Remnawave and Outline are added with their kinds of secrets, which show nowhere', async () => {
    const certificate = makeCertificate();
    const [xui, remnawave, outline] = [new FakeThreeXui(), new FakeRemnawave(), new FakeOutline(certificate)];
    xui.clients = [{ email: 'xavier', up: 5n, down: 60n }];
    remnawave.users = [{ username: 'rita', lifetime: 7n, createdAt: '2024-05-01T00:00:00.000Z', onlineAt: null }];
    outline.keys = [{ id: '0', name: 'Olga', bytes: { rx: 5n, tx: 60n } }];
    const at = async (web: FakeWeb) => `127.0.0.1:${await web.start()}`;
    const apiUrl = `https://${await at(outline.management)}${outline.secretPath}`;
    const file = (name: string, text: string) => {
      writeFileSync(join(folder.path, name), `${text}\n`);
      return join(folder.path, name);
    };
    const kinds: readonly (readonly string[])[] = [
      ['3x-ui', '--url', `http://${await at(xui.web)}${xui.basePath}`, '--token-file', file('wrong', xui.token)],
      ['remnawave', '--url', `http://${await at(remnawave.web)}`, '--token-file', file('password', remnawave.token)],
      [
        'outline',
        ...['--access-file', file('access', JSON.stringify({ apiUrl, certSha256: certificate.sha256 }))],
        ...['--metrics-url', `http://${await at(outline.metrics)}/metrics`],
      ],
    ];
    try {
      for (const [kind = '', ...reached] of kinds) {
        expect(await xpert('node', 'add', kind, '--kind', kind, '--private-address', ...reached)).toMatchObject({
          code: 0,
        });
        const shown = (await xpert('node', 'show', kind, '--json')).output;
        expect(JSON.parse(shown)).toMatchObject({ state: 'up', peers: { total: 1 } });
        for (const secret of [xui.token, remnawave.token, outline.secretPath]) expect(shown).not.toContain(secret);
      }
      const ledger = readFileSync(join(folder.path, 'traffic_stats.db'));
      for (const secret of [xui.token, remnawave.token, outline.secretPath])
        expect(ledger.includes(secret)).toBe(false);
    } finally {
      await Promise.all([xui.web.close(), remnawave.web.close(), outline.close()]);
    }
    writeFileSync(passwordFile, panel.password);
  });

  test('without the key the node says what to do, and goes on when the password is entered again', async () => {
    await server.stop();
    rmSync(join(folder.path, 'secret.key'));
    server = await startServer({ dataDir: folder.path });
    const lost = await poll();
    expect(lost).toMatchObject({ code: 1 });
    expect(lost.explained).toContain('enter it again');
    expect((await show()).secrets).toEqual({ password: 'lost' });
    expect(await xpert('node', 'change', 'shop', '--password-file', passwordFile)).toMatchObject({ code: 0 });
    expect(await poll()).toMatchObject({ code: 0 });
    expect((await show()).secrets).toEqual({ password: 'set' });
  });
});
