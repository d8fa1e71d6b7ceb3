import { execFile } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { PostgresServer } from '../support/postgres.ts';
import { login, root, startServer, type TestServer, temporaryFolder } from '../support/server.ts';
import { FileNode, Owner } from '../torture/load.ts';

let database: PostgresServer;
let folder: ReturnType<typeof temporaryFolder>;
let url: string;
let name: string;
let servers: TestServer[] = [];

beforeAll(async () => {
  database = await PostgresServer.start();
});

afterAll(() => database.stop());

beforeEach(() => {
  folder = temporaryFolder('processes');
  url = database.newDatabase();
  name = new URL(url).pathname.slice(1);
});

afterEach(async () => {
  for (const server of servers) {
    server.child.kill('SIGCONT');
    await server.kill();
  }
  servers = [];
  folder.remove();
});

/** A process with a data folder of its own and the key of the first one. */
async function start(
  who: string,
  { shareKey = true, env = {} as Record<string, string>, readyPath = '/readyz' } = {},
): Promise<TestServer> {
  const dataDir = join(folder.path, who);
  mkdirSync(dataDir, { recursive: true });
  const key = join(folder.path, 'one', 'secret.key');
  if (shareKey && who !== 'one' && existsSync(key)) copyFileSync(key, join(dataDir, 'secret.key'));
  const server = await startServer({ dataDir, env: { XPERT_DATABASE_URL: url, ...env }, readyPath });
  servers.push(server);
  return server;
}

const report = { user_token: 'ann', server: 'vpn.example.com', port: 443, protocol: 'vless' };
const bytes = (up: number, down: number) => ({ bytes_uploaded: up, bytes_downloaded: down });

function send({ url: at }: TestServer, body: object): Promise<Response> {
  return fetch(`${at}/api/xpert/traffic-webhook`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
}

/** Asks until it is so. */
async function until<T>(ask: () => Promise<T>, isSo: (value: T) => boolean, most = 60_000): Promise<T> {
  for (const deadline = performance.now() + most; ; await delay(10)) {
    const value = await ask();
    if (isSo(value)) return value;
    if (performance.now() > deadline) throw new Error(`it is not so in time: ${JSON.stringify(value)}`);
  }
}

/** Repeats a report with an id until it is answered with success. @returns after how long, ms */
async function deliver(server: TestServer, body: object): Promise<number> {
  const began = performance.now();
  await until(
    () =>
      send(server, body).then(
        ({ status }) => status,
        () => 0,
      ),
    (status) => status === 200,
  );
  return performance.now() - began;
}

async function total(server: TestServer): Promise<object> {
  const owner = await Owner.of(server.url);
  return (await owner.call<{ traffic: object }>('GET', '/api/v1/usage/summary?days=30')).traffic;
}

/** `xpert migrate --to sqlite` on the machine of this process. */
async function migrate(who: string): Promise<{ output: string; code: number }> {
  const env = { ...process.env, XPERT_DATA_DIR: join(folder.path, who), XPERT_DATABASE_URL: url };
  const args = [join(root, 'dist/xpert.mjs'), 'migrate', '--to', 'sqlite'];
  return await new Promise((resolve) => {
    execFile(process.execPath, args, { env, cwd: folder.path }, (error, stdout, stderr) =>
      resolve({ output: stdout + stderr, code: Number(error?.code ?? 0) }),
    );
  });
}

/** Who holds the writer's lock. */
const leaders = () => database.sql(name, "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND granted");
const leads = (server: TestServer) => server.output().split('this process leads').length - 1;

describe('several processes on one database', () => {
  test('one leads; the others pass on what they are asked, and one login holds on all of them', async () => {
    const one = await start('one');
    const two = await start('two');
    expect(leads(one)).toBe(1);
    expect(two.output()).toContain('this process stands by');
    expect((await send(two, { ...report, ...bytes(5, 7), event_id: 'a' })).status).toBe(200);
    expect((await send(one, { ...report, ...bytes(5, 7), event_id: 'a' })).status).toBe(200);
    const cookie = await login(two);
    for (const server of [one, two]) {
      const answer = await fetch(`${server.url}/api/v1/usage/summary?days=30`, { headers: { cookie } });
      expect(await answer.json()).toMatchObject({ traffic: { rxBytes: 5, txBytes: 7 } });
    }
    const owner = await Owner.of(two.url);
    const ann = await owner.call<{ id: string }>('POST', '/api/v1/users', { name: 'ann', userToken: 'ann' });
    expect(await (await Owner.of(one.url)).call('GET', `/api/v1/users/${ann.id}`)).toMatchObject({ name: 'ann' });
    await expect(owner.call('POST', '/api/v1/users', { name: '' })).rejects.toThrow(/400/);
    expect(leaders()).toBe('1');

    const events = await fetch(`${two.url}/api/v1/events`, { headers: { cookie } });
    const reader = (events.body as ReadableStream<Uint8Array>).getReader();
    expect((await send(one, { ...report, ...bytes(1, 2), event_id: 'b' })).status).toBe(200);
    let heard = '';
    while (!heard.includes('event: change')) heard += new TextDecoder().decode((await reader.read()).value);
    expect(heard).toContain('"usage"');
    await reader.cancel();
    const metrics = await (await fetch(`${two.url}/metrics`, { headers: { cookie } })).text();
    expect(metrics).toContain('xpert_processes{role="standing-by"} 1');
    const { checks } = await owner.call<{ checks: { name: string; message: string }[] }>('GET', '/api/v1/doctor');
    expect(checks).toContainEqual(
      expect.objectContaining({
        name: 'processes',
        message: expect.stringMatching(/:\d+ leads; standing by: .+:\d+\./),
      }),
    );
  }, 120_000);

  test('one of an older version never leads a newer schema, and passes on as long as somebody leads', async () => {
    const one = await start('one');
    const two = await start('two');
    database.sql(name, 'UPDATE xpert.schema_version SET version = 1000');
    await until(
      async () => two.output(),
      (text) => text.includes('newer Xpert (schema 1000'),
    );
    expect((await send(two, { ...report, ...bytes(5, 7), event_id: 'a' })).status).toBe(200);
    await one.kill();
    const refused = await send(two, { ...report, ...bytes(11, 13), event_id: 'b' });
    expect([refused.status, Number(refused.headers.get('retry-after')) > 0]).toEqual([503, true]);
    expect((await fetch(`${two.url}/healthz`)).status).toBe(200);
    expect(leads(two)).toBe(0);
    expect(database.sql(name, 'SELECT version FROM xpert.schema_version')).toBe('1000');
  }, 120_000);

  test('one that cannot reach the leader, which lives, refuses what it is asked, and does not take its place', async () => {
    // Nobody listens there.
    const one = await start('one', { env: { XPERT_PROCESS_URL: 'http://127.0.0.1:1' } });
    const two = await start('two', { readyPath: '/healthz' });
    const ofTwo = await send(two, { ...report, ...bytes(5, 7), event_id: 'a' });
    expect(ofTwo.status).toBe(503);
    expect(Number(ofTwo.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(await ofTwo.json()).toMatchObject({ code: 'no-leader' });
    expect((await send(one, { ...report, ...bytes(5, 7), event_id: 'a' })).status).toBe(200);
    expect([leaders(), leads(one), leads(two)]).toEqual(['1', 1, 0]);
    await one.kill();
    await deliver(two, { ...report, ...bytes(1, 2), event_id: 'b' });
    expect(await total(two)).toMatchObject({ rxBytes: 6, txBytes: 9 });
  }, 120_000);

  test('a leader that stops in order hands over: nobody is refused who asks a standby meanwhile', async () => {
    const one = await start('one');
    const two = await start('two');
    const answers: number[] = [];
    let longestMs = 0;
    let open = true;
    let sent = 0;
    const sender = (async () => {
      while (open) {
        const began = performance.now();
        const answer = await send(two, { ...report, ...bytes(1, 2), event_id: `steady-${sent++}` });
        await answer.text();
        answers.push(answer.status);
        longestMs = Math.max(longestMs, performance.now() - began);
      }
    })();
    await delay(500);
    expect(await one.stop()).toBe(0);
    await until(
      async () => leads(two),
      (count) => count === 1,
    );
    await delay(500);
    open = false;
    await sender;
    expect(answers.filter((status) => status !== 200)).toEqual([]);
    expect(await total(two)).toMatchObject({ rxBytes: sent, txBytes: 2 * sent });
    process.stdout.write(`handed over: ${sent} reports, the longest answer took ${Math.round(longestMs)} ms\n`);
    const back = await start('one');
    expect(back.output()).toContain('this process stands by');
  }, 120_000);

  test('a leader that is killed is followed by a standby, which polls its nodes; every byte counts once', async () => {
    const one = await start('one');
    const two = await start('two');
    const node = new FileNode(join(folder.path, 'node.txt'));
    const nodeId = await (await Owner.of(two.url)).addFileNode(node.path);
    await (await Owner.of(two.url)).call('POST', `/api/v1/nodes/${nodeId}/poll`);
    node.carry();
    expect((await send(one, { ...report, ...bytes(5, 7), event_id: 'before' })).status).toBe(200);
    await one.kill();
    const ms = await deliver(two, { ...report, ...bytes(11, 13), event_id: 'after' });
    process.stdout.write(`killed: taken by the next leader after ${Math.round(ms)} ms\n`);
    expect((await send(two, { ...report, ...bytes(5, 7), event_id: 'before' })).status).toBe(200);
    await (await Owner.of(two.url)).call('POST', `/api/v1/nodes/${nodeId}/poll`);
    const carried = [...node.carried.values()].reduce((a, b) => a + b, 0n);
    const { totalBytes } = (await total(two)) as { totalBytes: number };
    expect(BigInt(totalBytes)).toBe(carried + 36n);
  }, 120_000);

  test('a paused leader that wakes up cannot count, and stands by', async () => {
    const one = await start('one');
    const two = await start('two');
    const node = new FileNode(join(folder.path, 'node.txt'));
    const nodeId = await (await Owner.of(one.url)).addFileNode(node.path);
    await (await Owner.of(one.url)).call('POST', `/api/v1/nodes/${nodeId}/poll`);
    expect((await send(one, { ...report, ...bytes(5, 7), event_id: 'before' })).status).toBe(200);
    one.child.kill('SIGSTOP');
    // Arrives at a process that sleeps; it is told when that is awake.
    const late = send(one, { ...report, ...bytes(17, 19), event_id: 'late' }).then(
      ({ status }) => status,
      () => 0,
    );
    node.carry();
    database.sql(name, "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND granted");
    await until(
      async () => leads(two),
      (count) => count === 1,
    );
    expect((await send(two, { ...report, ...bytes(11, 13), event_id: 'meanwhile' })).status).toBe(200);
    await (await Owner.of(two.url)).call('POST', `/api/v1/nodes/${nodeId}/poll`);
    one.child.kill('SIGCONT');
    const status = await late;
    await until(
      async () => one.output(),
      (text) => text.includes('another process leads now'),
    );
    expect(leaders()).toBe('1');
    // Refused, or passed on to the one that leads: then it counted once, there.
    await deliver(one, { ...report, ...bytes(17, 19), event_id: 'late' });
    await delay(2_500);
    await (await Owner.of(one.url)).call('POST', `/api/v1/nodes/${nodeId}/poll`);
    const carried = [...node.carried.values()].reduce((a, b) => a + b, 0n);
    for (const server of [one, two]) {
      const { totalBytes } = (await total(server)) as { totalBytes: number };
      expect(BigInt(totalBytes), `late: ${status}`).toBe(carried + 72n);
    }
    expect([leads(one), leads(two)]).toEqual([1, 1]);
  }, 120_000);

  test('a leader that nobody ends but that sleeps loses its lease', async () => {
    const one = await start('one');
    const two = await start('two');
    one.child.kill('SIGSTOP');
    const began = performance.now();
    await until(
      async () => leads(two),
      (count) => count === 1,
    );
    process.stdout.write(`paused: followed after ${Math.round(performance.now() - began)} ms\n`);
    one.child.kill('SIGCONT');
    await until(
      async () => one.output(),
      (text) => text.includes('another process leads now'),
    );
    expect((await send(one, { ...report, ...bytes(5, 7), event_id: 'a' })).status).toBe(200);
    expect(await total(two)).toMatchObject({ rxBytes: 5, txBytes: 7 });
  }, 120_000);

  test('a move is refused while others stand by, on the machine of any of them; nothing is lost', async () => {
    const one = await start('one');
    const two = await start('two');
    expect((await send(two, { ...report, ...bytes(5, 7) })).status).toBe(200);
    // The one that leads looks every two seconds who is there.
    const owner = await Owner.of(one.url);
    await until(
      async () => JSON.stringify(await owner.call('GET', '/api/v1/doctor')),
      (doctor) => doctor.includes('leads; standing by: '),
    );
    for (const who of ['one', 'two']) {
      const { output, code } = await migrate(who);
      expect([code, output], output).toEqual([1, expect.stringContaining('Other Xpert processes use this database')]);
    }
    expect(leads(one)).toBe(1);
    for (const server of [one, two]) expect(await total(server)).toMatchObject({ rxBytes: 5, txBytes: 7 });
    expect(await two.stop()).toBe(0);
    await until(
      async () => (await migrate('one')).output,
      (output) => output.includes('The ledger is in'),
    );
    const moved = await until(
      () => total(one).catch(() => null),
      (found) => found !== null,
    );
    expect(moved).toMatchObject({ rxBytes: 5, txBytes: 7 });
  }, 120_000);

  test('of two that begin at once with different keys one ends, and says why', async () => {
    const both = [start('one'), start('two', { shareKey: false })];
    const said = async () =>
      (await Promise.allSettled(both)).map((each) =>
        each.status === 'fulfilled' ? each.value.output() : String(each.reason),
      );
    await until(said, (texts) => texts.some((text) => /another secret\.key/.test(text)));
    expect((await said()).filter((text) => /another secret\.key/.test(text))).toHaveLength(1);
  }, 60_000);

  test('another secret.key is refused by name, before anything is sealed with it', async () => {
    const one = await start('one');
    await expect(start('two', { shareKey: false })).rejects.toThrow(/another secret\.key[\s\S]*Copy secret\.key/);
    expect((await send(one, { ...report, ...bytes(5, 7) })).status).toBe(200);
    expect(readFileSync(join(folder.path, 'one', 'secret.key'))).not.toEqual(
      readFileSync(join(folder.path, 'two', 'secret.key')),
    );
  }, 60_000);
});
