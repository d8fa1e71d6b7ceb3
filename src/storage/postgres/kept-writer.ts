import { LedgerFailure } from '../../core/errors.ts';
import type { LedgerIncarnation } from '../../core/ledger/incarnation.ts';
import type { Clock } from '../../core/units/clock.ts';
import type { WriterItem, WriterTurn } from '../sql/writer/writer-items.ts';
import type { WriterLink, WriterTransport } from '../sql/writer-link.ts';
import { startWriterThread } from '../sql/writer-thread.ts';
import type { CommitMark } from './commit-mark.ts';
import type { PostgresAddress } from './connections.ts';
import { connectionLost, notRegained } from './failures.ts';
import type { Candidacy, FoundLedger, WriterStart } from './open-ledger.ts';

/** Until a lost connection is made anew, and then twice as long each time, up to the longest. */
const FIRST_RETRY_MS = 250;
const LONGEST_RETRY_MS = 2_000;

export interface KeptWriterOptions {
  readonly worker: URL;
  readonly link: WriterLink;
  readonly clock: Clock;
  readonly address: PostgresAddress;
  readonly mark: CommitMark;
  /** The connection was lost, and (later) it is there again. */
  readonly onLost: (failure: LedgerFailure) => void;
  readonly onRegained: (lostForMs: number) => void;
  /** Among several processes; null: alone. */
  readonly election: Election | null;
}

/** One process of several that would write: it waits until it may, and is told when another one took its place. */
export interface Election extends Pick<Candidacy, 'card'> {
  /** Ends the wait. */
  readonly signal: AbortSignal;
  readonly onWaiting: () => void;
  /** Another process leads: everything is refused from now on, and stays so. */
  readonly onOusted: () => void;
}

/**
 * A writer's thread, and another one whenever it lost its connection: what it had in memory is thrown away, the next one
 * begins with what the tables say. Meanwhile everything is refused.
 */
export class KeptWriter implements WriterTransport {
  readonly #use: KeptWriterOptions;
  #transport: WriterTransport | null = null;
  #incarnation: LedgerIncarnation;
  /** The attempt that runs; it never rejects. */
  #attempt: Promise<void> | null = null;
  #timer: NodeJS.Timeout | null = null;
  #lostAtMs = 0;
  #closed = false;

  private constructor(options: KeptWriterOptions) {
    this.#use = options;
    this.#incarnation = { id: '', since: new Date(0), restores: [] };
  }

  /** `timeZone`: wanted for the panel; null: as saved. @throws LedgerFailure if the ledger cannot be opened */
  static async start(
    options: KeptWriterOptions,
    timeZone: string | null,
  ): Promise<{ readonly writer: KeptWriter; readonly found: FoundLedger }> {
    const writer = new KeptWriter(options);
    const found = await writer.#begin({ timeZone, isRegained: false });
    options.link.connect(writer);
    return { writer, found };
  }

  /** Of the ledger as it was last opened. */
  get incarnation(): LedgerIncarnation {
    return this.#incarnation;
  }

  send(items: readonly WriterItem[], nowMs: number): void {
    this.#transport?.send(items, nowMs);
  }

  async close(): Promise<void> {
    this.#closed = true;
    if (this.#timer !== null) clearTimeout(this.#timer);
    await this.#attempt;
    await this.#transport?.close();
    this.#use.mark.write();
  }

  async #begin(how: Pick<WriterStart, 'timeZone' | 'isRegained'>): Promise<FoundLedger> {
    const { worker, link, clock, address, mark, election } = this.#use;
    let lostBy: LedgerFailure | null = null;
    let isBegun = false;
    const listener = {
      wait: () => election?.onWaiting(),
      receive: (turn: WriterTurn) => {
        mark.saw({ incarnation: this.#incarnation.id, sequence: turn.tables.sequence });
        link.receive(turn);
      },
      lose: (error: Error) => {
        lostBy = toFailure(error);
        if (isBegun) this.#lose(lostBy);
      },
      // One that could not begin, or lost its connection, ends too.
      fail: (error: unknown) => {
        if (isBegun && lostBy === null) link.fail(error);
      },
    };
    const candidacy = election === null ? null : candidacyOf(election, mark.path, !how.isRegained);
    const start: WriterStart = { ...how, address, seen: mark.last, candidacy };
    const data = { ...start, nowMs: clock.now().getTime() };
    const signal = election?.signal ?? null;
    const { transport, found } = await startWriterThread<WriterStart, FoundLedger>(worker, listener, data, signal);
    if (lostBy !== null) throw lostBy;
    isBegun = true;
    this.#transport = transport;
    this.#incarnation = found.incarnation;
    return found;
  }

  #lose(failure: LedgerFailure): void {
    this.#transport = null;
    this.#lostAtMs = this.#use.clock.monotonicMs();
    this.#use.link.lose(failure);
    this.#use.onLost(failure);
    this.#retryIn(FIRST_RETRY_MS);
  }

  #retryIn(ms: number): void {
    if (this.#closed) return;
    this.#timer = setTimeout(() => {
      this.#attempt = this.#retry(Math.min(2 * ms, LONGEST_RETRY_MS));
    }, ms);
  }

  async #retry(nextMs: number): Promise<void> {
    const { link, clock, onRegained, election } = this.#use;
    let found: FoundLedger;
    try {
      // The zone is the one that was saved last, whatever was wanted at the start.
      found = await this.#begin({ timeZone: null, isRegained: true });
    } catch (error) {
      const failure = toFailure(error);
      link.lose(notRegained(failure));
      if (election !== null && LED_BY_ANOTHER.has(failure.code)) election.onOusted();
      else this.#retryIn(nextMs);
      return;
    }
    link.connectAnew(this, found.zones);
    onRegained(clock.monotonicMs() - this.#lostAtMs);
  }
}

/** Another process writes, or a newer one did. */
const LED_BY_ANOTHER: ReadonlySet<string> = new Set(['ledger-locked', 'ledger-newer']);

/** What its thread is told. */
function candidacyOf({ card }: Election, markPath: string, waits: boolean): Candidacy {
  return { card, markPath, waits };
}

function toFailure(error: unknown): LedgerFailure {
  return error instanceof LedgerFailure
    ? error
    : connectionLost(error instanceof Error ? error.message : String(error));
}
