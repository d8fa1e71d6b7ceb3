/**
 * Bytes of a row: `rx` and `tx` where the direction is known, `undirected` where only a sum is; all three are sums, so
 * that rows only ever add up. The total is generated: not stored, and never at odds with its parts.
 */
const traffic = `
  rx INTEGER NOT NULL DEFAULT 0,
  tx INTEGER NOT NULL DEFAULT 0,
  undirected INTEGER NOT NULL DEFAULT 0,
  total INTEGER GENERATED ALWAYS AS (rx + tx + undirected) VIRTUAL`;

const people = `
CREATE TABLE admin (
  id TEXT PRIMARY KEY,
  name TEXT NOT NULL UNIQUE,
  role TEXT NOT NULL CHECK (role IN ('owner', 'reseller', 'viewer')),
  password_hash TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  disabled_at INTEGER
) STRICT;

CREATE TABLE session (
  token_hash BLOB PRIMARY KEY,
  admin_id TEXT NOT NULL REFERENCES admin (id),
  created_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX session_admin ON session (admin_id);

CREATE TABLE api_token (
  id TEXT PRIMARY KEY,
  token_hash BLOB NOT NULL UNIQUE,
  name TEXT NOT NULL,
  scopes TEXT NOT NULL CHECK (json_valid(scopes)),
  admin_id TEXT REFERENCES admin (id),
  node_id TEXT,
  servers TEXT NOT NULL CHECK (json_valid(servers)),
  signing_secret BLOB,
  created_at INTEGER NOT NULL,
  last_used_at INTEGER,
  revoked_at INTEGER
) STRICT;

CREATE TABLE user (
  id TEXT PRIMARY KEY,
  name TEXT NOT NULL,
  link_token TEXT NOT NULL UNIQUE,
  telegram_id INTEGER,
  role TEXT NOT NULL,
  note TEXT NOT NULL,
  owner_id TEXT REFERENCES admin (id),
  active INTEGER NOT NULL CHECK (active IN (0, 1)),
  created_at INTEGER NOT NULL,
  deleted_at INTEGER
) STRICT;
CREATE UNIQUE INDEX user_name ON user (name) WHERE deleted_at IS NULL;
CREATE INDEX user_owner ON user (owner_id);

-- Every user_token a user ever had. The current one has no rotated_at; released_at: the user was deleted.
CREATE TABLE user_token (
  token TEXT PRIMARY KEY,
  user_id TEXT NOT NULL REFERENCES user (id),
  since INTEGER NOT NULL,
  in_cycle INTEGER NOT NULL CHECK (in_cycle IN (0, 1)),
  rotated_at INTEGER,
  released_at INTEGER
) STRICT, WITHOUT ROWID;
CREATE INDEX user_token_user ON user_token (user_id);

CREATE TABLE setting (name TEXT PRIMARY KEY, value TEXT NOT NULL CHECK (json_valid(value))) STRICT, WITHOUT ROWID;

CREATE TABLE audit (
  id INTEGER PRIMARY KEY,
  at INTEGER NOT NULL,
  admin_id TEXT,
  via TEXT NOT NULL,
  action TEXT NOT NULL,
  subject TEXT NOT NULL,
  detail TEXT NOT NULL CHECK (json_valid(detail))
) STRICT;
`;

const inventory = `
CREATE TABLE node (
  id TEXT PRIMARY KEY,
  name TEXT NOT NULL,
  slug TEXT NOT NULL,
  description TEXT NOT NULL,
  kind TEXT NOT NULL,
  options TEXT NOT NULL CHECK (json_valid(options)),
  poll_interval_ms INTEGER NOT NULL CHECK (poll_interval_ms > 0),
  opening TEXT NOT NULL CHECK (opening IN ('baseline', 'count')),
  users_policy TEXT NOT NULL CHECK (users_policy IN ('from-comments', 'per-peer', 'none')),
  created_at INTEGER NOT NULL,
  deleted_at INTEGER
) STRICT;
CREATE UNIQUE INDEX node_name ON node (name) WHERE deleted_at IS NULL;
CREATE UNIQUE INDEX node_slug ON node (slug) WHERE deleted_at IS NULL;

CREATE TABLE vpn_service (
  id TEXT PRIMARY KEY,
  node_id TEXT NOT NULL REFERENCES node (id),
  kind TEXT NOT NULL,
  identity TEXT NOT NULL,
  name TEXT NOT NULL,
  listen_port INTEGER,
  first_seen_at INTEGER NOT NULL,
  first_complete_at INTEGER,
  last_complete_at INTEGER,
  last_complete_evidence TEXT,
  -- Order of the last poll that showed the service.
  last_at INTEGER,
  last_boot_id TEXT,
  last_uptime_ms INTEGER,
  UNIQUE (kind, identity)
) STRICT;
CREATE INDEX vpn_service_node ON vpn_service (node_id);

CREATE TABLE peer (
  id TEXT PRIMARY KEY,
  service_id TEXT NOT NULL REFERENCES vpn_service (id),
  key TEXT NOT NULL,
  name TEXT,
  allowed_ips TEXT NOT NULL CHECK (json_valid(allowed_ips)),
  first_seen_at INTEGER NOT NULL,
  -- Written when the peer ends; while it is there, the last complete poll of its service has seen it.
  last_seen_at INTEGER NOT NULL,
  ended_at INTEGER,
  -- Who owns it now; the history of owners is in binding.
  user_id TEXT REFERENCES user (id),
  UNIQUE (service_id, key)
) STRICT;
CREATE INDEX peer_key ON peer (key);
CREATE INDEX peer_user ON peer (user_id);

CREATE TABLE binding (
  id INTEGER PRIMARY KEY,
  peer_id TEXT NOT NULL REFERENCES peer (id),
  user_id TEXT NOT NULL REFERENCES user (id),
  from_at INTEGER NOT NULL,
  to_at INTEGER CHECK (to_at >= from_at),
  -- The peer was nobody's before: its history went to this user, counting in the cycle or not.
  claimed INTEGER NOT NULL CHECK (claimed IN (0, 1)),
  in_cycle INTEGER NOT NULL CHECK (in_cycle IN (0, 1))
) STRICT;
CREATE INDEX binding_peer ON binding (peer_id, from_at);
CREATE INDEX binding_user ON binding (user_id);

CREATE TABLE poll_outcome (
  node_id TEXT PRIMARY KEY REFERENCES node (id),
  last_attempt_at INTEGER NOT NULL,
  last_complete_at INTEGER,
  last_duration_ms INTEGER NOT NULL,
  outcome TEXT NOT NULL CHECK (outcome IN ('complete', 'incomplete', 'failed')),
  failures INTEGER NOT NULL,
  code TEXT,
  message TEXT,
  hint TEXT,
  notices TEXT NOT NULL CHECK (json_valid(notices))
) STRICT, WITHOUT ROWID;
`;

const meters = `
-- Texts that many counters share: boot ids and what names the start of a service.
CREATE TABLE evidence (id INTEGER PRIMARY KEY, text TEXT NOT NULL UNIQUE) STRICT;

-- Meter state: the last reading of one peer (and connection). Updated by id, in the order of first sight, so that a poll
-- of many peers touches neighbouring rows.
CREATE TABLE counter (
  id INTEGER PRIMARY KEY,
  peer_id TEXT NOT NULL REFERENCES peer (id),
  connection TEXT NOT NULL DEFAULT '',
  epoch INTEGER NOT NULL,
  rx INTEGER,
  tx INTEGER,
  total INTEGER NOT NULL,
  start_id INTEGER REFERENCES evidence (id),
  boot_id INTEGER REFERENCES evidence (id),
  uptime_ms INTEGER,
  at INTEGER NOT NULL,
  ended INTEGER NOT NULL CHECK (ended IN (0, 1)),
  endpoint TEXT,
  last_handshake_at INTEGER,
  UNIQUE (peer_id, connection),
  CHECK ((rx IS NULL) = (tx IS NULL))
) STRICT;

-- Meter state of one cumulative stream of a sender.
CREATE TABLE stream (
  series_id INTEGER NOT NULL REFERENCES series (id),
  sender TEXT NOT NULL,
  name TEXT NOT NULL,
  epoch INTEGER NOT NULL,
  rx INTEGER NOT NULL,
  tx INTEGER NOT NULL,
  -- Latest end of a period applied; null while none was told.
  period_end INTEGER,
  at INTEGER NOT NULL,
  PRIMARY KEY (series_id, sender, name)
) STRICT, WITHOUT ROWID;

-- What a counter already showed and what was therefore never counted.
CREATE TABLE baseline (
  id INTEGER PRIMARY KEY,
  peer_id TEXT NOT NULL REFERENCES peer (id),
  at INTEGER NOT NULL,
  reason TEXT NOT NULL CHECK (reason IN ('before-xpert', 'unproven', 'tracking-off', 'rewound')),
  ${traffic}
) STRICT;
CREATE INDEX baseline_peer ON baseline (peer_id);

-- Intervals without a complete reading of a node.
CREATE TABLE gap (
  id INTEGER PRIMARY KEY,
  node_id TEXT NOT NULL REFERENCES node (id),
  service_id TEXT REFERENCES vpn_service (id),
  from_at INTEGER NOT NULL,
  to_at INTEGER CHECK (to_at >= from_at),
  reason TEXT NOT NULL CHECK (reason IN ('failed', 'incomplete', 'tracking-off', 'not-running')),
  message TEXT NOT NULL
) STRICT;
CREATE INDEX gap_node ON gap (node_id, from_at);
CREATE INDEX gap_open ON gap (node_id) WHERE to_at IS NULL;

-- Intervals in which bytes of a peer may be missing although none were booked.
CREATE TABLE loss (
  id INTEGER PRIMARY KEY,
  peer_id TEXT NOT NULL REFERENCES peer (id),
  from_at INTEGER NOT NULL,
  to_at INTEGER NOT NULL CHECK (to_at >= from_at),
  flags INTEGER NOT NULL
) STRICT;
CREATE INDEX loss_peer ON loss (peer_id, from_at);

-- Implausible reports and readings: kept and shown, not counted.
CREATE TABLE quarantine (
  id INTEGER PRIMARY KEY,
  at INTEGER NOT NULL,
  reason TEXT NOT NULL,
  report TEXT CHECK (json_valid(report)),
  peer_id TEXT REFERENCES peer (id),
  ${traffic}
) STRICT;

-- Makes a report count once: hash of sender and event id, digest of the body, day of receipt (UTC) for the sweep.
CREATE TABLE report_key (
  hash BLOB PRIMARY KEY CHECK (length(hash) = 12),
  body INTEGER NOT NULL,
  day INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
`;

const ledger = `
-- What carried bytes: one of our VPN services (server = slug of the node, port 0 = unknown) or a server named in reports.
-- Rows never change: a service that listens on another port is another carrier. place: id of the first carrier with the
-- same server and port, whatever its protocol; connections are counted per place.
CREATE TABLE carrier (
  id INTEGER PRIMARY KEY,
  server TEXT NOT NULL,
  port INTEGER NOT NULL CHECK (port BETWEEN 0 AND 65535),
  protocol TEXT NOT NULL,
  node_id TEXT REFERENCES node (id),
  service_id TEXT REFERENCES vpn_service (id),
  place INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX carrier_name ON carrier (server, port, protocol, ifnull(service_id, ''));

-- Where bytes come from: one peer, or one user_token in reports, on one carrier.
CREATE TABLE series (
  id INTEGER PRIMARY KEY,
  carrier_id INTEGER NOT NULL REFERENCES carrier (id),
  peer_id TEXT REFERENCES peer (id),
  token TEXT,
  CHECK ((peer_id IS NULL) <> (token IS NULL))
) STRICT;
CREATE UNIQUE INDEX series_peer ON series (peer_id, carrier_id) WHERE peer_id IS NOT NULL;
CREATE UNIQUE INDEX series_token ON series (token, carrier_id) WHERE token IS NOT NULL;
CREATE INDEX series_carrier ON series (carrier_id);

-- Reset marks. A mark hides every segment of its holders with a lower one, until it is undone.
CREATE TABLE reset (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  public_id TEXT NOT NULL UNIQUE,
  scope TEXT NOT NULL CHECK (scope IN ('all', 'owner', 'user')),
  users INTEGER NOT NULL,
  at INTEGER NOT NULL,
  admin_id TEXT,
  reason TEXT,
  undone_at INTEGER,
  undone_by TEXT
) STRICT;
CREATE TABLE reset_target (
  user_id TEXT NOT NULL REFERENCES user (id),
  reset_id INTEGER NOT NULL REFERENCES reset (id),
  PRIMARY KEY (user_id, reset_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX reset_target_reset ON reset_target (reset_id);

-- The unit of attribution: the bytes of one holder between two reset marks. The holder is a user; a token or peer with a
-- user is a claimed one, without a user an unclaimed one. mark: highest reset that applied when its bytes flowed;
-- all_mark: highest reset of scope all then. hidden: by a mark of scope owner or user (of scope all: all_mark tells).
CREATE TABLE segment (
  id INTEGER PRIMARY KEY,
  user_id TEXT REFERENCES user (id),
  token TEXT,
  peer_id TEXT REFERENCES peer (id),
  mark INTEGER NOT NULL,
  all_mark INTEGER NOT NULL CHECK (all_mark <= mark),
  hidden INTEGER NOT NULL DEFAULT 0 CHECK (hidden IN (0, 1)),
  in_cycle INTEGER NOT NULL CHECK (in_cycle IN (0, 1)),
  opened_at INTEGER NOT NULL,
  claimed_at INTEGER,
  CHECK (user_id IS NOT NULL OR token IS NOT NULL OR peer_id IS NOT NULL),
  CHECK (token IS NULL OR peer_id IS NULL),
  CHECK (claimed_at IS NULL OR user_id IS NOT NULL)
) STRICT;
CREATE UNIQUE INDEX segment_own ON segment (user_id, mark) WHERE token IS NULL AND peer_id IS NULL;
CREATE UNIQUE INDEX segment_unclaimed_token ON segment (token, mark) WHERE token IS NOT NULL AND user_id IS NULL;
CREATE UNIQUE INDEX segment_unclaimed_peer ON segment (peer_id, mark) WHERE peer_id IS NOT NULL AND user_id IS NULL;
CREATE INDEX segment_user ON segment (user_id);
CREATE INDEX segment_token ON segment (token);
CREATE INDEX segment_peer ON segment (peer_id);

-- All-time sum of one series in one segment. Never removed. Its id stands for both in record and day.
CREATE TABLE tally (
  id INTEGER PRIMARY KEY,
  series_id INTEGER NOT NULL REFERENCES series (id),
  segment_id INTEGER NOT NULL REFERENCES segment (id),
  ${traffic},
  first_at INTEGER NOT NULL,
  last_at INTEGER NOT NULL,
  UNIQUE (series_id, segment_id)
) STRICT;
CREATE INDEX tally_segment ON tally (segment_id);

-- Bytes of one quarter of an hour (number since 1970). Time comes first in the keys of record and day: what is written
-- at one time then lies together, and old records go in one range. lag > 0: booked that many quarters later.
CREATE TABLE record (
  quarter INTEGER NOT NULL,
  tally_id INTEGER NOT NULL REFERENCES tally (id),
  flags INTEGER NOT NULL,
  lag INTEGER NOT NULL CHECK (lag >= 0),
  ${traffic},
  PRIMARY KEY (quarter, tally_id, flags, lag)
) STRICT, WITHOUT ROWID;

-- Sums per day of the panel's zone. Never removed. hours: bit n = bytes in the n-th hour of that day. connections: hours
-- in which this row was the first of its segment and place to carry bytes.
CREATE TABLE day (
  day INTEGER NOT NULL,
  tally_id INTEGER NOT NULL REFERENCES tally (id),
  ${traffic},
  hours INTEGER NOT NULL CHECK (hours BETWEEN 0 AND 33554431),
  connections INTEGER NOT NULL CHECK (connections BETWEEN 0 AND 25),
  PRIMARY KEY (day, tally_id)
) STRICT, WITHOUT ROWID;

-- Bounds of the days above, as they were when the day was first booked.
CREATE TABLE calendar_day (
  day INTEGER PRIMARY KEY,
  from_at INTEGER NOT NULL,
  to_at INTEGER NOT NULL CHECK (to_at >= from_at)
) STRICT;

-- Derived: sums of the day rows whose segments are not hidden, by all_mark, so that a reset of all changes no row.
CREATE TABLE carrier_day (
  day INTEGER NOT NULL,
  all_mark INTEGER NOT NULL,
  carrier_id INTEGER NOT NULL REFERENCES carrier (id),
  ${traffic},
  connections INTEGER NOT NULL,
  last_at INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (day, all_mark, carrier_id)
) STRICT, WITHOUT ROWID;

-- Derived: all records of a carrier in a quarter, whatever the marks; active: distinct series that moved bytes.
CREATE TABLE carrier_quarter (
  quarter INTEGER NOT NULL,
  carrier_id INTEGER NOT NULL REFERENCES carrier (id),
  ${traffic},
  active INTEGER NOT NULL,
  flags INTEGER NOT NULL,
  PRIMARY KEY (quarter, carrier_id)
) STRICT, WITHOUT ROWID;

-- Reports that were answered and are not in the tables above yet: what one commit accepted per row, as JSON.
CREATE TABLE inbox (id INTEGER PRIMARY KEY, body TEXT NOT NULL) STRICT;

-- One row: sequence of the last commit, when the process was last alive, and how far the inbox is folded into the
-- tables: of its rows up to fold_upto, fold_done steps of fold_phase are done.
CREATE TABLE alive (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  sequence INTEGER NOT NULL,
  at INTEGER NOT NULL,
  fold_upto INTEGER NOT NULL DEFAULT 0,
  fold_phase INTEGER NOT NULL DEFAULT 0,
  fold_done INTEGER NOT NULL DEFAULT 0
) STRICT;

CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL CHECK (json_valid(value))) STRICT, WITHOUT ROWID;

-- File size per day, for the growth that people see.
CREATE TABLE size_sample (day INTEGER PRIMARY KEY, bytes INTEGER NOT NULL) STRICT;
`;

/** The table of the original Xpert, for scripts that read its file: one row per day and series. */
const seedView = `
CREATE VIEW traffic_usage AS
SELECT
  d.day * 4294967296 + d.tally_id AS id,
  coalesce(s.token, (SELECT t.token FROM user_token t WHERE t.user_id = g.user_id AND t.rotated_at IS NULL), s.peer_id)
    AS user_token,
  c.server AS config_server,
  c.port AS config_port,
  c.protocol AS protocol,
  d.rx AS bytes_uploaded,
  d.tx + d.undirected AS bytes_downloaded,
  date(d.day * 86400, 'unixepoch') AS date_collected,
  datetime(min(t.last_at, b.to_at - 1) / 1000, 'unixepoch') AS timestamp
FROM day d
JOIN tally t ON t.id = d.tally_id
JOIN series s ON s.id = t.series_id
JOIN carrier c ON c.id = s.carrier_id
JOIN segment g ON g.id = t.segment_id
JOIN calendar_day b ON b.day = d.day;
`;

export const firstMigration = people + inventory + meters + ledger + seedView;
