import { ManualClock } from '../../src/core/units/testing.ts';
import type { Action, Answer } from './actions.ts';
import { Checker } from './checker.ts';
import { Admins } from './deeds.ts';
import { answeredBy, describe, Follower } from './follower.ts';
import { Machine, type NewPlace } from './machine.ts';
import { Model } from './model.ts';
import { Observer } from './observe.ts';
import type { Answered } from './orders.ts';
import { Pollers } from './pollers.ts';
import { Random } from './random.ts';
import { Senders } from './senders.ts';
import { statementOf } from './statements.ts';
import { Truth } from './truth.ts';
import { SimulatedNode } from './world.ts';

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
  readonly #pollers: Pollers;
  readonly #senders: Senders;
  readonly #admins: Admins;
  readonly #truth: Truth;
  readonly #follower: Follower;
  readonly #checker: Checker;
  /** The wall clock is never set in such a run: then what was lost can be told by time. */
  readonly #isSteady: boolean;
  readonly #opening: 'baseline' | 'count';
  #zone = 'UTC';
  #backup: {
    readonly file: string;
    readonly model: Model;
    readonly checkpoint: ReturnType<Truth['checkpoint']>;
  } | null = null;
  #cleanedMs = Number.NEGATIVE_INFINITY;
  #longWaits = 0;
  readonly #log: { readonly at: Date; readonly what: string | Action }[] = [];

  constructor(seed: number, newPlace: NewPlace) {
    this.#random = new Random(seed);
    this.#clock = new ManualClock();
    this.#machine = new Machine(this.#clock, this.#random, newPlace);
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
    this.#pollers = new Pollers({
      ...{ random: this.#random, nodes: this.#nodes, machine: this.#machine, opening: this.#opening },
      model: () => this.#model,
    });
    const parts = { machine: this.#machine, truth: this.#truth, observer: new Observer() };
    const count = (what: string) => this.#count(what);
    this.#follower = new Follower(new Model((ms) => this.#machine.dayOf(ms)), { ...parts, count });
    this.#checker = new Checker({ ...parts, random: this.#random });
  }

  /** Everything that was done, or the last of it. */
  log(last = this.#log.length): string[] {
    const text = (what: string | Action) => (typeof what === 'string' ? what : describe(what));
    return this.#log.slice(-last).map(({ at, what }) => `${at.toISOString()} ${text(what)}`);
  }

  get #model(): Model {
    return this.#follower.model;
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
    return this.#machine.nowMs;
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
    this.#checker.checkSums(this.#model);
    const actions = await this.#actions();
    const wanted = this.#random.weighted({ none: 20, 'disk-full': 1, bug: 1 });
    // A bug in a planned reset alone would put its mark behind later ones: it is none of those that are looked for here.
    const fault = wanted === 'bug' && this.#model.isPlannedDue(this.#nowMs) ? 'none' : wanted;
    if (fault !== 'none') this.#machine.faults.failAfter(this.#random.int(0, 25), fault);
    const nowMs = this.#nowMs;
    const answers = await this.#perform(actions);
    const struck = this.#machine.faults.disarm() && fault !== 'none';
    this.#count(struck ? `struck by ${fault}` : 'calls');
    const isFault = (answer: Answer | null) =>
      struck && (answer === 'error disk-full' || answer?.endsWith('a simulated bug') === true);
    const answered = answeredBy(actions, answers);
    await this.#follow(
      answered.filter(([, answer]) => !isFault(answer)),
      nowMs,
    );
    for (const [action, answer] of answered) this.#tellSender(action, isFault(answer) ? null : answer);
    if (struck || this.#random.chance(0.2)) await this.#check();
  }

  #follow(answered: readonly Answered[], nowMs: number): Promise<void> {
    return this.#follower.follow(answered, nowMs, () => this.#machine.settle());
  }

  #tellSender(action: Action, answer: Answer | null): void {
    if (action.kind !== 'reports') return;
    // Some answers never arrive, although everything went well.
    const arrives = answer !== null && this.#random.chance(0.85);
    this.#senders.answered(action, arrives ? answer : null, this.#nowMs);
  }

  async #perform(actions: readonly Action[]): Promise<Answer[]> {
    for (const action of actions) {
      this.#count(action.kind);
      this.#note(action);
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

  async #actions(): Promise<Action[]> {
    return this.#random.chance(0.1) ? await this.#withinPoll() : this.#together();
  }

  /** A poll, and what comes while it is being booked, if its place reads it in parts. */
  async #withinPoll(): Promise<Action[]> {
    const random = this.#random;
    const polls = Array.from({ length: random.int(1, 2) }, () => this.#pollers.whole());
    const others = Array.from({ length: random.int(1, 2) }, () => this.#admins.within(this.#nowMs)).flat();
    if (random.chance(0.2)) {
      const days = random.int(1, 4);
      await this.#noteCleanup(days);
      const keepsFrom = await this.#machine.proveDays(days);
      others.push({ kind: 'cleanup-step', beforeMs: keepsFrom.getTime(), maxRows: random.pick([3, 20, 1000]) });
    }
    if (random.chance(0.3)) others.push(this.#senders.next(this.#nowMs));
    return [...polls, ...others];
  }

  #together(): Action[] {
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
    if (what === 'poll') return this.#pollers.next();
    if (what === 'reports') return this.#senders.next(this.#nowMs);
    return this.#admins.next(this.#nowMs);
  }

  /** The process ends somewhere in the midst of some calls, and starts again from what its disk holds. */
  async #crash(): Promise<void> {
    this.#machine.advance(1000);
    const actions = await this.#actions();
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
    await this.#follow(answeredBy(actions, struck ? [] : answers), nowMs);
    for (const [action, answer] of answeredBy(actions, answers)) this.#tellSender(action, isDoubtful ? null : answer);
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
    await this.#machine.settle();
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
    this.#follower.model = model.clone();
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
      const answer = await this.#machine.perform(action);
      await this.#follow([[action, answer]], this.#nowMs);
    }
    await this.#check('all');
  }

  /** After one last look at every node, whatever was lost must be named. */
  async #checkLosses(): Promise<void> {
    await this.#performOne({ kind: 'tracking', enabled: true });
    for (const node of this.#nodes) await this.#performOne(this.#pollers.whole(node));
    this.#truth.checkLosses(this.#machine.look, this.#cleanedMs);
  }

  async #performOne(action: Action): Promise<void> {
    const answers = await this.#perform([action]);
    await this.#follow(answeredBy([action], answers), this.#nowMs);
  }

  #check(thorough: 'now and then' | 'all' = 'now and then'): Promise<void> {
    return this.#checker.check(this.#model, this.#cleanedMs, thorough);
  }

  #count(what: string): void {
    this.happened[what] = (this.happened[what] ?? 0) + 1;
  }

  #note(what: string | Action): void {
    this.#log.push({ at: this.#clock.now(), what });
  }
}

function isEntry({ kind }: Action): boolean {
  return kind === 'correct' || kind === 'decide' || kind === 'rebind' || kind === 'undo-entry';
}

/** Nodes that were read before and do not say that something is missing since. */
const WITHOUT_GAP = `SELECT n.name FROM node n JOIN poll_outcome o ON o.node_id = n.id
  WHERE o.last_complete_at IS NOT NULL AND NOT EXISTS (SELECT 1 FROM gap g WHERE g.node_id = n.id AND g.to_at IS NULL)`;
