import { SKEW_SAMPLES, skewOf, smoothSkew } from '../core/health/clock-skew.ts';
import type { Poll } from '../core/metering/collector.ts';
import type { NodeId } from '../core/units/ids.ts';

/** How far the clocks of nodes are off ours, from their last polls. In memory: a few polls after a start it is known. */
export class ClockSkews {
  readonly #samples = new Map<NodeId, readonly number[]>();

  polled(id: NodeId, { sourceClock }: Poll, startedAt: Date, endedAt: Date): void {
    if (sourceClock === undefined) return;
    const samples = this.#samples.get(id) ?? [];
    this.#samples.set(id, [...samples, skewOf(sourceClock, startedAt, endedAt)].slice(-SKEW_SAMPLES));
  }

  /** Ahead of us is positive, ms; null while it is not known. */
  of(id: NodeId): number | null {
    return smoothSkew(this.#samples.get(id) ?? []);
  }

  forget(id: NodeId): void {
    this.#samples.delete(id);
  }
}
