import type { Traffic } from '../../core/units/bytes.ts';
import { PeerTable } from './peer-table.ts';

/** Everything that the node's script said, part by part; `assemble` judges it. */
export interface ScriptOutput {
  /** Format version; null if the header is not readable. */
  readonly version: number | null;
  readonly boot: Boot | null;
  /** Counters of the network card; null if the script does not tell. */
  readonly card: Card | null;
  readonly places: readonly Place[];
  readonly containers: readonly ContainerExit[];
  /** The script's last line was seen. */
  readonly done: boolean;
}

export interface Boot {
  /** Null on systems without a boot id. */
  readonly bootId: string | null;
  readonly uptimeMs: number | null;
  /** The node's wall clock. */
  readonly at: Date;
  readonly user: string;
}

export interface Card {
  readonly name: string;
  readonly index: string;
  readonly traffic: Traffic;
}

/** The node itself (`.`) or one of its containers. */
export interface Place {
  readonly name: string;
  /** Start of process 1 of a container. */
  readonly start: string | null;
  readonly tools: Tool[];
  readonly interfaces: Interface[];
  /** Folders of userspace sockets that the reading user may not enter. */
  readonly denied: string[];
  /** Configurations that may hold names but cannot be read. */
  readonly unreadable: string[];
  readonly failures: FailedPart[];
  /** WireGuard and AmneziaWG interfaces that are there, also those that no tool of the place can read. */
  readonly devices: Device[];
  parts: number;
  /** All parts that the place counted came through. */
  closed: boolean;
}

export interface Tool {
  readonly name: string;
  readonly version: string;
  /** Interfaces it lists; null while the list was not read. */
  listed: readonly string[] | null;
}

export interface Interface {
  readonly tool: string;
  readonly name: string;
  publicKey: string | null;
  listenPort: number | null;
  /** Index and flags just before and just after the counters were read. */
  readonly links: Link[];
  own: Own | null;
  /** True once the counters were read to their end without garbage. */
  counted: boolean;
  readonly table: PeerTable;
}

/** Counters of an interface itself. */
export interface Own {
  /** A daemon's interface: it counts packets as they are inside the tunnel. */
  readonly isTun: boolean;
  readonly traffic: Traffic;
  readonly rxPackets: bigint;
  readonly txPackets: bigint;
}

export interface Device {
  readonly name: string;
  readonly kind: 'wireguard' | 'amneziawg';
}

export interface Link {
  readonly index: string;
  readonly isUp: boolean;
}

export interface FailedPart {
  readonly tool: string;
  readonly subject: string;
  readonly part: string;
  readonly status: number;
  readonly error: string;
  readonly garbled: boolean;
}

export interface ContainerExit {
  readonly name: string;
  readonly status: number;
  readonly error: string;
}

/** What the script prints for something that the system does not tell. */
export const UNKNOWN = '-';

export function newPlace(name: string, start: string): Place {
  return {
    name,
    start: start === UNKNOWN ? null : start,
    tools: [],
    interfaces: [],
    denied: [],
    unreadable: [],
    failures: [],
    devices: [],
    parts: 0,
    closed: false,
  };
}

/** The interface of that tool, added at its first mention. */
export function findInterface(place: Place, tool: string, name: string): Interface {
  const known = place.interfaces.find((one) => one.tool === tool && one.name === name);
  if (known !== undefined) return known;
  const empty = { publicKey: null, listenPort: null, links: [], own: null, counted: false };
  const made: Interface = { tool, name, ...empty, table: new PeerTable() };
  place.interfaces.push(made);
  return made;
}
