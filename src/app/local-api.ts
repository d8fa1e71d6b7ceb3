import { openSync } from 'node:fs';
import { connect } from 'node:net';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { ExpectedError } from '../core/errors.ts';
import type { Config } from './config.ts';

/** The owner's way in from this machine: the HTTP API on a socket in the data folder. */
export interface LocalApi {
  readonly socketPath: string;
  /** False: no server runs, this process holds the data folder itself. */
  readonly serverRuns: boolean;
  close(): Promise<void>;
}

/** Where a running server listens for its owner. */
export function ownerSocketPath(dataDir: string): string {
  return shortPath(join(dataDir, 'xpert.sock'));
}

/** A server that is just starting holds the lock before it listens. */
const STARTING_MS = 5_000;

/** One that opens the ledger anew does not listen meanwhile. */
const OPENING_MS = 60_000;

/**
 * Reaches the running server, or else opens the product in this very process without listening on any port. `isServed`: a server
 * is about to listen; it is waited for, and not kept out.
 */
export async function openLocalApi(config: Config, isServed = false): Promise<LocalApi> {
  const socketPath = ownerSocketPath(config.dataDir);
  for (let waitedMs = 0; ; waitedMs += 100) {
    if (await answers(socketPath)) return { socketPath, serverRuns: true, close: async () => {} };
    if (isServed) {
      if (waitedMs >= OPENING_MS) throw new Error('The server does not answer.');
      await delay(100);
      continue;
    }
    try {
      const { openProduct } = await import('./product.ts');
      const product = await openProduct(config, { polling: false });
      const path = join(product.folder.runDirectory, 'xpert.sock');
      await product.listenForOwner(path);
      return { socketPath: path, serverRuns: false, close: () => product.close() };
    } catch (error) {
      if (!isInUse(error) || waitedMs >= STARTING_MS) throw error;
      await delay(100);
    }
  }
}

/** Told by its code: its class would load the database, which a command that talks to a server does not need. */
function isInUse(error: unknown): boolean {
  return error instanceof ExpectedError && error.code === 'data-folder-in-use';
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

/** The path of a Unix socket has at most 107 bytes (unix(7)); a longer one is reached through its open folder. */
function shortPath(path: string): string {
  if (Buffer.byteLength(path) <= 107) return path;
  try {
    return `/proc/self/fd/${openSync(dirname(path), 'r')}/${path.slice(dirname(path).length + 1)}`;
  } catch {
    return path;
  }
}
