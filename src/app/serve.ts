import { ExpectedError } from '../core/errors.ts';
import type { Handover } from '../core/settings/operations.ts';
import type { Config } from './config.ts';
import { ownerSocketPath } from './local-api.ts';
import { waitForMove } from './moving/waiting-room.ts';
import { greeting, prepareOwner } from './owner-setup.ts';
import { hold, logToStderr, openProduct, type Product } from './product.ts';
import { openWebhookNotice } from './product-notices.ts';
import { stopSignal } from './stop-signal.ts';
import { systemClock } from './system-clock.ts';

/** Whatever hangs, the process ends this long after it was asked to. */
const LONGEST_STOP_MS = 4_500;

/**
 * Serves until SIGTERM or SIGINT, then ends the process with exit code 0. `onListening`: everything is loaded and requests are
 * taken from now on. Rejects if it cannot start.
 */
export async function serve(config: Config, onListening: () => void = () => {}): Promise<void> {
  nameUnknown(config);
  const stopping = stopSignal();
  // Not unref'd on purpose: it is what ends a process that hangs.
  void stopping.then(() => setTimeout(() => process.exit(0), LONGEST_STOP_MS));
  let place: Config | null = config;
  while (place !== null) {
    const { databaseUrl } = place as Config;
    const asked: Asked | null =
      databaseUrl === null
        ? await serveAlone(stopping, place, onListening)
        : await serveAmongOthers(stopping, { ...place, databaseUrl }, onListening);
    place = asked === null ? null : await waitForMove({ ...place, port: asked.port }, asked.handover, stopping);
  }
  process.exit(0);
}

/** A misspelt variable would else do nothing without a word. */
function nameUnknown({ unknownVariables }: Config): void {
  const hint = 'Correct its name (the README has all of them), or take it out of the environment or .env.';
  for (const name of unknownVariables)
    logToStderr().warn({ hint }, `${name} is no variable of Xpert; it does nothing.`);
}

interface Asked {
  readonly handover: Handover;
  /** Where it listened, also if any port was fine. */
  readonly port: number;
}

/** @returns null when it was asked to stop, else the move that asked for the ledger */
async function serveAlone(stopping: Promise<void>, config: Config, onListening: () => void): Promise<Asked | null> {
  let handOver: (to: Handover) => void = () => {};
  const asked = new Promise<Handover>((resolve) => {
    handOver = resolve;
  });
  const product = await openProduct(config, { polling: true, handOver: (to) => handOver(to) });
  try {
    const setupToken = await prepareOwner(product.identity, systemClock, config.firstAdmin);
    await product.listenForOwner(ownerSocketPath(config.dataDir));
    const url = await listen(product, config);
    onListening();
    process.stdout.write(greeting(url, config, setupToken));
    const notice = openWebhookNotice(config);
    if (notice !== null) product.log.warn({ hint: notice.hint }, notice.message);
    const port = Number(new URL(url).port || config.port);
    return await Promise.race([stopping.then(() => null), asked.then((handover) => ({ handover, port }))]);
  } finally {
    await product.close();
  }
}

/** Several processes may work on a database: one of them leads, the others stand by. @returns as `serveAlone` */
async function serveAmongOthers(
  stopping: Promise<void>,
  config: Config & { readonly databaseUrl: string },
  onListening: () => void,
): Promise<Asked | null> {
  const { RunningProcess } = await import('./processes/running-process.ts');
  const folder = await hold(config.dataDir, 'server');
  let asked: Asked | null = null;
  let handOver: (handover: Handover) => void = () => {};
  const ended = new Promise<void>((resolve) => {
    void stopping.then(resolve);
    handOver = (handover) => {
      asked = { handover, port: config.port };
      resolve();
    };
  });
  try {
    await new RunningProcess({ config, folder, log: logToStderr(), handOver }).run(ended, onListening);
  } catch (error) {
    throw notListening(error, config) ?? error;
  } finally {
    folder.release();
  }
  return asked;
}

async function listen(product: Product, config: Config): Promise<string> {
  try {
    return await product.listen();
  } catch (cause) {
    throw notListening(cause, config) ?? cause;
  }
}

/** Null: it failed for another reason. */
function notListening(cause: unknown, { host, port }: Config): ExpectedError | null {
  const code = cause instanceof Error && 'code' in cause ? cause.code : null;
  if (code === 'EADDRINUSE')
    return new ExpectedError('address-in-use', `Another program listens on ${host}:${port} already.`, {
      hint: `Stop it (ss -ltnp 'sport = :${port}' names it), or choose another port: XPERT_PORT=…`,
      cause,
    });
  if (code === 'EADDRNOTAVAIL' || code === 'EACCES' || code === 'ENOTFOUND')
    return new ExpectedError('address-not-available', `Xpert cannot listen on ${host}:${port} (${code}).`, {
      hint: 'Correct XPERT_HOST and XPERT_PORT; ports below 1024 need root.',
      cause,
    });
  return null;
}
