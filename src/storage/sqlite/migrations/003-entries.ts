/** Entries by admins, and their postings: what they add to (or take from) the sums that were booked. */
export const entriesMigration = `
-- Never changed and never removed. undoes: the entry whose opposite this is. detail: what was asked for and its effect
-- when it was made, as JSON with bytes as text.
CREATE TABLE entry (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  public_id TEXT NOT NULL UNIQUE,
  kind TEXT NOT NULL CHECK (kind IN ('correction', 'booking', 'dismissal', 'rebinding')),
  at INTEGER NOT NULL,
  admin_id TEXT,
  reason TEXT NOT NULL,
  quarantine_id INTEGER REFERENCES quarantine (id),
  baseline_id INTEGER REFERENCES baseline (id),
  undoes INTEGER UNIQUE REFERENCES entry (id),
  detail TEXT NOT NULL CHECK (json_valid(detail)),
  CHECK (quarantine_id IS NULL OR baseline_id IS NULL),
  CHECK ((kind IN ('booking', 'dismissal')) = (quarantine_id IS NOT NULL OR baseline_id IS NOT NULL))
) STRICT;
CREATE INDEX entry_quarantine ON entry (quarantine_id) WHERE quarantine_id IS NOT NULL;
CREATE INDEX entry_baseline ON entry (baseline_id) WHERE baseline_id IS NOT NULL;

-- quarter -1: only the day and the total change, because no records of that day are left; hours: which of its bits then.
CREATE TABLE posting (
  entry_id INTEGER NOT NULL REFERENCES entry (id),
  tally_id INTEGER NOT NULL REFERENCES tally (id),
  day INTEGER NOT NULL,
  quarter INTEGER NOT NULL,
  flags INTEGER NOT NULL,
  lag INTEGER NOT NULL CHECK (lag >= 0),
  rx INTEGER NOT NULL,
  tx INTEGER NOT NULL,
  undirected INTEGER NOT NULL,
  markup INTEGER NOT NULL,
  hours INTEGER NOT NULL CHECK (hours BETWEEN 0 AND 33554431),
  PRIMARY KEY (entry_id, tally_id, day, quarter)
) STRICT, WITHOUT ROWID;
CREATE INDEX posting_tally ON posting (tally_id);
`;
