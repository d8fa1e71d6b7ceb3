import type { BillingCycle } from '../units/billing-cycle.ts';
import type { AdminId, ResetId } from '../units/ids.ts';

/** What all users of an admin together may move: of their own VPN services and as reported, in both directions. */
export interface AdminLimit {
  readonly bytes: bigint;
  /** Whole days of the panel's zone; `none`: since the limit was set or counting began anew. */
  readonly cycle: BillingCycle;
  /** Once it is reached the users are without access, too; else their admin can only make no more of them. */
  readonly cutsUsers: boolean;
}

export interface AdminStanding {
  readonly limit: AdminLimit;
  /** Bytes of the running cycle. Resets of single users and plans that begin anew do not make it less. */
  readonly used: bigint;
  /** Whole percent of the limit, rounded down, so that 100 is never said too early. */
  readonly percent: number;
  /** The running cycle; null: there is none. */
  readonly from: Date | null;
  readonly to: Date | null;
  /** Without what nobody vouches for: reports that were not signed, of servers that the owner does not trust. */
  readonly isUsedUp: boolean;
  /** Since when it is held to be reached; null: it is not. */
  readonly reachedAt: Date | null;
}

/** Port: traffic limits of admins over all their users. */
export interface AdminLimits {
  standing(adminId: AdminId): Promise<AdminStanding | null>;
  /** Since when the limit is reached, without summing anything up; null: it is not, or there is none. */
  reachedAt(adminId: AdminId): Promise<Date | null>;
  /** Null takes it away. Judged at once. @throws NotFound, InvalidInput */
  setLimit(adminId: AdminId, limit: AdminLimit | null): Promise<void>;
  /** Usage of the running cycle counts from now on; with the reset it belongs to this is undone. */
  startAnew(adminId: AdminId, resetId: ResetId): Promise<void>;
  /** Judges all limits; to be called now and then while the clock can be trusted. */
  judge(): Promise<void>;
}
