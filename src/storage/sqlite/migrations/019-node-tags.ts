/** Words to group nodes by: quotas of a part may name them. */
export const nodeTagsMigration = `
ALTER TABLE node ADD COLUMN tags TEXT NOT NULL DEFAULT '[]' CHECK (json_valid(tags));
`;
