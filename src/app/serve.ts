import { ExpectedError } from '../core/errors.ts';
import type { Config } from './config.ts';
import { ownerSocketPath } from './local-api.ts';
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
  const { databaseUrl } = config;
  if (databaseUrl !== null) return await serveAmongOthers({ ...config, databaseUrl }, onListening);
  const stopping = stopSignal();
  const product = await openProduct(config, { polling: true });
  try {
    const setupToken = await prepareOwner(product.identity, systemClock, config.firstAdmin);
    await product.listenForOwner(ownerSocketPath(config.dataDir));
    const url = await listen(product, config);
    onListening();
    process.stdout.write(greeting(url, config, setupToken));
    const notice = openWebhookNotice(config);
    if (notice !== null) product.log.warn({ hint: notice.hint }, notice.message);
    await stopping;
    // Not unref'd on purpose: it is what ends a process that hangs.
    setTimeout(() => process.exit(0), LONGEST_STOP_MS);
  } finally {
    await product.close();
  }
  process.exit(0);
}

/** Several processes may work on a database: one of them leads, the others stand by. */
async function serveAmongOthers(
  config: Config & { readonly databaseUrl: string },
  onListening: () => void,
): Promise<void> {
  const { RunningProcess } = await import('./processes/running-process.ts');
  const stopping = stopSignal();
  const folder = await hold(config.dataDir, 'server');
  void stopping.then(() => setTimeout(() => process.exit(0), LONGEST_STOP_MS));
  try {
    await new RunningProcess({ config, folder, log: logToStderr() }).run(stopping, onListening);
  } catch (error) {
    throw notListening(error, config) ?? error;
  } finally {
    folder.release();
  }
  process.exit(0);
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
