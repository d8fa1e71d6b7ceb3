import type { Answer } from './actions.ts';
import { addToCell, type Books } from './model-entries.ts';
import { giveBack, isAsLeft } from './model-rebinding.ts';

export function undoEntry(books: Books, number: number, nowMs: number): Answer {
  const { state } = books;
  const entry = state.entries[number];
  if (entry === undefined) return 'error not-found';
  if (entry.undoes !== null) return 'error not-undoable';
  if (entry.undone) return 'error already-undone';
  if (entry.rebinding !== undefined && !isAsLeft(state, entry.rebinding)) return 'error owners-changed';
  const isThere = entry.postings.every(({ cell, rx, tx }) => cell.rx >= rx && cell.tx >= tx);
  if (!isThere) return 'error more-than-booked';
  const postings = entry.postings.map(({ cell, rx, tx }) => addToCell(state, cell, { rx: -rx, tx: -tx }));
  if (entry.rebinding !== undefined) postings.push(...giveBack(books, entry.rebinding, nowMs));
  entry.undone = true;
  const aside = entry.aside === null ? undefined : state.quarantined[entry.aside];
  if (aside !== undefined) aside.decided = 'open';
  state.entries.push({ postings, undoes: number, aside: entry.aside, undone: false });
  return 'ok';
}
