/** Whether a reading has shown a suspended peer off: if a later one shows it with access, somebody else gave it that. */
export const shownOffMigration = `
ALTER TABLE access_mark ADD COLUMN shown_off INTEGER NOT NULL DEFAULT 0 CHECK (shown_off IN (0, 1));
`;
