import type { UsageHalf } from '../../src/core/ledger/segment.ts';
import type { Action, Answer } from './actions.ts';
import {
  addTo,
  type Bytes,
  type Cell,
  type EntryModel,
  type Holder,
  type LedgerState,
  type Pot,
  type Source,
} from './model-state.ts';

const QUARTER_MS = 900_000;
/** Cells kept; the oldest quarters go first. */
const CELLS_KEPT = 400;

/** What the model of the ledger offers to that of its entries. */
export interface Books {
  readonly state: LedgerState;
  book(
    source: Source,
    carrier: string,
    bytes: Bytes,
    fromMs: number | null,
    toMs: number,
    owner?: string | null,
  ): EntryModel['postings'];
  markAt(user: string | null, half: UsageHalf, fromMs: number, toMs: number): number;
  pot(holder: Holder, mark: number, half: UsageHalf): Pot;
}

export function correct(books: Books, action: Action & { kind: 'correct' }, nowMs: number): Answer {
  const { subject, carrier, fromMs, toMs, rx, tx } = action;
  const { state } = books;
  if (toMs > nowMs) return 'error invalid-input';
  if (rx + tx < 0n) return take(state, action);
  let owner: string | null = null;
  let source: Source;
  if ('user' in subject) {
    const token = [...state.tokens].find(([, each]) => each.user === subject.user && !each.rotated)?.[0];
    if (token === undefined || state.users.get(subject.user)?.deleted !== false) return 'error not-found';
    owner = subject.user;
    source = { token };
  } else source = subject;
  if ('peer' in source && !state.owners.has(source.peer)) return 'error not-found';
  const postings = books.book(source, carrier, { rx, tx }, fromMs === toMs ? null : fromMs, toMs, owner);
  state.entries.push({ postings, undoes: null, aside: null, undone: false });
  return 'ok';
}

/** Cells that a correction of that subject, carrier and time may take from. */
export function cellsOf(
  state: LedgerState,
  { subject, carrier, fromMs, toMs }: Pick<Action & { kind: 'correct' }, 'subject' | 'carrier' | 'fromMs' | 'toMs'>,
): Cell[] {
  const first = Math.floor(fromMs / QUARTER_MS);
  const last = Math.floor(Math.max(fromMs, toMs - 1) / QUARTER_MS);
  return [...state.cells.values()].filter((cell) => {
    if (cell.carrier !== carrier || cell.quarter < first || cell.quarter > last) return false;
    if ('user' in subject) return cell.pot.user === subject.user;
    if ('token' in subject) return 'token' in cell.source && cell.source.token === subject.token;
    return 'peer' in cell.source && cell.source.peer === subject.peer;
  });
}

/** From one cell any part, from several of them all there is: how a part is shared out is told in take.test.ts. */
function take(state: LedgerState, action: Action & { kind: 'correct' }): Answer {
  const cells = cellsOf(state, action);
  const [rx, tx] = [-action.rx, -action.tx];
  const there = sumOf(cells);
  if (rx > there.rx || tx > there.tx) return 'error more-than-booked';
  const isAll = rx === there.rx && tx === there.tx;
  if (cells.length > 1 && !isAll) throw new Error('the model takes a part from one cell only');
  const postings = cells.map((cell) => addToCell(state, cell, isAll ? { rx: -cell.rx, tx: -cell.tx } : action));
  state.entries.push({ postings, undoes: null, aside: null, undone: false });
  return 'ok';
}

export function decide(books: Books, { aside, decision }: Action & { kind: 'decide' }): Answer {
  const item = books.state.quarantined[aside];
  if (item === undefined) return 'error not-found';
  if (item.decided !== 'open') return 'error already-decided';
  const { source, carrier, fromMs, toMs } = item;
  const postings = decision === 'book' ? books.book(source, carrier, item, fromMs, toMs) : [];
  item.decided = decision === 'book' ? 'booking' : 'dismissal';
  books.state.entries.push({ postings, undoes: null, aside, undone: false });
  return 'ok';
}

/** Adds to a pot, and to the cell of that quarter. */
export function addToCell(
  state: LedgerState,
  where: Pick<Cell, 'pot' | 'carrier' | 'source' | 'quarter'>,
  { rx, tx }: Bytes,
): EntryModel['postings'][number] {
  const { pot, carrier, source, quarter } = where;
  addTo(pot.carriers, carrier, { rx, tx });
  const of = 'token' in source ? `token ${source.token}` : `peer ${source.peer}`;
  const key = `${pot.id} ${carrier} ${of} ${quarter}`;
  const known = state.cells.get(key) ?? { pot, carrier, source, quarter, rx: 0n, tx: 0n };
  known.rx += rx;
  known.tx += tx;
  if (quarter >= state.cellsFrom) state.cells.set(key, known);
  return { cell: known, rx, tx };
}

/** Not while calls are followed that were made when older cells were still there. */
export function forgetOldest(state: LedgerState): void {
  if (state.cells.size <= CELLS_KEPT) return;
  const quarters = [...state.cells.values()].map(({ quarter }) => quarter).sort((a, b) => a - b);
  state.cellsFrom = quarters[quarters.length >> 1] ?? 0;
  for (const [key, { quarter }] of state.cells) if (quarter < state.cellsFrom) state.cells.delete(key);
}

function sumOf(cells: readonly Bytes[]): Bytes {
  return cells.reduce((sum, { rx, tx }) => ({ rx: sum.rx + rx, tx: sum.tx + tx }), { rx: 0n, tx: 0n });
}
