const RESUMED = "(SELECT (value::jsonb ->> 'resumedMs')::bigint FROM meta WHERE name = 'tracking')";

/** As SQLite's migration 24. */
export const trackingPeriodsMigration = `
ALTER TABLE counter ADD COLUMN tracking_period bigint NOT NULL DEFAULT 0;
ALTER TABLE vpn_service ADD COLUMN tracking_period bigint NOT NULL DEFAULT 0;
ALTER TABLE reconcile_state ADD COLUMN tracking_period bigint NOT NULL DEFAULT 0;

UPDATE counter SET tracking_period = 1 WHERE at >= ${RESUMED};
UPDATE vpn_service SET tracking_period = 1 WHERE last_complete_at >= ${RESUMED};
UPDATE reconcile_state SET tracking_period = 1 WHERE at >= ${RESUMED};
UPDATE meta SET value = (value::jsonb - 'resumedMs'
    || jsonb_build_object('period', CASE WHEN value::jsonb ->> 'resumedMs' IS NULL THEN 0 ELSE 1 END))::text
  WHERE name = 'tracking';
`;
