import { LedgerFailure } from '../../../core/errors.ts';
import type { PostgresDatabase } from '../database.ts';
import { firstMigration } from './001-schema.ts';
import { sourceLimitsMigration } from './002-source-limits.ts';
import { givenBackMigration } from './003-source-limits-given-back.ts';
import { historyMirrorMigration } from './004-history-mirror.ts';
import { shownOffMigration } from './005-access-shown-off.ts';
import { onHoldSinceMigration } from './006-on-hold-since.ts';
import { trackingPeriodsMigration } from './007-tracking-periods.ts';
import { signedDaysMigration } from './008-signed-days.ts';

/** In order; the number of those applied is in `schema_version`. Only ever appended to. */
export const migrations: readonly string[] = [
  firstMigration,
  sourceLimitsMigration,
  givenBackMigration,
  historyMirrorMigration,
  shownOffMigration,
  onHoldSinceMigration,
  trackingPeriodsMigration,
  signedDaysMigration,
];

/** Any number, but always this one: whoever holds it writes. */
export const WRITER_LOCK = 0x58707274;
/** How long a start waits for the writer before: the server may not know yet that it is gone. */
const LOCK_MS = 5_000;

/**
 * Makes this session the one that writes: the lock lives as long as its connection does.
 * @throws PostgresError 55P03 if another one holds it
 */
export function becomeWriter(db: PostgresDatabase): void {
  db.exec(`SET lock_timeout = ${LOCK_MS}; SELECT pg_advisory_lock(${WRITER_LOCK}); SET lock_timeout = 0`);
}

/** Brings the database to the present schema, all or nothing, together with the script `withIt`; forward only. @throws LedgerFailure `ledger-newer` */
export function migrate(db: PostgresDatabase, withIt = ''): void {
  const version = refuseNewer(db);
  if (version < migrations.length) {
    const begin = version === 0 ? 'CREATE SCHEMA xpert; CREATE TABLE schema_version (version bigint NOT NULL);' : '';
    const rest = migrations.slice(version).join('\n');
    const end = `DELETE FROM schema_version; INSERT INTO schema_version VALUES (${migrations.length});`;
    db.exec(`BEGIN; ${begin} ${rest} ${end} ${withIt} COMMIT`);
  }
  // Also where another process made the tables since this session looked at them.
  db.learnTables();
}

/** @returns version of the schema. @throws LedgerFailure `ledger-newer` */
export function refuseNewer(db: PostgresDatabase): number {
  const version = versionOf(db);
  if (version <= migrations.length) return version;
  throw new LedgerFailure(
    'ledger-newer',
    `The database was written by a newer Xpert (schema ${version}, this one knows ${migrations.length}).`,
    { hint: 'Start the newer version, or restore a backup made by this one. The database was not changed.' },
  );
}

/** True if Xpert's schema is in the database. */
export function isMade(db: PostgresDatabase): boolean {
  return db.prepare("SELECT to_regclass('xpert.schema_version') IS NOT NULL").pluck().get() === 1;
}

function versionOf(db: PostgresDatabase): number {
  return isMade(db) ? Number(db.prepare('SELECT version FROM schema_version').pluck().get()) : 0;
}
