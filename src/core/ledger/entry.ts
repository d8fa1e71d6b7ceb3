import type { Traffic } from '../units/bytes.ts';
import type { AdminId, EntryId, PeerId, ServiceId, UserId } from '../units/ids.ts';

/**
 * What an admin does to the ledger beside counting: an entry, with postings that add bytes to what was booked or take
 * them from it. Entries are never changed and never removed; undoing one is an entry of its own with the opposite
 * postings.
 */
export interface LedgerEntry {
  readonly id: EntryId;
  /**
   * `correction`: bytes added or taken by hand. `booking`: something set aside counts after all. `dismissal`: it never
   * will. `rebinding`: bytes went from one holder to another.
   */
  readonly kind: EntryKind;
  readonly at: Date;
  readonly by: AdminId | null;
  readonly reason: string;
  /** What a `booking` or `dismissal` decided. */
  readonly item: AsideItem | null;
  /** What a `rebinding` was asked for; null for its undoing, too. */
  readonly rebinding: Rebinding | null;
  readonly effect: EntryEffect;
  /** The entry that this one undoes. */
  readonly undoes: EntryId | null;
  /** The entry that undid this one. */
  readonly undoneBy: EntryId | null;
}

/** A time of a peer, given to a user; without one to nobody, and then for ever. */
export interface Rebinding {
  readonly peerId: PeerId;
  readonly userId: UserId | null;
  readonly from: Date;
  /** Null: until further notice. */
  readonly to: Date | null;
}

export interface NewRebinding extends Rebinding {
  readonly reason: string;
  readonly by: AdminId | null;
}

export type EntryKind = 'correction' | 'booking' | 'dismissal' | 'rebinding';

/** Bytes that were set aside: a quarantined report or reading, or a baseline that may have been traffic. */
export interface AsideItem {
  readonly kind: 'quarantine' | 'baseline';
  readonly id: string;
}

/** What became of something set aside: the entry that booked or dismissed it, unless that was undone. */
export interface Decided {
  readonly entryId: EntryId;
  readonly kind: 'booking' | 'dismissal';
  readonly at: Date;
  readonly by: AdminId | null;
  readonly reason: string;
}

/** What an entry does, or in a preview would do. Bytes are negative where they are taken. */
export interface EntryEffect {
  /** Sum over all holders; nothing for a rebinding. */
  readonly traffic: Traffic;
  readonly holders: readonly HolderEffect[];
  /** First instant and end of the time whose bytes change; null if none do. */
  readonly from: Date | null;
  readonly to: Date | null;
  readonly days: number;
  /** Days of which no 15-minute records are left: there only the day changes. */
  readonly wholeDays: number;
  /** Bytes placed by time alone, because the instant lies within a quarter or a day that is known as a sum only. */
  readonly estimated: bigint;
}

/** What changes for one holder: a user, or a token or peer that nobody owns. */
export interface HolderEffect {
  readonly userId: UserId | null;
  readonly userToken: string | null;
  readonly peerId: PeerId | null;
  readonly traffic: Traffic;
  /** Shown usage (since the last reset mark), before and after. */
  readonly shownBefore: Traffic;
  readonly shownAfter: Traffic;
}

/** `entry` null: this was a preview, nothing changed. */
export interface EntryOutcome {
  readonly entry: LedgerEntry | null;
  readonly effect: EntryEffect;
}

/**
 * Whose bytes are corrected. A peer or token: bytes of that series, added to whoever it belonged to at that time. A user:
 * added as reported under their token (or over their peer, on a VPN service), taken from all that is theirs.
 */
export type CorrectionSubject =
  | { readonly kind: 'user'; readonly userId: UserId }
  | { readonly kind: 'peer'; readonly peerId: PeerId }
  | { readonly kind: 'token'; readonly userToken: string };

/** What carried the bytes: a server that reports name, or with `serviceId` one of our VPN services as it is now. */
export type CorrectedCarrier =
  | { readonly serviceId: ServiceId }
  | { readonly server: string; readonly port: number; readonly protocol: string };

export interface NewCorrection {
  readonly subject: CorrectionSubject;
  /** Null: the VPN service of the peer. */
  readonly carrier: CorrectedCarrier | null;
  /** When the bytes flowed; the same instant twice is an instant. Bytes are taken from every quarter that it touches. */
  readonly from: Date;
  readonly to: Date;
  /** Added where positive, taken where negative. Without directions the total alone. */
  readonly traffic: Traffic;
  readonly reason: string;
  readonly by: AdminId | null;
}

export interface Decision {
  readonly item: AsideItem;
  readonly decision: 'book' | 'dismiss';
  /** Also books what a counter showed before Xpert watched it. */
  readonly beforeXpert: boolean;
  readonly reason: string;
  readonly by: AdminId | null;
}

export interface EntryUndo {
  readonly id: EntryId;
  readonly reason: string;
  readonly by: AdminId | null;
}
