import { LedgerFailure } from '../../../core/errors.ts';
import type { Database } from '../../../lib/sqlite.ts';
import { firstMigration } from './001-ledger.ts';
import { billingMigration } from './002-billing.ts';
import { entriesMigration } from './003-entries.ts';
import { reconciliationMigration } from './004-reconciliation.ts';
import { linksMigration } from './005-links.ts';
import { resetsMigration } from './006-resets.ts';
import { agents } from './007-agents.ts';
import { userStatesMigration } from './008-user-states.ts';
import { healthMigration } from './009-health.ts';
import { rebindingsMigration } from './010-rebindings.ts';
import { quotasMigration } from './011-quotas.ts';
import { accessMigration } from './012-access.ts';
import { alertsMigration } from './013-alerts.ts';
import { adminLimitsMigration } from './014-admin-limits.ts';
import { twoFactorMigration } from './015-two-factor.ts';
import { budgetsMigration } from './016-budgets.ts';
import { ownerTenuresMigration } from './017-owner-tenures.ts';
import { configCopiesMigration } from './018-config-copies.ts';
import { nodeTagsMigration } from './019-node-tags.ts';
import { sourceLimitsMigration } from './020-source-limits.ts';
import { givenBackMigration } from './021-source-limits-given-back.ts';
import { shownOffMigration } from './022-access-shown-off.ts';
import { onHoldSinceMigration } from './023-on-hold-since.ts';
import { trackingPeriodsMigration } from './024-tracking-periods.ts';
import { signedDaysMigration } from './025-signed-days.ts';

/** In order; the number of those applied is the file's `user_version`. Only ever appended to. */
const migrations: readonly string[] = [
  firstMigration,
  billingMigration,
  entriesMigration,
  reconciliationMigration,
  linksMigration,
  resetsMigration,
  agents,
  userStatesMigration,
  healthMigration,
  rebindingsMigration,
  quotasMigration,
  accessMigration,
  alertsMigration,
  adminLimitsMigration,
  twoFactorMigration,
  budgetsMigration,
  ownerTenuresMigration,
  configCopiesMigration,
  nodeTagsMigration,
  sourceLimitsMigration,
  givenBackMigration,
  shownOffMigration,
  onHoldSinceMigration,
  trackingPeriodsMigration,
  signedDaysMigration,
];

/** `application_id` of a ledger file: "Xprt". Tells ours from any other SQLite file before anything is written. */
export const APPLICATION_ID = 0x58707274;

/** @throws LedgerFailure `ledger-newer` if a newer Xpert wrote the file; to be asked before anything is written to it */
export function refuseNewerFile(db: Database): void {
  const version = versionOf(db);
  if (version <= migrations.length) return;
  throw new LedgerFailure(
    'ledger-newer',
    `The ledger was written by a newer Xpert (schema ${version}, this one knows ${migrations.length}).`,
    { hint: 'Start the newer version, or restore a backup made by this one. The file was not changed.' },
  );
}

/** Brings the file to the present schema, all or nothing; forward only. */
export function migrate(db: Database): void {
  if (versionOf(db) === migrations.length) return;
  db.transaction(() => {
    for (const sql of migrations.slice(versionOf(db))) db.exec(sql);
    db.pragma(`application_id = ${APPLICATION_ID}`);
    db.pragma(`user_version = ${migrations.length}`);
  }).exclusive();
}

/** True for a file that an older Xpert made, and that no newer one opened since. */
export function isOlderFile(db: Database): boolean {
  const version = versionOf(db);
  return version > 0 && version < migrations.length;
}

function versionOf(db: Database): number {
  return Number(db.pragma('user_version', { simple: true }));
}
