const sums = (prefix: string) =>
  ['rx', 'tx', 'undirected', 'markup'].map((part) => `${prefix}${part} INTEGER NOT NULL DEFAULT 0`).join(', ');

/** Plans, what users are entitled to, and what they used of it. */
export const quotasMigration = `
ALTER TABLE user ADD COLUMN email TEXT;
ALTER TABLE user ADD COLUMN tags TEXT NOT NULL DEFAULT '[]' CHECK (json_valid(tags));

CREATE TABLE plan (
  id TEXT PRIMARY KEY,
  name TEXT NOT NULL,
  -- As core/quota/plan.ts writes them.
  terms TEXT NOT NULL CHECK (json_valid(terms)),
  created_at INTEGER NOT NULL,
  deleted_at INTEGER
) STRICT;
CREATE UNIQUE INDEX plan_name ON plan (name) WHERE deleted_at IS NULL;

-- Users without a row are entitled to everything. due_at: to be judged again then; 0 = as soon as may be.
CREATE TABLE entitlement (
  user_id TEXT PRIMARY KEY REFERENCES user (id),
  plan_id TEXT REFERENCES plan (id),
  terms TEXT CHECK (json_valid(terms)),
  -- Null: on hold, until the first use.
  started_at INTEGER,
  expires_at INTEGER,
  next_plan_id TEXT REFERENCES plan (id),
  due_at INTEGER,
  CHECK ((plan_id IS NULL) <> (terms IS NULL))
) STRICT, WITHOUT ROWID;
CREATE INDEX entitlement_due ON entitlement (due_at) WHERE due_at IS NOT NULL;
CREATE INDEX entitlement_plan ON entitlement (plan_id);

CREATE TABLE top_up (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  public_id TEXT NOT NULL UNIQUE,
  user_id TEXT NOT NULL REFERENCES user (id),
  quota TEXT NOT NULL,
  bytes INTEGER NOT NULL CHECK (bytes > 0),
  at INTEGER NOT NULL,
  admin_id TEXT,
  reason TEXT,
  undone_at INTEGER,
  undone_by TEXT
) STRICT;
CREATE INDEX top_up_user ON top_up (user_id);

-- Derived: what a user used of one quota in the cycle that begins with first_day (null: there are no cycles), as the day
-- rows of the visible segments add up to. A missing row is made from these when it is wanted. By id, so that users of
-- one node, made at one time, lie together.
CREATE TABLE quota_meter (
  id INTEGER PRIMARY KEY,
  user_id TEXT NOT NULL REFERENCES user (id),
  quota TEXT NOT NULL,
  first_day INTEGER,
  ${sums('')},
  ${sums('doubted_')},
  carried INTEGER NOT NULL,
  topped_up INTEGER NOT NULL,
  UNIQUE (user_id, quota)
) STRICT;

-- Quotas of a part that are used up.
CREATE TABLE part_limit (
  user_id TEXT NOT NULL REFERENCES user (id),
  quota TEXT NOT NULL,
  since INTEGER NOT NULL,
  PRIMARY KEY (user_id, quota)
) STRICT, WITHOUT ROWID;

CREATE TABLE state_change (
  id INTEGER PRIMARY KEY,
  user_id TEXT NOT NULL REFERENCES user (id),
  at INTEGER NOT NULL,
  from_state TEXT NOT NULL,
  to_state TEXT NOT NULL,
  reason TEXT,
  quota TEXT
) STRICT;
CREATE INDEX state_change_user ON state_change (user_id, id);
`;
