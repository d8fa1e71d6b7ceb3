import { chmodSync, rmSync } from 'node:fs';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { Socket } from 'node:net';
import type { HttpApp } from './http-app.ts';

/** Connections that came over the owner's socket; whoever may open that file has the owner's rights. */
export const localOwnerSockets = new WeakSet<Socket>();

/**
 * Serves the same routes on a Unix socket that only the owner of the process can open (0600). Call it only while
 * holding the data folder's lock: a socket file left by a killed process is removed.
 * @returns what ends it; the file goes with it
 */
export async function listenOnSocket(app: HttpApp, path: string): Promise<() => Promise<void>> {
  await app.ready();
  return await serveOnSocket((request, response) => app.routing(request, response), path);
}

/** The same for whatever answers. */
export async function serveOnSocket(answer: RequestListener, path: string): Promise<() => Promise<void>> {
  const server = createServer(answer);
  server.on('connection', (socket) => localOwnerSockets.add(socket));
  rmSync(path, { force: true });
  await listenPrivately(server, path);
  chmodSync(path, 0o600);
  return () => {
    return new Promise((resolve) => {
      server.close(() => resolve());
      server.closeIdleConnections();
    });
  };
}

/** The file is never open to others, not even between bind and chmod; bind happens within the call of `listen`. */
function listenPrivately(server: Server, path: string): Promise<void> {
  const umask = process.umask(0o177);
  try {
    return new Promise((resolve, reject) => {
      server.once('error', reject);
      server.listen(path, resolve);
    });
  } finally {
    process.umask(umask);
  }
}
