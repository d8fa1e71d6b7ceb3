/** Peers whose past goes to somebody else, as entries that can be undone. */
export const rebindingsMigration = `
-- Rows are never removed: made_by is the entry that wrote it, voided_by the one since which it does not hold any more.
ALTER TABLE binding ADD COLUMN made_by INTEGER REFERENCES entry (id);
ALTER TABLE binding ADD COLUMN voided_by INTEGER REFERENCES entry (id);
CREATE INDEX binding_made_by ON binding (made_by) WHERE made_by IS NOT NULL;
CREATE INDEX binding_voided_by ON binding (voided_by) WHERE voided_by IS NOT NULL;

-- What an entry of kind rebinding was asked for. owners_after: ids and ends of the bindings that held after it.
CREATE TABLE rebinding (
  entry_id INTEGER PRIMARY KEY REFERENCES entry (id),
  peer_id TEXT NOT NULL REFERENCES peer (id),
  user_id TEXT REFERENCES user (id),
  from_at INTEGER NOT NULL,
  to_at INTEGER CHECK (to_at > from_at),
  owners_after TEXT NOT NULL CHECK (json_valid(owners_after)),
  CHECK (user_id IS NOT NULL OR to_at IS NULL)
) STRICT;

-- A move takes and gives whole records, of which a quarter may have several.
CREATE TABLE posting_by_record (
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
  PRIMARY KEY (entry_id, tally_id, day, quarter, flags, lag)
) STRICT, WITHOUT ROWID;
INSERT INTO posting_by_record SELECT * FROM posting;
DROP TABLE posting;
ALTER TABLE posting_by_record RENAME TO posting;
CREATE INDEX posting_tally ON posting (tally_id);
`;
