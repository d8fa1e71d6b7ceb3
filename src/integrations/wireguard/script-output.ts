import { KeyTable } from './key-table.ts';

/** Everything that the node's script said, part by part; `assemble` judges it. */
export interface ScriptOutput {
  /** Format version; null if the header is not readable. */
  readonly version: number | null;
  readonly boot: Boot | null;
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
  /** True once the counters were read to their end without garbage. */
  counted: boolean;
  readonly table: KeyTable;
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
    parts: 0,
    closed: false,
  };
}

/** The interface of that tool, added at its first mention. */
export function findInterface(place: Place, tool: string, name: string): Interface {
  const known = place.interfaces.find((one) => one.tool === tool && one.name === name);
  if (known !== undefined) return known;
  const made = { tool, name, publicKey: null, listenPort: null, links: [], counted: false, table: new KeyTable() };
  place.interfaces.push(made);
  return made;
}
