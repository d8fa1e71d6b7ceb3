import type { Action, Answer } from './actions.ts';
import { addToCell, type Books } from './model-entries.ts';
import type { Binding, Cell, EntryModel, Holder, LedgerState, Pot, RebindingModel } from './model-state.ts';
import { share } from './slices.ts';

const QUARTER_MS = 900_000;

interface Time {
  readonly fromMs: number;
  readonly toMs: number;
}

/** Whose the bytes of a peer are: of its owner then; from before its owner, of whoever claimed them. */
export function holderOfPeer(peer: string, bindings: readonly Binding[], { fromMs, toMs }: Time): Holder {
  const now = bindings.find((binding) => {
    if (binding.fromMs > fromMs) return false;
    if (binding.toMs === null) return true;
    return fromMs === toMs ? toMs < binding.toMs : toMs <= binding.toMs;
  });
  if (now !== undefined) return { user: now.user, token: null, peer: null, inCycle: true };
  const next = bindings.find((binding) => binding.fromMs >= toMs);
  if (next?.claimed === true) return { user: next.user, token: null, peer, inCycle: next.inCycle };
  return { user: null, token: null, peer, inCycle: true };
}

export function rebind(books: Books, action: Action & { kind: 'rebind' }, nowMs: number): Answer {
  const { peer, user, fromMs, toMs } = action;
  const { state } = books;
  if (fromMs > nowMs) return 'error invalid-input';
  if (toMs !== null && (toMs <= fromMs || toMs > nowMs || user === null)) return 'error invalid-input';
  const owner = state.owners.get(peer);
  if (owner === undefined || (user !== null && state.users.get(user)?.deleted !== false)) return 'error not-found';
  const before = owner.bindings;
  if (ownersIn(before, { fromMs, toMs: toMs ?? FOR_EVER }).every((each) => each === user))
    return 'error already-theirs';
  const after = given(state, before, action);
  const postings = move(books, peer, { before, after }, nowMs);
  setOwners(state, peer, after);
  const rebinding = { peer, fromMs, before: copyOf(before), after: copyOf(after) };
  state.entries.push({ postings, undoes: null, aside: null, rebinding, undone: false });
  return 'ok';
}

/** Nobody was given the peer since, and who would get it back is still there. */
export function isAsLeft({ owners, users }: LedgerState, { peer, before, after }: RebindingModel): boolean {
  const now = owners.get(peer)?.bindings ?? [];
  const isSame =
    now.length === after.length && now.every(({ id, toMs }, i) => after[i]?.id === id && after[i]?.toMs === toMs);
  return isSame && !before.some(({ user, toMs }) => toMs === null && users.get(user)?.deleted === true);
}

/** After its postings were reversed: what was counted since goes where it belongs without the rebinding. */
export function giveBack(books: Books, { peer, before, after }: RebindingModel, nowMs: number): EntryModel['postings'] {
  const postings = move(books, peer, { before: after, after: before }, nowMs);
  setOwners(books.state, peer, copyOf(before));
  return postings;
}

function setOwners({ owners }: LedgerState, peer: string, bindings: Binding[]): void {
  owners.set(peer, { user: bindings.find(({ toMs }) => toMs === null)?.user ?? null, bindings });
}

function copyOf(bindings: readonly Binding[]): Binding[] {
  return bindings.map((binding) => ({ ...binding }));
}

const FOR_EVER = 1e15;

/** Owners in a time, piece by piece; null: nobody. */
function ownersIn(bindings: readonly Binding[], time: Time): (string | null)[] {
  return pieces(time, borders(bindings)).map(({ fromMs, toMs }) => {
    const owner = bindings.find((each) => each.fromMs <= fromMs && (each.toMs ?? FOR_EVER) >= toMs);
    return owner?.user ?? null;
  });
}

/** What is left of each owner before that time, and after it; who claimed what was before it keeps that. */
function given(state: LedgerState, bindings: readonly Binding[], { user, fromMs, toMs }: Action & { kind: 'rebind' }) {
  const endMs = toMs ?? FOR_EVER;
  const next = () => ++state.lastBinding;
  const outside = bindings.filter((each) => each.fromMs >= endMs || (each.toMs ?? FOR_EVER) <= fromMs);
  const inside = bindings.filter((each) => !outside.includes(each));
  const left = inside.filter((each) => each.fromMs < fromMs).map((each) => ({ ...each, id: next(), toMs: fromMs }));
  const claimer = bindings.find((each) => each.fromMs >= fromMs);
  if (left.length === 0 && claimer?.claimed === true && claimer.toMs !== fromMs) {
    left.push({ ...claimer, id: next(), fromMs, toMs: fromMs });
  }
  const own = user === null ? [] : [{ id: next(), user, fromMs, toMs, claimed: false, inCycle: true }];
  const right = inside
    .filter((each) => (each.toMs ?? FOR_EVER) > endMs)
    .map((each) => ({ ...each, id: next(), fromMs: endMs, claimed: false }));
  return [...outside, ...left, ...own, ...right].sort((a, b) => a.fromMs - b.fromMs || a.id - b.id);
}

/** Every byte that somebody holds because the peer was theirs goes to whose it was now. */
function move(
  books: Books,
  peer: string,
  owners: { before: readonly Binding[]; after: readonly Binding[] },
  nowMs: number,
): EntryModel['postings'] {
  const ofPeer = [...books.state.cells.values()].filter(({ source }) => 'peer' in source && source.peer === peer);
  return ofPeer.flatMap((cell) => {
    const shares = sharesOf(books, peer, owners, cell, nowMs);
    const lengths = [...shares.values()];
    if (lengths.length === 0 || cell.rx + cell.tx === 0n) return [];
    const [rxs, txs] = [share(cell.rx, lengths), share(cell.tx, lengths)];
    return [...shares.keys()].flatMap((pot, i) => {
      const bytes = { rx: rxs[i] ?? 0n, tx: txs[i] ?? 0n };
      if (pot === cell.pot || bytes.rx + bytes.tx === 0n) return [];
      const taken = addToCell(books.state, cell, { rx: -bytes.rx, tx: -bytes.tx });
      return [taken, addToCell(books.state, { ...cell, pot }, bytes)];
    });
  });
}

/** How long the bytes of a quarter were on their way to each pot. */
function sharesOf(
  books: Books,
  peer: string,
  { before, after }: { before: readonly Binding[]; after: readonly Binding[] },
  { pot, quarter }: Cell,
  nowMs: number,
): Map<Pot, number> {
  const fromMs = quarter * QUARTER_MS;
  const endMs = fromMs + QUARTER_MS;
  const cuts = [...borders(before), ...borders(after), ...books.state.marks.map(({ atMs }) => atMs)];
  const time = { fromMs, toMs: nowMs > fromMs ? Math.min(endMs, nowMs) : endMs };
  const owned = pieces(time, cuts).filter((piece) => {
    const holder = holderOfPeer(peer, before, piece);
    return holder.user === pot.user && holder.peer === pot.peer;
  });
  const marked = owned.filter((piece) => books.markAt(pot.user, 'services', piece.fromMs, piece.toMs) === pot.mark);
  const shares = new Map<Pot, number>();
  for (const piece of marked.length > 0 ? marked : owned) {
    const holder = holderOfPeer(peer, after, piece);
    const stays = holder.user === pot.user && holder.peer === pot.peer;
    const mark = books.markAt(holder.user, 'services', piece.fromMs, piece.toMs);
    const to = stays ? pot : books.pot(holder, mark, 'services');
    shares.set(to, (shares.get(to) ?? 0) + piece.toMs - piece.fromMs);
  }
  return shares;
}

function borders(bindings: readonly Binding[]): number[] {
  return bindings.flatMap(({ fromMs, toMs }) => (toMs === null ? [fromMs] : [fromMs, toMs]));
}

function pieces({ fromMs, toMs }: Time, cuts: readonly number[]): Time[] {
  const inside = [...new Set(cuts)].filter((ms) => ms > fromMs && ms < toMs).sort((a, b) => a - b);
  const all = [fromMs, ...inside, toMs];
  return all.slice(0, -1).map((startMs, i) => ({ fromMs: startMs, toMs: all[i + 1] ?? toMs }));
}
