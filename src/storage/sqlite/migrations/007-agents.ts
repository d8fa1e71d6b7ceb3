/** Readings that agents bring: one row per node and life of a spool. */
export const agents = `
CREATE TABLE agent (
  node_id TEXT NOT NULL REFERENCES node (id),
  incarnation TEXT NOT NULL,
  -- Last reading counted, or taken while another reader counts.
  sequence INTEGER NOT NULL CHECK (sequence > 0),
  -- When that one was taken; later ones are never booked before it.
  last_at INTEGER NOT NULL,
  -- When it arrived, and from where.
  seen_at INTEGER NOT NULL,
  address TEXT NOT NULL,
  version TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('counting', 'standby')),
  PRIMARY KEY (node_id, incarnation)
) STRICT, WITHOUT ROWID;
`;
