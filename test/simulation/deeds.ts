import type { Action, PeerAssignment } from './actions.ts';
import { EntryDeeds } from './entry-deeds.ts';
import type { Model } from './model.ts';
import type { Random } from './random.ts';

const TOKENS = ['ann', 'ben', 'cid', 'dora', 'eve', 'fay', 'gus', 'hal'];

/** What admins do, chosen by what the model says there is. */
export class Admins {
  readonly #random: Random;
  readonly #model: () => Model;
  readonly #nodes: readonly string[];
  readonly #entries: EntryDeeds;
  #users = 0;

  /** `cleanedMs`: records from before may be gone. */
  constructor(random: Random, model: () => Model, nodes: readonly string[], cleanedMs: () => number) {
    this.#random = random;
    this.#model = model;
    this.#nodes = nodes;
    this.#entries = new EntryDeeds(random, model, cleanedMs, TOKENS);
  }

  /** Tokens that senders use, whether they belong to somebody yet or not. */
  get tokens(): readonly string[] {
    return TOKENS;
  }

  next(nowMs: number): Action | null {
    const random = this.#random;
    switch (
      random.weighted({
        add: 3,
        delete: 0.7,
        rotate: 1,
        assign: 5,
        reset: 3,
        undo: 2.5,
        cancel: 0.5,
        tracking: 0.7,
        cleanup: 1,
        billing: 2.5,
        entry: 9,
        beat: 1,
      })
    ) {
      case 'add':
        return {
          kind: 'add-user',
          name: `user-${++this.#users}`,
          token: random.pick(TOKENS),
          countInCycle: random.chance(0.5),
        };
      case 'delete':
        return this.#ofUser((name) => ({ kind: 'delete-user', name }));
      case 'rotate':
        return this.#ofUser((name) => ({ kind: 'rotate-token', name, token: random.pick(TOKENS) }));
      case 'assign':
        return this.#assign(nowMs);
      case 'reset':
        return this.#reset(nowMs);
      case 'undo':
        return this.#undo();
      case 'cancel':
        return this.#cancel();
      case 'tracking':
        return { kind: 'tracking', enabled: !this.#model().state.tracking || random.chance(0.2) };
      case 'cleanup':
        return { kind: 'cleanup', days: random.int(1, 4), maxRows: random.pick([3, 20, 1000]) };
      case 'billing':
        return {
          kind: 'billing',
          node: random.pick(this.#nodes),
          thousandths: random.pick([0, 333, 1000, 1500, 20_000]),
          direction: random.pick(['both', 'up', 'down', 'max']),
        };
      case 'entry':
        return this.#entries.next(nowMs);
      case 'beat':
        return { kind: 'beat' };
    }
  }

  /** What comes while a large poll is being booked; cleanups apart, whose days have to be proven first. */
  within(nowMs: number): Action[] {
    const random = this.#random;
    const switchOff = { kind: 'tracking', enabled: false } as const;
    switch (random.weighted({ pause: 4, off: 1, assign: 3, rebind: 3, reset: 2, undo: 1, delete: 0.5 })) {
      case 'pause':
        return [switchOff, { kind: 'tracking', enabled: true }];
      case 'off':
        return [switchOff];
      case 'assign':
        return listOf(this.#assign(nowMs));
      case 'rebind':
        return listOf(this.#entries.rebind(nowMs)).map((action) => ({ ...action, isDirect: true }));
      case 'reset':
        return listOf(this.#reset(nowMs));
      case 'undo':
        return listOf(this.#undo());
      case 'delete':
        return listOf(this.#ofUser((name) => ({ kind: 'delete-user', name })));
    }
  }

  #ofUser(deed: (name: string) => Action): Action | null {
    const name = this.#random.pickOrNone([...this.#model().state.users.keys()]);
    return name === undefined ? null : deed(name);
  }

  #assign(nowMs: number): Action | null {
    const random = this.#random;
    const { owners, users } = this.#model().state;
    const living = [...users].filter(([, { deleted }]) => !deleted).map(([name]) => name);
    const peers = [...owners.keys()];
    if (peers.length === 0) return null;
    const assignments = Array.from({ length: random.int(1, 3) }, (): PeerAssignment => {
      const user = random.chance(0.25) ? null : (random.pickOrNone(living) ?? null);
      const awayMs = random.chance(0.3) ? random.int(-7_200_000, 1_800_000) : 0;
      return { peer: random.pick(peers), user, fromMs: nowMs + awayMs, countInCycle: random.chance(0.5) };
    });
    return { kind: 'assign', assignments };
  }

  #reset(nowMs: number): Action | null {
    const random = this.#random;
    const names = [...this.#model().state.users.keys()];
    const scope = names.length === 0 ? 'all' : random.weighted({ all: 1, owner: 1, user: 2 });
    const half = scope === 'all' ? null : random.pick([null, null, 'services', 'reports'] as const);
    const dueMs = random.chance(0.3) ? nowMs + random.int(-60_000, 10 * 3_600_000) : null;
    const reset = { kind: 'reset', scope, half, dueMs } as const;
    if (scope === 'all') return { ...reset, users: [] };
    if (scope === 'user') return { ...reset, users: [random.pick(names)] };
    return { ...reset, users: names.filter(() => random.chance(0.5)) };
  }

  #cancel(): Action | null {
    const count = this.#model().state.planned.length;
    return count === 0 ? null : { kind: 'cancel', planned: this.#random.int(Math.max(0, count - 4), count - 1) };
  }

  /** Any mark, in any order, also one that was undone before. */
  #undo(): Action | null {
    const count = this.#model().state.marks.length;
    return count === 0 ? null : { kind: 'undo', mark: this.#random.int(Math.max(1, count - 5), count) };
  }
}

function listOf<T>(one: T | null): T[] {
  return one === null ? [] : [one];
}
