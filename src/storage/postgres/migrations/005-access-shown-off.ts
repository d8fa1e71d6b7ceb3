/** As SQLite's migration 22. */
export const shownOffMigration = `
ALTER TABLE access_mark ADD COLUMN shown_off bigint NOT NULL DEFAULT 0 CHECK (shown_off IN (0, 1));
`;
