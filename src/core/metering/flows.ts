/** Bytes of both directions. `rx`: sent by the user, `tx`: got by them, as everywhere. */
export interface Amount {
  readonly rx: bigint;
  readonly tx: bigint;
}

/** What a client program shows at one moment: counters that live as long as a connection (Clash) or as the process (Xray). */
export interface FlowSnapshot {
  /** By an id that no other counter of this program ever has again. */
  readonly counters: ReadonlyMap<string, Amount>;
  /** Everything that the process carried since it started; null where it does not tell. */
  readonly total: Amount | null;
}

/** What was shown last. */
export interface FlowBook extends FlowSnapshot {
  /**
   * By how much counters were ahead of the total, per direction (0 or less): both are not read at the same instant, and the
   * rest must not be told for what a counter has told already.
   */
  readonly behind: Amount;
}

export interface FlowAdvance {
  readonly next: FlowBook;
  /** By how much each counter grew; those that did not are absent. */
  readonly grown: ReadonlyMap<string, Amount>;
  /** What the process carried and no counter showed: connections that ended between two looks. Never negative. */
  readonly rest: Amount;
}

const NONE: Amount = { rx: 0n, tx: 0n };

/**
 * Holds what is shown against what was shown last. At the first look nothing counts. A counter that was not there before
 * began since, and counts whole. `restarted`, or a total that fell: every counter and the total began at 0.
 */
export function advanceFlows(book: FlowBook | null, shown: FlowSnapshot, restarted: boolean): FlowAdvance {
  if (book === null) return { next: { ...shown, behind: NONE }, grown: new Map(), rest: NONE };
  const isNew = restarted || hasFallen(book.total, shown.total);
  const grown = new Map<string, Amount>();
  let sum = NONE;
  for (const [id, amount] of shown.counters) {
    const growth = growthOf(isNew ? undefined : book.counters.get(id), amount);
    if (growth.rx === 0n && growth.tx === 0n) continue;
    grown.set(id, growth);
    sum = { rx: sum.rx + growth.rx, tx: sum.tx + growth.tx };
  }
  if (shown.total === null) return { next: { ...shown, behind: NONE }, grown, rest: NONE };
  const before = isNew || book.total === null ? NONE : book.total;
  const behind = isNew ? NONE : book.behind;
  const left = {
    rx: behind.rx + shown.total.rx - before.rx - sum.rx,
    tx: behind.tx + shown.total.tx - before.tx - sum.tx,
  };
  const rest = { rx: left.rx > 0n ? left.rx : 0n, tx: left.tx > 0n ? left.tx : 0n };
  return { next: { ...shown, behind: { rx: left.rx - rest.rx, tx: left.tx - rest.tx } }, grown, rest };
}

function growthOf(before: Amount | undefined, now: Amount): Amount {
  // A counter of a process falls only when it starts again: both directions together.
  if (before === undefined || now.rx < before.rx || now.tx < before.tx) return now;
  return { rx: now.rx - before.rx, tx: now.tx - before.tx };
}

function hasFallen(before: Amount | null, now: Amount | null): boolean {
  return before !== null && now !== null && (now.rx < before.rx || now.tx < before.tx);
}
