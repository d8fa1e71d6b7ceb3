import type { PeerReading } from '../../core/metering/collector.ts';
import { addTraffic, directed, NOTHING, type Traffic } from '../../core/units/bytes.ts';
import { statusFailure, unexpected } from './failures.ts';
import type { ThreeXuiSession } from './session.ts';

/**
 * `xray/client_traffic.go`: bytes since the last reset, `up` from the client; `enable` is false whether an admin or the
 * panel's own limit took the client away. Keys and settings are passed over.
 */
const TRAFFIC = { email: 'value', up: 'value', down: 'value', lastOnline: 'value', enable: 'value' } as const;
/** Version 3: clients are things of their own, with one counter over all inbounds. */
const CLIENTS = [{ email: 'value', enable: 'value', traffic: TRAFFIC }] as const;
const INBOUNDS = [{ up: 'value', down: 'value', clientStats: [TRAFFIC] }] as const;

type Fields = Readonly<Record<string, unknown>>;

export interface ClientList {
  readonly peers: readonly PeerReading[];
  /** What the inbounds themselves counted, all together. */
  readonly own: Traffic;
  /** Which interface answered. */
  readonly version: 2 | 3;
}

/** All clients with their counters. @throws SourceFailure */
export async function readClients(session: ThreeXuiSession, signal: AbortSignal): Promise<ClientList> {
  const clients = await session.get('panel/api/clients/list', CLIENTS, signal);
  const inbounds = await session.get('panel/api/inbounds/list', INBOUNDS, signal);
  if (inbounds === null) throw statusFailure(404);
  const rows = listOf(inbounds.obj, 'its list of inbounds is none');
  const own = rows.map((row) => trafficOf(row, 'an inbound')).reduce(addTraffic, NOTHING);
  if (clients === null) {
    const stats = rows.flatMap((row) =>
      row.clientStats == null ? [] : listOf(row.clientStats, 'its clients are none'),
    );
    return { peers: peersOf(stats), own, version: 2 };
  }
  // A client that was made and never counted has no traffic at all.
  const counted = listOf(clients.obj, 'its list of clients is none').filter(({ traffic }) => traffic != null);
  const stats = counted.map(({ email, enable, traffic }) => {
    const counters = traffic as Fields;
    return { ...counters, email, ...(enable === false ? { enable } : {}) };
  });
  return { peers: peersOf(stats), own, version: 3 };
}

/** Go writes an empty list as null. */
function listOf(value: unknown, complaint: string): readonly Fields[] {
  if (value === null) return [];
  if (!Array.isArray(value)) throw unexpected(complaint);
  return value;
}

/** A client of several inbounds may be told with each of them: it has one counter. */
function peersOf(stats: readonly Fields[]): readonly PeerReading[] {
  const peers = new Map<string, PeerReading>();
  for (const fields of stats) {
    const peer = peerOf(fields);
    const known = peers.get(peer.key);
    if (known !== undefined && (known.traffic.rx !== peer.traffic.rx || known.traffic.tx !== peer.traffic.tx))
      throw unexpected('a client stands there twice, with different counters');
    peers.set(peer.key, peer);
  }
  return [...peers.values()];
}

function peerOf(fields: Fields): PeerReading {
  const { email, lastOnline, enable } = fields;
  if (typeof email !== 'string' || email === '' || email.length > 255) throw unexpected('a client has no name');
  const traffic = trafficOf(fields, 'a client');
  const isKnown = typeof lastOnline === 'bigint' && lastOnline > 0n && lastOnline < 8_640_000_000_000_000n;
  return {
    key: email,
    name: email,
    traffic,
    ...(typeof enable === 'boolean' ? { isOff: !enable } : {}),
    ...(isKnown ? { lastHandshakeAt: new Date(Number(lastOnline)) } : {}),
  };
}

/** Counters are int64 in the panel. */
function trafficOf({ up, down }: Fields, whose: string): Traffic {
  if (typeof up !== 'bigint' || typeof down !== 'bigint' || up < 0n || down < 0n || up > MAX_U64 || down > MAX_U64)
    throw unexpected(`${whose} has no counters`);
  return directed(up, down);
}

const MAX_U64 = 18_446_744_073_709_551_615n;
