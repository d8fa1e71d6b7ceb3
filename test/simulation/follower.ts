import type { Action, Answer } from './actions.ts';
import type { Done } from './journal.ts';
import type { Machine } from './machine.ts';
import type { Model } from './model.ts';
import { forgetOldest } from './model-entries.ts';
import type { Observer } from './observe.ts';
import { type Answered, interleavings, reportsFirst, type Step, stepsOf, swapped } from './orders.ts';
import type { Truth } from './truth.ts';
import type { ShownPeer } from './world.ts';

type PollAction = Action & { readonly kind: 'poll' };

/** How a part of a poll may have been taken apart: the writer tells only how much of it was booked. */
interface Reading {
  readonly countsAll: boolean;
  readonly ends: readonly string[];
}

interface Parts {
  readonly machine: Machine;
  readonly truth: Truth;
  readonly observer: Observer;
  readonly count: (what: string) => void;
}

/** Lets the model do what the ledger did. */
export class Follower {
  model: Model;
  readonly #machine: Machine;
  readonly #truth: Truth;
  readonly #observer: Observer;
  readonly #count: (what: string) => void;

  /** `count`: told what was found out. */
  constructor(model: Model, parts: Parts) {
    this.model = model;
    this.#count = parts.count;
    this.#machine = parts.machine;
    this.#truth = parts.truth;
    this.#observer = parts.observer;
  }

  /**
   * `answered`: what was called, without what failed with the disk; after a crash nobody was answered (null). `settle`: has the
   * ledger write what it has still to write.
   */
  async follow(answered: readonly Answered[], nowMs: number, settle: () => Promise<void>): Promise<void> {
    const { journal, isNoted } = this.#machine;
    const done = journal.take();
    if (isNoted) await this.#followJournal(answered, done, nowMs, settle);
    else await this.#guess(answered, nowMs, settle);
    this.model.state.polling = null;
    forgetOldest(this.model.state);
  }

  async #followJournal(
    answered: readonly Answered[],
    done: readonly Done[],
    nowMs: number,
    settle: () => Promise<void>,
  ): Promise<void> {
    const wrong = swapped(
      answered.map(([action]) => action),
      done.filter(({ action }) => answered.some(([each]) => each === action)),
    );
    if (wrong !== null) throw new Error(`done in the wrong order: ${wrong.map(describe).join(', then ')}`);
    const steps = stepsOf(answered, done);
    if (steps.every(({ part }) => part === 'whole')) {
      for (const step of steps) this.expect(step, nowMs);
      return;
    }
    const isDone = steps.some(({ part }) => part === 'rest');
    this.#count(isDone ? 'calls within a poll' : 'a poll that broke off');
    await this.#findOut(
      readingsOf(steps, this.model).map((reading) => () => this.#play(steps, nowMs, reading)),
      settle,
    );
  }

  /**
   * The ledger may meter polls before or after the other calls of their turn, and after a crash what was done is a beginning of
   * what was called. The file tells which.
   */
  async #guess(answered: readonly Answered[], nowMs: number, settle: () => Promise<void>): Promise<void> {
    const isDoubtful = answered.some(([, answer]) => answer === null);
    const orders = interleavings(answered);
    if (isDoubtful) orders.push(...interleavings(reportsFirst(answered)));
    const steps = orders.map((order) => order.map(([action, answer]): Step => ({ action, answer, part: 'whole' })));
    const [only] = steps;
    if (only !== undefined && steps.length === 1 && !isDoubtful) {
      for (const step of only) this.expect(step, nowMs);
      return;
    }
    const beginnings = steps.flatMap((order) => {
      const lengths = isDoubtful ? order.map((_, i) => i) : [];
      return [order, ...lengths.reverse().map((length) => order.slice(0, length))];
    });
    await this.#findOut(
      beginnings.map((order) => () => this.#play(order, nowMs, WHOLE)),
      settle,
    );
  }

  /** Plays it in one way after the other until the ledger is as the model. */
  async #findOut(ways: readonly (() => Played)[], settle: () => Promise<void>): Promise<void> {
    await settle();
    const before = this.model;
    let difference = '';
    for (const play of ways) {
      this.model = before.clone();
      const { wrong, notes } = play();
      this.model.runPlanned(this.#machine.nowMs);
      difference = [...wrong, this.#observer.difference(this.model, this.#machine)].join('\n').trim();
      if (difference !== '') continue;
      for (const note of notes) note();
      return;
    }
    throw new Error(`the ledger holds what no order of the calls can have brought about:\n${difference}`);
  }

  #play(steps: readonly Step[], nowMs: number, reading: Reading): Played {
    const outcomes = steps.map((step) => this.#apply(step, nowMs, reading));
    return { wrong: outcomes.flatMap(({ wrong }) => wrong), notes: outcomes.map(({ note }) => note) };
  }

  expect(step: Step, nowMs: number): void {
    const { wrong, note } = this.#apply(step, nowMs, WHOLE);
    if (wrong[0] !== undefined) throw new Error(wrong[0]);
    this.#checkReset(step.action);
    note();
  }

  /** `note`: to be called once it is known that it happened so. */
  #apply(step: Step, nowMs: number, reading: Reading): { readonly wrong: string[]; readonly note: () => void } {
    const { action, answer, part } = step;
    if (typeof part === 'object') return this.#applyPart(action as PollAction, part, nowMs, reading);
    const wanted = part === 'rest' ? this.model.endPoll(action as PollAction) : this.model.apply(action, nowMs);
    const isRight = answer === null || answer === wanted;
    const wrong = isRight ? [] : [`${describe(action)}: the ledger answered "${answer}", not "${wanted}"`];
    const isRead = action.kind === 'poll' && this.model.hasRead(action.snapshot);
    const note = () => {
      if (action.kind === 'reports' && answer?.startsWith('recorded')) this.#truth.acknowledged(action);
      if (action.kind === 'poll' && isRead) this.#truth.read(action.snapshot.peers);
    };
    return { wrong, note };
  }

  #applyPart(
    poll: PollAction,
    { units, isFirst }: { readonly units: number; readonly isFirst: boolean },
    nowMs: number,
    reading: Reading,
  ): { readonly wrong: string[]; readonly note: () => void } {
    const refusal = isFirst ? this.model.beginPoll(poll, nowMs) : null;
    if (refusal !== null) return { wrong: [`${describe(poll)}: a part was booked, not "${refusal}"`], note: () => {} };
    const read: readonly ShownPeer[] = this.model.bookPart(poll, { units, ...reading });
    return { wrong: [], note: () => this.#truth.read(read) };
  }

  /** By the model; that the ledger shows the same is checked with everything else. */
  #checkReset(action: Action): void {
    if (action.kind !== 'reset' || action.dueMs !== null || action.half !== null) return;
    const users = action.scope === 'all' ? [...this.model.state.users.keys()] : action.users;
    for (const user of users) {
      const { rx, tx } = this.model.shown(user);
      if (rx + tx > 0n) throw new Error(`${rx + tx} bytes of ${user} are shown right after a reset`);
    }
  }
}

interface Played {
  readonly wrong: readonly string[];
  readonly notes: readonly (() => void)[];
}

const WHOLE: Reading = { countsAll: true, ends: [] };

function readingsOf(steps: readonly Step[], model: Model): Reading[] {
  const parts = steps.filter(({ part }) => typeof part === 'object');
  const unseen = [...new Set(parts.flatMap(({ action }) => model.unseenIn(action as PollAction)))];
  const orders = ordersOf(unseen);
  return [...orders.map((ends) => ({ countsAll: true, ends })), { countsAll: false, ends: [] }];
}

function ordersOf(keys: readonly string[]): string[][] {
  if (keys.length === 0) return [[]];
  return keys.flatMap((key) => ordersOf(keys.filter((each) => each !== key)).map((rest) => [key, ...rest]));
}

export function describe(action: Action): string {
  return JSON.stringify(action, (key, value) =>
    key === 'life' ? undefined : typeof value === 'bigint' ? Number(value) : value,
  );
}

/** Answers in the order of the actions. */
export function answeredBy(actions: readonly Action[], answers: readonly (Answer | null)[]): Answered[] {
  return actions.map((action, i) => [action, answers[i] ?? null]);
}
