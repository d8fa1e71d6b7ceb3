/** As SQLite's migration 21. */
export const givenBackMigration = `
ALTER TABLE source_limit ADD COLUMN given_back_at bigint;
`;
