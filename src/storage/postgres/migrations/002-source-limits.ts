/** As SQLite's migration 20. */
export const sourceLimitsMigration = `
CREATE TABLE source_limit (
  peer_id text COLLATE "C" PRIMARY KEY REFERENCES peer (id),
  user_id text COLLATE "C" NOT NULL,
  period text COLLATE "C" NOT NULL,
  since bigint NOT NULL,
  services_before bigint NOT NULL,
  reports_before bigint NOT NULL,
  reached bigint NOT NULL CHECK (reached IN (0, 1))
);
CREATE INDEX source_limit_reached ON source_limit (peer_id) WHERE reached = 1;
`;
