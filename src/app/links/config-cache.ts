import { setTimeout as delay } from 'node:timers/promises';
import { retryAt } from '../../core/access/retry.ts';
import { ExpectedError, SourceFailure } from '../../core/errors.ts';
import type { Notice } from '../../core/inventory/node-operations.ts';
import { type ConfigCopies, type ConfigCopy, KEPT_DAYS, type KeptCopy } from '../../core/links/config-source.ts';
import { bounded, NO_CONFIGS } from '../../core/links/config-texts.ts';
import type { LinkPart } from '../../core/links/joined.ts';
import type { Clock } from '../../core/units/clock.ts';
import { DAY_MS } from '../../core/units/time-zone.ts';
import { Recent } from './recent.ts';
import { Slots } from './slots.ts';

interface Dependencies {
  readonly copies: ConfigCopies;
  readonly clock: Clock;
  /** Something that is no failure of a source. */
  readonly onBug: (error: unknown) => void;
  /** How long an answer waits for a source that has to be asked; what comes later is for the next one. */
  readonly waitMs?: number;
  /** Characters of all copies in memory; the others are read from the store again. */
  readonly mostInMemory?: number;
}

export interface Cached {
  /** The last that the source gave; null: nothing yet, or nothing that is still to be believed. */
  readonly copy: KeptCopy | null;
  /** The source had to be asked, and did not answer in time or failed. */
  readonly isOld: boolean;
  readonly problem: Notice | null;
}

/** What is known of a source, whether or not it is asked. */
export interface Known extends Omit<Cached, 'isOld'> {
  /** Null: not since the process began. */
  readonly triedAt: Date | null;
}

type Kind = LinkPart['kind'];
type Read = (etag: string | null, signal: AbortSignal) => Promise<ConfigCopy | 'unchanged'>;

interface Entry {
  /** Undefined: the store was not asked yet. */
  copy: KeptCopy | null | undefined;
  /** The store has the texts of `copy`. */
  isStored: boolean;
  running: Promise<void> | null;
  isInLine: boolean;
  failures: number;
  retryAt: Date | null;
  triedAt: Date | null;
  problem: Notice | null;
}

/** Clients ask every few hours: what they get is no older than this while sources answer. */
const FRESH_MS = 5 * 60_000;
const READ_TIMEOUT_MS = 20_000;
/** Whoever finds no room for so long is asked with the next fetch. */
const LINE_TIMEOUT_MS = 20_000;
const WAIT_MS = 2_000;
/** Reads at once. Links of others lead anywhere, and are given in numbers: nodes do not wait for them. */
const AT_ONCE: Readonly<Record<Kind, number>> = { node: 56, subscription: 16 };
/** Sources remembered; of others the store has the copies. */
const MOST_ENTRIES = 10_000;
const MOST_IN_MEMORY = 64 * 1024 * 1024;

/** Configurations of sources, asked seldom and never waited for long: a source that fails leaves the copy before it. */
export class ConfigCache {
  readonly #use: Dependencies;
  readonly #entries: Recent<Entry>;
  readonly #slots: Readonly<Record<Kind, Slots>>;
  readonly #stop = new AbortController();

  constructor(dependencies: Dependencies) {
    this.#use = dependencies;
    this.#entries = new Recent({ count: MOST_ENTRIES, weight: dependencies.mostInMemory ?? MOST_IN_MEMORY });
    this.#slots = { node: new Slots(AT_ONCE.node), subscription: new Slots(AT_ONCE.subscription) };
  }

  /** `source`: names it without its secrets. `group`: whoever has sources that hang keeps others from nothing. */
  async get(kind: Kind, source: string, group: string, read: Read): Promise<Cached> {
    const entry = await this.#entry(source);
    if (this.#isFresh(entry)) return { copy: this.#copyOf(entry), isOld: false, problem: null };
    if (this.#mayAsk(entry)) entry.running = this.#refresh(this.#slots[kind], source, group, entry, read);
    const { running } = entry;
    if (running !== null) await Promise.race([running, delay(this.#use.waitMs ?? WAIT_MS, undefined, { ref: false })]);
    const isOld = !this.#isFresh(entry);
    const problem = isOld ? (entry.problem ?? (entry.isInLine ? BUSY : SLOW)) : null;
    return { copy: this.#copyOf(entry), isOld, problem };
  }

  /** What is known of it; nobody is asked. */
  async known(source: string): Promise<Known> {
    const entry = await this.#entry(source);
    return { copy: this.#copyOf(entry), problem: entry.problem, triedAt: entry.triedAt };
  }

  /** Asks now, however fresh the copy is and however often it failed; waits until it has answered or nothing moves. */
  async ask(kind: Kind, source: string, group: string, read: Read): Promise<Known> {
    const entry = await this.#entry(source);
    if (entry.running === null && !this.#stop.signal.aborted)
      entry.running = this.#refresh(this.#slots[kind], source, group, entry, read);
    const tried = entry.triedAt;
    await entry.running;
    const problem = entry.triedAt === tried ? BUSY : entry.problem;
    return { copy: this.#copyOf(entry), problem, triedAt: entry.triedAt };
  }

  /** Asks in the same line and keeps nothing of the answer. @throws SourceFailure, also where nothing moves */
  async once(kind: Kind, group: string, read: Read): Promise<ConfigCopy> {
    const slots = this.#slots[kind];
    if (!(await slots.take(group, this.#within(LINE_TIMEOUT_MS))))
      throw new SourceFailure(BUSY.code, BUSY.message, { hint: 'Try again in a minute.' });
    try {
      const answer = await read(null, this.#within(READ_TIMEOUT_MS));
      // Without a mark of an earlier state nothing can be unchanged.
      return answer === 'unchanged' ? NO_CONFIGS : bounded(answer);
    } finally {
      slots.give(group);
    }
  }

  #within(ms: number): AbortSignal {
    return AbortSignal.any([this.#stop.signal, AbortSignal.timeout(ms)]);
  }

  async #entry(source: string): Promise<Entry> {
    const entry = this.#entries.get(source, newEntry);
    if (entry.copy === undefined) await this.#load(source, entry);
    return entry;
  }

  async close(): Promise<void> {
    this.#stop.abort(new DOMException('Xpert stops.', 'AbortError'));
    await Promise.allSettled(this.#entries.values().map(({ running }) => running));
  }

  async #load(source: string, entry: Entry): Promise<void> {
    const stored = await this.#use.copies.copy(source);
    // Somebody else who wanted it may have been faster.
    if (entry.copy !== undefined) return;
    entry.isStored = stored !== null;
    this.#set(source, entry, stored === null ? null : bounded(stored));
  }

  #set(source: string, entry: Entry, copy: KeptCopy | null): void {
    entry.copy = copy;
    this.#entries.weigh(source, entry, copy === null ? 0 : weightOf(copy));
  }

  /** What was last said so long ago leads nowhere any more. */
  #copyOf({ copy }: Entry): KeptCopy | null {
    if (copy === null || copy === undefined) return null;
    return this.#use.clock.now().getTime() - copy.at.getTime() > KEPT_DAYS * DAY_MS ? null : copy;
  }

  #isFresh({ copy, retryAt: failed }: Entry): boolean {
    if (copy === null || copy === undefined || failed !== null) return false;
    const ageMs = this.#use.clock.now().getTime() - copy.at.getTime();
    return ageMs >= 0 && ageMs < FRESH_MS;
  }

  #mayAsk({ running, retryAt: at }: Entry): boolean {
    if (running !== null || this.#stop.signal.aborted) return false;
    return at === null || at <= this.#use.clock.now();
  }

  /** In a line of its kind, which is left when nothing moves. */
  async #refresh(slots: Slots, source: string, group: string, entry: Entry, read: Read): Promise<void> {
    entry.isInLine = true;
    if (await slots.take(group, this.#within(LINE_TIMEOUT_MS))) {
      entry.isInLine = false;
      await this.#read(source, entry, read);
      slots.give(group);
    }
    entry.running = null;
  }

  async #read(source: string, entry: Entry, read: Read): Promise<void> {
    try {
      const before = this.#copyOf(entry);
      const answer = await read(before?.etag ?? null, this.#within(READ_TIMEOUT_MS));
      const copy = answer === 'unchanged' ? before : bounded(answer);
      if (copy === null) return;
      const at = this.#use.clock.now();
      const kept = { ...copy, at };
      this.#set(source, entry, kept);
      Object.assign(entry, { failures: 0, retryAt: null, triedAt: at, problem: null });
      await this.#keep(source, entry, kept, answer === 'unchanged');
    } catch (error) {
      if (this.#stop.signal.aborted) return;
      if (!(error instanceof ExpectedError)) this.#use.onBug(error);
      entry.failures += 1;
      entry.triedAt = this.#use.clock.now();
      entry.retryAt = retryAt(entry.triedAt, entry.failures);
      entry.problem = asNotice(error);
    }
  }

  /** What cannot be kept is given out all the same: a full disk is no failure of the source, and is told elsewhere. */
  async #keep(source: string, entry: Entry, copy: KeptCopy, isSame: boolean): Promise<void> {
    const { copies, onBug } = this.#use;
    const hadTexts = isSame && entry.isStored;
    entry.isStored = false;
    try {
      if (!(hadTexts && (await copies.confirmCopy(source, copy.at)))) await copies.keepCopy(source, copy);
      entry.isStored = true;
    } catch (error) {
      if (!(error instanceof ExpectedError) && !this.#stop.signal.aborted) onBug(error);
    }
  }
}

function newEntry(): Entry {
  return {
    ...{ copy: undefined, isStored: false, running: null, isInLine: false },
    ...{ failures: 0, retryAt: null, triedAt: null, problem: null },
  };
}

/** About what a copy takes in memory: each text has a head of its own. */
function weightOf({ texts }: KeptCopy): number {
  return texts.reduce((sum, { length }) => sum + length + 64, 0);
}

const SLOW: Notice = {
  code: 'timeout',
  message: 'The source has not answered yet.',
  hint: 'What it says is there with the next fetch.',
};
const BUSY: Notice = {
  code: 'sources-busy',
  message: 'Many other sources are being asked: this one waits for its turn.',
  hint: 'What it says is there with one of the next fetches.',
};

function asNotice(error: unknown): Notice {
  if (error instanceof ExpectedError) return { code: error.code, message: error.message, hint: error.hint ?? null };
  return {
    code: 'internal-error',
    message: 'Reading the source failed inside Xpert.',
    hint: 'The log has the reason.',
  };
}
