import { ExpectedError } from '../../core/errors.ts';
import { type Amount, advanceFlows, type FlowSnapshot } from '../../core/metering/flows.ts';
import type { Clock } from '../../core/units/clock.ts';
import { QUARTER_MS } from '../../core/units/quarter.ts';
import type { Logger } from '../../lib/logger.ts';
import type { Timers } from '../system-clock.ts';
import type { Point, ReportFiles, ReportState } from './report-state.ts';
import type { Delivered } from './webhook.ts';

/** What a client program shows, with where each counter belongs. */
export interface Look extends FlowSnapshot {
  /** How long its process has been running at most, ms; null: it does not tell. */
  readonly ageMs: number | null;
  /** Key of the stream that a counter belongs to; null: it leads to no server that is reported. */
  keyOf(id: string): string | null;
  /** Key of what no counter showed; null: it is not reported. */
  readonly restKey: string | null;
}

interface Dependencies {
  readonly clock: Clock;
  readonly timers: Timers;
  readonly look: (signal: AbortSignal) => Promise<Look>;
  readonly deliver: (reports: readonly object[]) => Promise<Delivered>;
  readonly files: Pick<ReportFiles, 'keep' | 'secure'>;
  readonly state: ReportState;
  readonly lookMs: number;
  readonly sendMs: number;
  readonly random: () => number;
  readonly log: Logger;
}

const MOST_REPORTS = 500;
const LOOK_TIMEOUT_MS = 10_000;
const LONGEST_RETRY_MS = 300_000;
/** A panel deduplicates for 35 days, and does not take what is older. */
const OLDEST_MS = 34 * 86_400_000;
/** Clocks that are closer are as good as one. */
const SKEW_MS = 60_000;

/** Looks at a client program often, and reports what grew as cumulative streams: sent twice they count once. */
export class Reporter {
  readonly #use: Dependencies;
  #state: ReportState;
  /** Bytes that no counter showed, and that no stream takes. */
  #untold: Amount = { rx: 0n, tx: 0n };
  /** When this process looked last, on the monotonic clock; null: it has not yet. */
  #lookedMs: number | null = null;
  #skewMs = 0;
  #failures = 0;
  #retryAtMs = 0;
  #saidLast = '';
  #cancels: (() => void)[] = [];
  #working: Promise<void> = Promise.resolve();
  readonly #stop = new AbortController();

  constructor(dependencies: Dependencies) {
    this.#use = dependencies;
    this.#state = dependencies.state;
  }

  get untold(): Amount {
    return this.#untold;
  }

  start(): void {
    this.#every(this.#use.lookMs, () => this.look());
    this.#every(this.#use.sendMs, () => this.send());
  }

  /** Looks a last time, so that the next start has less to catch up, and keeps everything. */
  async stop(): Promise<void> {
    this.#stop.abort();
    for (const cancel of this.#cancels) cancel();
    await this.#working;
    await this.look();
    this.#mark();
    this.#use.files.secure(this.#state);
  }

  async look(): Promise<void> {
    const { clock, look, files } = this.#use;
    let shown: Look;
    try {
      shown = await look(AbortSignal.timeout(LOOK_TIMEOUT_MS));
    } catch (error) {
      return this.#sayTrouble(error);
    }
    const nowMs = clock.now().getTime();
    const { book, totals, turn } = this.#state;
    const isRestarted = shown.ageMs !== null && shown.ageMs < this.#sinceLastLookMs(nowMs);
    this.#lookedMs = clock.monotonicMs();
    const { next, grown, rest } = advanceFlows(book, shown, isRestarted);
    const sums = new Map(totals);
    for (const [id, amount] of grown) addTo(sums, shown.keyOf(id), amount);
    if (shown.restKey !== null) addTo(sums, shown.restKey, rest);
    else this.#untold = { rx: this.#untold.rx + rest.rx, tx: this.#untold.tx + rest.tx };
    this.#state = { ...this.#state, book: next, lookedAtMs: nowMs, totals: sums, turn: turn + 1 };
    // Without growth the state before says the same: disks of routers wear out.
    if (book === null || grown.size > 0 || rest.rx > 0n || rest.tx > 0n) files.keep(this.#state);
    this.#say('reading');
  }

  /** The wall clock of a router steps by years when it learns the time: only a look of an earlier process goes by it. */
  #sinceLastLookMs(nowMs: number): number {
    return this.#lookedMs === null ? nowMs - this.#state.lookedAtMs : this.#use.clock.monotonicMs() - this.#lookedMs;
  }

  /** Marks what grew, and brings everything that waits to the panel. */
  async send(): Promise<void> {
    this.#mark();
    if (this.#use.clock.monotonicMs() < this.#retryAtMs) return this.#use.files.keep(this.#state);
    while (this.#state.points.length > 0) {
      this.#use.files.secure(this.#state);
      const batch = this.#state.points.slice(0, MOST_REPORTS);
      const { delivery, skewMs } = await this.#use.deliver(batch.map((point) => this.#toReport(point)));
      const isNewSkew = skewMs !== null && Math.abs(skewMs - this.#skewMs) > SKEW_MS;
      if (isNewSkew) this.#skewMs = Math.abs(skewMs) > SKEW_MS ? skewMs : 0;
      if (delivery.kind === 'refused' && isNewSkew) return;
      if (delivery.kind !== 'taken') return this.#wait(delivery);
      this.#failures = 0;
      this.#state = { ...this.#state, points: this.#state.points.slice(batch.length) };
    }
    this.#use.files.secure(this.#state);
  }

  #every(ms: number, work: () => Promise<void>): void {
    const next = () => {
      const cancel = this.#use.timers.after(ms, () => {
        this.#cancels = this.#cancels.filter((other) => other !== cancel);
        if (this.#stop.signal.aborted) return;
        // One after the other: what is sent is what was kept.
        this.#working = this.#working.then(work).catch((error) => this.#sayTrouble(error));
        void this.#working.then(next);
      });
      this.#cancels.push(cancel);
    };
    next();
  }

  /** A point for every stream that grew since its last one. While the panel is away, one per quarter of an hour is enough. */
  #mark(): void {
    const { totals, points, lastPointMs } = this.#state;
    const atMs = Math.max(this.#use.clock.now().getTime(), lastPointMs + 1);
    const quarter = Math.floor(atMs / QUARTER_MS);
    const last = new Map(points.map((point) => [point.key, point]));
    const marked = this.#marked(last, totals);
    const fresh = [...marked].map(([key, amount]) => ({ key, atMs, ...amount }));
    const isReplaced = ({ key, atMs: before }: Point) => marked.has(key) && Math.floor(before / QUARTER_MS) === quarter;
    const kept = points.filter((point) => !isReplaced(point) && !this.#isTooOld(point, last, atMs));
    if (fresh.length > 0) this.#state = { ...this.#state, points: [...kept, ...fresh], lastPointMs: atMs };
    this.#reported = new Map(totals);
  }

  /** Totals of the last mark. At a start everything is marked once more: what was told already counts nothing. */
  #reported: ReadonlyMap<string, Amount> = new Map();

  #marked(last: ReadonlyMap<string, Point>, totals: ReadonlyMap<string, Amount>): Map<string, Amount> {
    return new Map(
      [...totals].filter(([key, { rx, tx }]) => {
        const before = last.get(key) ?? this.#reported.get(key);
        return before === undefined || before.rx !== rx || before.tx !== tx;
      }),
    );
  }

  /** A later point of the same stream has all of it. */
  #isTooOld(point: Point, last: ReadonlyMap<string, Point>, nowMs: number): boolean {
    return nowMs - point.atMs > OLDEST_MS && last.get(point.key) !== point;
  }

  #toReport({ key, atMs, rx, tx }: Point): object {
    const [user_token, server, port, protocol] = JSON.parse(key) as [string, string, number, string];
    const { clock } = this.#use;
    const told = Math.max(atMs + this.#skewMs, clock.now().getTime() + this.#skewMs - OLDEST_MS);
    return {
      ...{ user_token, server, port, protocol },
      bytes_uploaded: Number(rx),
      bytes_downloaded: Number(tx),
      mode: 'cumulative',
      stream: this.#state.stream,
      period_end: new Date(told).toISOString(),
    };
  }

  #wait(delivery: Exclude<Delivered['delivery'], { kind: 'taken' }>): void {
    const backOffMs = Math.min(LONGEST_RETRY_MS, this.#use.sendMs * 2 ** Math.min(this.#failures, 20));
    this.#failures += 1;
    const afterMs = delivery.kind === 'away' ? (delivery.afterMs ?? 0) : LONGEST_RETRY_MS;
    const delayMs = Math.max(afterMs, backOffMs) * (0.5 + 0.5 * this.#use.random());
    this.#retryAtMs = this.#use.clock.monotonicMs() + delayMs;
    this.#say(`reports wait here until the panel takes them: ${delivery.why}`);
  }

  #sayTrouble(error: unknown): void {
    if (error instanceof ExpectedError) this.#say(`${error.message} ${error.hint ?? ''}`.trim());
    else this.#use.log.error({ err: error }, 'looking or reporting failed');
  }

  /** Only what is new. */
  #say(message: string): void {
    if (message === this.#saidLast) return;
    this.#saidLast = message;
    this.#use.log.info({}, message);
  }
}

function addTo(sums: Map<string, Amount>, key: string | null, { rx, tx }: Amount): void {
  if (key === null || (rx === 0n && tx === 0n)) return;
  const before = sums.get(key);
  sums.set(key, { rx: (before?.rx ?? 0n) + rx, tx: (before?.tx ?? 0n) + tx });
}
