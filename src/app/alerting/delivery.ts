import type { AlertStore } from '../../core/alerting/alert-store.ts';
import { type Channel, type ChannelTarget, GIVE_UP_MS, retryAfterMs } from '../../core/alerting/channel.ts';
import type { AlertMessage, Notifier } from '../../core/alerting/notifier.ts';
import { composeMessage } from '../../core/alerting/words.ts';
import { ExpectedError } from '../../core/errors.ts';
import type { Notice } from '../../core/inventory/node-operations.ts';
import type { Clock } from '../../core/units/clock.ts';
import type { Logger } from '../../lib/logger.ts';

interface Dependencies {
  readonly store: Pick<AlertStore, 'channels' | 'takeMessage' | 'delivered' | 'failed'>;
  /** @throws SourceFailure if its secrets cannot be opened */
  readonly notifierOf: (target: ChannelTarget) => Notifier;
  readonly clock: Clock;
  readonly panelUrl: string | null;
  readonly log: Pick<Logger, 'warn'>;
}

/** Events in one message. */
const MOST_EVENTS = 200;
const SEND_TIMEOUT_MS = 60_000;

/** Brings what waits to its channels: each on its own, one message at a time, again and again until it is taken. */
export class Delivery {
  readonly #use: Dependencies;
  readonly #lanes = new Map<string, Promise<void>>();
  readonly #stop = new AbortController();
  /** Since this process started. */
  readonly counts = { delivered: 0, failed: 0 };

  constructor(dependencies: Dependencies) {
    this.#use = dependencies;
  }

  /** Begins to send what is due. @returns when everything that was begun is over, for tests */
  async run(): Promise<void> {
    if (this.#stop.signal.aborted) return;
    const now = this.#use.clock.now();
    for (const channel of await this.#use.store.channels()) {
      const isDue = channel.enabled && channel.waiting > 0 && (channel.retryAt === null || channel.retryAt <= now);
      if (!isDue || this.#lanes.has(channel.id)) continue;
      const lane = this.#deliver(channel).finally(() => this.#lanes.delete(channel.id));
      this.#lanes.set(channel.id, lane);
    }
    await Promise.all(this.#lanes.values());
  }

  /** Sends one message now, beside what waits. @throws what the notifier fails with */
  async send(target: ChannelTarget, message: AlertMessage): Promise<void> {
    const signal = AbortSignal.any([this.#stop.signal, AbortSignal.timeout(SEND_TIMEOUT_MS)]);
    await this.#use.notifierOf(target).send(message, signal);
  }

  async close(): Promise<void> {
    this.#stop.abort(new DOMException('Xpert stops.', 'AbortError'));
    await Promise.allSettled(this.#lanes.values());
  }

  async #deliver(channel: Channel): Promise<void> {
    const { store, clock, panelUrl, log } = this.#use;
    const taken = await store.takeMessage(channel.id, clock.now(), MOST_EVENTS);
    if (taken === null) return;
    try {
      const letter = { ...taken, at: clock.now(), panelUrl };
      await this.send(channel, composeMessage(letter, channel.rules));
    } catch (error) {
      if (this.#stop.signal.aborted) return;
      this.counts.failed += 1;
      const problem = asNotice(error);
      if (!(error instanceof ExpectedError)) log.warn({ err: error, channel: channel.name }, 'sending alerts failed');
      else if (channel.failures === 0) log.warn({ channel: channel.name, code: problem.code }, problem.message);
      await store.failed(channel.id, { problem, ...this.#retry(channel, error) });
      return;
    }
    this.counts.delivered += 1;
    await store.delivered(channel.id, taken.id, clock.now());
  }

  #retry({ failures }: Channel, error: unknown) {
    const nowMs = this.#use.clock.now().getTime();
    const asked = error instanceof ExpectedError ? error.details.retryAfterMs : null;
    const waitMs = retryAfterMs(failures + 1, typeof asked === 'number' ? asked : null);
    return { retryAt: new Date(nowMs + waitMs), giveUpBefore: new Date(nowMs - GIVE_UP_MS) };
  }
}

function asNotice(error: unknown): Notice {
  if (error instanceof ExpectedError) return { code: error.code, message: error.message, hint: error.hint ?? null };
  if (error instanceof Error && error.name === 'TimeoutError')
    return { code: 'channel-timeout', message: 'The receiver did not answer in time.', hint: null };
  return { code: 'internal-error', message: 'Sending failed inside Xpert; the log has the details.', hint: null };
}
