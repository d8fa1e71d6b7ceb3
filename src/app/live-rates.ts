import type { Rate } from '../core/inventory/node-operations.ts';
import type { PollBooked } from '../core/ledger/usage-ledger.ts';
import type { Traffic } from '../core/units/bytes.ts';
import type { Clock } from '../core/units/clock.ts';
import type { NodeId } from '../core/units/ids.ts';

/** Reports come in bursts; their flow is the mean over this time. */
const REPORT_WINDOW_MS = 60_000;

interface Flow extends Rate {
  readonly untilMs: number;
}

/** What flows now, from the last polls and reports. Kept in memory: after a start nothing is known until the second poll. */
export class LiveRates {
  readonly #clock: Pick<Clock, 'monotonicMs'>;
  readonly #nodes = new Map<NodeId, Flow>();
  #reports: { readonly atMs: number; readonly rx: number; readonly tx: number }[] = [];

  constructor(clock: Pick<Clock, 'monotonicMs'>) {
    this.#clock = clock;
  }

  /** Takes over what a poll counted. Bytes caught up after a gap say nothing about now. */
  polled(nodeId: NodeId, booked: PollBooked, validMs: number): void {
    let rx = 0;
    let tx = 0;
    let known = booked.services.length > 0;
    for (const { counted, intervalSeconds } of booked.services) {
      if (intervalSeconds === null || intervalSeconds <= 0 || intervalSeconds * 1000 > validMs) known = false;
      else {
        rx += (Number(counted.rx ?? 0n) * 8) / intervalSeconds;
        tx += (Number(counted.tx ?? counted.total) * 8) / intervalSeconds;
      }
    }
    if (!known) this.#nodes.delete(nodeId);
    else
      this.#nodes.set(nodeId, {
        rxBitsPerSecond: rx,
        txBitsPerSecond: tx,
        untilMs: this.#clock.monotonicMs() + validMs,
      });
  }

  reported(traffic: Traffic): void {
    const atMs = this.#clock.monotonicMs();
    const last = this.#reports.at(-1);
    const rx = Number(traffic.rx ?? 0n);
    const tx = Number(traffic.tx ?? traffic.total);
    // Commits may be thousands a second; one entry per second is enough.
    if (last !== undefined && atMs - last.atMs < 1000)
      this.#reports[this.#reports.length - 1] = { atMs: last.atMs, rx: last.rx + rx, tx: last.tx + tx };
    else this.#reports.push({ atMs, rx, tx });
  }

  /** Null when the last poll says nothing about now. */
  node(nodeId: NodeId): Rate | null {
    const flow = this.#nodes.get(nodeId);
    if (flow === undefined || flow.untilMs < this.#clock.monotonicMs()) return null;
    return { rxBitsPerSecond: Math.round(flow.rxBitsPerSecond), txBitsPerSecond: Math.round(flow.txBitsPerSecond) };
  }

  /** Mean flow of reports over the last minute; null when there were none. */
  reports(): Rate | null {
    const since = this.#clock.monotonicMs() - REPORT_WINDOW_MS;
    this.#reports = this.#reports.filter((entry) => entry.atMs > since);
    if (this.#reports.length === 0) return null;
    const sum = (pick: 'rx' | 'tx') => this.#reports.reduce((bytes, entry) => bytes + entry[pick], 0);
    const perSecond = (bytes: number) => Math.round((bytes * 8 * 1000) / REPORT_WINDOW_MS);
    return { rxBitsPerSecond: perSecond(sum('rx')), txBitsPerSecond: perSecond(sum('tx')) };
  }

  forget(nodeId: NodeId): void {
    this.#nodes.delete(nodeId);
  }
}
