/** What sources of configurations last gave out, for when they do not answer. */
export const configCopiesMigration = `
CREATE TABLE config_copy (
  -- Names the source without its secrets.
  source TEXT PRIMARY KEY,
  -- The share links as JSON, sealed: they hold credentials.
  sealed BLOB NOT NULL,
  unreadable INTEGER NOT NULL CHECK (unreadable >= 0),
  etag TEXT,
  at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX config_copy_at ON config_copy (at);
CREATE INDEX link_fetch_at ON link_fetch (last_at);
`;
