/** When access was given back although a source's limit is reached: so that the source can begin anew. */
export const givenBackMigration = `
ALTER TABLE source_limit ADD COLUMN given_back_at INTEGER;
`;
