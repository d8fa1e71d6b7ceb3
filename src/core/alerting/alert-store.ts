import type { Notice } from '../inventory/node-operations.ts';
import type { Page } from '../ledger/usage-history.ts';
import type { AdminId } from '../units/ids.ts';
import type { Alert, AlertEvent, AlertSeverity } from './alert.ts';
import type { Channel, ChannelRules, ChannelTarget } from './channel.ts';
import type { AlertStep } from './watch.ts';

export interface AlertQuery {
  readonly state: 'open' | 'ended' | 'all';
  readonly limit: number;
  readonly cursor: string | null;
}

export interface AlertCounts {
  /** Of alerts that last. */
  readonly open: Readonly<Record<AlertSeverity, number>>;
  /** Of these nobody has acknowledged or muted. */
  readonly waiting: number;
}

/** A muted key is not told; `until` null: until somebody takes it back. */
export interface Mute {
  readonly key: string;
  readonly until: Date | null;
}

/** An alert that lasts, with what was told of it so far. */
export interface OpenAlert extends Alert {
  readonly told: readonly Pick<AlertEvent, 'topic' | 'severity'>[];
}

/** A step with whom it is told to, and from when on. */
export interface AlertRecord {
  readonly step: AlertStep;
  readonly deliveries: readonly { readonly channelId: string; readonly notBefore: Date }[];
}

export interface NewChannel extends ChannelTarget {
  readonly name: string;
  readonly rules: ChannelRules;
  readonly createdAt: Date;
}

/** What waits for one channel, taken together under an id that stays until it is delivered. */
export interface TakenMessage {
  readonly id: string;
  readonly events: readonly AlertEvent[];
}

export interface DeliveryFailure {
  readonly problem: Notice;
  readonly retryAt: Date;
  /** Events from before are given up. */
  readonly giveUpBefore: Date;
}

/** Port: alerts, mutes, channels and what waits to be delivered. */
export interface AlertStore {
  /** All that last. */
  open(): Promise<OpenAlert[]>;
  /** Keys of alerts that last although their mute is over, and of which nothing was told since. */
  unmuted(now: Date): Promise<string[]>;
  /** One transaction: alerts, events and deliveries. A channel that is gone meanwhile is not told. */
  record(records: readonly AlertRecord[], at: Date): Promise<void>;
  /** The latest first. */
  list(query: AlertQuery): Promise<Page<Alert>>;
  alert(id: string): Promise<Alert | null>;
  counts(now: Date): Promise<AlertCounts>;
  /** `at` null takes it back. @throws NotFound */
  acknowledge(id: string, at: Date | null, by: AdminId | null): Promise<void>;
  /** Mutes that hold. */
  mutes(now: Date): Promise<Mute[]>;
  /** Null takes it back. */
  setMute(key: string, mute: { readonly until: Date | null } | null, by: AdminId | null): Promise<void>;

  channels(): Promise<Channel[]>;
  channel(id: string): Promise<Channel | null>;
  /** @throws Taken `name-taken` */
  addChannel(channel: NewChannel): Promise<Channel>;
  /** What is absent stays. A change is tried at once. @throws NotFound, Taken */
  updateChannel(
    id: string,
    change: {
      readonly name?: string;
      readonly target?: ChannelTarget;
      readonly rules?: ChannelRules;
      readonly enabled?: boolean;
    },
  ): Promise<Channel>;
  /** With what waits for it. @throws NotFound */
  removeChannel(id: string): Promise<void>;
  /** What was taken and not delivered, or else up to `limit` events that are due; null: nothing. */
  takeMessage(channelId: string, now: Date, limit: number): Promise<TakenMessage | null>;
  delivered(channelId: string, messageId: string, at: Date): Promise<void>;
  failed(channelId: string, failure: DeliveryFailure): Promise<void>;
}
