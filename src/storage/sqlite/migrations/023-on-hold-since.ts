/** Since when a user is on hold: bytes carried before that are no first use. Null: not on hold, or nobody knows since when. */
export const onHoldSinceMigration = `
ALTER TABLE entitlement ADD COLUMN held_at INTEGER;
`;
