import { directed, type Traffic } from '../../core/units/bytes.ts';
import { isMetric, type MetricSample, NotMetrics, PrometheusTextReader } from '../../lib/prometheus-text.ts';
import { type Dialect, EVERYBODY } from './dialects.ts';
import { garbled, notThisProxy } from './failures.ts';

const MAX_U64 = 18_446_744_073_709_551_615n;

interface Counters {
  rx: bigint | null;
  tx: bigint | null;
  connections: bigint;
}

export interface UserCounters {
  readonly users: readonly { readonly user: string; readonly traffic: Traffic; readonly isConnected: boolean }[];
  /** False if lines, or a direction of a user, are missing. */
  readonly isWhole: boolean;
  /** The proxy shows no users because it was told not to. */
  readonly isSwitchedOff: boolean;
  /** As written, in seconds; null where it is not told. */
  readonly uptimeSeconds: number | null;
}

/** Picks the counters of users out of a proxy's metrics as they arrive; nothing else of them is kept. */
export class UserCountersReader {
  readonly #dialect: Dialect;
  readonly #reader: PrometheusTextReader;
  readonly #users = new Map<string, Counters>();
  #isRecognized = false;
  #isSwitchedOff = false;
  #uptimeSeconds: number | null = null;

  constructor(dialect: Dialect) {
    this.#dialect = dialect;
    const { prefix, rx, tx, connections, uptime, userSwitch } = dialect;
    const wanted = [rx.metric, tx.metric, connections, uptime, userSwitch].flatMap((name) =>
      name === null ? [] : [name],
    );
    this.#reader = new PrometheusTextReader({
      wants: (name) => {
        if (!name.startsWith(prefix)) return false;
        this.#isRecognized = true;
        return wanted.some((metric) => isMetric(name, prefix + metric));
      },
      onSample: (sample) => this.#take(sample),
    });
  }

  /** @throws SourceFailure */
  push(chunk: Buffer): void {
    try {
      this.#reader.push(chunk);
    } catch (error) {
      if (error instanceof NotMetrics) throw garbled(error.message);
      throw error;
    }
  }

  /** @throws SourceFailure if it is not this proxy */
  finish(): UserCounters {
    const { isWhole } = this.#reader.finish();
    if (!this.#isRecognized) throw notThisProxy(this.#dialect.prefix);
    const users: UserCounters['users'][number][] = [];
    let isPaired = true;
    for (const [user, { rx, tx, connections }] of this.#users) {
      if (rx !== null && tx !== null) users.push({ user, traffic: directed(rx, tx), isConnected: connections > 0n });
      else if (rx !== null || tx !== null) isPaired = false;
    }
    const { userLabel } = this.#dialect;
    // Whoever tells no users has no direction before its first byte.
    const isComplete = isWhole && (isPaired || userLabel === null);
    return { users, isWhole: isComplete, isSwitchedOff: this.#isSwitchedOff, uptimeSeconds: this.#uptimeSeconds };
  }

  #take(sample: MetricSample): void {
    const { prefix, rx, tx, connections, uptime, userSwitch } = this.#dialect;
    const is = (metric: string | null) => metric !== null && isMetric(sample.name, prefix + metric);
    if (is(uptime)) this.#uptimeSeconds = Number(sample.text);
    else if (is(userSwitch)) this.#isSwitchedOff = sample.value === 0n;
    else if (is(connections)) this.#of(sample).connections += sample.value ?? 0n;
    else if (is(rx.metric) && this.#isDirection(sample, rx)) this.#add(sample, 'rx');
    else if (is(tx.metric) && this.#isDirection(sample, tx)) this.#add(sample, 'tx');
  }

  #isDirection({ labels }: MetricSample, { direction }: Dialect['rx']): boolean {
    return direction === undefined || labels.get('direction') === direction;
  }

  #add(sample: MetricSample, direction: 'rx' | 'tx'): void {
    const counters = this.#of(sample);
    const before = counters[direction];
    if (before !== null && this.#dialect.userLabel !== null) throw garbled('a user stands there twice');
    const sum = (before ?? 0n) + (sample.value ?? MAX_U64 + 1n);
    if (sum > MAX_U64) throw garbled('it has a number that is none of bytes');
    counters[direction] = sum;
  }

  #of({ labels }: MetricSample): Counters {
    const { userLabel } = this.#dialect;
    const user = userLabel === null ? EVERYBODY : labels.get(userLabel);
    if (user === undefined || user === '' || user.length > 200) throw garbled('a user has no name');
    let counters = this.#users.get(user);
    if (counters === undefined) {
      counters = { rx: null, tx: null, connections: 0n };
      this.#users.set(user, counters);
    }
    return counters;
  }
}
