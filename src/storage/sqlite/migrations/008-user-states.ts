/** States of users: kept beside what they follow from, so that those without access are found at once. */
export const userStatesMigration = `
ALTER TABLE user ADD COLUMN state TEXT NOT NULL DEFAULT 'active'
  CHECK (state IN ('active', 'on-hold', 'limited', 'expired', 'suspended', 'deleted'));
ALTER TABLE user ADD COLUMN state_reason TEXT;
ALTER TABLE user ADD COLUMN state_since INTEGER NOT NULL DEFAULT 0;

UPDATE user SET
  state = iif(deleted_at IS NOT NULL, 'deleted', iif(active = 1, 'active', 'suspended')),
  state_reason = iif(deleted_at IS NULL AND active = 0, 'admin', NULL),
  state_since = ifnull(deleted_at, created_at);

CREATE INDEX user_without_access ON user (state) WHERE state NOT IN ('active', 'on-hold');
`;
