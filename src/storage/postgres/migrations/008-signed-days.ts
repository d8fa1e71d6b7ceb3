/** As SQLite's migration 25. */
export const signedDaysMigration = `
CREATE TABLE signed_day (
  day bigint NOT NULL,
  tally_id bigint NOT NULL REFERENCES tally (id),
  rx bigint NOT NULL,
  tx bigint NOT NULL,
  undirected bigint NOT NULL,
  markup bigint NOT NULL,
  PRIMARY KEY (day, tally_id)
);
`;
