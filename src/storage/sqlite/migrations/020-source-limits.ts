/** Limits that a source keeps for its peers by itself, judged over all that their users moved. */
export const sourceLimitsMigration = `
CREATE TABLE source_limit (
  peer_id TEXT PRIMARY KEY REFERENCES peer (id),
  user_id TEXT NOT NULL,
  -- Names what the source counts at the moment, and since when we know; another text: it began anew.
  period TEXT NOT NULL,
  since INTEGER NOT NULL,
  -- What the user had ever moved elsewhere by then.
  services_before INTEGER NOT NULL,
  reports_before INTEGER NOT NULL,
  reached INTEGER NOT NULL CHECK (reached IN (0, 1))
) STRICT, WITHOUT ROWID;
CREATE INDEX source_limit_reached ON source_limit (peer_id) WHERE reached = 1;
`;
