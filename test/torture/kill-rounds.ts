import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { freePort, startServer, type TestServer, temporaryFolder } from '../support/server.ts';
import { addFigures, audit, type Book, type Figures, NOTHING_WRONG } from './books.ts';
import { FileNode, Owner, random, startSenders } from './load.ts';

const SENDERS = 24;

/**
 * Kills the server as a power cut would, again and again under mixed load: reports with and without ids, streams, polls
 * of a node, resets and their undoing, cleanups, new owners of peers, backups. Everything is compared after each start.
 */
export async function killRounds(rounds: number): Promise<Figures> {
  const folder = temporaryFolder('torture-kill');
  const file = join(folder.path, 'traffic_stats.db');
  const node = new FileNode(join(folder.path, 'node.txt'));
  const port = await freePort();
  const book: Book = new Map();
  let figures = NOTHING_WRONG;
  let server: TestServer | null = null;
  try {
    server = await startServer({ dataDir: folder.path, port });
    const nodeId = await (await Owner.of(server.url)).addFileNode(node.path);
    for (let round = 0; round < rounds; round++) {
      const life = startLife({ port, book }, node, server, round);
      await delay(50 + random(700));
      await server.kill();
      life.stop();
      server = await startServer({ dataDir: folder.path, port });
      await life.finished;
      const owner = await Owner.of(server.url);
      node.write();
      await owner.call('POST', `/api/v1/nodes/${nodeId}/poll`);
      // A read waits for everything that was answered.
      await owner.call('GET', '/api/v1/usage/summary?days=30');
      figures = addFigures(figures, audit(file, book, node.carried));
      removeOldBackups(folder.path);
    }
    if ((await server.stop()) !== 0) throw new Error(`it did not end in order:\n${server.output()}`);
    server = null;
    return addFigures(figures, audit(file, book, node.carried));
  } finally {
    await server?.kill();
    folder.remove();
  }
}

function startLife(place: { port: number; book: Book }, node: FileNode, server: TestServer, round: number) {
  let open = true;
  const senders = startSenders(place, SENDERS, round);
  const carrying = (async () => {
    for (; open; await delay(20)) node.carry();
  })();
  const meddling = (async () => {
    const owner = await Owner.of(server.url).catch(() => null);
    // Broken off by the end of the process: what was answered is what counts, and senders hold that.
    while (open && owner !== null) await owner.meddle().catch(() => delay(5));
  })();
  const stop = () => {
    open = false;
    senders.stopNew();
  };
  return { stop, finished: Promise.all([senders.finished, carrying, meddling]) };
}

function removeOldBackups(dataDir: string): void {
  const backups = join(dataDir, 'backups');
  try {
    for (const name of readdirSync(backups).slice(0, -3)) rmSync(join(backups, name), { force: true });
  } catch {
    // None was written yet.
  }
}
