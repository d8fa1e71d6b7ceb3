import { directed, undirected } from '../../core/units/bytes.ts';
import { type MetricSample, NotMetrics, PrometheusTextReader } from '../../lib/prometheus-text.ts';
import { garbled } from './failures.ts';
import { type Found, keyOf, scaled } from './found.ts';
import type { DeclaredOptions } from './options.ts';
import { MAX_BYTES } from './origin.ts';
import { parseSelector, type Selector, selects } from './selector.ts';

/** Key of the one peer of a source that tells none apart. */
const ALL = 'all';

type Direction = 'rx' | 'tx' | 'total';

/** Of one key: its sums, and of how many samples they are. */
interface Sums extends Partial<Record<Direction, bigint>> {
  samples: number;
}

/** How many samples each key had in a reading. */
export type SampleCounts = ReadonlyMap<string, number>;

/** Reads Prometheus text as it arrives: samples of one key and direction are added up, whatever other labels they have. */
export class MetricsReader {
  readonly #options: DeclaredOptions;
  readonly #reader: PrometheusTextReader;
  readonly #places: readonly (readonly [Direction | 'start' | 'uptime', Selector])[];
  readonly #sums = new Map<string, Sums>();
  readonly #before: SampleCounts;
  readonly #seen = new Set<string>();
  #start: string | undefined;
  #uptimeSeconds: number | undefined;

  /** `before`: of the reading before this one; none at first. */
  constructor(options: DeclaredOptions, before: SampleCounts) {
    this.#options = options;
    this.#before = before;
    this.#places = (['rx', 'tx', 'total', 'start', 'uptime'] as const).flatMap((name) => {
      const selector = parseSelector(options[name] ?? '');
      return selector === null ? [] : [[name, selector] as const];
    });
    const metrics = new Set(this.#places.flatMap(([, { metric }]) => [metric, `${metric}_total`]));
    this.#reader = new PrometheusTextReader({
      wants: (name) => metrics.has(name),
      onSample: (sample) => this.#take(sample),
      maxBytes: MAX_BYTES,
    });
  }

  /** @throws SourceFailure */
  push(chunk: Buffer): void {
    try {
      this.#reader.push(chunk);
    } catch (error) {
      throw error instanceof NotMetrics ? garbled(error.message) : error;
    }
  }

  /** `isEnded`: the way it came shows its end. @throws SourceFailure */
  finish(isEnded: boolean): Found {
    const { isWhole, hasEndMarker } = this.#reader.finish();
    const { start, uptime } = this.#options;
    if (
      (start !== undefined && this.#start === undefined) ||
      (uptime !== undefined && this.#uptimeSeconds === undefined)
    ) {
      throw garbled('the metric of "start" or "uptime" is not there');
    }
    const isAll = isWhole && (isEnded || hasEndMarker);
    const peers = [...this.#sums].flatMap(([key, sums]) => {
      // Of what may be cut, a part of a sum would be a counter that fell, and count whole.
      if (!isAll && !this.#isLikelyAll(key, sums)) return [];
      // A counter with labels appears with its first byte: a direction that is not there has carried nothing.
      const { rx = 0n, tx = 0n, total } = sums;
      return [{ key, traffic: total === undefined ? directed(rx, tx) : undirected(total) }];
    });
    return {
      peers,
      withoutValue: 0,
      isWhole: isAll,
      ...(this.#start === undefined ? {} : { start: this.#start }),
      ...(this.#uptimeSeconds === undefined ? {} : { uptimeSeconds: this.#uptimeSeconds }),
    };
  }

  get samples(): SampleCounts {
    return new Map([...this.#sums].map(([key, { samples }]) => [key, samples]));
  }

  /** Both directions are there, and no sample fewer than before. */
  #isLikelyAll(key: string, { rx, tx, total, samples }: Sums): boolean {
    const isPaired = total !== undefined || (rx !== undefined && tx !== undefined);
    return isPaired && samples >= (this.#before.get(key) ?? 0);
  }

  #take(sample: MetricSample): void {
    for (const [place, selector] of this.#places) {
      if (!selects(selector, sample)) continue;
      if (place === 'start') this.#start = sample.text;
      else if (place === 'uptime') this.#uptimeSeconds = secondsOf(sample);
      else this.#add(place, sample);
    }
  }

  #add(direction: Direction, { name, labels, value }: MetricSample): void {
    if (value === null) throw garbled(`a value of "${direction}" is no whole number from 0 on`);
    const { keyLabel } = this.#options;
    const key = keyLabel === undefined ? ALL : keyOf(labels.get(keyLabel), 'keyLabel');
    const series = JSON.stringify([direction, name, [...labels].sort()]);
    if (this.#seen.has(series)) throw garbled('the same sample is there twice');
    this.#seen.add(series);
    const sums = this.#sums.get(key) ?? { samples: 0 };
    sums.samples += 1;
    sums[direction] = scaled(value, this.#options) + (sums[direction] ?? 0n);
    this.#sums.set(key, sums);
  }
}

function secondsOf({ text }: MetricSample): number {
  const seconds = Number(text);
  if (!Number.isFinite(seconds) || seconds < 0) throw garbled('"uptime" is no number of seconds');
  return seconds;
}
