import { LedgerFailure } from '../../core/errors.ts';
import { ADDRESS_UNUSABLE, NO_PRIMARY } from './socket-messages.ts';

/** What the server said of a statement. `code`: SQLSTATE. */
export class PostgresError extends Error {
  readonly code: string;

  constructor(code: string, message: string, statement: string) {
    super(statement === '' ? message : `${message}\n  in: ${statement}`);
    this.name = 'PostgresError';
    this.code = code;
  }
}

/** When whoever was refused may try again, seconds: most restarts of a server take no longer. */
const RETRY_AFTER_SECONDS = 2;

/** Nothing can be asked over the connection any more. Whether the last commit took place, the tables know. */
export function connectionLost(message: string): LedgerFailure {
  return new LedgerFailure('ledger-unreachable', `The connection to PostgreSQL is lost: ${message}.`, {
    hint: 'Xpert connects again by itself; senders repeat what was not answered. Check that the server runs and can be reached.',
    details: { retryAfterSeconds: RETRY_AFTER_SECONDS },
  });
}

/** `code`: SQLSTATE, a system's (`ECONNREFUSED`) or one of TLS. */
export function connectionRefused(code: string, message: string): LedgerFailure {
  const [, , what, hint] = refusals.find(([codes, words]) => codes.test(code) || words?.test(message) === true) ?? [
    null,
    null,
    'cannot be reached',
    'Check that the server runs, that its address in XPERT_DATABASE_URL is right, and that it can be reached from here.',
  ];
  return new LedgerFailure('ledger-unreachable', `PostgreSQL ${what}: ${message}`, {
    hint,
    details: { retryAfterSeconds: RETRY_AFTER_SECONDS },
  });
}

/**
 * After a cut the ledger cannot be opened again yet, for whatever reason (the old session may still hold the lock, a standby
 * may not be the primary yet): Xpert tries again, and so may whoever is refused.
 */
export function notRegained(why: LedgerFailure): LedgerFailure {
  if (why.code === 'ledger-unreachable') return why;
  return new LedgerFailure(
    'ledger-unreachable',
    `The connection to PostgreSQL was lost, and the ledger cannot be opened again yet: ${why.message}`,
    { hint: why.hint ?? '', details: { retryAfterSeconds: RETRY_AFTER_SECONDS }, cause: why },
  );
}

/** Why a connection is refused, by its code or by the words of the driver, which gives some no code. */
const refusals: readonly (readonly [codes: RegExp, words: RegExp | null, what: string, hint: string])[] = [
  [
    new RegExp(`^${ADDRESS_UNUSABLE}$`),
    null,
    'cannot be connected to as XPERT_DATABASE_URL says',
    'Correct it: files that it names (sslrootcert, sslcert, sslkey) have to be there, readable for the user that runs Xpert.',
  ],
  [
    new RegExp(`^${NO_PRIMARY}$`),
    null,
    'has no primary among the servers in XPERT_DATABASE_URL',
    'Promote a standby (pg_ctl promote; Patroni does it by itself), or start the primary again. Xpert finds it by itself.',
  ],
  [
    /^28/,
    /password must be a string|no password/i,
    'does not let this user in',
    'Check user and password in XPERT_DATABASE_URL (or the file that PGPASSFILE names), and pg_hba.conf of the server.',
  ],
  [
    /^3D000$/,
    null,
    'has no such database',
    'Make it (createdb -O USER DATABASE), or correct the name in XPERT_DATABASE_URL.',
  ],
  [
    /^(53300|57P03)$/,
    null,
    'takes no connection at present',
    'It is starting, stopping or has too many connections. Xpert needs six; see max_connections.',
  ],
  [
    /CERT|TLS|SSL|SELF_SIGNED|ALTNAME/,
    /SSL|certificate|altnames/i,
    'cannot be trusted',
    'Check sslmode and sslrootcert in XPERT_DATABASE_URL, and that the certificate of the server names the host in it.',
  ],
];

/** What SQLSTATEs mean to a person, by their beginning; codes not listed here are bugs. */
const meanings: readonly (readonly [begin: string, code: string, message: string, hint: string])[] = [
  [
    '53100',
    'disk-full',
    'The disk of PostgreSQL is full; nothing was recorded.',
    'Free some space on the disk of the database server. Xpert goes on by itself; senders repeat what was not answered.',
  ],
  [
    '25006',
    'database-read-only',
    'PostgreSQL takes no writes: it is a standby, or was made read-only.',
    'Name all servers in XPERT_DATABASE_URL: the primary is found among them. Or point it at the address of the cluster.',
  ],
  [
    '42501',
    'database-read-only',
    'The user in XPERT_DATABASE_URL may not do this in the database.',
    'Make the user the owner of the database, or grant it CREATE on it.',
  ],
  [
    '55P03',
    'ledger-locked',
    'Another Xpert writes to this database.',
    'Run the command on the machine of the one that runs, or stop that one; or give this one a database of its own.',
  ],
  [
    '58030',
    'ledger-io-error',
    'The disk of PostgreSQL gave an error; nothing was recorded.',
    'Look for disk errors in the system log of the database server, and keep a backup elsewhere.',
  ],
  [
    'XX001',
    'ledger-corrupt',
    'PostgreSQL found its data damaged.',
    'Restore the newest backup of the database. It was left as it is.',
  ],
];

/** What went wrong with the server or its disk, if that is what `error` tells; null for anything else. */
export function ledgerFailureOf(error: unknown): LedgerFailure | null {
  if (error instanceof LedgerFailure) return error;
  if (!(error instanceof PostgresError)) return null;
  // Classes 08, 57P and 53: the server ends, restarts or has no room for another connection.
  if (/^(08|57P|53[23])/.test(error.code)) return connectionLost(error.message);
  const meaning = meanings.find(([begin]) => error.code.startsWith(begin));
  if (meaning === undefined) return null;
  const [, code, message, hint] = meaning;
  return new LedgerFailure(code, message, { hint, cause: error });
}
