import type { SecretState } from '../inventory/node-operations.ts';
import type { Page } from '../ledger/usage-history.ts';
import type { AdminId } from '../units/ids.ts';
import type { Alert } from './alert.ts';
import type { AlertCounts, AlertQuery, Mute, NewChannel } from './alert-store.ts';
import type { Channel, ChannelRules, ChannelTarget } from './channel.ts';

/** A channel as people look at it: without secrets. */
export interface ChannelView extends Channel {
  readonly secrets: Readonly<Record<string, SecretState>>;
  /** Where messages go, in a few words. */
  readonly where: string;
}

export interface AlertView extends Alert {
  /** Null: it is told. */
  readonly muted: Pick<Mute, 'until'> | null;
}

/** Port: alerts and channels of the running product. Implemented by app/. */
export interface AlertOperations {
  list(query: AlertQuery): Promise<Page<AlertView>>;
  counts(): Promise<AlertCounts>;
  /** Messages since the process started. */
  readonly deliveries: { readonly delivered: number; readonly failed: number };
  /** @throws NotFound */
  acknowledge(id: string, isAcknowledged: boolean, by: AdminId | null): Promise<AlertView>;
  /** Mutes what the alert is about, also when it comes again; null takes it back. @throws NotFound */
  mute(id: string, mute: { readonly until: Date | null } | null, by: AdminId | null): Promise<AlertView>;

  channels(): Promise<ChannelView[]>;
  /** @throws NotFound */
  channel(id: string): Promise<ChannelView>;
  /** @throws InvalidInput, Taken */
  addChannel(channel: Omit<NewChannel, 'createdAt'>): Promise<ChannelView>;
  /** Secret options that a new target leaves out stay; null takes one away. @throws NotFound, InvalidInput, Taken */
  changeChannel(
    id: string,
    change: {
      readonly name?: string;
      readonly target?: ChannelTarget;
      readonly rules?: ChannelRules;
      readonly enabled?: boolean;
    },
  ): Promise<ChannelView>;
  /** @throws NotFound */
  removeChannel(id: string): Promise<void>;
  /** Sends a message that says it is a test. @throws NotFound; what the notifier fails with */
  testChannel(id: string): Promise<void>;
}
