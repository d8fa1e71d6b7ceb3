import { LedgerFailure } from '../../core/errors.ts';

/** What SQLite's result codes mean to a person; codes not listed here are bugs. */
const meanings: Readonly<Record<string, { code: string; message: string; hint: string }>> = {
  SQLITE_FULL: {
    code: 'disk-full',
    message: 'The disk that holds the ledger is full; nothing was recorded.',
    hint: 'Free some space on the disk of the data folder. Xpert goes on by itself; senders repeat what was not answered.',
  },
  SQLITE_READONLY: {
    code: 'ledger-read-only',
    message: 'The ledger cannot be written: its file or folder is read-only.',
    hint: 'Give the user that runs Xpert write access to the data folder, or mount it writable.',
  },
  SQLITE_CANTOPEN: {
    code: 'ledger-unreachable',
    message: 'The ledger file cannot be opened.',
    hint: 'Check that the data folder exists and that the user that runs Xpert may read and write it.',
  },
  SQLITE_BUSY: {
    code: 'ledger-locked',
    message: 'Another program keeps the ledger locked.',
    hint: 'End the program that has the file open for writing (a second Xpert, a database browser), then try again.',
  },
  SQLITE_IOERR: {
    code: 'ledger-io-error',
    message: 'The disk that holds the ledger gave an error; nothing was recorded.',
    hint: 'Look for disk errors in the system log (`journalctl -k`), and keep a backup elsewhere.',
  },
  SQLITE_CORRUPT: {
    code: 'ledger-corrupt',
    message: 'The ledger file is damaged.',
    hint: 'Restore the newest backup (`xpert restore`). The damaged file was left as it is.',
  },
  SQLITE_NOTADB: {
    code: 'ledger-corrupt',
    message: 'The ledger file is not an SQLite database, or it is damaged.',
    hint: 'Restore the newest backup (`xpert restore`), or set XPERT_TRAFFIC_DB_PATH to another file. This one was not changed.',
  },
};

/** What went wrong with the file or the disk, if that is what `error` tells; null for anything else. */
export function ledgerFailureOf(error: unknown): LedgerFailure | null {
  if (error instanceof LedgerFailure) return error;
  const code = sqliteCodeOf(error);
  if (code === null) return null;
  // Extended codes begin with the primary one: SQLITE_IOERR_FSYNC, SQLITE_READONLY_DBMOVED.
  const primary = Object.keys(meanings).find((known) => code === known || code.startsWith(`${known}_`));
  const meaning = primary === undefined ? undefined : meanings[primary];
  if (meaning === undefined) return null;
  return new LedgerFailure(meaning.code, meaning.message, { hint: meaning.hint, cause: error });
}

function sqliteCodeOf(error: unknown): string | null {
  if (!(error instanceof Error) || !('code' in error) || typeof error.code !== 'string') return null;
  if (error.code === 'ENOSPC') return 'SQLITE_FULL';
  if (error.code === 'EROFS' || error.code === 'EACCES') return 'SQLITE_READONLY';
  if (error.code === 'EIO') return 'SQLITE_IOERR';
  return error.code;
}
