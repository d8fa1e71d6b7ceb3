/** As SQLite's migration 23. */
export const onHoldSinceMigration = `
ALTER TABLE entitlement ADD COLUMN held_at bigint;
`;
