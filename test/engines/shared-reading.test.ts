import { copyFileSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { writeNodeFile } from '../support/node-file.ts';
import { PostgresServer } from '../support/postgres.ts';
import { startServer, type TestServer, temporaryFolder } from '../support/server.ts';
import { Owner } from '../torture/load.ts';

const folder = temporaryFolder('shared-reading');
let database: PostgresServer;
const servers: TestServer[] = [];

beforeAll(async () => {
  database = await PostgresServer.start();
});

afterAll(async () => {
  for (const server of servers) {
    server.child.kill('SIGCONT');
    await server.kill();
  }
  await database.stop();
  folder.remove();
});

/** Nodes with one peer each that download thirty times what they upload. */
class Fleet {
  readonly #carried: number[];
  #ticks = 1_000;

  constructor(count: number) {
    this.#carried = Array.from({ length: count }, () => 0);
    this.#write();
  }

  path(node: number): string {
    return join(folder.path, `node-${node}.txt`);
  }

  carry(): void {
    for (const node of this.#carried.keys()) this.#carried[node] = (this.#carried[node] ?? 0) + 1_000 + node;
    this.#write();
  }

  get sums(): { readonly rxBytes: number; readonly txBytes: number } {
    const rxBytes = this.#carried.reduce((sum, bytes) => sum + bytes, 0);
    return { rxBytes, txBytes: 30 * rxBytes };
  }

  #write(): void {
    this.#ticks += 1;
    for (const [node, bytes] of this.#carried.entries())
      writeNodeFile(this.path(node), [{ name: `peer-${node}`, rx: bytes, tx: 30 * bytes }], this.#ticks, `wg ${node}`);
  }
}

async function start(who: string, url: string): Promise<TestServer> {
  const dataDir = join(folder.path, who);
  mkdirSync(dataDir, { recursive: true });
  if (who !== 'one') copyFileSync(join(folder.path, 'one', 'secret.key'), join(dataDir, 'secret.key'));
  const server = await startServer({ dataDir, env: { XPERT_DATABASE_URL: url }, readyPath: '/readyz' });
  servers.push(server);
  return server;
}

/** Asks until it is so. @returns after how long, ms */
async function until(isSo: () => Promise<boolean>, mostMs = 60_000): Promise<number> {
  const began = performance.now();
  while (!(await isSo())) {
    if (performance.now() - began > mostMs) throw new Error('it is not so in time');
    await delay(50);
  }
  return performance.now() - began;
}

test('a process that stands by reads nodes for the one that leads; paused, killed or back again, every byte counts once', async () => {
  const nodes = 16;
  const url = database.newDatabase();
  const fleet = new Fleet(nodes);
  const one = await start('one', url);
  const owner = await Owner.of(one.url);
  for (let node = 0; node < nodes; node++)
    await owner.call('POST', '/api/v1/nodes', {
      ...{ name: `node-${node}`, kind: 'wireguard', options: { transport: 'file', path: fleet.path(node) } },
      ...{ pollIntervalSeconds: 1, opening: 'count', usersPolicy: 'none' },
    });

  const booked = async () =>
    (await owner.call<{ traffic: object }>('GET', '/api/v1/usage/summary?days=30')).traffic as typeof fleet.sums;
  const isBooked = async () => {
    const { rxBytes, txBytes } = await booked();
    expect(rxBytes).toBeLessThanOrEqual(fleet.sums.rxBytes);
    return rxBytes === fleet.sums.rxBytes && txBytes === fleet.sums.txBytes;
  };
  const elsewhere = async () => {
    const metrics = await owner.text('/metrics');
    return Number(/^xpert_nodes_read_elsewhere (\d+)$/m.exec(metrics)?.[1]);
  };
  fleet.carry();
  await until(isBooked);
  expect(await elsewhere()).toBe(0);

  const two = await start('two', url);
  await until(async () => (await elsewhere()) > 0);
  fleet.carry();
  await until(isBooked);
  let shared = 0;
  await until(async () => {
    shared = await elsewhere();
    return shared > 0;
  });
  expect(shared).toBeLessThan(nodes);

  two.child.kill('SIGSTOP');
  fleet.carry();
  const paused = await until(isBooked, 30_000);
  two.child.kill('SIGCONT');
  fleet.carry();
  await until(isBooked);

  await two.kill();
  fleet.carry();
  const killed = await until(isBooked, 30_000);
  await until(async () => (await elsewhere()) === 0);

  const three = await start('three', url);
  await until(async () => (await elsewhere()) > 0);
  fleet.carry();
  await until(isBooked);
  await one.kill();
  const heir = await Owner.of(three.url);
  fleet.carry();
  await until(async () => {
    const { traffic } = await heir
      .call<{ traffic: typeof fleet.sums }>('GET', '/api/v1/usage/summary?days=30')
      .catch(() => ({ traffic: { rxBytes: 0, txBytes: 0 } }));
    return traffic.rxBytes === fleet.sums.rxBytes && traffic.txBytes === fleet.sums.txBytes;
  });
  process.stderr.write(
    `${shared} of ${nodes} nodes read elsewhere; all read again ${Math.round(paused)} ms after the reader was paused, ${Math.round(killed)} ms after it was killed\n`,
  );
}, 240_000);
