import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, copyFileSync, mkdirSync, openSync, rmSync, statSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { driverPackage, Sqlite } from '../../src/lib/sqlite.ts';
import { freePort, root, startServer, temporaryFolder } from '../support/server.ts';
import { audit, type Book, type Figures } from './books.ts';
import { deliver, FileNode, Owner, startSenders } from './load.ts';

const PROBE = {
  user_token: 'without-id-probe',
  server: 'vpn.example.com',
  port: 443,
  protocol: 'vless',
  bytes_uploaded: 1,
};

/** The disk of the data folder fills up under load, and has room again. Nothing but room is needed to go on. */
export async function diskFull(): Promise<Figures> {
  const folder = temporaryFolder('torture-full');
  const port = await freePort();
  const book: Book = new Map();
  // A file system of its own, seen by this process through the server's own view of it. It has more room than the
  // write-ahead log takes before it is written back (16 MiB): the filler is what fills it.
  const mount = ['unshare', '--mount', '--propagation', 'private', 'sh', '-c'];
  const wrap = [...mount, `mount -t tmpfs -o size=64m,mode=700 tmpfs '${folder.path}' && exec "$@"`, 'sh'];
  const server = await startServer({ dataDir: folder.path, port, wrap });
  const inside = `/proc/${server.child.pid}/root${folder.path}`;
  try {
    const node = new FileNode(join(folder.path, '../', `${folder.path.split('/').at(-1)}.node`));
    const nodeId = await (await Owner.of(server.url)).addFileNode(node.path);
    const senders = startSenders({ port, book }, 12, 0);
    await delay(500);
    fill(join(inside, 'filler'));
    const refusal = await untilRefused(port);
    if (!refusal.includes('disk-full')) throw new Error(`a full disk is told as ${refusal}`);
    await delay(1_000);
    rmSync(join(inside, 'filler'));
    await deliver(port, PROBE, true);
    await delay(500);
    senders.stopNew();
    await senders.finished;
    const owner = await Owner.of(server.url);
    node.carry();
    await owner.call('POST', `/api/v1/nodes/${nodeId}/poll`);
    await owner.call('GET', '/api/v1/usage/summary?days=30');
    rmSync(node.path);
    // SQLite resolves that way into the namespace to a path outside: it gets a copy, made while nothing is written.
    const copy = join(folder.path, 'copy.db');
    for (const rest of ['', '-wal']) copyFileSync(join(inside, `traffic_stats.db${rest}`), copy + rest);
    return audit(copy, book, node.carried);
  } finally {
    await server.kill();
    folder.remove();
  }
}

function fill(path: string): void {
  const file = openSync(path, 'w');
  try {
    for (let size = 2 ** 16; size >= 512; ) {
      try {
        writeSync(file, Buffer.alloc(size));
      } catch {
        size /= 2;
      }
    }
  } finally {
    closeSync(file);
  }
}

async function untilRefused(port: number): Promise<string> {
  for (const deadline = Date.now() + 30_000; Date.now() < deadline; await delay(20)) {
    const answer = await fetch(`http://127.0.0.1:${port}/api/xpert/traffic-webhook`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(PROBE),
    });
    const text = await answer.text();
    if (answer.status === 503) return text;
  }
  throw new Error('a full disk was never told');
}

/** Another process holds the write lock: senders wait and lose nothing, readers are served. */
export async function lockHeld(seconds: number): Promise<Figures> {
  const folder = temporaryFolder('torture-lock');
  const port = await freePort();
  const book: Book = new Map();
  const server = await startServer({ dataDir: folder.path, port });
  const file = join(folder.path, 'traffic_stats.db');
  try {
    const owner = await Owner.of(server.url);
    const senders = startSenders({ port, book }, 12, 0);
    await delay(300);
    const holder = spawn(process.execPath, ['--input-type=module', '-e', HOLD, file, String(seconds)], {
      cwd: root,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    await once(holder.stdout, 'data');
    const health = await fetch(`${server.url}/healthz`);
    if (health.status !== 200) throw new Error(`healthz answers ${health.status} while the ledger is locked`);
    await once(holder, 'close');
    await deliver(port, PROBE, true);
    await delay(300);
    senders.stopNew();
    await senders.finished;
    await owner.call('GET', '/api/v1/usage/summary?days=30');
    return audit(file, book, new Map());
  } finally {
    await server.kill();
    folder.remove();
  }
}

const HOLD = `
  import Sqlite from '${driverPackage}';
  const [file, seconds] = process.argv.slice(1);
  const db = new Sqlite(file, { timeout: 20000 });
  db.exec('BEGIN IMMEDIATE');
  process.stdout.write('held');
  setTimeout(() => { db.exec('ROLLBACK'); db.close(); }, Number(seconds) * 1000);
`;

/** @returns what the process said when it was started on a ledger that it cannot write */
export async function readOnlyDatabase(): Promise<string> {
  const folder = temporaryFolder('torture-read-only');
  const ledger = join(folder.path, 'ledger');
  mkdirSync(ledger);
  const env = { XPERT_TRAFFIC_DB_PATH: join(ledger, 'traffic.db') };
  try {
    const first = await startServer({ dataDir: folder.path, env });
    await first.stop();
    const mount = `mount --bind '${ledger}' '${ledger}' && mount -o remount,ro,bind '${ledger}' && exec "$@"`;
    const wrap = ['unshare', '--mount', '--propagation', 'private', 'sh', '-c', mount, 'sh'];
    return await failedStart(startServer({ dataDir: folder.path, env, wrap }));
  } finally {
    folder.remove();
  }
}

/** Pages of the ledger are overwritten. @returns what the process said at its start, and the path of the backup there is */
export async function corruptedPage(): Promise<{ readonly said: string; readonly backup: string }> {
  const folder = temporaryFolder('torture-corrupt');
  try {
    const server = await startServer({ dataDir: folder.path });
    for (let n = 0; n < 50; n++) await deliver(server.port, { ...PROBE, event_id: `event-${n}` }, true);
    const { path: backup } = await (await Owner.of(server.url)).call<{ path: string }>('POST', '/api/v1/backups');
    await server.stop();
    const file = join(folder.path, 'traffic_stats.db');
    const db = new Sqlite(file);
    db.pragma('wal_checkpoint(TRUNCATE)');
    const page = Number(db.prepare("SELECT rootpage FROM sqlite_schema WHERE name = 'alive'").pluck().get());
    db.close();
    const size = statSync(file).size;
    const handle = openSync(file, 'r+');
    writeSync(handle, Buffer.alloc(4096, 0xa5), 0, 4096, (page - 1) * 4096);
    closeSync(handle);
    const said = await failedStart(startServer({ dataDir: folder.path }));
    if (statSync(file).size !== size) throw new Error('the damaged file was changed');
    return { said, backup };
  } finally {
    folder.remove();
  }
}

async function failedStart(starting: ReturnType<typeof startServer>): Promise<string> {
  try {
    const server = await starting;
    await server.kill();
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
  throw new Error('the server has started all the same');
}
