/**
 * Times of tracking have numbers, and what is read bears the number of its time: whether it is a base for counting is not asked of
 * the clock any more. What was read since tracking came back last is of the present one.
 */
export const trackingPeriodsMigration = `
ALTER TABLE counter ADD COLUMN tracking_period INTEGER NOT NULL DEFAULT 0;
ALTER TABLE vpn_service ADD COLUMN tracking_period INTEGER NOT NULL DEFAULT 0;
ALTER TABLE reconcile_state ADD COLUMN tracking_period INTEGER NOT NULL DEFAULT 0;

UPDATE counter SET tracking_period = 1 WHERE at >= (SELECT value ->> 'resumedMs' FROM meta WHERE name = 'tracking');
UPDATE vpn_service SET tracking_period = 1
  WHERE last_complete_at >= (SELECT value ->> 'resumedMs' FROM meta WHERE name = 'tracking');
UPDATE reconcile_state SET tracking_period = 1 WHERE at >= (SELECT value ->> 'resumedMs' FROM meta WHERE name = 'tracking');
UPDATE meta SET value = json_set(json_remove(value, '$.resumedMs'), '$.period', (value ->> 'resumedMs') IS NOT NULL)
  WHERE name = 'tracking';
`;
