import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { Quota, QuotaDirection, Terms } from '../../core/quota/plan.ts';
import type { ResetId, TopUpId, UserId } from '../../core/units/ids.ts';
import { ManualClock } from '../../core/units/testing.ts';
import { randomId } from '../../lib/random-id.ts';
import { openSqliteStore, type SqliteStore } from './sqlite-store.ts';

/*
 * Whatever is used, reset, topped up, changed and undone in whatever order, over whatever borders of cycles: what a user
 * used, and whether access is off, is what a plain list of facts says.
 */

const DAY_MS = 86_400_000;
const START = Date.parse('2026-03-01T12:00:00Z');

interface PlanStep {
  readonly bytes: number;
  readonly grace: number;
  readonly direction: QuotaDirection;
  readonly cycle: 'none' | 'day' | 'days';
  readonly rollover: boolean;
  readonly protocol: boolean;
}

type Step =
  | {
      readonly do: 'use';
      readonly rx: number;
      readonly tx: number;
      readonly isSigned: boolean;
      readonly isLate: boolean;
      readonly other: boolean;
    }
  | { readonly do: 'reset'; readonly all: boolean }
  | { readonly do: 'undo-reset' | 'undo-top-up'; readonly which: number }
  | { readonly do: 'top-up'; readonly bytes: number }
  | ({ readonly do: 'plan' } & PlanStep)
  | { readonly do: 'trust'; readonly isTrusted: boolean }
  | { readonly do: 'wait'; readonly hours: number };

const size = fc.integer({ min: 1, max: 400 });
const plan = fc.record({
  do: fc.constant('plan' as const),
  bytes: size,
  grace: fc.constantFrom(0, 0, 50),
  direction: fc.constantFrom<QuotaDirection>('billed', 'both', 'up', 'down', 'max'),
  cycle: fc.constantFrom('none' as const, 'day' as const, 'days' as const),
  rollover: fc.boolean(),
  protocol: fc.constantFrom(false, false, true),
});
const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.oneof(
    {
      weight: 8,
      arbitrary: fc.record({
        do: fc.constant('use' as const),
        rx: size,
        tx: size,
        isSigned: fc.constantFrom(true, true, false),
        isLate: fc.constantFrom(false, false, true),
        other: fc.boolean(),
      }),
    },
    { weight: 2, arbitrary: fc.record({ do: fc.constant('reset' as const), all: fc.boolean() }) },
    {
      weight: 3,
      arbitrary: fc.record({
        do: fc.constantFrom('undo-reset' as const, 'undo-top-up' as const),
        which: fc.nat(3),
      }),
    },
    { weight: 2, arbitrary: fc.record({ do: fc.constant('top-up' as const), bytes: size }) },
    { weight: 2, arbitrary: plan },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('trust' as const), isTrusted: fc.boolean() }) },
    { weight: 3, arbitrary: fc.record({ do: fc.constant('wait' as const), hours: fc.constantFrom(1, 13, 24, 60) }) },
  ),
  { maxLength: 30, size: 'max' },
);

interface Use {
  readonly atMs: number;
  readonly rx: bigint;
  readonly tx: bigint;
  readonly isSigned: boolean;
  readonly protocol: string;
}

/** The facts, and what follows from them. */
class Facts {
  readonly uses: Use[] = [];
  readonly resets: { readonly id: ResetId; readonly atMs: number; isUndone: boolean }[] = [];
  readonly topUps: { readonly id: TopUpId; readonly atMs: number; readonly bytes: bigint; isUndone: boolean }[] = [];
  plan: PlanStep = { bytes: 300, grace: 0, direction: 'both', cycle: 'day', rollover: false, protocol: false };
  isTrusted = false;

  cycleAt(ms: number): { readonly fromMs: number; readonly toMs: number } {
    if (this.plan.cycle === 'none') return { fromMs: 0, toMs: Number.MAX_SAFE_INTEGER };
    const length = this.plan.cycle === 'day' ? DAY_MS : 2 * DAY_MS;
    const fromMs = Math.floor(ms / length) * length;
    return { fromMs, toMs: fromMs + length };
  }

  #lastResetMs(beforeMs = Number.POSITIVE_INFINITY): number {
    const holding = this.resets.filter(({ atMs, isUndone }) => !isUndone && atMs < beforeMs);
    return Math.max(0, ...holding.map(({ atMs }) => atMs));
  }

  /** `lastResetMs`: from when on it counts. */
  used(
    { fromMs, toMs }: { readonly fromMs: number; readonly toMs: number },
    sureOnly: boolean,
    lastResetMs = this.#lastResetMs(),
  ): bigint {
    const counting = this.uses.filter(
      ({ atMs, isSigned, protocol }) =>
        atMs >= fromMs &&
        atMs < toMs &&
        atMs >= lastResetMs &&
        (!this.plan.protocol || protocol === 'vless') &&
        (!sureOnly || isSigned || this.isTrusted),
    );
    const rx = counting.reduce((sum, use) => sum + use.rx, 0n);
    const tx = counting.reduce((sum, use) => sum + use.tx, 0n);
    const [larger = 0n] = [rx, tx].sort((a, b) => (a < b ? 1 : -1));
    return { billed: rx + tx, both: rx + tx, up: rx, down: tx, max: larger }[this.plan.direction];
  }

  isUsedUp(nowMs: number): boolean {
    const cycle = this.cycleAt(nowMs);
    const sinceMs = this.plan.cycle === 'none' ? this.#lastResetMs() : cycle.fromMs;
    const toppedUp = this.topUps.filter(({ atMs, isUndone }) => !isUndone && atMs >= sinceMs && atMs < cycle.toMs);
    const allowance = toppedUp.reduce((sum, { bytes }) => sum + bytes, BigInt(this.plan.bytes) + this.#carried(cycle));
    return this.used(cycle, true) >= allowance + BigInt(this.plan.grace);
  }

  /** A reset after the end of a cycle leaves nothing more of it. */
  #carried({ fromMs }: { readonly fromMs: number }): bigint {
    if (!this.plan.rollover || this.plan.cycle === 'none' || fromMs <= START) return 0n;
    const left = BigInt(this.plan.bytes) - this.used(this.cycleAt(fromMs - 1), true, this.#lastResetMs(fromMs));
    return left > 0n ? left : 0n;
  }

  get terms(): Terms {
    const { bytes, grace, direction, cycle, rollover, protocol } = this.plan;
    const quota: Quota = {
      name: 'all',
      bytes: BigInt(bytes),
      direction,
      nodeIds: null,
      nodeTags: null,
      protocols: protocol ? ['vless'] : null,
      softPercent: null,
      graceBytes: BigInt(grace),
      rollover,
    };
    const kinds = { none: { kind: 'none' }, day: { kind: 'day' }, days: { kind: 'days', count: 2, start: 0 } } as const;
    return { cycle: kinds[cycle], quotas: [quota], validDays: null, graceHours: 0 };
  }
}

class World {
  readonly clock: ManualClock;
  readonly facts = new Facts();
  readonly store: SqliteStore;
  readonly #user: UserId;
  #event = 0;

  private constructor(store: SqliteStore, user: UserId, clock: ManualClock) {
    this.store = store;
    this.#user = user;
    this.clock = clock;
  }

  static async begin(plan: PlanStep): Promise<World> {
    const clock = new ManualClock('2026-03-01T12:00:00Z');
    const options = { path: ':memory:', clock, timeZone: 'UTC', workers: null, newId: () => randomId(16) };
    const store = await openSqliteStore(options);
    const user = await store.inventory.addUser({
      ...{ name: 'ada', userToken: 'ada', linkToken: 'link-ada', telegramId: null, role: 'user', note: '' },
      ...{ ownerId: null, active: true, createdAt: clock.now(), countInCycle: false },
    });
    const world = new World(store, user.id, clock);
    await world.#plan(plan);
    return world;
  }

  /** No two things happen at one instant. */
  async take(step: Step): Promise<void> {
    this.clock.advance(step.do === 'wait' ? step.hours * 3_600_000 : 1);
    await this.store.quotas.judge();
    const atMs = this.clock.now().getTime();
    if (step.do === 'use') await this.#use(step, atMs);
    else if (step.do === 'reset') await this.#reset(step.all, atMs);
    else if (step.do === 'top-up') await this.#topUp(BigInt(step.bytes), atMs);
    else if (step.do === 'undo-reset' || step.do === 'undo-top-up') await this.#undo(step);
    else if (step.do === 'plan') await this.#plan(step);
    else if (step.do === 'trust') await this.#trust(step.isTrusted);
  }

  async #reset(all: boolean, atMs: number): Promise<void> {
    const whose = all ? { scope: 'all' as const, userIds: [] } : { scope: 'user' as const, userIds: [this.#user] };
    const { id } = await this.store.ledger.reset({ ...whose, by: null, reason: null });
    this.facts.resets.push({ id, atMs, isUndone: false });
  }

  async #topUp(bytes: bigint, atMs: number): Promise<void> {
    const { id } = await this.store.quotas.addTopUp({
      userId: this.#user,
      quota: 'all',
      bytes,
      by: null,
      reason: null,
    });
    this.facts.topUps.push({ id, atMs, bytes, isUndone: false });
  }

  async #undo(step: Step & { do: 'undo-reset' | 'undo-top-up' }): Promise<void> {
    const isReset = step.do === 'undo-reset';
    const done = (isReset ? this.facts.resets : this.facts.topUps).filter(({ isUndone }) => !isUndone)[step.which];
    if (done === undefined) return;
    if (isReset) await this.store.ledger.undoReset(done.id as ResetId, null);
    else await this.store.quotas.undoTopUp(done.id as TopUpId, null);
    done.isUndone = true;
  }

  async #plan(step: PlanStep): Promise<void> {
    this.facts.plan = step;
    await this.store.quotas.entitle([this.#user], { to: { terms: this.facts.terms } }, null);
  }

  async #trust(isTrusted: boolean): Promise<void> {
    this.facts.isTrusted = isTrusted;
    await this.store.quotas.setTrustedServers(isTrusted ? ['x.example'] : []);
  }

  async #use({ rx, tx, isSigned, isLate, other }: Step & { do: 'use' }, nowMs: number): Promise<void> {
    const atMs = isLate ? Math.max(START, nowMs - DAY_MS) : nowMs;
    const protocol = other ? 'trojan' : 'vless';
    const sender = { credential: isSigned ? 'token' : null, verified: isSigned, backfill: false };
    const bytes = { rx: BigInt(rx), tx: BigInt(tx) };
    await this.store.ledger.recordReports(sender, [
      {
        ...{ userToken: 'ada', server: 'x.example', port: 443, protocol, mode: 'delta', stream: '', ...bytes },
        ...{ eventId: `e${++this.#event}`, periodStart: null, periodEnd: isLate ? new Date(atMs) : null },
      },
    ]);
    this.facts.uses.push({ atMs, ...bytes, isSigned, protocol });
  }

  async check(step: Step): Promise<void> {
    const { facts, store } = this;
    const nowMs = this.clock.now().getTime();
    const standing = (await store.quotas.standings([this.#user])).get(this.#user);
    expect(standing?.evaluation.quotas[0]?.used, JSON.stringify(step)).toBe(facts.used(facts.cycleAt(nowMs), false));
    await store.quotas.judge();
    const off = await store.userStates.accessOff();
    const state = (await store.inventory.user(this.#user))?.state;
    const isUsedUp = facts.isUsedUp(nowMs);
    expect([state, off.length], JSON.stringify(step)).toEqual([
      isUsedUp && !facts.plan.protocol ? 'limited' : 'active',
      isUsedUp ? 1 : 0,
    ]);
  }
}

it('what is left of a quota follows from the facts alone, after every step', async () => {
  await fc.assert(
    fc.asyncProperty(plan, steps, async (first, taken) => {
      const world = await World.begin(first);
      try {
        for (const step of taken) {
          await world.take(step);
          await world.check(step);
        }
      } finally {
        await world.store.close();
      }
    }),
    { numRuns: 60 },
  );
}, 60_000);
