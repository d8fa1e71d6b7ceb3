import type { Alert, AlertEvent } from '../../core/alerting/alert.ts';
import type { AlertQuery, AlertRecord, AlertStore, Mute, OpenAlert } from '../../core/alerting/alert-store.ts';
import { type Channel, notBefore, wants } from '../../core/alerting/channel.ts';
import type { AlertOperations, AlertView, ChannelView } from '../../core/alerting/operations.ts';
import { type AlertStep, AlertWatch } from '../../core/alerting/watch.ts';
import { composeTest } from '../../core/alerting/words.ts';
import { NotFound } from '../../core/errors.ts';
import type { Calendar } from '../../core/units/calendar.ts';
import type { Clock } from '../../core/units/clock.ts';
import type { AdminId, NewId } from '../../core/units/ids.ts';
import type { Changes } from '../changes.ts';
import type { Credentials } from '../credentials.ts';
import { notifierOf } from '../notifiers.ts';
import type { Timers } from '../system-clock.ts';
import { type Conditions, keyOfChannel } from './conditions.ts';
import type { Delivery } from './delivery.ts';

interface Dependencies {
  readonly store: AlertStore;
  readonly conditions: Pick<Conditions, 'find'>;
  readonly delivery: Delivery;
  readonly credentials: Credentials;
  readonly calendar: () => Calendar;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly changes: Changes;
  readonly newId: NewId;
  readonly onFailure: (error: unknown) => void;
}

/** How often everything is looked at, and what waits is sent. */
const LOOK_MS = 10_000;

/** Alerts of the running product: looks, writes down what began, got worse or ended, and sends what waits. */
export class Alerting implements AlertOperations {
  readonly #use: Dependencies;
  #watch: AlertWatch | null = null;
  #open: ReadonlyMap<string, OpenAlert> = new Map();
  #cancel: () => void = () => {};
  #looking: Promise<void> = Promise.resolve();
  #isStopped = false;

  constructor(dependencies: Dependencies) {
    this.#use = dependencies;
  }

  start(): void {
    this.#later();
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#cancel();
    await this.#looking;
    await this.#use.delivery.close();
  }

  /** Looks once and writes down what changed. */
  async look(): Promise<void> {
    const { store, conditions, clock, changes } = this.#use;
    const channels = await store.channels();
    const { conditions: found, isUnknown, isOld } = await conditions.find(channels);
    await this.#reload(this.#watch === null);
    const watch = this.#watch ?? new AlertWatch([...this.#open.values()]);
    // Forgotten until it is written down: if that fails, the store says what is open.
    this.#watch = null;
    const at = clock.now();
    const steps = watch.look(found, isUnknown, clock.monotonicMs());
    const present = new Set(found.map(({ key }) => key));
    const silenced = (await store.unmuted(at)).filter((key) => present.has(key));
    steps.push(...silenced.map((key) => ({ what: 'unmuted', key }) as const));
    if (steps.length > 0) {
      const muted = new Set((await store.mutes(at)).map(({ key }) => key));
      await store.record(
        steps.map((step) => {
          // What is no news any more goes without a word: it is not over.
          const isSilent = step.what === 'end' && isOld(step.key);
          return isSilent ? { step, deliveries: [] } : this.#recordOf(step, at, muted, channels);
        }),
        at,
      );
      await this.#reload(true);
      changes.tell('alerts');
    }
    this.#watch = watch;
  }

  /** Sends what is due. @returns when it is sent, or was refused */
  async deliver(): Promise<void> {
    await this.#use.delivery.run();
  }

  async list(query: AlertQuery) {
    const [page, mutes] = await Promise.all([this.#use.store.list(query), this.#mutes()]);
    return { ...page, items: page.items.map((alert) => viewOf(alert, mutes)) };
  }

  counts() {
    return this.#use.store.counts(this.#use.clock.now());
  }

  /** Messages since this process started. */
  get deliveries(): Delivery['counts'] {
    return this.#use.delivery.counts;
  }

  async acknowledge(id: string, isAcknowledged: boolean, by: AdminId | null): Promise<AlertView> {
    await this.#use.store.acknowledge(id, isAcknowledged ? this.#use.clock.now() : null, by);
    return await this.#changed(id);
  }

  async mute(id: string, mute: { readonly until: Date | null } | null, by: AdminId | null): Promise<AlertView> {
    const alert = await this.#use.store.alert(id);
    if (alert === null) throw new NotFound('alert', id);
    await this.#use.store.setMute(alert.key, mute, by);
    return await this.#changed(id);
  }

  async channels(): Promise<ChannelView[]> {
    return (await this.#use.store.channels()).map((channel) => this.#shown(channel));
  }

  async channel(id: string): Promise<ChannelView> {
    return this.#shown(await this.#must(id));
  }

  async addChannel(channel: Parameters<AlertOperations['addChannel']>[0]): Promise<ChannelView> {
    const { kind } = channel;
    const options = notifierOf(kind).parseOptions(channel.options);
    const sealed = this.#use.credentials.seal({ kind, options });
    const added = await this.#use.store.addChannel({ ...channel, ...sealed, createdAt: this.#use.clock.now() });
    this.#use.changes.tell('alerts');
    return this.#shown(added);
  }

  async changeChannel(id: string, change: Parameters<AlertOperations['changeChannel']>[1]): Promise<ChannelView> {
    const { credentials, store, changes } = this.#use;
    const before = await this.#must(id);
    const { target, ...rest } = change;
    const completed = target === undefined ? null : credentials.complete(target, before);
    const changed = await store.updateChannel(id, {
      ...rest,
      ...(completed === null
        ? {}
        : {
            target: credentials.seal({
              kind: completed.kind,
              options: notifierOf(completed.kind).parseOptions(completed.options),
            }),
          }),
    });
    changes.tell('alerts');
    return this.#shown(changed);
  }

  async removeChannel(id: string): Promise<void> {
    await this.#use.store.removeChannel(id);
    this.#use.changes.tell('alerts');
  }

  async testChannel(id: string): Promise<void> {
    const channel = await this.#must(id);
    await this.#use.delivery.send(channel, composeTest(this.#use.newId(), this.#use.clock.now(), channel.rules));
  }

  #later(): void {
    this.#cancel = this.#use.timers.after(LOOK_MS, () => {
      this.#looking = this.look()
        .catch(this.#use.onFailure)
        .then(() => {
          // Not waited for: a receiver that hangs holds up nothing but itself.
          if (this.#isStopped) return;
          this.deliver().catch(this.#use.onFailure);
          this.#later();
        });
    });
  }

  async #reload(isNeeded: boolean): Promise<void> {
    if (isNeeded) this.#open = new Map((await this.#use.store.open()).map((alert) => [alert.key, alert]));
  }

  #recordOf(step: AlertStep, at: Date, muted: ReadonlySet<string>, channels: readonly Channel[]): AlertRecord {
    const key = 'key' in step ? step.key : step.condition.key;
    const open = this.#open.get(key);
    const about = 'key' in step ? open : step.condition;
    if (step.what === 'reword' || about === undefined || muted.has(key)) return { step, deliveries: [] };
    const event: Pick<AlertEvent, 'severity' | 'topic' | 'subject' | 'at'> = { ...about, at };
    // What was told of it may have been graver, or of another kind, than what it came to.
    const before = step.what === 'end' ? (open?.told ?? []).map((told) => ({ ...event, ...told })) : [];
    const told = channels.filter(({ id, enabled, rules }) => {
      return enabled && key !== keyOfChannel(id) && [event, ...before].some((one) => wants(rules, one));
    });
    const calendar = this.#use.calendar();
    return {
      step,
      deliveries: told.map(({ id, rules }) => ({ channelId: id, notBefore: notBefore(rules, event, calendar) })),
    };
  }

  #shown(channel: Channel): ChannelView {
    const { source, secrets } = this.#use.credentials.shown(channel);
    return { ...channel, options: source.options, secrets, where: notifierOf(channel.kind).describe(source.options) };
  }

  async #must(id: string): Promise<Channel> {
    const channel = await this.#use.store.channel(id);
    if (channel === null) throw new NotFound('channel', id, 'GET /api/v1/channels lists them.');
    return channel;
  }

  async #changed(id: string): Promise<AlertView> {
    this.#use.changes.tell('alerts');
    const alert = await this.#use.store.alert(id);
    if (alert === null) throw new NotFound('alert', id);
    return viewOf(alert, await this.#mutes());
  }

  async #mutes(): Promise<ReadonlyMap<string, Mute>> {
    const mutes = await this.#use.store.mutes(this.#use.clock.now());
    return new Map(mutes.map((mute) => [mute.key, mute]));
  }
}

function viewOf(alert: Alert, mutes: ReadonlyMap<string, Mute>): AlertView {
  const mute = mutes.get(alert.key);
  return { ...alert, muted: mute === undefined ? null : { until: mute.until } };
}
