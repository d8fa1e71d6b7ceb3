const amounts = (...names: readonly string[]) =>
  names
    .flatMap((name) => ['rx', 'tx', 'undirected'].map((part) => `${name}_${part} INTEGER NOT NULL DEFAULT 0`))
    .join(',\n  ');

/** Counters that peers are held against, what the ledger found while it metered, and how fast a node can be. */
export const reconciliationMigration = `
-- Speed of the node's link in Mbit/s; a reading that is faster is set aside. Null: not told.
ALTER TABLE node ADD COLUMN link_mbit INTEGER CHECK (link_mbit > 0);

-- What a reading that was set aside needs to be booked later: its service, when its bytes flowed, its flags.
ALTER TABLE quarantine ADD COLUMN service_id TEXT REFERENCES vpn_service (id);
ALTER TABLE quarantine ADD COLUMN from_at INTEGER;
ALTER TABLE quarantine ADD COLUMN flags INTEGER NOT NULL DEFAULT 0;

-- Last reading of a counter that peers are held against: a service's own, or (service_id '') the network card of the
-- node. least, most: bounds of what peers count beyond it. peer: what peers moved since, held against nothing yet.
CREATE TABLE reconcile_state (
  node_id TEXT NOT NULL REFERENCES node (id),
  service_id TEXT NOT NULL,
  name TEXT NOT NULL,
  start_evidence TEXT,
  at INTEGER NOT NULL,
  ${amounts('own', 'least', 'most', 'peer')},
  PRIMARY KEY (node_id, service_id)
) STRICT, WITHOUT ROWID;

-- Both sides per day of the panel's zone. checked_ms: how much of the day they are of. Never removed.
CREATE TABLE reconcile_day (
  day INTEGER NOT NULL,
  node_id TEXT NOT NULL REFERENCES node (id),
  service_id TEXT NOT NULL,
  name TEXT NOT NULL,
  checked_ms INTEGER NOT NULL CHECK (checked_ms >= 0),
  peers INTEGER NOT NULL CHECK (peers >= 0),
  ${amounts('own', 'least', 'most', 'peer')},
  PRIMARY KEY (node_id, day, service_id)
) STRICT, WITHOUT ROWID;

-- What a provider says it carried for a node over whole days; entered by hand.
CREATE TABLE provider_figure (
  id INTEGER PRIMARY KEY,
  node_id TEXT NOT NULL REFERENCES node (id),
  first_day INTEGER NOT NULL,
  last_day INTEGER NOT NULL CHECK (last_day >= first_day),
  direction TEXT NOT NULL CHECK (direction IN ('in', 'out', 'both')),
  bytes INTEGER NOT NULL CHECK (bytes >= 0),
  note TEXT NOT NULL,
  at INTEGER NOT NULL,
  admin_id TEXT,
  deleted_at INTEGER
) STRICT;
CREATE INDEX provider_figure_node ON provider_figure (node_id);

-- What makes the counters of a service doubtful, as seen while it was metered: a run of polls, less than a day apart.
CREATE TABLE finding (
  service_id TEXT NOT NULL REFERENCES vpn_service (id),
  code TEXT NOT NULL CHECK (code IN ('counter-fell', 'counter-rewound', 'counters-frozen', 'reading-quarantined')),
  first_at INTEGER NOT NULL,
  last_at INTEGER NOT NULL,
  times INTEGER NOT NULL CHECK (times > 0),
  PRIMARY KEY (service_id, code)
) STRICT, WITHOUT ROWID;
`;
