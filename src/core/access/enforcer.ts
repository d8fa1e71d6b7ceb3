import type { Notice } from '../inventory/node-operations.ts';

/** What suspending means in one system: for people, and for the ledger. */
export interface EnforcerAbilities {
  /** Of the words below, whatever the language. */
  readonly code: string;
  /** In words: what is changed there, for example `allowed-ips emptied`. */
  readonly means: string;
  /** Connections that are open when access is taken: cut at once, left until they end, or cut with a delay. */
  readonly liveSessions: 'cut' | 'stay' | 'delayed';
  /**
   * What the counter of a suspended peer still gains was dropped (WireGuard counts what it decrypts before it looks where
   * it comes from): it is kept apart and never anybody's usage. False: it was carried.
   */
  readonly countsDropped: boolean;
  /** Polls show whether a peer is suspended (`PeerReading.isOff`); else it has to be looked at each time. */
  readonly isShownInPolls: boolean;
  /**
   * Suspending takes the peer away as a whole: it is in no poll until it is given back, and one that somebody removed for
   * good looks the same. Absent: it stays.
   */
  readonly vanishes?: true;
  /** What has to be kept for restoring holds a credential: it is stored sealed. */
  readonly keepsSecrets: boolean;
  /** What a person should know before switching it on; empty where nothing is to be said. */
  readonly caveats: readonly string[];
}

/** Why a source lets nobody be suspended. */
export interface CannotEnforce {
  readonly cannot: Notice;
}

/** One peer as its system knows it. */
export interface EnforcerTarget {
  /** Natural identity and name of its VPN service, as the collector read them. */
  readonly identity: string;
  readonly service: string;
  /** Kind of the service, as the collector read it. */
  readonly kind: string;
  readonly key: string;
}

/** How a peer is right now. */
export type Seen =
  | {
      readonly state: 'active' /** What has to be put back to undo a suspension; opaque to everybody else. */;
      readonly kept: string;
    }
  | { readonly state: 'suspended' }
  /** The system does not tell, and nobody knows: taking it again, or giving it back again, does no harm. */
  | { readonly state: 'untold'; readonly kept: string }
  | { readonly state: 'absent' }
  /** It is there, and this one cannot be switched; a person has to know why. */
  | { readonly state: 'unusable'; readonly problem: Notice };

/**
 * How one change ended. `changed`: it was not as it had been seen, and nothing was done: somebody else was there in
 * between; it has to be looked at anew.
 */
export type Outcome = 'done' | 'absent' | 'changed' | { readonly problem: Notice };

/** A change of one peer: `kept` is what `look` told of it before it was suspended. */
export interface AccessChange<T extends EnforcerTarget = EnforcerTarget> {
  readonly target: T;
  readonly kept: string;
}

/**
 * Port: takes access from peers of one node and gives it back. Both are idempotent, and check in the system itself that
 * the peer still is as it was seen. Touches no peer but those it is told.
 */
export interface Enforcer {
  /** `look` asks the system once for each target: many of them are looked at in parts. Absent: once for all. */
  readonly looksOneByOne?: true;
  /** How they are; changes nothing. One answer per target, in order. @throws SourceFailure */
  look(targets: readonly EnforcerTarget[], signal: AbortSignal): Promise<readonly Seen[]>;
  /** @throws SourceFailure when it is not known how far it came */
  suspend(changes: readonly AccessChange[], signal: AbortSignal): Promise<readonly Outcome[]>;
  /** @throws SourceFailure when it is not known how far it came */
  restore(changes: readonly AccessChange[], signal: AbortSignal): Promise<readonly Outcome[]>;
  /**
   * Where a peer has several parts, which may have been taken one by one: what was kept before together with what is there
   * now. More than `now`: it is taken in part. Absent: a peer is one thing.
   */
  readonly join?: (before: string, now: string) => string;
  /** Releases kept connections. Idempotent. */
  close(): Promise<void>;
}
