/** Alerts, where they are told, and what waits to be told. */
export const alertsMigration = `
CREATE TABLE alert (
  id TEXT PRIMARY KEY,
  key TEXT NOT NULL,
  topic TEXT NOT NULL,
  code TEXT NOT NULL,
  severity TEXT NOT NULL CHECK (severity IN ('info', 'warning', 'error')),
  level INTEGER NOT NULL,
  message TEXT NOT NULL,
  hint TEXT,
  node_id TEXT,
  service_id TEXT,
  user_id TEXT,
  name TEXT,
  opened_at INTEGER NOT NULL,
  ended_at INTEGER,
  acknowledged_at INTEGER,
  acknowledged_by TEXT,
  CHECK ((acknowledged_at IS NULL) <= (acknowledged_by IS NULL))
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX alert_open ON alert (key) WHERE ended_at IS NULL;
CREATE INDEX alert_opened ON alert (opened_at, id);

-- What was told of it, as it was then.
CREATE TABLE alert_event (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  alert_id TEXT NOT NULL REFERENCES alert (id) ON DELETE CASCADE,
  at INTEGER NOT NULL,
  kind TEXT NOT NULL CHECK (kind IN ('opened', 'worse', 'ended')),
  topic TEXT NOT NULL,
  code TEXT NOT NULL,
  severity TEXT NOT NULL CHECK (severity IN ('info', 'warning', 'error')),
  message TEXT NOT NULL,
  hint TEXT
) STRICT;
CREATE INDEX alert_event_alert ON alert_event (alert_id);

-- until: null = until somebody takes it back.
CREATE TABLE alert_mute (
  key TEXT PRIMARY KEY,
  until INTEGER,
  muted_by TEXT
) STRICT, WITHOUT ROWID;

-- Secret options are sealed.
CREATE TABLE channel (
  id TEXT PRIMARY KEY,
  name TEXT NOT NULL UNIQUE,
  kind TEXT NOT NULL,
  options TEXT NOT NULL CHECK (json_valid(options)),
  rules TEXT NOT NULL CHECK (json_valid(rules)),
  enabled INTEGER NOT NULL DEFAULT 1 CHECK (enabled IN (0, 1)),
  created_at INTEGER NOT NULL,
  delivered_at INTEGER,
  failures INTEGER NOT NULL DEFAULT 0,
  retry_at INTEGER,
  code TEXT,
  message TEXT,
  hint TEXT,
  dropped INTEGER NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID;

-- message_id: what was tried together is tried again together, under the same id.
CREATE TABLE outbox (
  id INTEGER PRIMARY KEY,
  channel_id TEXT NOT NULL REFERENCES channel (id) ON DELETE CASCADE,
  event_id INTEGER NOT NULL REFERENCES alert_event (id) ON DELETE CASCADE,
  at INTEGER NOT NULL,
  not_before INTEGER NOT NULL,
  message_id TEXT
) STRICT;
CREATE INDEX outbox_channel ON outbox (channel_id, not_before);
CREATE INDEX outbox_event ON outbox (event_id);
`;
