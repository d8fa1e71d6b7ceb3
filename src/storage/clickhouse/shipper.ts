import { setTimeout as delay } from 'node:timers/promises';
import type { LedgerFailure } from '../../core/errors.ts';
import type { Outbox } from '../sql/mirror/outbox.ts';
import type { DayTable } from './day-table.ts';

export interface ShipperParts {
  readonly outbox: Outbox;
  readonly table: DayTable;
  /** Number of the day that runs in the panel's zone. */
  readonly today: () => number;
  /** Told when shipping fails, and, with null, when it goes on. */
  readonly onFailure: (failure: unknown) => void;
  readonly onRestart: () => void;
  /** When nothing waits: how long until it is looked again. */
  readonly idleMs?: number;
  readonly retryMs?: { readonly first: number; readonly most: number };
}

const IDLE_MS = 2_000;
const RETRY_MS = { first: 500, most: 30_000 };

/**
 * Carries what waits in the outbox to ClickHouse, one batch at a time. Where it was stopped does not matter: the same batch
 * is sent again until it is known to be there, and is in the table once.
 */
export class Shipper {
  readonly #parts: ShipperParts;
  readonly #stopped = new AbortController();
  #isLookedAt = false;
  #failure: unknown = null;
  #running: Promise<void> | null = null;

  constructor(parts: ShipperParts) {
    this.#parts = parts;
  }

  /** Why nothing is shipped at present; null: it is. */
  get failure(): LedgerFailure | Error | null {
    return this.#failure as Error | null;
  }

  start(): void {
    this.#running ??= this.#run();
  }

  /**
   * The table did not answer as it should: it is looked at before anything else is sent.
   * @param failure why nobody else is to ask it until then; null: it answered
   */
  doubt(failure: LedgerFailure | null = null): void {
    this.#isLookedAt = false;
    this.#failure ??= failure;
  }

  /** What PostgreSQL was asked is finished first. */
  async stop(): Promise<void> {
    this.#stopped.abort();
    await this.#running;
  }

  async #run(): Promise<void> {
    let failures = 0;
    const { signal } = this.#stopped;
    const { onFailure, idleMs = IDLE_MS, retryMs = RETRY_MS } = this.#parts;
    while (!signal.aborted) {
      let waitMs = 0;
      try {
        if (!(await this.step())) waitMs = idleMs;
        if (failures > 0) onFailure(null);
        failures = 0;
        this.#failure = null;
      } catch (error) {
        if (signal.aborted) return;
        this.#isLookedAt = false;
        this.#failure = error;
        if (failures === 0) onFailure(error);
        waitMs = Math.min(retryMs.first * 2 ** failures, retryMs.most);
        failures++;
      }
      if (waitMs > 0) await delay(waitMs, undefined, { signal }).catch(() => {});
    }
  }

  /** One batch, or a share of the days that are over. @returns false if there is nothing to be done at present */
  async step(): Promise<boolean> {
    const { outbox, table, today } = this.#parts;
    if (!this.#isLookedAt) await this.#look();
    const batch = await outbox.seal();
    if (batch === null) return await outbox.fill(today());
    if (await table.send(batch)) await outbox.acknowledge(batch);
    else await this.#restart();
    return true;
  }

  /** After a start and after each failure: whether the table still holds what it took. */
  async #look(): Promise<void> {
    const { outbox, table } = this.#parts;
    const { life, shipped, shippedSeal } = await outbox.begin();
    await table.prepare();
    if (!(await table.holdsAll(life, shipped, shippedSeal))) await this.#restart();
    this.#isLookedAt = true;
  }

  async #restart(): Promise<void> {
    await this.#parts.outbox.restart();
    this.#parts.onRestart();
  }
}
