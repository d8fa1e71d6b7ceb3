import { ManualClock } from '../../src/core/units/testing.ts';
import type { Action, Answer } from './actions.ts';
import { breaches, LAW_NAMES } from './checks.ts';
import { Admins } from './deeds.ts';
import { Machine, type NewPlace } from './machine.ts';
import { Model } from './model.ts';
import { expected, found } from './observe.ts';
import { Random } from './random.ts';
import { Senders } from './senders.ts';
import { statementOf } from './statements.ts';
import { differenceOfLines, Truth } from './truth.ts';
import { SimulatedNode, type Snapshot } from './world.ts';

const MINUTE_MS = 60_000;
const ZONES = ['UTC', 'Asia/Kathmandu', 'America/New_York', 'Pacific/Kiritimati', 'Etc/GMT+12'];

/** How often what happened, over all steps: so that a report shows what was really tried. */
export type Happened = Record<string, number>;

/** One life of a ledger, decided by one seed: a world that moves bytes, a machine that fails, and the model beside it. */
export class Simulation {
  readonly happened: Happened = {};
  readonly #random: Random;
  readonly #clock: ManualClock;
  readonly #machine: Machine;
  readonly #nodes: SimulatedNode[];
  readonly #senders: Senders;
  readonly #admins: Admins;
  readonly #truth: Truth;
  /** The wall clock is never set in such a run: then what was lost can be told by time. */
  readonly #isSteady: boolean;
  readonly #old: { readonly snapshot: Snapshot; readonly atMs: number; readonly trackingPeriod: number }[] = [];
  readonly #opening: 'baseline' | 'count';
  #model: Model;
  #zone = 'UTC';
  #backup: {
    readonly file: string;
    readonly model: Model;
    readonly checkpoint: ReturnType<Truth['checkpoint']>;
  } | null = null;
  #cleanedMs = Number.NEGATIVE_INFINITY;
  #longWaits = 0;
  readonly #log: string[] = [];

  constructor(seed: number, newPlace: NewPlace) {
    this.#random = new Random(seed);
    this.#clock = new ManualClock();
    this.#machine = new Machine(this.#clock, this.#random, newPlace);
    this.#model = new Model((ms) => this.#machine.dayOf(ms));
    this.#isSteady = this.#random.chance(0.6);
    this.#opening = this.#random.pick(['baseline', 'count']);
    this.#nodes = ['north', 'south'].map((name) => new SimulatedNode(name, this.#nowMs));
    this.#admins = new Admins(
      this.#random,
      () => this.#model,
      this.#nodes.map(({ name }) => name),
      () => this.#cleanedMs,
    );
    this.#senders = new Senders(this.#random, () => this.#admins.tokens);
    this.#truth = new Truth(this.#nodes, this.#opening);
  }

  /** Everything that was done. */
  get log(): readonly string[] {
    return this.#log;
  }

  async run(steps: number): Promise<void> {
    try {
      await this.#begin();
      for (let step = 1; step <= steps; step++) await this.#step();
      await this.#end();
    } finally {
      await this.#machine.dispose();
    }
  }

  get #nowMs(): number {
    return this.#clock.now().getTime();
  }

  async #begin(): Promise<void> {
    this.#zone = this.#random.pick(ZONES);
    await this.#machine.start(this.#zone);
    for (const node of this.#nodes) {
      await this.#machine.addNode(node.name, this.#opening);
      await this.#machine.addNode(`second ${node.name}`, this.#opening);
      for (let n = 1; n <= 4; n++) node.add(`${node.name}-${n}`);
    }
  }

  async #step(): Promise<void> {
    const what = this.#random.weighted({
      wait: 6,
      carry: 12,
      change: 2,
      calls: 14,
      crash: 0.5,
      restart: 0.2,
      zone: 0.15,
      backup: 0.3,
      restore: 0.1,
      setClock: 0.3,
    });
    this.#count(what);
    this.#machine.wallTime.read();
    if (what === 'wait') this.#wait();
    else if (what === 'carry') this.#carry();
    else if (what === 'change') this.#change();
    else if (what === 'calls') await this.#calls();
    else if (what === 'crash') await this.#crash();
    else if (what === 'restart') await this.#restart();
    else if (what === 'zone') await this.#changeZone();
    else if (what === 'backup') await this.#backUp();
    else if (what === 'restore') await this.#restore();
    else this.#setClock();
  }

  #wait(): void {
    const { wait, ms } = this.#randomWait();
    this.#note(`wait ${wait}`);
    this.#machine.advance(ms);
  }

  #randomWait() {
    const random = this.#random;
    const wait = random.weighted({ seconds: 5, minutes: 5, hours: 2, days: this.#longWaits < 2 ? 0.03 : 0 });
    if (wait === 'days') {
      // Not more of them: after 35 days event ids are forgotten.
      this.#longWaits++;
      return { wait, ms: random.int(1, 10 * 24 * 60) * MINUTE_MS };
    }
    if (wait === 'seconds') return { wait, ms: random.int(1, 59) * 1000 };
    if (wait === 'minutes') return { wait, ms: random.int(1, 40) * MINUTE_MS + random.int(0, 999) };
    return { wait, ms: random.int(40, 300) * MINUTE_MS };
  }

  #carry(): void {
    this.#machine.advance(this.#random.int(1, 20_000));
    for (const node of this.#nodes) {
      for (const key of node.keys) {
        if (!this.#random.chance(0.6)) continue;
        const [rx, tx] = [this.#random.bytes(), this.#random.bytes()];
        const life = node.carry(key, rx, tx, this.#nowMs);
        if (!this.#model.state.tracking) this.#truth.carriedUntracked(life, rx + tx);
      }
    }
  }

  /** Nodes restart, peers come and go; the ledger is not told. */
  #change(): void {
    const random = this.#random;
    const node = random.pick(this.#nodes);
    const what = random.weighted({ interface: 1, boot: 1, add: 2, remove: 2, again: 1 });
    this.#count(`node ${what}`);
    this.#note(`${node.name}: ${what}`);
    this.#machine.advance(1000);
    if (what === 'interface' || what === 'boot') node.restart(what === 'boot', this.#nowMs);
    else if (what === 'add') node.add(`${node.name}-${random.int(1, 7)}`);
    else {
      const key = random.pickOrNone(node.keys);
      if (key === undefined) return;
      node.remove(key);
      if (what === 'again') node.add(key);
    }
  }

  #setClock(): void {
    if (this.#isSteady) return;
    const random = this.#random;
    const ms = random.int(1, random.chance(0.5) ? 2 * MINUTE_MS : 26 * 60 * MINUTE_MS) * (random.chance(0.5) ? 1 : -1);
    this.#note(`clock set by ${ms} ms`);
    this.#clock.step(ms);
  }

  /** Everything called in one turn of the event loop: one commit, unless one of them fails. */
  async #calls(): Promise<void> {
    this.#machine.advance(1000);
    const actions = this.#actions();
    const wanted = this.#random.weighted({ none: 20, 'disk-full': 1, bug: 1 });
    // A bug in a planned reset alone would put its mark behind later ones: it is none of those that are looked for here.
    const fault = wanted === 'bug' && this.#model.isPlannedDue(this.#nowMs) ? 'none' : wanted;
    if (fault !== 'none') this.#machine.faults.failAfter(this.#random.int(0, 25), fault);
    const nowMs = this.#nowMs;
    const answers = await this.#perform(actions);
    const struck = this.#machine.faults.disarm() && fault !== 'none';
    this.#count(struck ? `struck by ${fault}` : 'calls');
    const isFault = (answer: Answer) => struck && (answer === 'error disk-full' || answer.endsWith('a simulated bug'));
    const done = pairs(actions, answers).filter(([, answer]) => !isFault(answer));
    await this.#follow(done, nowMs);
    for (const [action, answer] of pairs(actions, answers)) this.#tellSender(action, isFault(answer) ? null : answer);
    if (struck || this.#random.chance(0.2)) await this.#check();
  }

  /**
   * Lets the model do what the ledger did. The ledger may meter polls before or after the other calls of their turn, and
   * after a crash nobody was answered (null): what was done is a beginning of what was called. The file tells which.
   */
  async #follow(done: readonly [Action, Answer | null][], nowMs: number): Promise<void> {
    const isDoubtful = done.some(([, answer]) => answer === null);
    const orders = interleavings(done);
    if (isDoubtful) orders.push(...interleavings(reportsFirst(done)));
    if (orders.length === 1 && !isDoubtful) {
      for (const [action, answer] of done) this.#expectAnswer(action, answer ?? '', nowMs);
      return;
    }
    await this.#settle();
    const lines = found(this.#machine.look);
    const before = this.#model;
    let difference = '';
    for (const order of orders) {
      for (let length = order.length; length >= (isDoubtful ? 0 : order.length); length--) {
        this.#model = before.clone();
        difference = this.#play(order.slice(0, length), nowMs, lines);
        if (difference === '') return;
      }
    }
    throw new Error(`the ledger holds what no order of the calls can have brought about:\n${difference}`);
  }

  /** @returns how the ledger differs from the model after that; '' if it does not */
  #play(done: readonly [Action, Answer | null][], nowMs: number, lines: readonly string[]): string {
    const outcomes = done.map(([action, answer]) => this.#apply(action, answer, nowMs));
    this.#model.runPlanned(this.#nowMs);
    const wrong = outcomes.flatMap((outcome) => outcome.wrong);
    const difference = [...wrong, differenceOfLines(expected(this.#model), lines)].join('\n').trim();
    if (difference === '') for (const { note } of outcomes) note();
    return difference;
  }

  #expectAnswer(action: Action, answer: Answer, nowMs: number): void {
    const { wrong, note } = this.#apply(action, answer, nowMs);
    if (wrong[0] !== undefined) throw new Error(wrong[0]);
    this.#checkReset(action);
    note();
  }

  /** `note`: to be called once it is known that it happened so. */
  #apply(
    action: Action,
    answer: Answer | null,
    nowMs: number,
  ): { readonly wrong: string[]; readonly note: () => void } {
    const wanted = this.#model.apply(action, nowMs);
    const isRight = answer === null || answer === wanted;
    const wrong = isRight ? [] : [`${describe(action)}: the ledger answered "${answer}", not "${wanted}"`];
    const isRead = action.kind === 'poll' && this.#model.hasRead(action.snapshot);
    const note = () => {
      if (action.kind === 'reports' && answer?.startsWith('recorded')) this.#truth.acknowledged(action);
      if (action.kind === 'poll' && isRead) this.#truth.read(action.snapshot);
    };
    return { wrong, note };
  }

  #tellSender(action: Action, answer: Answer | null): void {
    if (action.kind !== 'reports') return;
    // Some answers never arrive, although everything went well.
    const arrives = answer !== null && this.#random.chance(0.85);
    this.#senders.answered(action, arrives ? answer : null, this.#nowMs);
  }

  /** By the model; that the ledger shows the same is checked with everything else. */
  #checkReset(action: Action): void {
    if (action.kind !== 'reset' || action.dueMs !== null || action.half !== null) return;
    const users = action.scope === 'all' ? [...this.#model.state.users.keys()] : action.users;
    for (const user of users) {
      const { rx, tx } = this.#model.shown(user);
      if (rx + tx > 0n) throw new Error(`${rx + tx} bytes of ${user} are shown right after a reset`);
    }
  }

  async #perform(actions: readonly Action[]): Promise<Answer[]> {
    for (const action of actions) {
      this.#count(action.kind);
      this.#note(describe(action));
      if (action.kind === 'reports') this.#truth.sent(action);
      if (action.kind === 'cleanup') await this.#noteCleanup(action.days);
    }
    return Promise.all(actions.map((action) => this.#machine.perform(action)));
  }

  async #noteCleanup(days: number): Promise<void> {
    const { keepsFrom } = await this.#machine.store.ledger.previewCleanup(days);
    const ageMs = this.#nowMs - keepsFrom.getTime();
    // A change of the zone by half a day and more may skip a date.
    if (ageMs < Math.max(0, days - 3) * 86_400_000 || ageMs > (days + 2) * 86_400_000) {
      throw new Error(`a cleanup that keeps ${days} days would keep records from ${keepsFrom.toISOString()} on`);
    }
    this.#cleanedMs = Math.max(this.#cleanedMs, keepsFrom.getTime());
  }

  #actions(): Action[] {
    const actions: Action[] = [];
    const count = this.#random.chance(0.6) ? 1 : this.#random.int(2, 5);
    for (let n = 0; n < count; n++) {
      const action = this.#action();
      if (action === null) continue;
      // An entry is previewed first, and nothing may happen in between.
      if (isEntry(action)) return [action];
      // One request at a time from each sender, and one cleanup: the real ones wait for their answer, too.
      if (!actions.includes(action)) actions.push(action);
    }
    return actions;
  }

  #action(): Action | null {
    const what = this.#random.weighted({ poll: 5, reports: 4, admin: 4 });
    if (what === 'poll') return this.#poll();
    if (what === 'reports') return this.#senders.next(this.#nowMs);
    return this.#admins.next(this.#nowMs);
  }

  #poll(): Action | null {
    const random = this.#random;
    const { at, suspect } = this.#machine.wallTime.read();
    const atMs = at.getTime();
    const { trackingPeriod } = this.#model.state;
    const node = random.pick(this.#nodes);
    const opening = this.#opening;
    const rest = { opening, atMs, trackingPeriod, suspect };
    switch (random.weighted({ whole: 14, cut: 2, lost: 1, failed: 1, again: 2, second: 1 })) {
      case 'whole': {
        const snapshot = node.snapshot(this.#trueMs);
        this.#old.push({ snapshot, atMs, trackingPeriod });
        return { kind: 'poll', snapshot, ...rest };
      }
      case 'cut':
        return { kind: 'poll', snapshot: node.snapshot(this.#trueMs, random.int(0, 4)), ...rest };
      case 'lost':
        // Read on the node, and never delivered, or delivered late.
        this.#old.push({ snapshot: node.snapshot(this.#trueMs), atMs, trackingPeriod });
        return null;
      case 'second':
        // The same interface through another node: known already, so the first one goes on counting.
        if (!this.#model.state.services.has(node.name)) return null;
        return { kind: 'poll', snapshot: node.snapshot(this.#trueMs), ...rest, second: true };
      case 'failed':
        return { kind: 'failed-poll', node: node.name, atMs };
      case 'again': {
        // Mostly one of the last; now and then one that somebody held for days.
        const old = random.pickOrNone(random.chance(0.2) ? this.#old : this.#old.slice(-6));
        return old === undefined ? null : { kind: 'poll', opening, suspect: false, ...old };
      }
    }
  }

  /** Real time, which nobody sets. */
  get #trueMs(): number {
    return START_MS + this.#clock.monotonicMs();
  }

  /** The process ends somewhere in the midst of some calls, and starts again from what its disk holds. */
  async #crash(): Promise<void> {
    this.#machine.advance(1000);
    const actions = this.#actions();
    this.#machine.armCrash(this.#random.int(0, 60));
    const nowMs = this.#nowMs;
    const answers = await this.#perform(actions);
    const struck = await this.#machine.crash();
    const isDoubtful = struck || this.#random.chance(0.5);
    this.#note(`crash ${struck ? 'on the way' : 'after the commit'}`);
    this.#count(`crash ${struck ? 'on the way' : 'after the commit'}`);
    this.#machine.advance(this.#randomWait().ms);
    await this.#machine.start(this.#zone);
    // Answers that had left before the end must be kept; after an end on the way nobody had one.
    await this.#follow(
      pairs(actions, answers).map(([action, answer]) => [action, struck ? null : answer]),
      nowMs,
    );
    for (const [action, answer] of pairs(actions, answers)) this.#tellSender(action, isDoubtful ? null : answer);
    await this.#check();
  }

  async #restart(): Promise<void> {
    await this.#machine.stop();
    this.#machine.advance(this.#randomWait().ms);
    if (this.#random.chance(0.4)) this.#zone = this.#random.pick(ZONES);
    this.#note(`restart in ${this.#zone}`);
    await this.#machine.start(this.#zone);
    await this.#check();
  }

  /** While it runs: holds from the next midnight on. */
  async #changeZone(): Promise<void> {
    this.#zone = this.#random.pick(ZONES);
    this.#note(`days are those of ${this.#zone} from the next midnight on`);
    await this.#machine.store.setTimeZone(this.#zone);
    await this.#check();
  }

  async #backUp(): Promise<void> {
    await this.#settle();
    this.#note('backup');
    const file = await this.#machine.backUp();
    this.#model.runPlanned(this.#nowMs);
    this.#backup = { file, model: this.#model.clone(), checkpoint: this.#truth.checkpoint() };
  }

  /** Days later, perhaps: what was answered since then is gone, and what counters still show is caught up. */
  async #restore(): Promise<void> {
    if (this.#backup === null) return;
    const { file, model, checkpoint } = this.#backup;
    await this.#machine.stop();
    this.#machine.advance(this.#randomWait().ms);
    this.#note('restore');
    this.#machine.restore(file);
    this.#model = model.clone();
    this.#truth.restored(checkpoint);
    await this.#machine.start(this.#zone);
    const silent = statementOf(this.#machine.look, WITHOUT_GAP).all();
    if (silent.length > 0) throw new Error(`the restore left no gap on ${JSON.stringify(silent)}`);
    await this.#check();
  }

  async #end(): Promise<void> {
    await this.#check('all');
    if (this.#isSteady) await this.#checkLosses();
    // Undoing every mark, in any order, brings back everything.
    const numbers = this.#model.state.marks.map((_, i) => i + 1);
    while (numbers.length > 0) {
      const [mark] = numbers.splice(this.#random.int(0, numbers.length - 1), 1);
      const action: Action = { kind: 'undo', mark: mark ?? 0 };
      this.#expectAnswer(action, await this.#machine.perform(action), this.#nowMs);
    }
    await this.#check('all');
  }

  /** After one last look at every node, whatever was lost must be named. */
  async #checkLosses(): Promise<void> {
    const { at, suspect } = this.#machine.wallTime.read();
    await this.#performOne({ kind: 'tracking', enabled: true });
    const { trackingPeriod } = this.#model.state;
    const rest = { opening: this.#opening, atMs: at.getTime(), trackingPeriod, suspect };
    for (const node of this.#nodes)
      await this.#performOne({ kind: 'poll', snapshot: node.snapshot(this.#trueMs), ...rest });
    this.#truth.checkLosses(this.#machine.look, this.#cleanedMs);
  }

  async #performOne(action: Action): Promise<void> {
    const [answer] = await this.#perform([action]);
    this.#expectAnswer(action, answer ?? '', this.#nowMs);
  }

  /** Compares everything with the model and holds the file to its own laws. */
  async #check(thorough: 'now and then' | 'all' = 'now and then'): Promise<void> {
    await this.#settle();
    const { look, store } = this.#machine;
    this.#model.runPlanned(this.#nowMs);
    const difference = differenceOfLines(expected(this.#model), found(look));
    if (difference !== '') throw new Error(`the ledger is not as the model says:\n${difference}`);
    // The laws read all of the file; what breaks one mostly stays broken until the end, where all are looked at.
    const broken = breaches(look, this.#cleanedMs, thorough === 'all' ? 'all' : this.#random.pick(LAW_NAMES));
    if (broken.length > 0) throw new Error(broken.join('\n'));
    await this.#truth.checkShown(this.#model, store, (name) => this.#machine.userId(name));
    this.#truth.checkBooked(look);
  }

  /** A fold that failed is tried again after a second, and a read waits for everything that was answered. */
  async #settle(): Promise<void> {
    this.#machine.advance(1500);
    await this.#machine.store.heartbeat();
    await this.#machine.store.history.unclaimed();
  }

  #count(what: string): void {
    this.happened[what] = (this.happened[what] ?? 0) + 1;
  }

  #note(what: string): void {
    this.#log.push(`${this.#clock.now().toISOString()} ${what}`);
  }
}

function isEntry({ kind }: Action): boolean {
  return kind === 'correct' || kind === 'decide' || kind === 'rebind' || kind === 'undo-entry';
}

/** Nodes that were read before and do not say that something is missing since. */
const WITHOUT_GAP = `SELECT n.name FROM node n JOIN poll_outcome o ON o.node_id = n.id
  WHERE o.last_complete_at IS NOT NULL AND NOT EXISTS (SELECT 1 FROM gap g WHERE g.node_id = n.id AND g.to_at IS NULL)`;

const START_MS = Date.parse('2026-03-01T12:00:00Z');

function pairs<A, B>(as: readonly A[], bs: readonly B[]): [A, B][] {
  return as.map((a, i) => [a, bs[i] as B]);
}

/** All orders that keep the order of the polls and that of everything else. */
function interleavings<T extends readonly [Action, unknown]>(done: readonly T[]): T[][] {
  const merge = (polls: readonly T[], others: readonly T[]): T[][] => {
    const [poll] = polls;
    const [other] = others;
    if (poll === undefined || other === undefined) return [[...others, ...polls]];
    const otherFirst = merge(polls, others.slice(1)).map((rest) => [other, ...rest]);
    return [...otherFirst, ...merge(polls.slice(1), others).map((rest) => [poll, ...rest])];
  };
  const isPoll = ([{ kind }]: T) => kind === 'poll';
  return merge(
    done.filter(isPoll),
    done.filter((each) => !isPoll(each)),
  );
}

/** Reports may be on the disk before what was called ahead of them, where that has nothing to do with owners or marks. */
function reportsFirst<T extends readonly [Action, unknown]>(done: readonly T[]): T[] {
  const barrier = done.findIndex(([action]) => !isPassedByReports(action));
  const free = barrier < 0 ? done : done.slice(0, barrier);
  const isReports = ([{ kind }]: T) => kind === 'reports';
  const ahead = [...free.filter(isReports), ...free.filter((each) => !isReports(each))];
  const after = done[free.length];
  return after === undefined ? ahead : [...ahead, after, ...reportsFirst(done.slice(free.length + 1))];
}

function isPassedByReports(action: Action): boolean {
  if (action.kind === 'reset') return action.dueMs !== null;
  return ['reports', 'poll', 'failed-poll', 'cancel', 'cleanup', 'beat'].includes(action.kind);
}

function describe(action: Action): string {
  return JSON.stringify(action, (key, value) =>
    key === 'life' ? undefined : typeof value === 'bigint' ? Number(value) : value,
  );
}
