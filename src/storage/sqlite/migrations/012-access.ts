/** Access: what is wanted, what was done about it, and what undoes it. */
export const accessMigration = `
CREATE TABLE node_access (
  node_id TEXT PRIMARY KEY REFERENCES node (id),
  mode TEXT NOT NULL CHECK (mode IN ('read-only', 'enforce')),
  since INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Peers whose access is to be off, or that Xpert switched off. Written before the system is touched.
CREATE TABLE access_mark (
  peer_id TEXT PRIMARY KEY REFERENCES peer (id),
  phase TEXT NOT NULL CHECK (phase IN ('wanted', 'suspending', 'suspended')),
  clearance TEXT NOT NULL DEFAULT 'none' CHECK (clearance IN ('none', 'held', 'confirmed')),
  -- What has to be put back; null: nothing is ours to undo. Sealed if it holds a credential.
  kept BLOB,
  sealed INTEGER NOT NULL DEFAULT 0 CHECK (sealed IN (0, 1)),
  -- What the counter gains while it is off was dropped, not carried.
  counts_dropped INTEGER NOT NULL DEFAULT 0 CHECK (counts_dropped IN (0, 1)),
  user_id TEXT,
  wanted_at INTEGER NOT NULL,
  applied_at INTEGER,
  overshoot INTEGER NOT NULL DEFAULT 0,
  dropped INTEGER NOT NULL DEFAULT 0,
  failures INTEGER NOT NULL DEFAULT 0,
  retry_at INTEGER,
  code TEXT,
  message TEXT,
  hint TEXT,
  CHECK (phase <> 'suspending' OR kept IS NOT NULL),
  CHECK (phase <> 'suspended' OR applied_at IS NOT NULL)
) STRICT, WITHOUT ROWID;

-- Suspensions that are over.
CREATE TABLE access_past (
  id INTEGER PRIMARY KEY,
  peer_id TEXT NOT NULL REFERENCES peer (id),
  user_id TEXT,
  wanted_at INTEGER NOT NULL,
  applied_at INTEGER NOT NULL,
  ended_at INTEGER NOT NULL,
  overshoot INTEGER NOT NULL,
  dropped INTEGER NOT NULL
) STRICT;
CREATE INDEX access_past_peer ON access_past (peer_id);
`;
