/**
 * What one batch adds to one row of the mirror, as text that loses no bit. In the order of `BATCH_COLUMNS`. A tally below 0 is
 * a carrier, of which the sum alone is changed: only a comparison finds such a thing to do.
 */
export type BatchRow = readonly string[];

/** Columns of a row in a batch: of which row it is, then what is added to it. */
export const BATCH_COLUMNS = [
  ...['day', 'tally_id', 'segment_id', 'carrier_id', 'server', 'port', 'protocol', 'node_id', 'service_id'],
  ...['rx', 'tx', 'undirected', 'markup', 'hours', 'connections', 'present'],
] as const;

/** Changes that go to the mirror together. Its content is never changed, however often it is sent. */
export interface Batch {
  /** Which filling of the mirror it belongs to. */
  readonly life: string;
  /** Without holes from 1 on. */
  readonly number: number;
  /** Drawn at random when it was cut: another batch of the same number is not this one. */
  readonly seal: string;
  /** All days of its rows lie in one month of the calendar. */
  readonly rows: readonly BatchRow[];
}

/** A row of the mirror: `[tally id, segment id, protocol, node id, rx, tx, undirected, markup, hours, connections, present]`. */
export type MirroredRow = readonly string[];

/** A sum of the mirror: `[carrier id, protocol, node id, rx, tx, undirected, markup]`. */
export type MirroredSum = readonly string[];

/** Rows of a day whose tally id, divided by `slices`, leaves `slice`. */
export interface DaySlice {
  readonly day: number;
  readonly slice: number;
  readonly slices: number;
}

/** How a slice of a day in the mirror, or its sums, compare with the ledger. */
export interface SliceComparison {
  /** Rows that either side has. */
  readonly rows: number;
  readonly different: number;
  /** Rows of the mirror under another name than the ledger's: no change that is added mends them. */
  readonly foreign: number;
  /** Changes that wait, and count as if they were there. */
  readonly waiting: number;
}

/** How far the mirror is. */
export interface MirrorState {
  readonly life: string;
  /** Days up to this one are in the mirror, but for what still waits. */
  readonly filledDay: number;
  /** The last batch that the mirror is known to hold; 0: none yet. */
  readonly shipped: number;
  readonly shippedSeal: string;
  /** The last batch that was cut. */
  readonly sealed: number;
  /** Changes that were not sent yet, about. */
  readonly waiting: number;
  /** When the oldest of them was made; null: nothing waits. */
  readonly waitingSince: Date | null;
}

/**
 * Where changes of day rows wait for the mirror: written in the transaction that makes them. The mirror has whole days that
 * are over; what happens to them later comes as signed changes. So the sums of what was sent and of what waits here are,
 * at any moment, the day rows themselves.
 */
export interface Outbox {
  /** To be called first: begins a mirror where there is none, and anew where the ledger was restored. */
  begin(): Promise<MirrorState>;
  /** The mirror has lost something: everything is filled in again, under another life. */
  restart(): Promise<void>;
  /** Takes a share of the days before `today` over. @returns false if there is nothing to be taken at present */
  fill(today: number): Promise<boolean>;
  /** The batch that is to be sent, the same one until it is acknowledged; null: nothing waits. */
  seal(): Promise<Batch | null>;
  /** The mirror holds this batch. */
  acknowledge(batch: Pick<Batch, 'life' | 'number' | 'seal'>): Promise<void>;
  /** Into how many slices a day is to be divided so that each is a moment's work. */
  slicesOf(day: number): Promise<number>;
  /**
   * Compares a slice of a day with the ledger as it is at one moment, with what waits; nothing is sent meanwhile.
   * @param read what the mirror has, if it has everything up to what was shipped; else null
   * @param mends what differs is put into the outbox as a change
   * @returns null if it cannot be told now: a batch is under way, or the day or what was read is not in the mirror
   */
  compare(
    slice: DaySlice,
    read: (state: MirrorState) => Promise<readonly MirroredRow[] | null>,
    mends: boolean,
  ): Promise<SliceComparison | null>;
  /** The same for the sums of a day by carrier. */
  compareSums(
    day: number,
    read: (state: MirrorState) => Promise<readonly MirroredSum[] | null>,
    mends: boolean,
  ): Promise<SliceComparison | null>;
  state(): Promise<MirrorState | null>;
  close(): Promise<void>;
}
