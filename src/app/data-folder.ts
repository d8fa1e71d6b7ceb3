import { chmodSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ExpectedError } from '../core/errors.ts';
import { type Database, Sqlite } from '../lib/sqlite.ts';
import { makeRunDirectory, removeAbandoned } from './run-directory.ts';

/** Another process works on this data folder. */
export class DataFolderInUse extends ExpectedError {
  /** A command holds it, not a server: it will be free in a moment. */
  readonly isBrief: boolean;

  constructor(path: string, holder: Holder | null) {
    const pid = holder?.pid ?? null;
    const who = pid === null ? 'Another Xpert process' : `Xpert with process id ${pid}`;
    super('data-folder-in-use', `${who} already works on the data folder ${path}.`, {
      hint: `Stop it${pid === null ? '' : ` (kill ${pid})`}, or give this one another folder: XPERT_DATA_DIR=…`,
      details: { pid, path },
    });
    this.isBrief = holder?.isCommand === true;
  }
}

interface Holder {
  readonly pid: string;
  readonly isCommand: boolean;
  readonly runDirectory: string | undefined;
}

/** The data folder, held by this process alone until `release` or the end of the process, however it ends. */
export interface DataFolder {
  readonly path: string;
  /** For sockets and other files of this process only; removed with the lock. Short, because socket paths are. */
  readonly runDirectory: string;
  release(): void;
}

/** Makes the folder if needed and takes its lock. @throws DataFolderInUse, ExpectedError `data-folder-unusable` */
export function holdDataFolder(path: string, as: 'server' | 'command'): DataFolder {
  const lock = takeLock(path);
  const holderFile = join(path, 'xpert.holder');
  removeAbandoned(holderOf(path)?.runDirectory);
  const runDirectory = makeRunDirectory(path);
  writeFileSync(holderFile, `${process.pid} ${as} ${runDirectory}\n`);
  const removeRunDirectory = () => rmSync(runDirectory, { recursive: true, force: true });
  process.once('exit', removeRunDirectory);
  return {
    path,
    runDirectory,
    release() {
      rmSync(holderFile, { force: true });
      removeRunDirectory();
      process.off('exit', removeRunDirectory);
      // Last: from here on the folder may be somebody else's, and what is in it.
      lock.close();
    },
  };
}

/** True if a command holds the folder, or held it and was killed. */
export function isHeldByCommand(path: string): boolean {
  return holderOf(path)?.isCommand === true;
}

/** Who holds the folder, for messages only; null if it cannot be told. */
function holderOf(path: string): Holder | null {
  try {
    const [pid, kind, ...rest] = readFileSync(join(path, 'xpert.holder'), 'utf8').trim().split(' ');
    const runDirectory = rest.length === 0 ? undefined : rest.join(' ');
    return pid === undefined || pid === '' ? null : { pid, isCommand: kind === 'command', runDirectory };
  } catch {
    return null;
  }
}

/**
 * An exclusive SQLite transaction that is never ended: a lock of the operating system, which dies with the process, so
 * that no stale file can keep a new start away. The file beside it only names the holder.
 */
function takeLock(path: string): Database {
  let lock: Database | undefined;
  try {
    mkdirSync(path, { recursive: true, mode: 0o700 });
    lock = new Sqlite(join(path, 'xpert.lock'), { timeout: 0 });
    chmodSync(join(path, 'xpert.lock'), 0o600);
    lock.pragma('journal_mode = MEMORY');
    lock.exec('BEGIN EXCLUSIVE');
    return lock;
  } catch (cause) {
    lock?.close();
    if (cause instanceof Error && 'code' in cause && String(cause.code).startsWith('SQLITE_BUSY'))
      throw new DataFolderInUse(path, holderOf(path));
    throw new ExpectedError('data-folder-unusable', `The data folder ${path} cannot be used: ${reasonOf(cause)}.`, {
      hint: 'Make the folder writable for the user that runs Xpert, or set XPERT_DATA_DIR to another one.',
      cause,
    });
  }
}

function reasonOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}
