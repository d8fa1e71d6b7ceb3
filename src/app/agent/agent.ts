import { toWirePoll, type WireReading } from '../../core/agents/agent-reading.ts';
import { ExpectedError } from '../../core/errors.ts';
import type { Collector, HostReading, Poll } from '../../core/metering/collector.ts';
import { ReadingPeriods } from '../../core/metering/reading-periods.ts';
import type { WallTime } from '../../core/metering/wall-time.ts';
import type { Clock } from '../../core/units/clock.ts';
import type { Logger } from '../../lib/logger.ts';
import { randomId } from '../../lib/random-id.ts';
import type { Timers } from '../system-clock.ts';
import type { AgentMemory } from './agent-state.ts';
import type { BootClock } from './boot-clock.ts';
import type { PanelLink, PanelPosition, SendOutcome } from './panel-link.ts';
import type { Spool, SpooledReading } from './spool.ts';

interface Dependencies {
  readonly clock: Clock;
  readonly timers: Timers;
  readonly wallTime: WallTime;
  readonly boot: BootClock;
  /** From 0 to 1: keeps agents that lost the same panel from coming back all at once. */
  readonly random: () => number;
  readonly collector: Collector;
  /** The network card that carries what the collector counts; undefined where that is not known. */
  readonly networkCard: () => HostReading | undefined;
  readonly spool: Spool;
  readonly link: Pick<PanelLink, 'send' | 'position'>;
  readonly memory: AgentMemory;
  /** @throws the system's error */
  readonly remember: (memory: AgentMemory) => void;
  readonly version: string;
  readonly log: Logger;
}

const POLL_TIMEOUT_MS = 30_000;
const MOST_READINGS = 200;
/** Of JSON; some 1.5 MB as it travels. */
const MOST_CHARACTERS = 4_000_000;
const FIRST_RETRY_MS = 1_000;
const LONGEST_RETRY_MS = 300_000;

/** Reads the node on its beat into the spool, and brings the spool to the panel whenever it can. */
export class Agent {
  readonly #use: Dependencies;
  #memory: AgentMemory;
  #lastSequence: number;
  #mostReadings = MOST_READINGS;
  #failures = 0;
  /** The panel does not take some reading: the next one has nothing before it. */
  #isAfterRefused = false;
  #sending: Promise<void> | null = null;
  #retryAt: number | null = null;
  #cancelRead: () => void = () => {};
  #cancelRetry: () => void = () => {};
  #reading: Promise<void> = Promise.resolve();
  readonly #stop = new AbortController();
  readonly #periods = new ReadingPeriods();
  #saidLast = '';

  constructor(dependencies: Dependencies) {
    this.#use = dependencies;
    this.#memory = dependencies.memory;
    // Numbers given to readings that were never on disk must not come again: a start begins beyond them.
    const { spool, clock } = dependencies;
    this.#lastSequence = Math.max(spool.last, this.#memory.acknowledged, clock.now().getTime());
  }

  /** Asks for the position, reads at once, and goes on by itself. */
  async start(): Promise<void> {
    const outcome = await this.#use.link.position(this.#memory.incarnation);
    if (outcome.kind === 'answered') this.#follow(outcome.position);
    else this.#sayTrouble(outcome);
    this.#beat(this.#use.clock.monotonicMs());
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    this.#cancelRead();
    this.#cancelRetry();
    await Promise.allSettled([this.#reading, this.#sending]);
    await this.#use.collector.close();
  }

  #beat(dueMs: number): void {
    const { clock, timers } = this.#use;
    this.#cancelRead = timers.after(Math.max(0, dueMs - clock.monotonicMs()), () => {
      this.#reading = this.#read().finally(() => {
        const { intervalMs } = this.#memory;
        const missed = Math.floor((clock.monotonicMs() - dueMs) / intervalMs);
        if (!this.#stop.signal.aborted) this.#beat(dueMs + (missed + 1) * intervalMs);
      });
    });
  }

  async #read(): Promise<void> {
    const { clock, spool, wallTime, boot, log } = this.#use;
    const startedMs = clock.monotonicMs();
    const begun = this.#memory.trackingPeriod;
    const result = await this.#collect();
    if (this.#stop.signal.aborted) return;
    const { at, suspect } = wallTime.read();
    const { takenAt, ...wire } = result;
    const trackingPeriod = this.#periods.of(begun, result);
    const reading: SpooledReading = {
      sequence: ++this.#lastSequence,
      after: spool.last === 0 ? this.#memory.acknowledged : spool.last,
      takenAt: (takenAt ?? at).toISOString(),
      ...(suspect ? { clockSuspect: true } : {}),
      ...(trackingPeriod === undefined ? {} : { trackingPeriod }),
      durationMs: Math.round(clock.monotonicMs() - startedMs),
      ...wire,
      // What says itself when it was taken has no age that we could know better.
      bootId: takenAt === undefined ? boot.bootId : '',
      uptimeMs: boot.uptimeMs(),
    };
    try {
      spool.append(reading);
    } catch (error) {
      log.error({ err: error }, 'a reading cannot be kept');
      return;
    }
    this.#wake();
  }

  async #collect(): Promise<Pick<WireReading, 'failure' | 'services'> & { readonly takenAt?: Date }> {
    const { collector } = this.#use;
    const timeout = new AbortController();
    const cancel = this.#use.timers.after(POLL_TIMEOUT_MS, () => timeout.abort(new DOMException('', 'TimeoutError')));
    try {
      const poll = await collector.collect(AbortSignal.any([timeout.signal, this.#stop.signal]));
      return {
        ...toWirePoll(this.#withCard(poll), collector.semantics),
        ...(poll.takenAt === undefined ? {} : { takenAt: poll.takenAt }),
      };
    } catch (error) {
      return { failure: this.#explain(error) };
    } finally {
      cancel();
    }
  }

  /** Sources that read the card do so in the same command; what was taken earlier is not of the time of the card. */
  #withCard(poll: Poll): Poll {
    if (poll.host !== undefined || poll.takenAt !== undefined) return poll;
    const host = this.#use.networkCard();
    return host === undefined ? poll : { ...poll, host };
  }

  #explain(error: unknown): NonNullable<WireReading['failure']> {
    if (error instanceof ExpectedError) {
      const { code, message, hint } = error;
      return { code, message: message.slice(0, 1_000), ...(hint === undefined ? {} : { hint: hint.slice(0, 1_000) }) };
    }
    this.#use.log.error({ err: error }, 'reading failed');
    return { code: 'internal-error', message: 'Reading failed inside the agent; its log has the details.' };
  }

  /** There is something to send; a retry that waits stays where it is. */
  #wake(): void {
    if (this.#sending !== null || this.#retryAt !== null || this.#stop.signal.aborted) return;
    this.#sending = this.#sendAll().finally(() => {
      this.#sending = null;
    });
  }

  async #sendAll(): Promise<void> {
    const { link, spool } = this.#use;
    while (!this.#stop.signal.aborted) {
      const readings = spool.readAfter(this.#memory.acknowledged, MOST_CHARACTERS, this.#mostReadings);
      if (readings.length === 0) return;
      const outcome = await link.send(this.#batchOf(readings));
      if (!this.#isSettled(outcome, readings)) return;
    }
  }

  /** @returns whether to go on at once */
  #isSettled(outcome: SendOutcome, readings: readonly SpooledReading[]): boolean {
    if (outcome.kind === 'answered') {
      this.#failures = 0;
      this.#isAfterRefused = false;
      this.#mostReadings = Math.min(MOST_READINGS, this.#mostReadings * 2);
      const before = this.#memory.acknowledged;
      this.#follow(outcome.position);
      // A panel that neither takes nor asks for older ones must not be asked in a circle.
      if (this.#memory.acknowledged !== before) return true;
      this.#retryLater({ kind: 'unreachable', why: 'the panel took nothing of what was sent', afterMs: null });
      return false;
    }
    if ((outcome.kind === 'too-large' || outcome.kind === 'refused') && readings.length > 1) {
      this.#mostReadings = outcome.kind === 'refused' ? 1 : Math.floor(readings.length / 2);
      return true;
    }
    if (outcome.kind === 'refused') return this.#passOver(outcome, readings[0]);
    this.#retryLater(outcome);
    return false;
  }

  /** A reading that the panel understands and does not take would keep back all others for ever. */
  #passOver({ why }: SendOutcome & { readonly kind: 'refused' }, reading: SpooledReading | undefined): boolean {
    if (reading === undefined) return false;
    this.#use.log.error({ sequence: reading.sequence, why }, 'the panel does not take a reading; it is passed over');
    this.#isAfterRefused = true;
    this.#setMemory({ ...this.#memory, acknowledged: reading.sequence });
    return true;
  }

  #batchOf(readings: readonly SpooledReading[]): object {
    const { clock, boot, version } = this.#use;
    const now = clock.now().getTime();
    const uptimeMs = boot.uptimeMs();
    return {
      incarnation: this.#memory.incarnation,
      sentAt: new Date(now).toISOString(),
      version,
      readings: readings.map(({ bootId, uptimeMs: takenUptimeMs, ...reading }, index) => ({
        ...reading,
        ...(this.#isAfterRefused && index === 0 ? { lostBefore: true } : {}),
        ...placeInTime(reading, bootId === '' ? null : bootId === boot.bootId, now - (uptimeMs - takenUptimeMs)),
      })),
    };
  }

  #follow(position: PanelPosition): void {
    const { log, spool } = this.#use;
    const { nodeId, sequence, state, reason, trackingPeriod } = position;
    if (this.#memory.nodeId !== null && this.#memory.nodeId !== nodeId) this.#beginAnew();
    else if (sequence < this.#memory.acknowledged && !this.#isAfterRefused)
      log.warn({ from: sequence }, 'the panel counts from an earlier reading (a restored backup?): sending again');
    const acknowledged = this.#memory.nodeId === nodeId || this.#memory.nodeId === null ? sequence : 0;
    const intervalMs = position.intervalSeconds * 1000;
    this.#setMemory({ ...this.#memory, nodeId, acknowledged, intervalMs, trackingPeriod });
    spool.acknowledge(acknowledged);
    this.#say(state === 'standby' ? `standby: ${reason ?? 'the node is read in another way'}` : 'the panel counts');
  }

  /** The spool is about another node: nothing of it is this one's. */
  #beginAnew(): void {
    this.#use.log.warn({}, 'the token belongs to another node than before: beginning anew');
    this.#use.spool.clear();
    this.#memory = { ...this.#memory, incarnation: randomId(16), nodeId: null, acknowledged: 0 };
  }

  #setMemory(memory: AgentMemory): void {
    this.#memory = memory;
    try {
      this.#use.remember(memory);
    } catch (error) {
      // The panel knows the position as well.
      this.#use.log.warn({ why: String(error) }, 'the position cannot be written');
    }
  }

  #retryLater(outcome: SendOutcome): void {
    this.#sayTrouble(outcome);
    const slow = outcome.kind === 'forbidden' || outcome.kind === 'too-large' || outcome.kind === 'refused';
    const backOff = slow ? LONGEST_RETRY_MS : Math.min(LONGEST_RETRY_MS, FIRST_RETRY_MS * 2 ** this.#failures);
    this.#failures = Math.min(this.#failures + 1, 20);
    const afterMs = outcome.kind === 'unreachable' ? outcome.afterMs : null;
    const delayMs = Math.max(afterMs ?? 0, backOff * (0.5 + 0.5 * this.#use.random()));
    this.#retryAt = this.#use.clock.monotonicMs() + delayMs;
    this.#cancelRetry = this.#use.timers.after(delayMs, () => {
      this.#retryAt = null;
      this.#wake();
    });
  }

  #sayTrouble(outcome: SendOutcome): void {
    if (outcome.kind === 'answered') return;
    const why = outcome.kind === 'too-large' ? TOO_LARGE : outcome.why;
    this.#say(`readings wait here until the panel takes them: ${why}`);
  }

  /** Only what is new. */
  #say(message: string): void {
    if (message === this.#saidLast) return;
    this.#saidLast = message;
    this.#use.log.info({}, message);
  }
}

const TOO_LARGE =
  'a single reading is larger than something on the way allows (nginx: client_max_body_size 16m for /api/v1/agent/)';

/**
 * When it was taken, by the clock as it stands now: its age since the same start of the node is sure whatever was done to
 * the clock in between. Over a restart of the node only the clock of then is known.
 */
function placeInTime(
  { clockSuspect }: Pick<WireReading, 'clockSuspect'>,
  isSameBoot: boolean | null,
  byUptimeMs: number,
): Partial<Pick<WireReading, 'takenAt' | 'clockSuspect'>> {
  if (isSameBoot === true) return { takenAt: new Date(byUptimeMs).toISOString() };
  return isSameBoot === false || clockSuspect === true ? { clockSuspect: true } : {};
}
