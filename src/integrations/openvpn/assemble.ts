import type { PeerReading, SourceNotice } from '../../core/metering/collector.ts';
import { directed } from '../../core/units/bytes.ts';
import { counted } from '../../core/units/counted.ts';
import type { OpenvpnOptions } from './options.ts';
import type { Session } from './session-watch.ts';
import type { ClientRow, Status } from './status-parser.ts';

/** Online means seen within three minutes; the minute is enough, and it spares a write per connection and poll. */
const SEEN_MS = 60_000;
/** What stands in for a name that is not known yet, or never will be. */
const UNDEFINED = 'UNDEF';

export interface Assembled {
  readonly peers: readonly PeerReading[];
  /** False if connections are there whose bytes are not in `peers`. */
  readonly isWhole: boolean;
  readonly notices: readonly SourceNotice[];
}

interface Source {
  readonly status: Status;
  /** The daemon's process id; '' where it is not told. */
  readonly pid: string;
  /** Connections that ended since, with the last that was heard of them. */
  readonly over: readonly Session[];
  readonly seenAt: Date;
}

/** Readings from what OpenVPN lists. Clients that are not authenticated yet are nobody's, and left out. */
export function assemble({ status, pid, over, seenAt }: Source, by: OpenvpnOptions['peers']): Assembled {
  const named = status.rows.flatMap((row) => {
    const key = keyOf(row, by);
    return key === null ? [] : [{ key, row, connection: connectionOf(row, pid) }];
  });
  const twice = findTwice(named);
  const addresses = addressesOf(named);
  const peers: PeerReading[] = [];
  for (const { key, row, connection } of named) {
    if (twice.has(`${key}\n${connection}`)) continue;
    const seenMs = Math.floor(seenAt.getTime() / SEEN_MS) * SEEN_MS;
    peers.push({
      ...readingOf(key, connection, row),
      allowedIps: addresses.get(key) ?? [],
      lastHandshakeAt: new Date(Math.max(seenMs, row.connectedAt?.getTime() ?? 0)),
    });
  }
  for (const { row, pid: itsPid } of over) {
    const key = keyOf(row, by);
    if (key !== null) peers.push({ ...readingOf(key, connectionOf(row, itsPid), row), isOver: true });
  }
  const notices = problemsOf(status, twice.size);
  return { peers, isWhole: notices.length === 0, notices };
}

function readingOf(key: string, connection: string, row: ClientRow): PeerReading {
  return {
    key,
    connection,
    traffic: directed(row.rx, row.tx),
    ...(row.connectedAt === null ? {} : { startedAt: row.connectedAt }),
    name: key,
    endpoint: row.realAddress.slice(0, 100),
  };
}

function keyOf({ commonName, username }: ClientRow, by: OpenvpnOptions['peers'] = 'common-name'): string | null {
  const names = by === 'username' ? [username] : [commonName, username];
  return names.find((name) => name !== '' && name !== UNDEFINED) ?? null;
}

/**
 * Names one connection of one daemon. Not the real address: that of a roaming client changes. A client's number begins
 * again with the daemon, so the start belongs to it.
 */
function connectionOf({ clientId, connectedAt, connectedSince }: ClientRow, pid: string): string {
  const since = connectedAt === null ? connectedSince : String(connectedAt.getTime() / 1000);
  return `${pid === '' ? '' : `${pid}.`}${clientId ?? ''}@${since}`;
}

/** Connections that cannot be told apart (two of one client in the same second, in formats without numbers). */
function findTwice(named: readonly { readonly key: string; readonly connection: string }[]): ReadonlySet<string> {
  const seen = new Set<string>();
  const twice = new Set<string>();
  for (const { key, connection } of named) {
    const id = `${key}\n${connection}`;
    if (seen.has(id)) twice.add(id);
    seen.add(id);
  }
  return twice;
}

/** The addresses of all connections of a peer, the same on each of them. */
function addressesOf(named: readonly { readonly key: string; readonly row: ClientRow }[]) {
  const addresses = new Map<string, string[]>();
  for (const { key, row } of named) {
    const own = row.virtualAddresses.map((address) => `${address}/${address.includes(':') ? 128 : 32}`);
    addresses.set(key, [...new Set([...(addresses.get(key) ?? []), ...own])].sort());
  }
  return addresses;
}

function problemsOf(status: Status, twice: number): SourceNotice[] {
  const notices: SourceNotice[] = [];
  if (!status.isWhole) {
    notices.push({
      code: 'output-cut',
      message: 'The status of OpenVPN ended early.',
      hint: 'It was being written; if this stays, look whether the file ends with END.',
    });
  }
  if (status.unreadable > 0) {
    notices.push({
      code: 'status-garbled',
      message: `${counted(status.unreadable, 'connection')} could not be read.`,
      hint: 'A name with a comma breaks the formats 1 and 2: use "status-version 3".',
    });
  }
  if (twice > 0) {
    notices.push({
      code: 'sessions-alike',
      message: `${counted(twice, 'connection')} cannot be told from others; not counted.`,
      hint: 'Use "status-version 3", or the management interface: they number the connections.',
    });
  }
  return notices;
}
