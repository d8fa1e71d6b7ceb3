import { setTimeout as delay } from 'node:timers/promises';
import { retryAt } from '../../core/access/retry.ts';
import { ExpectedError } from '../../core/errors.ts';
import type { Notice } from '../../core/inventory/node-operations.ts';
import type { ConfigCopies, ConfigCopy, KeptCopy } from '../../core/links/config-source.ts';
import type { Clock } from '../../core/units/clock.ts';

interface Dependencies {
  readonly copies: ConfigCopies;
  readonly clock: Clock;
  /** Something that is no failure of a source. */
  readonly onBug: (error: unknown) => void;
  /** How long an answer waits for a source that has to be asked; what comes later is for the next one. */
  readonly waitMs?: number;
}

export interface Cached {
  /** The last that the source gave; null: nothing yet. */
  readonly copy: KeptCopy | null;
  /** The source had to be asked, and did not answer in time or failed. */
  readonly isOld: boolean;
  readonly problem: Notice | null;
}

type Read = (etag: string | null, signal: AbortSignal) => Promise<ConfigCopy | 'unchanged'>;

interface Entry {
  /** Undefined: the store was not asked yet. */
  copy: KeptCopy | null | undefined;
  running: Promise<void> | null;
  failures: number;
  retryAt: Date | null;
  problem: Notice | null;
}

/** Clients ask every few hours: what they get is no older than this while sources answer. */
const FRESH_MS = 5 * 60_000;
const READ_TIMEOUT_MS = 20_000;
const WAIT_MS = 2_000;
/** Reads at once; beyond them the copies do. */
const MOST_AT_ONCE = 64;
/** Sources remembered; of others the store has the copies. */
const MOST_ENTRIES = 10_000;

/** Configurations of sources, asked seldom and never waited for long: a source that fails leaves the copy before it. */
export class ConfigCache {
  readonly #use: Dependencies;
  readonly #entries = new Map<string, Entry>();
  readonly #stop = new AbortController();
  #running = 0;

  constructor(dependencies: Dependencies) {
    this.#use = dependencies;
  }

  /** `source`: names it without its secrets. */
  async get(source: string, read: Read): Promise<Cached> {
    const entry = this.#entryOf(source);
    entry.copy ??= await this.#use.copies.copy(source);
    if (this.#isFresh(entry)) return { copy: entry.copy, isOld: false, problem: null };
    if (this.#mayAsk(entry)) entry.running = this.#refresh(source, entry, read);
    const { running } = entry;
    if (running !== null) await Promise.race([running, delay(this.#use.waitMs ?? WAIT_MS, undefined, { ref: false })]);
    const isOld = !this.#isFresh(entry);
    return { copy: entry.copy, isOld, problem: isOld ? (entry.problem ?? SLOW) : null };
  }

  async close(): Promise<void> {
    this.#stop.abort(new DOMException('Xpert stops.', 'AbortError'));
    await Promise.allSettled([...this.#entries.values()].map(({ running }) => running));
  }

  #entryOf(source: string): Entry {
    const known = this.#entries.get(source);
    // The ones asked for last are at the end.
    this.#entries.delete(source);
    const entry = known ?? { copy: undefined, running: null, failures: 0, retryAt: null, problem: null };
    this.#entries.set(source, entry);
    const [oldest] = this.#entries;
    if (this.#entries.size > MOST_ENTRIES && oldest !== undefined) this.#entries.delete(oldest[0]);
    return entry;
  }

  #isFresh({ copy, retryAt: failed }: Entry): boolean {
    if (copy === null || copy === undefined || failed !== null) return false;
    const ageMs = this.#use.clock.now().getTime() - copy.at.getTime();
    return ageMs >= 0 && ageMs < FRESH_MS;
  }

  #mayAsk({ running, retryAt: at }: Entry): boolean {
    if (running !== null || this.#running >= MOST_AT_ONCE || this.#stop.signal.aborted) return false;
    return at === null || at <= this.#use.clock.now();
  }

  async #refresh(source: string, entry: Entry, read: Read): Promise<void> {
    this.#running += 1;
    try {
      const signal = AbortSignal.any([this.#stop.signal, AbortSignal.timeout(READ_TIMEOUT_MS)]);
      const before = entry.copy ?? null;
      const answer = await read(before?.etag ?? null, signal);
      const copy = answer === 'unchanged' ? before : answer;
      if (copy === null) return;
      const kept = { ...copy, at: this.#use.clock.now() };
      Object.assign(entry, { copy: kept, failures: 0, retryAt: null, problem: null });
      await this.#use.copies.keepCopy(source, kept);
    } catch (error) {
      if (this.#stop.signal.aborted) return;
      if (!(error instanceof ExpectedError)) this.#use.onBug(error);
      entry.failures += 1;
      entry.retryAt = retryAt(this.#use.clock.now(), entry.failures);
      entry.problem = asNotice(error);
    } finally {
      entry.running = null;
      this.#running -= 1;
    }
  }
}

const SLOW: Notice = {
  code: 'timeout',
  message: 'The source has not answered yet.',
  hint: 'What it says is there with the next fetch.',
};

function asNotice(error: unknown): Notice {
  if (error instanceof ExpectedError) return { code: error.code, message: error.message, hint: error.hint ?? null };
  return {
    code: 'internal-error',
    message: 'Reading the source failed inside Xpert.',
    hint: 'The log has the reason.',
  };
}
