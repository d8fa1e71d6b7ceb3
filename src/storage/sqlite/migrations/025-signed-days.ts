/**
 * What signed reports brought of a day, as its records told before a cleanup removed them: quotas that are summed up anew
 * then do not doubt it.
 */
export const signedDaysMigration = `
CREATE TABLE signed_day (
  day INTEGER NOT NULL,
  tally_id INTEGER NOT NULL REFERENCES tally (id),
  rx INTEGER NOT NULL,
  tx INTEGER NOT NULL,
  undirected INTEGER NOT NULL,
  markup INTEGER NOT NULL,
  PRIMARY KEY (day, tally_id)
) STRICT, WITHOUT ROWID;
`;
