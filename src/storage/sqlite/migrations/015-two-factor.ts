/** Second factors of admins. */
export const twoFactorMigration = `
-- secret: sealed. step: the last one that was used, so that no code counts twice.
CREATE TABLE two_factor (
  admin_id TEXT PRIMARY KEY REFERENCES admin (id) ON DELETE CASCADE,
  secret BLOB NOT NULL,
  since INTEGER NOT NULL,
  step INTEGER NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID;

CREATE TABLE recovery_code (
  admin_id TEXT NOT NULL REFERENCES two_factor (admin_id) ON DELETE CASCADE,
  hash BLOB NOT NULL,
  PRIMARY KEY (admin_id, hash)
) STRICT, WITHOUT ROWID;
`;
