export interface Bytes {
  readonly rx: bigint;
  readonly tx: bigint;
}

/** Whose bytes: of a user alone they are the user's own; with a token or peer they are claimed history, or unclaimed. */
export interface Holder {
  readonly user: string | null;
  readonly token: string | null;
  readonly peer: string | null;
  readonly inCycle: boolean;
}

/** Bytes of one holder that came under the same mark. What is shown follows from the mark; bytes never move. */
export interface Pot {
  user: string | null;
  readonly token: string | null;
  readonly peer: string | null;
  readonly mark: number;
  inCycle: boolean;
  readonly carriers: Map<string, { rx: bigint; tx: bigint }>;
}

export interface Mark {
  readonly atMs: number;
  readonly users: readonly string[] | 'all';
  undone: boolean;
}

interface TokenModel {
  user: string;
  sinceMs: number;
  inCycle: boolean;
  rotated: boolean;
  released: boolean;
}

export interface Binding {
  readonly user: string;
  readonly fromMs: number;
  toMs: number | null;
  readonly claimed: boolean;
  readonly inCycle: boolean;
}

interface StreamModel {
  readonly rx: bigint;
  readonly tx: bigint;
  readonly atMs: number;
  readonly periodEndMs: number | null;
}

/** Plain data, so that `structuredClone` copies all of it. */
export interface LedgerState {
  readonly users: Map<string, { deleted: boolean }>;
  readonly tokens: Map<string, TokenModel>;
  readonly owners: Map<string, { user: string | null; bindings: Binding[] }>;
  readonly marks: Mark[];
  readonly pots: Pot[];
  readonly keys: Map<string, string>;
  readonly streams: Map<string, StreamModel>;
  readonly services: Map<string, ServiceModel>;
  readonly baselines: Map<string, { rx: bigint; tx: bigint }>;
  readonly quarantined: { count: number; rx: bigint; tx: bigint };
  tracking: boolean;
  /** When tracking was last switched on again: what was read before that is no base for counting. */
  resumedMs: number;
}

/** What the ledger should remember of one WireGuard interface between polls. */
export interface ServiceModel {
  last: { bootId: string; uptimeMs: number; atMs: number } | null;
  /** Last complete poll since tracking was switched on. */
  lastComplete: { atMs: number } | null;
  everComplete: boolean;
  readonly counters: Map<string, CounterModel>;
}

export interface CounterModel {
  rx: bigint;
  tx: bigint;
  evidence: string;
  /** When it was last seen to have changed. */
  atMs: number;
  ended: boolean;
  rebase: boolean;
}

export function emptyState(): LedgerState {
  return {
    users: new Map(),
    tokens: new Map(),
    owners: new Map(),
    marks: [],
    pots: [],
    keys: new Map(),
    streams: new Map(),
    services: new Map(),
    baselines: new Map(),
    quarantined: { count: 0, rx: 0n, tx: 0n },
    tracking: true,
    resumedMs: Number.NEGATIVE_INFINITY,
  };
}

export function addTo(map: Map<string, { rx: bigint; tx: bigint }>, key: string, { rx, tx }: Bytes): void {
  const sum = map.get(key) ?? { rx: 0n, tx: 0n };
  map.set(key, { rx: sum.rx + rx, tx: sum.tx + tx });
}
