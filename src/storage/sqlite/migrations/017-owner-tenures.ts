/** Whose users somebody was in turn, for those who changed hands. */
export const ownerTenuresMigration = `
-- Bytes count for the admin in whose time they flowed. A stretch ends on the day on which the next one begins: of that
-- day's bytes ..._bytes had been counted by then. Users who never changed hands have no rows.
CREATE TABLE owner_tenure (
  id INTEGER PRIMARY KEY,
  user_id TEXT NOT NULL REFERENCES user (id),
  -- Null: the owner's.
  owner_id TEXT REFERENCES admin (id),
  -- Null: from the beginning.
  first_day INTEGER,
  first_bytes INTEGER NOT NULL,
  -- Null: to this day.
  last_day INTEGER,
  last_bytes INTEGER NOT NULL
) STRICT;
CREATE INDEX owner_tenure_user ON owner_tenure (user_id);
CREATE INDEX owner_tenure_owner ON owner_tenure (owner_id);
`;
