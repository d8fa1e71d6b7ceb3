import type {
  AlertQuery,
  AlertRecord,
  AlertStore,
  DeliveryFailure,
  NewChannel,
} from '../../core/alerting/alert-store.ts';
import type { AdminId } from '../../core/units/ids.ts';
import type { AlertReader } from './reader/alert-reader.ts';
import type { Asked } from './reader/asked.ts';
import type { WriterLink } from './writer-link.ts';

/** Alerts, channels and the outbox. */
export class SqlAlertStore implements AlertStore {
  readonly #reader: Asked<AlertReader>;
  readonly #writer: WriterLink;

  constructor(reader: Asked<AlertReader>, writer: WriterLink) {
    this.#reader = reader;
    this.#writer = writer;
  }

  async open() {
    return this.#reader.open();
  }

  async unmuted(now: Date) {
    return this.#reader.unmuted(now.getTime());
  }

  record(records: readonly AlertRecord[], at: Date) {
    return this.#writer.run('recordAlerts', records, at);
  }

  async list(query: AlertQuery) {
    return this.#reader.list(query);
  }

  async alert(id: string) {
    return this.#reader.alert(id);
  }

  async counts(now: Date) {
    return this.#reader.counts(now.getTime());
  }

  acknowledge(id: string, at: Date | null, by: AdminId | null) {
    return this.#writer.run('acknowledgeAlert', id, at, by);
  }

  async mutes(now: Date) {
    return this.#reader.mutes(now.getTime());
  }

  setMute(key: string, mute: { readonly until: Date | null } | null, by: AdminId | null) {
    return this.#writer.run('setMute', key, mute, by);
  }

  async channels() {
    return this.#reader.channels();
  }

  async channel(id: string) {
    return this.#reader.channel(id);
  }

  addChannel(channel: NewChannel) {
    return this.#writer.run('addChannel', channel);
  }

  updateChannel(id: string, change: Parameters<AlertStore['updateChannel']>[1]) {
    return this.#writer.run('updateChannel', id, change);
  }

  removeChannel(id: string) {
    return this.#writer.run('removeChannel', id);
  }

  takeMessage(channelId: string, now: Date, limit: number) {
    return this.#writer.run('takeMessage', channelId, now, limit);
  }

  delivered(channelId: string, messageId: string, at: Date) {
    return this.#writer.run('noteDelivered', channelId, messageId, at);
  }

  failed(channelId: string, failure: DeliveryFailure) {
    return this.#writer.run('noteUndelivered', channelId, failure);
  }
}
