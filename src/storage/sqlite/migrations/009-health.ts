/** What is probed, and how healthy nodes and VPN services were. `subject_id` is the id of either. */
export const healthMigration = `
-- Probes that the owner set; services without a row have the guessed one. kind 'polls': nothing is sent.
CREATE TABLE service_probe (
  service_id TEXT PRIMARY KEY REFERENCES vpn_service (id),
  kind TEXT NOT NULL CHECK (kind IN ('polls', 'tls', 'tcp', 'ping')),
  host TEXT,
  port INTEGER CHECK (port BETWEEN 1 AND 65535),
  server_name TEXT,
  any_certificate INTEGER NOT NULL CHECK (any_certificate IN (0, 1)),
  private_addresses INTEGER NOT NULL CHECK (private_addresses IN (0, 1)),
  interval_ms INTEGER NOT NULL CHECK (interval_ms > 0),
  CHECK ((kind = 'polls') = (host IS NULL)),
  CHECK ((kind IN ('tls', 'tcp')) = (port IS NOT NULL))
) STRICT, WITHOUT ROWID;

-- How long a subject was in each state on a day of the panel's zone, ms. Time without Xpert is in none.
CREATE TABLE health_day (
  subject_id TEXT NOT NULL,
  day INTEGER NOT NULL,
  up_ms INTEGER NOT NULL DEFAULT 0 CHECK (up_ms >= 0),
  degraded_ms INTEGER NOT NULL DEFAULT 0 CHECK (degraded_ms >= 0),
  down_ms INTEGER NOT NULL DEFAULT 0 CHECK (down_ms >= 0),
  unknown_ms INTEGER NOT NULL DEFAULT 0 CHECK (unknown_ms >= 0),
  PRIMARY KEY (subject_id, day)
) STRICT, WITHOUT ROWID;

CREATE TABLE health_change (
  id INTEGER PRIMARY KEY,
  subject_id TEXT NOT NULL,
  at INTEGER NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('up', 'degraded', 'down', 'unknown')),
  -- Of the reason; null when it is up.
  code TEXT,
  message TEXT,
  hint TEXT
) STRICT;
CREATE INDEX health_change_subject ON health_change (subject_id, id);
`;
