import { existsSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import type { Handover } from '../core/settings/operations.ts';
import type { HttpApp } from '../http/http-app.ts';
import type { HttpConfig, HttpPorts } from '../http/ports.ts';
import { buildServer } from '../http/server.ts';
import { listenOnSocket } from '../http/socket.ts';
import type { VisitorSeal } from '../http/visitor-seal.ts';
import { createLogger, type Logger } from '../lib/logger.ts';
import { version } from '../lib/version.ts';
import { withBackupOffered } from './backups.ts';
import { compose, type Parts } from './compose.ts';
import type { Config } from './config.ts';
import { type DataFolder, DataFolderInUse, holdDataFolder } from './data-folder.ts';
import { agentProgramPath, openapiPath, webRoot } from './paths.ts';

const WAIT_STEP_MS = 50;
const LONGEST_WAIT_MS = 5_000;

/** The product on its data folder, with nobody listening yet. */
export interface Product extends Parts {
  readonly folder: DataFolder;
  readonly log: Logger;
  /** Serves the API with the owner's rights on a socket file. */
  listenForOwner(path: string): Promise<void>;
  /** Serves panel and API. @returns where */
  listen(): Promise<string>;
  /** Ends everything in order; what was answered is on disk. */
  close(): Promise<void>;
}

interface ProductOptions {
  readonly polling: boolean;
  /** A move asks for the ledger. */
  readonly handOver?: (to: Handover) => void;
}

/**
 * Takes the data folder, opens the ledger and wires everything. With `polling` nodes are polled and the house is kept
 * in order from now on; without, they are read on demand only (the CLI while no server runs).
 */
export async function openProduct(config: Config, options: ProductOptions): Promise<Product> {
  const folder = await hold(config.dataDir, options.polling ? 'server' : 'command');
  const toStderr = logToStderr();
  // A command that opens the folder itself says what it did; its requests are nobody's news.
  const log = options.polling ? toStderr : { ...toStderr, info: () => {} };
  try {
    let url: string | null = null;
    let closeSocket = async () => {};
    const parts = await compose({
      config,
      folder,
      log,
      listening: () => url,
      handOver: options.handOver ?? (() => {}),
    });
    const app = await buildApp(parts.ports, { config, log, localUrl: () => url });
    if (options.polling) parts.begin();
    return {
      ...parts,
      folder,
      log,
      async listenForOwner(path) {
        closeSocket = await listenOnSocket(app, path);
      },
      async listen() {
        url = await app.listen({ host: config.host, port: config.port });
        return url;
      },
      async close() {
        // Whoever still holds a connection (an event stream, a stalled upload) is cut off after a moment.
        const cut = setTimeout(() => app.server.closeAllConnections(), 1_000);
        await Promise.all([app.close(), closeSocket()]);
        clearTimeout(cut);
        await parts.close();
        folder.release();
      },
    };
  } catch (error) {
    folder.release();
    throw withBackupOffered(error, config.dataDir);
  }
}

export function logToStderr(): Logger {
  return createLogger(
    (line) => process.stderr.write(`${line}\n`),
    () => new Date(),
  );
}

interface Served {
  readonly config: Config;
  readonly log: Logger;
  readonly localUrl: () => string | null;
  /** Of other processes on the same ledger, if there are any. */
  readonly among?: Pick<Required<HttpConfig>, 'standingBy' | 'reading'> & { readonly visitors: VisitorSeal };
}

/** Panel and API over the wired product, not yet listening. */
export function buildApp(ports: HttpPorts, { config, log, localUrl, among }: Served): Promise<HttpApp> {
  return buildServer(ports, {
    version,
    trustedProxies: config.trustedProxies,
    basePath: basePathOf(config),
    publicUrl: config.publicUrl,
    localUrl,
    publicHost: config.publicUrl === null ? null : new URL(config.publicUrl).host,
    webhookAuth: config.webhookAuth,
    publicSummary: config.publicSummary,
    legacyLinks: config.legacyLinks,
    webRoot: existsSync(webRoot) ? webRoot : null,
    agentProgramPath,
    openapiPath,
    logger: log,
    ...among,
  });
}

export function basePathOf({ publicUrl }: Pick<Config, 'publicUrl'>): string {
  return publicUrl === null ? '' : new URL(publicUrl).pathname.replace(/\/+$/, '');
}

/** A command that holds the folder is through in a moment; a server that holds it is not waited for. */
export async function hold(path: string, as: 'server' | 'command'): Promise<DataFolder> {
  for (let waitedMs = 0; ; waitedMs += WAIT_STEP_MS) {
    try {
      return holdDataFolder(path, as);
    } catch (error) {
      if (!(error instanceof DataFolderInUse) || !error.isBrief || waitedMs >= LONGEST_WAIT_MS) throw error;
      await delay(WAIT_STEP_MS);
    }
  }
}
