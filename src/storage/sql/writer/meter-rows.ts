import { type Database, prepareEach } from '../database.ts';

/** Columns of a counter that readings change. */
export const MUTABLE = [
  ...['epoch', 'rx', 'tx', 'total', 'start_id', 'boot_id', 'uptime_ms', 'at', 'ended', 'endpoint', 'last_handshake_at'],
  'tracking_period',
] as const;

/** Rows as lists: of a fleet each of these is read for every peer that moved. */
export type PeerRow = readonly [
  id: string,
  key: string,
  name: string | null,
  allowedIps: string,
  hasEnded: bigint | number,
];

export interface BindingRow {
  readonly key: string;
  readonly userId: string;
  readonly fromMs: number;
  readonly toMs: number | null;
  readonly claimed: number;
  readonly inCycle: number;
}

export type StoredCounter = readonly [
  id: bigint,
  connection: string,
  epoch: bigint,
  rx: bigint | null,
  tx: bigint | null,
  total: bigint,
  startId: bigint | null,
  bootId: bigint | null,
  uptimeMs: bigint | null,
  at: bigint,
  ended: bigint,
  endpoint: string | null,
  handshake: bigint | null,
  trackingPeriod: bigint,
];

/** A peer and one of its counters; nulls where it has none, a row for each where it has several. */
export type PeerWithCounter = readonly [...PeerRow, hasOwners: bigint | number, ...(StoredCounter | readonly null[])];

export const HAS_OWNERS = 5;
/** Where its counter begins. */
export const COUNTER_AT = 6;

export function prepareMeterReads(db: Database) {
  const peer = 'p.id, p.key, p.name, p.allowed_ips, p.ended_at IS NOT NULL';
  const counter = `c.id, c.connection, c.epoch, c.rx, c.tx, c.total, c.start_id, c.boot_id, c.uptime_ms, c.at, c.ended, c.endpoint,
    c.last_handshake_at, c.tracking_period`;
  const bindings = `SELECT p.key, b.user_id AS userId, b.from_at AS fromMs, b.to_at AS toMs, b.claimed, b.in_cycle AS inCycle
    FROM peer p JOIN binding b ON b.peer_id = p.id AND b.voided_by IS NULL WHERE p.service_id = ?`;
  return {
    peers: db.prepare(`SELECT ${peer} FROM peer p WHERE p.service_id = ?`).raw(),
    counters: db
      .prepare(`SELECT p.key, ${counter} FROM peer p JOIN counter c ON c.peer_id = p.id WHERE p.service_id = ?`)
      .raw()
      .safeIntegers(),
    peerWithCounters: prepareEach(
      db,
      `SELECT ${peer}, EXISTS (SELECT 1 FROM binding b WHERE b.peer_id = p.id), ${counter}
       FROM peer p LEFT JOIN counter c ON c.peer_id = p.id WHERE p.service_id = ? AND p.key = ?`,
    )
      .raw()
      .safeIntegers(),
    bindings: db.prepare(`${bindings} ORDER BY b.from_at, b.id`),
    bindingsOfPeer: prepareEach(db, `${bindings} AND p.key = ? ORDER BY b.from_at, b.id`),
    lastId: db.prepare('SELECT ifnull(max(id), 0) FROM counter').pluck(),
    serviceOf: db.prepare('SELECT service_id FROM peer WHERE id = ?').pluck(),
    text: db.prepare('SELECT text FROM evidence WHERE id = ?').pluck(),
    findText: db.prepare('SELECT id FROM evidence WHERE text = ?').pluck(),
    addText: db.prepare('INSERT OR IGNORE INTO evidence (text) VALUES (?)'),
  };
}
