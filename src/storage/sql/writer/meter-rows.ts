import type { Database } from '../database.ts';

/** Columns of a counter that readings change. */
export const MUTABLE = [
  ...['epoch', 'rx', 'tx', 'total', 'start_id', 'boot_id', 'uptime_ms', 'at', 'ended', 'endpoint', 'last_handshake_at'],
  'tracking_period',
] as const;

export interface PeerRow {
  readonly id: string;
  readonly key: string;
  readonly name: string | null;
  readonly allowedIps: string;
  readonly ended: number;
}

export interface BindingRow {
  readonly key: string;
  readonly userId: string;
  readonly fromMs: number;
  readonly toMs: number | null;
  readonly claimed: number;
  readonly inCycle: number;
}

export interface StoredCounter {
  readonly id: bigint;
  readonly key: string;
  readonly connection: string;
  readonly epoch: bigint;
  readonly rx: bigint | null;
  readonly tx: bigint | null;
  readonly total: bigint;
  readonly startId: bigint | null;
  readonly bootId: bigint | null;
  readonly uptimeMs: bigint | null;
  readonly at: bigint;
  readonly ended: bigint;
  readonly endpoint: string | null;
  readonly handshake: bigint | null;
  readonly trackingPeriod: bigint;
}

export function prepareMeterReads(db: Database) {
  const peers = `SELECT id, key, name, allowed_ips AS allowedIps, ended_at IS NOT NULL AS ended FROM peer
    WHERE service_id = ?`;
  const bindings = `SELECT p.key, b.user_id AS userId, b.from_at AS fromMs, b.to_at AS toMs, b.claimed, b.in_cycle AS inCycle
    FROM peer p JOIN binding b ON b.peer_id = p.id AND b.voided_by IS NULL WHERE p.service_id = ?`;
  const counters = `SELECT c.id, p.key, c.connection, c.epoch, c.rx, c.tx, c.total, c.start_id AS startId,
      c.boot_id AS bootId, c.uptime_ms AS uptimeMs, c.at, c.ended, c.endpoint, c.last_handshake_at AS handshake,
      c.tracking_period AS trackingPeriod
    FROM peer p JOIN counter c ON c.peer_id = p.id WHERE p.service_id = ?`;
  return {
    peers: db.prepare(peers),
    peer: db.prepare(`${peers} AND key = ?`),
    bindings: db.prepare(`${bindings} ORDER BY b.from_at, b.id`),
    bindingsOfPeer: db.prepare(`${bindings} AND p.key = ? ORDER BY b.from_at, b.id`),
    counters: db.prepare(counters).safeIntegers(),
    countersOfPeer: db.prepare(`${counters} AND p.key = ?`).safeIntegers(),
    lastId: db.prepare('SELECT ifnull(max(id), 0) FROM counter').pluck(),
    serviceOf: db.prepare('SELECT service_id FROM peer WHERE id = ?').pluck(),
    text: db.prepare('SELECT text FROM evidence WHERE id = ?').pluck(),
    findText: db.prepare('SELECT id FROM evidence WHERE text = ?').pluck(),
    addText: db.prepare('INSERT OR IGNORE INTO evidence (text) VALUES (?)'),
  };
}
