/** Tables that hold bytes: each gets what is billed for them beside them. */
const COUNTED = ['tally', 'record', 'day', 'carrier_day', 'carrier_quarter'];

/**
 * `markup`: billed bytes minus counted ones, so that it is 0, and a single byte on disk, wherever every byte is billed
 * once. A rule holds from its quarter until the next one of the same node and service; without a multiplier it says that
 * the service goes by its node's rule again.
 */
export const billingMigration = `
${COUNTED.map((table) => `ALTER TABLE ${table} ADD COLUMN markup INTEGER NOT NULL DEFAULT 0;`).join('\n')}

ALTER TABLE vpn_service ADD COLUMN basis TEXT NOT NULL DEFAULT 'raw' CHECK (basis IN ('raw', 'weighted'));

CREATE TABLE billing_rule (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  node_id TEXT NOT NULL REFERENCES node (id),
  service_id TEXT REFERENCES vpn_service (id),
  from_quarter INTEGER NOT NULL,
  thousandths INTEGER CHECK (thousandths BETWEEN 0 AND 1000000),
  direction TEXT CHECK (direction IN ('both', 'up', 'down', 'max')),
  set_at INTEGER NOT NULL,
  admin_id TEXT,
  CHECK ((thousandths IS NULL) = (direction IS NULL)),
  CHECK (service_id IS NOT NULL OR thousandths IS NOT NULL)
) STRICT;
CREATE UNIQUE INDEX billing_rule_from ON billing_rule (node_id, ifnull(service_id, ''), from_quarter);
`;
