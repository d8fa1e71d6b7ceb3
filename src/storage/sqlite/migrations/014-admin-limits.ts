/** Limits of admins over the usage of all their users. */
export const adminLimitsMigration = `
CREATE TABLE admin_limit (
  admin_id TEXT PRIMARY KEY REFERENCES admin (id),
  bytes INTEGER NOT NULL CHECK (bytes > 0),
  cycle TEXT NOT NULL,
  cuts_users INTEGER NOT NULL CHECK (cuts_users IN (0, 1)),
  reached_at INTEGER
) STRICT, WITHOUT ROWID;

-- Counting began anew: what had been counted by then in the cycle of that first day (null: there are no cycles) does not
-- count any more. The latest whose reset is not undone holds.
CREATE TABLE admin_limit_start (
  id INTEGER PRIMARY KEY,
  admin_id TEXT NOT NULL REFERENCES admin (id),
  at INTEGER NOT NULL,
  first_day INTEGER,
  bytes INTEGER NOT NULL CHECK (bytes >= 0),
  doubted INTEGER NOT NULL CHECK (doubted BETWEEN 0 AND bytes),
  reset_id TEXT REFERENCES reset (public_id)
) STRICT;
CREATE INDEX admin_limit_start_admin ON admin_limit_start (admin_id);
`;
