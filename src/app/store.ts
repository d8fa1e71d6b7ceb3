import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { LedgerFailure } from '../core/errors.ts';
import type { SecretBox } from '../core/identity/secret-box.ts';
import type { Clock } from '../core/units/clock.ts';
import { KeyFileBox } from '../lib/key-file-box.ts';
import type { Logger } from '../lib/logger.ts';
import { randomId } from '../lib/random-id.ts';
import { CommitMark } from '../storage/postgres/commit-mark.ts';
import type { PostgresAddress } from '../storage/postgres/connections.ts';
import type { Election } from '../storage/postgres/kept-writer.ts';
import type { MirroredLedger, Stores } from '../storage/sql/stores.ts';
import { filesOfMove, isArrivingOnly, removeArriving } from '../storage/sqlite/arrival.ts';
import { unmovedIn, whereMoved } from '../storage/sqlite/database.ts';
import { openSqliteStore } from '../storage/sqlite/sqlite-store.ts';
import type { Config } from './config.ts';
import { distFolder } from './paths.ts';

/** Everything the product keeps. */
export type Store = Stores;

/** 16 of 62 characters are 95 bits: ids cannot be guessed and do not collide. */
const ID_LENGTH = 16;

/** Seals what is secret in the ledger with a key beside it. */
export function openSecretBox(config: Pick<Config, 'dataDir'>): KeyFileBox {
  return new KeyFileBox(join(config.dataDir, 'secret.key'));
}

/** Opens the ledger that the configuration names; with `among` when this process leads. @throws LedgerFailure */
export async function openStore(
  config: Config,
  clock: Clock,
  secretBox: SecretBox,
  log: Logger,
  among: Among | null = null,
): Promise<Store> {
  const { databasePath: path, databaseUrl: url, timeZone } = config;
  const common = { clock, secretBox, newId: () => randomId(ID_LENGTH) };
  if (url !== null) return await openPostgres({ ...common, timeZone }, { ...config, url, log, among });
  if (isArrivingOnly(path)) throw brokenOff(path);
  return await openSqliteStore({
    ...common,
    path,
    // The system's zone counts at the very first start only: later it may change without anybody meaning it.
    timeZone: timeZone ?? (existsSync(path) ? null : Intl.DateTimeFormat().resolvedOptions().timeZone),
    workers: { writer: worker('sqlite-writer'), reader: worker('sqlite-reader') },
  });
}

type Common = Pick<Parameters<typeof openSqliteStore>[0], 'clock' | 'newId' | 'timeZone'> & { secretBox: SecretBox };

/** Several processes on one database. */
export interface Among {
  readonly election: Election;
  readonly mark: CommitMark;
}

interface Remote {
  readonly among: Among | null;
  readonly url: string;
  readonly clickhouseUrl: string | null;
  readonly clickhouseCluster: string | null;
  readonly dataDir: string;
  readonly databasePath: string;
  readonly log: Logger;
}

/** Loaded only where it is used. */
async function openPostgres(common: Common, remote: Remote): Promise<Store> {
  const { url, dataDir, databasePath, log, among } = remote;
  const { openPostgresStore } = await import('../storage/postgres/postgres-store.ts');
  const address = { url, socket: socketWorker() };
  if (existsSync(databasePath) && whereMoved(databasePath) === null) {
    await refuseUnmoved(address, databasePath);
    log.warn({ path: databasePath }, 'this file is not used: PostgreSQL holds the ledger');
  }
  const options = {
    ...common,
    address,
    workers: { writer: worker('postgres-writer'), reader: worker('postgres-reader') },
    mark: among?.mark ?? commitMarkPath(dataDir),
    election: among?.election ?? null,
    onLost: (failure: LedgerFailure) => log.error({ code: failure.code, hint: failure.hint }, failure.message),
    onRegained: (ms: number) => log.info({ lostForMs: Math.round(ms) }, 'the connection to PostgreSQL is there again'),
    ...(await mirrorOf(remote)),
  };
  const opened = async (): Promise<Store> => {
    try {
      return await openPostgresStore(options);
    } catch (error) {
      if (!(await settleMove(error, address, databasePath))) throw error;
      return await openPostgresStore(options);
    }
  };
  const store = await opened();
  if (remote.clickhouseUrl === null) await forgetMirror(url, log);
  return store;
}

/** Changes that nobody fetches any more are not noted any more. */
async function forgetMirror(url: string, log: Logger): Promise<void> {
  try {
    const { endMirror } = await import('../storage/postgres/outbox.ts');
    if (await endMirror(url)) log.warn({}, 'history is not mirrored any more: XPERT_CLICKHOUSE_URL is not set');
  } catch (error) {
    log.error({ err: error }, 'the mirror of history could not be ended: changes are still noted for it');
  }
}

/** File of the last commit that this Xpert knows of. */
export function commitMarkPath(dataDir: string): string {
  return join(dataDir, 'last-commit.json');
}

/** Loaded only where it is used. A mirror that is not kept any more is ended when the ledger is open. */
async function mirrorOf({ url, clickhouseUrl, clickhouseCluster, log }: Remote) {
  if (clickhouseUrl === null) return {};
  const { PostgresOutbox } = await import('../storage/postgres/outbox.ts');
  const { openClickHouseMirror } = await import('../storage/clickhouse/open-mirror.ts');
  const options = {
    url: clickhouseUrl,
    cluster: clickhouseCluster,
    outbox: new PostgresOutbox(url),
    onFailure: (failure: unknown) => {
      if (failure === null) log.info({}, 'history is shipped to ClickHouse again');
      else log.error({ err: failure }, 'history cannot be shipped to ClickHouse');
    },
    onRestart: () => log.warn({}, 'ClickHouse does not hold the history that it took: all days are sent again'),
  };
  return { openMirror: (ledger: MirroredLedger) => openClickHouseMirror(options, ledger) };
}

/** Where nothing is in the database yet, a ledger in the file is meant: one that began beside it could not be joined to it. */
async function refuseUnmoved(address: PostgresAddress, path: string): Promise<void> {
  const unmoved = unmovedIn(path);
  if (unmoved === null) return;
  const { isEmpty } = await import('../storage/postgres/connections.ts');
  if (!isEmpty(address)) return;
  const what = `The ledger in ${path} has not moved to PostgreSQL, where the database is empty.`;
  const first =
    unmoved === 'original' ? 'Start Xpert once without XPERT_DATABASE_URL: it takes the file over. Then run' : 'Run';
  throw new LedgerFailure('ledger-not-moved', what, {
    hint: `${first} \`xpert migrate\`, which moves it there; or set the file aside to begin with nothing. Nothing was changed.`,
  });
}

/** A move broke off between the commit that decided and the last one, or before it. @returns true: the database is the ledger */
async function settleMove(error: unknown, address: PostgresAddress, path: string): Promise<boolean> {
  if (!(error instanceof LedgerFailure)) return false;
  if (error.code === 'ledger-leaving') return await settleDepartures(address, path);
  if (error.code !== 'ledger-arriving') return false;
  const moved = whereMoved(path);
  if (moved === null) return false;
  const { finishArrival } = await import('../storage/postgres/arrival.ts');
  return finishArrival(address, moved);
}

/** Decides a move out of the database that broke off, by the files here. @returns true: the database is the ledger */
export async function settleDepartures(address: PostgresAddress, path: string): Promise<boolean> {
  const { settleDeparture } = await import('../storage/postgres/departure.ts');
  const isHere = settleDeparture(address, filesOfMove(path)) === 'stayed';
  if (isHere) removeArriving(path);
  return isHere;
}

/** Of the last commit in a database that is known in this folder. */
export function rememberCommit(dataDir: string, seen: Parameters<CommitMark['saw']>[0]): void {
  const mark = new CommitMark(commitMarkPath(dataDir), () => performance.now());
  mark.saw(seen);
  mark.write();
}

/** Without this a new ledger would begin beside the one in the database. */
function brokenOff(path: string): LedgerFailure {
  return new LedgerFailure('ledger-arriving', `A ledger was being moved into ${path}, and not all of it is there.`, {
    hint: 'Start Xpert with XPERT_DATABASE_URL as before, or run `xpert migrate --to sqlite` with it again.',
  });
}

/** The thread that holds sockets of PostgreSQL. */
export function socketWorker(): string {
  return worker('postgres-socket').href;
}

function worker(name: string): URL {
  return pathToFileURL(join(distFolder, `${name}.mjs`));
}
