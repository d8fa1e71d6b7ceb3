/** Configurations given out in subscriptions, and who fetched them. */
export const linksMigration = `
CREATE TABLE link (
  id TEXT PRIMARY KEY,
  name TEXT NOT NULL,
  protocol TEXT NOT NULL,
  server TEXT NOT NULL,
  port INTEGER NOT NULL CHECK (port BETWEEN 1 AND 65535),
  -- The whole link, sealed: it holds a credential.
  sealed BLOB NOT NULL,
  -- Null: for every user of the admin; no admin either: for everybody.
  user_id TEXT REFERENCES user (id),
  owner_id TEXT REFERENCES admin (id),
  created_at INTEGER NOT NULL
) STRICT;
CREATE INDEX link_user ON link (user_id);

-- Devices that fetched a subscription: a keyed digest tells them apart, addresses are not kept.
CREATE TABLE link_fetch (
  user_id TEXT NOT NULL REFERENCES user (id),
  device TEXT NOT NULL,
  client TEXT NOT NULL,
  first_at INTEGER NOT NULL,
  last_at INTEGER NOT NULL,
  count INTEGER NOT NULL CHECK (count > 0),
  PRIMARY KEY (user_id, device)
) STRICT, WITHOUT ROWID;
`;
