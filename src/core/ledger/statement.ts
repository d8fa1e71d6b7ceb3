import type { Traffic } from '../units/bytes.ts';
import type { UserId } from '../units/ids.ts';
import type { Gap, Period } from './usage-history.ts';

/** Port: reads what users moved within cycles. */
export interface CycleUsage {
  /** Whatever of it is kept as records or as days only. */
  usageBetween(userId: UserId, period: Period): Promise<PeriodUsage>;
  /** One cycle to be printed; `period` is whole days. Null if there never was such a user. */
  statement(userId: UserId, period: Period): Promise<Statement | null>;
}

/**
 * What one user moved within a period. Bytes belong to it by the time when they flowed, also those that were booked after
 * its end.
 */
export interface PeriodUsage {
  /** All of it, whatever the reset marks: what history and statements say. */
  readonly traffic: Traffic;
  /** Since the mark in force: what is shown as usage. */
  readonly shown: Traffic;
  /** What counts towards a quota of that period: shown, and not claimed as history. */
  readonly inCycle: Traffic;
  /**
   * False where a border lies within a quarter of an hour, or within a day whose 15-minute records are gone: such a quarter
   * or day counts whole in the period that it begins in. Borders of days are always exact.
   */
  readonly exact: boolean;
}

/** One cycle of one user, to be printed. Reset marks are lines in it and hide nothing. */
export interface Statement {
  readonly userId: UserId;
  readonly userName: string;
  /** Null while the user lives. */
  readonly userDeletedAt: Date | null;
  readonly period: Period;
  readonly total: Traffic;
  /** Every day that has begun. */
  readonly days: readonly StatementDay[];
  /** The busiest first. */
  readonly places: readonly StatementPlace[];
  /** Sum of the bytes that were booked after the end of the period; null where the records that tell are gone. */
  readonly lateAfterClosing: Traffic | null;
  /** Entries that put counted bytes right, as far as their records are kept; they are in the sums. */
  readonly corrections: readonly { readonly at: Date; readonly traffic: Traffic }[];
  readonly resets: readonly { readonly at: Date; readonly reason: string | null; readonly undoneAt: Date | null }[];
  /** Of nodes that the user has peers on: what flowed then is booked when the node answers again, if it does. */
  readonly gaps: readonly (Gap & { readonly nodeName: string })[];
}

export interface StatementDay {
  /** `YYYY-MM-DD` in the panel's zone. */
  readonly date: string;
  readonly traffic: Traffic;
  /** A gap touches it. */
  readonly hasGap: boolean;
}

/** Where bytes went: a VPN service of a node, or the server that a sender named. */
export interface StatementPlace {
  readonly nodeName: string | null;
  /** The node was deleted; the usage stays. */
  readonly deleted: boolean;
  readonly serviceName: string | null;
  readonly server: string;
  readonly port: number;
  readonly protocol: string;
  readonly traffic: Traffic;
}
