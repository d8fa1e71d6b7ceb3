import { rmSync } from 'node:fs';
import { connect, createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { ExpectedError } from '../../core/errors.ts';

/**
 * Holds a folder for this process alone: by listening on a socket in it, which dies with the process. (The lock of the
 * data folder needs the database, which an agent does not carry.) @returns what lets it go
 */
export async function holdFolder(folder: string): Promise<() => Promise<void>> {
  const path = join(folder, 'lock');
  if (await answers(path))
    throw new ExpectedError('agent-folder-in-use', `Another agent already works on ${folder}.`, {
      hint: 'Stop it, or give this one another folder: XPERT_AGENT_DIR=…',
    });
  // What a killed agent left.
  rmSync(path, { force: true });
  const server = createServer((socket) => socket.destroy());
  await listen(server, path, folder);
  server.unref();
  return () => new Promise((resolve) => server.close(() => resolve()));
}

function listen(server: Server, path: string, folder: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (cause) =>
      reject(
        new ExpectedError('agent-folder-unusable', `The folder ${folder} cannot be used: ${cause.message}.`, {
          hint: 'Make it writable for the user that runs the agent, or set XPERT_AGENT_DIR to another, shorter one.',
          cause,
        }),
      ),
    );
    server.listen(path, resolve);
  });
}

function answers(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(path);
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}
