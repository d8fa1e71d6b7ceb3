import type { Action, CorrectedSubject } from './actions.ts';
import type { Model } from './model.ts';
import { cellsOf } from './model-entries.ts';
import type { Cell } from './model-state.ts';
import type { Random } from './random.ts';
import { PLACES } from './senders.ts';

const QUARTER_MS = 900_000;
const HOUR_MS = 3_600_000;

/** What admins enter by hand, chosen by what the model says there is. */
export class EntryDeeds {
  readonly #random: Random;
  readonly #model: () => Model;
  readonly #cleanedMs: () => number;
  readonly #tokens: readonly string[];

  constructor(random: Random, model: () => Model, cleanedMs: () => number, tokens: readonly string[]) {
    this.#random = random;
    this.#model = model;
    this.#cleanedMs = cleanedMs;
    this.#tokens = tokens;
  }

  next(nowMs: number): Action | null {
    switch (this.#random.weighted({ add: 3, take: 4, decide: 3, rebind: 4, undo: 5 })) {
      case 'add':
        return this.#add(nowMs);
      case 'take':
        return this.#take(nowMs);
      case 'decide':
        return this.#decide();
      case 'rebind':
        return this.rebind(nowMs);
      case 'undo':
        return this.#undo();
    }
  }

  /** A peer from some hours ago on, or for some hours, mostly to another one than had it. */
  rebind(nowMs: number): (Action & { kind: 'rebind' }) | null {
    const random = this.#random;
    const { users, owners } = this.#model().state;
    const peer = random.pickOrNone([...owners.keys()]);
    const fromMs = nowMs - random.int(-60_000, 8 * HOUR_MS);
    if (peer === undefined || !this.#isKept({ quarter: Math.floor(fromMs / QUARTER_MS) })) return null;
    const toMs = random.chance(0.3) ? fromMs + random.int(0, 5 * HOUR_MS) : null;
    const user = random.chance(toMs === null ? 0.2 : 0.02) ? null : (random.pickOrNone([...users.keys()]) ?? null);
    return { kind: 'rebind', peer, user, fromMs, toMs };
  }

  #add(nowMs: number): Action | null {
    const random = this.#random;
    const { users, owners } = this.#model().state;
    const toMs = nowMs - (random.chance(0.5) ? 0 : random.int(0, 20 * HOUR_MS));
    const fromMs = toMs - (random.chance(0.4) ? 0 : random.int(0, 5 * HOUR_MS));
    const time = { kind: 'correct' as const, fromMs, toMs, rx: random.bytes() + 1n, tx: random.bytes() };
    const whose = random.weighted({ user: 2, token: 1, peer: 2 });
    const peer = random.pickOrNone([...owners.keys()]);
    const user = random.pickOrNone([...users.keys()]);
    const { server, port, protocol } = random.pick(PLACES);
    const carrier = `${server}:${port}/${protocol}`;
    if (whose === 'token') return { ...time, subject: { token: random.pick(this.#tokens) }, carrier };
    if (whose === 'user') return user === undefined ? null : { ...time, subject: { user }, carrier };
    if (peer === undefined) return null;
    return { ...time, subject: { peer }, carrier: `${peer.replace(/-\d+$/, '')}:51820/wireguard` };
  }

  /** Of one quarter of an hour; now and then more than there is. */
  #take(nowMs: number): Action | null {
    const random = this.#random;
    const { state } = this.#model();
    const cells = [...state.cells.values()].filter(
      (cell) => cell.rx + cell.tx > 0n && this.#isKept(cell) && cell.quarter * QUARTER_MS < nowMs,
    );
    const entered = cells.filter((cell) => this.#isEntered(cell));
    const cell = random.pickOrNone(random.chance(0.4) && entered.length > 0 ? entered : cells);
    if (cell === undefined) return null;
    const [fromMs, toMs] = [cell.quarter * QUARTER_MS, Math.min(nowMs, (cell.quarter + 1) * QUARTER_MS)];
    const { user } = cell.pot;
    const subject: CorrectedSubject = user !== null && random.chance(0.5) ? { user } : cell.source;
    const what = { kind: 'correct' as const, subject, carrier: cell.carrier, fromMs, toMs };
    const there = cellsOf(state, what);
    const rx = there.reduce((sum, each) => sum + each.rx, 0n);
    const tx = there.reduce((sum, each) => sum + each.tx, 0n);
    if (random.chance(0.1)) return { ...what, rx: -rx - 1n, tx: -tx };
    const isPart = there.length === 1 && random.chance(0.6);
    if (!isPart) return { ...what, rx: -rx, tx: -tx };
    const part = { rx: (rx * BigInt(random.int(0, 4))) / 4n, tx: (tx * BigInt(random.int(0, 4))) / 4n };
    return part.rx + part.tx === 0n ? null : { ...what, rx: -part.rx, tx: -part.tx };
  }

  #decide(): Action | null {
    const random = this.#random;
    const all = this.#model().state.quarantined;
    // Now and then one that was decided before: it has to be refused.
    const decided = all.filter(({ decided }) => decided !== 'open');
    const item = random.pickOrNone(random.chance(0.3) && decided.length > 0 ? decided : all);
    if (item === undefined) return null;
    const alike = all.filter(({ atMs, rx, tx }) => atMs === item.atMs && rx === item.rx && tx === item.tx);
    if (alike.length > 1) return null;
    return { kind: 'decide', aside: all.indexOf(item), item, decision: random.pick(['book', 'book', 'dismiss']) };
  }

  /** Of a time whose records are there: where only days are left, others may have taken the same bytes. */
  #undo(): Action | null {
    const { entries } = this.#model().state;
    // Now and then one whose bytes are not there any more: it has to be refused.
    const spent = entries.filter(({ undone, undoes, postings }) => {
      return !undone && undoes === null && postings.some(({ cell, rx, tx }) => cell.rx < rx || cell.tx < tx);
    });
    const entry = this.#random.pickOrNone(this.#random.chance(0.4) && spent.length > 0 ? spent : entries.slice(-8));
    if (entry === undefined || !entry.postings.every(({ cell }) => this.#isKept(cell))) return null;
    const { rebinding } = entry;
    if (rebinding !== undefined && !this.#isKept({ quarter: Math.floor(rebinding.fromMs / QUARTER_MS) })) return null;
    return { kind: 'undo-entry', entry: entries.indexOf(entry) };
  }

  /** Its bytes came by an entry that can be undone: taking them is what has an undo refused. */
  #isEntered(cell: Cell): boolean {
    const { entries } = this.#model().state;
    return entries.some(({ undone, undoes, postings }) => {
      return (
        !undone && undoes === null && postings.some((posting) => posting.cell === cell && posting.rx + posting.tx > 0n)
      );
    });
  }

  #isKept({ quarter }: Pick<Cell, 'quarter'>): boolean {
    return quarter >= this.#model().state.cellsFrom && quarter * QUARTER_MS >= this.#cleanedMs();
  }
}
