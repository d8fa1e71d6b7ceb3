import type { Notice } from '../inventory/node-operations.ts';
import type { AdminId } from '../units/ids.ts';
import type { ConfigCopy } from './config-source.ts';
import type { SubscriptionAddress } from './subscription-text.ts';

/** How a subscription of somebody else stands: what it last held, and what became of the last try. */
export interface SourceStanding {
  /** Configurations that are given out of it. */
  readonly entries: number;
  /** Lines that are no configuration of a kind known here. */
  readonly unreadable: number;
  /** When it last gave them, or said that they still hold; null: never yet, or so long ago that they lead nowhere. */
  readonly at: Date | null;
  /** When it was last asked; null: not since Xpert started. */
  readonly triedAt: Date | null;
  /** What went wrong then; null: nothing. */
  readonly problem: Notice | null;
}

/** Port: subscriptions of others that are given out. */
export interface ForeignSubscriptions {
  /** What is known of it; asks nobody. */
  standing(address: SubscriptionAddress): Promise<SourceStanding>;
  /** Asks now, however fresh what is here may be, and waits for the answer. `ownerId`: whose users get it; null: everybody's. */
  ask(address: SubscriptionAddress, ownerId: AdminId | null): Promise<SourceStanding>;
  /** What is behind an address, before it is given out: nothing of it is kept. `ownerId`: who looks. @throws SourceFailure */
  look(address: SubscriptionAddress, ownerId: AdminId | null): Promise<ConfigCopy>;
}
