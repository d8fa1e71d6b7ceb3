import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { freePort, root, startServer, type TestServer, temporaryFolder } from '../support/server.ts';
import { audit, type Book, type Figures } from './books.ts';
import { FileNode, Owner, startSenders } from './load.ts';

const run = promisify(execFile);

/**
 * Under load a backup is written, much is counted after it, the server is killed and the backup restored, while senders
 * go on repeating what was not answered. What the restored ledger cannot know lies in the interval that it names.
 */
export async function restoreUnderLoad(secondsAfterBackup: number): Promise<Figures> {
  const folder = temporaryFolder('torture-restore');
  const node = new FileNode(join(folder.path, 'node.txt'));
  const port = await freePort();
  const book: Book = new Map();
  let server: TestServer | null = await startServer({ dataDir: folder.path, port });
  try {
    let owner = await Owner.of(server.url);
    const nodeId = await owner.addFileNode(node.path);
    const senders = startSenders({ port, book }, 24, 0);
    let carrying = true;
    const carried = (async () => {
      for (; carrying; await delay(20)) node.carry();
    })();
    await delay(1_000);
    const { path } = await owner.call<{ path: string }>('POST', '/api/v1/backups');
    await delay(secondsAfterBackup * 1_000);
    await server.kill();
    server = null;
    const env = { ...process.env, XPERT_DATA_DIR: folder.path };
    const { stdout } = await run(process.execPath, [join(root, 'dist/xpert.mjs'), 'restore', path, '--json'], {
      env,
      cwd: folder.path,
    });
    const restoredMs = Date.now();
    const { missingFrom } = JSON.parse(stdout) as { missingFrom: string };
    server = await startServer({ dataDir: folder.path, port });
    await delay(1_000);
    senders.stopNew();
    await senders.finished;
    carrying = false;
    await carried;
    owner = await Owner.of(server.url);
    node.write();
    await owner.call('POST', `/api/v1/nodes/${nodeId}/poll`);
    await owner.call('GET', '/api/v1/usage/summary?days=30');
    // Answers on their way when the backup was made are a moment older than its last commit.
    const missing = [{ fromMs: Date.parse(missingFrom), toMs: restoredMs }];
    return audit(join(folder.path, 'traffic_stats.db'), book, node.carried, missing);
  } finally {
    await server?.kill();
    folder.remove();
  }
}
