import type { CounterAge } from '../../core/metering/collector.ts';
import { directed, type Traffic } from '../../core/units/bytes.ts';
import type { Clock } from '../../core/units/clock.ts';
import { isMetric, type MetricSample, NotMetrics, PrometheusTextReader } from '../../lib/prometheus-text.ts';
import { unexpected } from './failures.ts';

/** What outline-ss-server shows of itself in one answer. */
export interface Counters {
  /** Bytes between client and proxy by access key: all that went over the line, TCP and UDP together. */
  readonly keys: ReadonlyMap<string, Traffic>;
  /** How long the process has been running; null if it does not tell. */
  readonly age: CounterAge | null;
}

const BYTES = 'shadowsocks_data_bytes';
const STARTED = 'process_start_time_seconds';
const MAX_U64 = 18_446_744_073_709_551_615n;
/** The start is worked out from the kernel's boot time in whole seconds, which moves by one as the clock is set right. */
const START_SLACK_MS = 2_000;

/**
 * Reads the counters of outline-ss-server (its metrics/metrics.go): `dir` is `c>p`, `p>t`, `p<t` or `c<p` for client,
 * proxy and target. What the client sent is `c>p`, what was sent to it `c<p`; the other two are the same bytes again.
 */
export class CountersReader {
  readonly #rx = new Map<string, bigint>();
  readonly #tx = new Map<string, bigint>();
  readonly #seen = new Set<string>();
  readonly #clock: Pick<Clock, 'monotonicMs'>;
  readonly #askedMs: number;
  readonly #reader = new PrometheusTextReader({
    wants: (name) => isMetric(name, BYTES) || name === STARTED,
    onSample: (sample) => this.#sample(sample),
  });
  #startedMs: number | null = null;
  #bytes = 0;

  constructor(clock: Pick<Clock, 'monotonicMs'>) {
    this.#clock = clock;
    this.#askedMs = clock.monotonicMs();
  }

  /** @throws SourceFailure */
  push(chunk: Buffer): void {
    this.#bytes += chunk.length;
    this.#read(() => this.#reader.push(chunk));
  }

  /** `date`: the answer's own clock (RFC 9110, 6.6.1). @throws SourceFailure */
  finish(date: string | undefined): Counters {
    const { isWhole } = this.#read(() => this.#reader.finish());
    if (!isWhole || this.#bytes === 0) throw unexpected('its counters end early');
    // Every process of Prometheus' library tells its start: without it, this is not all, or something else.
    if (this.#startedMs === null) throw unexpected('its counters do not tell when it started');
    const keys = new Map<string, Traffic>();
    for (const key of new Set([...this.#rx.keys(), ...this.#tx.keys()])) {
      keys.set(key, directed(this.#rx.get(key) ?? 0n, this.#tx.get(key) ?? 0n));
    }
    return { keys, age: this.#ageAt(date, this.#startedMs) };
  }

  #sample({ name, labels, text, value }: MetricSample): void {
    if (name === STARTED) {
      this.#startedMs = Number(text) * 1000;
      return;
    }
    const key = labels.get('access_key') ?? '';
    const direction = labels.get('dir');
    // Attempts that no key fits have none.
    if (key === '' || (direction !== 'c>p' && direction !== 'c<p')) return;
    if (value === null || value > MAX_U64) throw unexpected('a counter is no number of bytes');
    const series = JSON.stringify([...labels].sort());
    if (this.#seen.has(series)) throw unexpected('a counter stands there twice');
    this.#seen.add(series);
    const sums = direction === 'c>p' ? this.#rx : this.#tx;
    sums.set(key, (sums.get(key) ?? 0n) + value);
  }

  /** Both instants are of the server's clock: how wrong that is does not matter. */
  #ageAt(date: string | undefined, startedMs: number): CounterAge | null {
    const answeredMs = Date.parse(date ?? '');
    if (Number.isNaN(answeredMs) || Number.isNaN(startedMs)) return null;
    const tookMs = Math.ceil(this.#clock.monotonicMs() - this.#askedMs);
    const minMs = Math.max(0, answeredMs - startedMs - START_SLACK_MS);
    return { minMs, maxMs: Math.max(minMs, answeredMs - startedMs) + 1_000 + tookMs + START_SLACK_MS };
  }

  #read<T>(work: () => T): T {
    try {
      return work();
    } catch (error) {
      throw error instanceof NotMetrics ? unexpected(`its counters cannot be read (${error.message})`) : error;
    }
  }
}
