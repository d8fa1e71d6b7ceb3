import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { UserId } from '../units/ids.ts';
import { isNewState, judgeSourceLimit, type MovedElsewhere, type SourceLimitState } from './source-limit.ts';

const LIMIT = 1_000n;
const NO_RESET = { resetMs: null, beganAt: null };

type Step =
  | { readonly does: 'panel' | 'services' | 'signed' | 'unsigned'; readonly bytes: bigint }
  | { readonly does: 'panel-reset' | 'mark' | 'undo' | 'reading' | 'another-user' };

const bytes = fc.bigInt({ min: 0n, max: 400n });
const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.oneof(
    fc.record({ does: fc.constantFrom('panel', 'services', 'signed', 'unsigned' as const), bytes }),
    fc.record({ does: fc.constantFrom('panel-reset', 'mark', 'undo', 'another-user' as const) }),
    { weight: 3, arbitrary: fc.constant({ does: 'reading' as const }) },
  ),
  { maxLength: 40, size: 'max' },
);

/** One byte that was carried, or reported, when and of what kind. */
interface Portion {
  readonly kind: 'services' | 'signed' | 'unsigned';
  readonly bytes: bigint;
  readonly at: number;
}

/** A panel with one account, and what its user moves elsewhere; time is the number of the step. */
class World {
  now = 0;
  state: SourceLimitState | null = null;
  #used = 0n;
  #lifetime = 0n;
  #user = 0;
  #resetAt = 0;
  #markAt: number | null = null;
  /** When the running period was first read. */
  #knownAt: number | null = null;
  #portions: Portion[] = [];
  #period = '';

  async take(step: Step): Promise<void> {
    this.now += 1;
    if ('bytes' in step) {
      if (step.does === 'panel') {
        this.#used += step.bytes;
        this.#lifetime += step.bytes;
      } else this.#portions.push({ kind: step.does, bytes: step.bytes, at: this.now });
    } else if (step.does === 'panel-reset') {
      // A reset of nothing changes no figure of the panel.
      if (this.#used > 0n) this.#resetAt = this.now;
      this.#used = 0n;
    } else if (step.does === 'mark') this.#markAt = this.now;
    else if (step.does === 'undo') this.#markAt = null;
    else if (step.does === 'another-user') {
      this.#user += 1;
      this.#portions = [];
      this.#markAt = null;
      this.#knownAt = null;
    } else await this.#read();
  }

  #sum(kinds: readonly Portion['kind'][], after: number): bigint {
    const counted = this.#portions.filter(({ kind, at }) => kinds.includes(kind) && at > after);
    return counted.reduce((sum, portion) => sum + portion.bytes, 0n);
  }

  async #read(): Promise<void> {
    const of = (...kinds: Portion['kind'][]) => ({
      ever: this.#sum(kinds, -1),
      shown: this.#sum(kinds, this.#markAt ?? -1),
    });
    const userId = `user ${this.#user}` as UserId;
    const moved: MovedElsewhere = { userId, services: of('services'), reports: of('signed', 'unsigned') };
    const period = String(this.#lifetime - this.#used);
    if (this.#knownAt === null || this.#period !== period) this.#knownAt = this.now;
    this.#period = period;
    const limit = { limitBytes: LIMIT, usedBytes: this.#used, period, ...NO_RESET };
    const doubted = async (_user: UserId, since: Date) => this.#sum(['unsigned'], since.getTime());
    this.state = await judgeSourceLimit(limit, moved, this.state, new Date(this.now), doubted);
  }

  /** All that may count: since the panel's reset and the mark. */
  get mayCount(): bigint {
    return this.#used + this.#sum(['services', 'signed'], Math.max(this.#markAt ?? -1, this.#resetAt));
  }

  /** All that has to count: since the first reading of what counts now, and the mark; doubts from before it are kept. */
  get hasToCount(): bigint {
    const knownAt = this.#knownAt ?? this.now;
    const since = Math.max(this.#markAt ?? -1, knownAt);
    const reported = this.#sum(['signed', 'unsigned'], since) - this.#sum(['unsigned'], knownAt);
    return this.#used + this.#sum(['services'], since) + (reported > 0n ? reported : 0n);
  }

  /** After a reading. */
  check(): void {
    if (this.state?.isReached === true) expect(this.mayCount).toBeGreaterThanOrEqual(LIMIT);
    // Whoever has used it up in the panel alone is the panel's to cut.
    else if (this.#used < LIMIT) expect(this.hasToCount).toBeLessThan(LIMIT);
  }
}

describe('a limit of a panel over the sum', () => {
  it('cuts nobody a byte early, and nobody late but for what was carried before a beginning was read', async () => {
    await fc.assert(
      fc.asyncProperty(steps, async (all) => {
        const world = new World();
        for (const step of all) {
          await world.take(step);
          if (step.does === 'reading') world.check();
        }
      }),
      { numRuns: 2_000 },
    );
  });

  const moved = (services: bigint, reports = 0n): MovedElsewhere => ({
    ...{ userId: 'u' as UserId },
    ...{ services: { shown: services, ever: services }, reports: { shown: reports, ever: reports } },
  });
  const begun = (fields: Partial<SourceLimitState> = {}): SourceLimitState => ({
    ...{ userId: 'u' as UserId, period: 'p', since: new Date(0), servicesBefore: 0n, reportsBefore: 0n },
    ...{ isReached: false, givenBackAt: null, ...fields },
  });
  const judge = (used: bigint, elsewhere: MovedElsewhere, before: SourceLimitState | null, doubted = 0n) => {
    const limit = { limitBytes: LIMIT, usedBytes: used, period: 'p', ...NO_RESET };
    return judgeSourceLimit(limit, elsewhere, before, new Date(5), async () => doubted);
  };

  it('is reached with the byte that reaches it', async () => {
    expect((await judge(600n, moved(399n), begun())).isReached).toBe(false);
    expect((await judge(600n, moved(400n), begun())).isReached).toBe(true);
    expect((await judge(600n, moved(300n, 100n), begun(), 1n)).isReached).toBe(false);
    expect((await judge(600n, moved(300n, 101n), begun(), 1n)).isReached).toBe(true);
  });

  it('asks who vouches for reports only where the answer hangs on it', async () => {
    const asked: bigint[] = [];
    const ask = (used: bigint, elsewhere: MovedElsewhere) =>
      judgeSourceLimit(
        { limitBytes: LIMIT, usedBytes: used, period: 'p', ...NO_RESET },
        elsewhere,
        begun(),
        new Date(5),
        async () => {
          asked.push(used);
          return 0n;
        },
      );
    await ask(1n, moved(400n, 598n));
    await ask(2n, moved(400n, 598n));
    await ask(600n, moved(400n, 598n));
    expect(asked).toEqual([2n]);
  });

  it('that the panel’s own bytes use up alone is the panel’s, unless it was reached before', async () => {
    expect((await judge(1_000n, moved(5n), begun())).isReached).toBe(false);
    // A connection that was open carried on after the account was disabled: it stays so.
    expect((await judge(1_000n, moved(5n), begun({ isReached: true }))).isReached).toBe(true);
  });

  it('begins anew with another period and with another user', async () => {
    const begins = { since: new Date(5), servicesBefore: 900n, isReached: false };
    const before = begun({ isReached: true });
    expect(await judge(600n, moved(900n), { ...before, period: 'o' })).toMatchObject(begins);
    expect(await judge(600n, moved(900n), { ...before, userId: 'v' as UserId })).toMatchObject(begins);
    expect(await judge(600n, moved(900n), null)).toMatchObject(begins);
    expect(isNewState(before, before)).toBe(false);
    expect(isNewState(before, begun())).toBe(true);
    expect(isNewState(null, before)).toBe(true);
    expect(isNewState(null, null)).toBe(false);
  });
});

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** A panel that sets its one account back by itself every so many days while access is on there, as Marzban does. */
class CyclicWorld {
  now = DAY_MS;
  state: SourceLimitState | null = null;
  resets = 0;
  /** Readings in a row at which access was off. */
  offHours = 0;
  readonly #days: number;
  #isPanelAlive: boolean;
  #used = 0n;
  #lifetime = 0n;
  #resetAt = DAY_MS;
  #elsewhere = 0n;

  constructor(days: number, isPanelAlive: boolean) {
    this.#days = days;
    this.#isPanelAlive = isPanelAlive;
  }

  get isOff(): boolean {
    return this.state?.isReached === true;
  }

  /** An hour: what is carried, the panel's job, a reading. */
  async pass({ inPanel, elsewhere }: { readonly inPanel: bigint; readonly elsewhere: bigint }): Promise<void> {
    this.now += HOUR_MS;
    if (!this.isOff && this.#used < LIMIT) {
      this.#used += inPanel;
      this.#lifetime += inPanel;
    }
    this.#elsewhere += elsewhere;
    const isDue = this.now - this.#resetAt >= this.#days * DAY_MS;
    if (this.#isPanelAlive && !this.isOff && isDue) {
      this.#used = 0n;
      this.#resetAt = this.now;
      this.resets += 1;
    }
    const moved = { shown: this.#elsewhere, ever: this.#elsewhere };
    const none = { shown: 0n, ever: 0n };
    this.state = await judgeSourceLimit(
      {
        ...{ limitBytes: LIMIT, usedBytes: this.#used, period: String(this.#lifetime - this.#used) },
        ...{ resetMs: this.#days * DAY_MS, beganAt: this.#lifetime === this.#used ? new Date(DAY_MS) : null },
      },
      { userId: 'u' as UserId, services: moved, reports: none },
      this.state,
      new Date(this.now),
      async () => 0n,
    );
    this.offHours = this.isOff ? this.offHours + 1 : 0;
  }
}

describe('a limit of a panel that begins anew by itself', () => {
  const hours = fc.array(
    fc.record({ inPanel: fc.bigInt({ min: 0n, max: 30n }), elsewhere: fc.bigInt({ min: 0n, max: 60n }) }),
    { minLength: 24 * 8, maxLength: 24 * 40 },
  );

  it('is held no longer than its period, and the panel begins anew each time', async () => {
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(1, 7), hours, async (days, all) => {
        const world = new CyclicWorld(days, true);
        for (const hour of all) {
          await world.pass(hour);
          expect(world.offHours).toBeLessThanOrEqual(days * 24);
        }
        // Two hours late at most: the reading after the last day, and the panel's job after it.
        expect(world.resets).toBeGreaterThanOrEqual(Math.floor(all.length / (days * 24 + 2)));
      }),
      { numRuns: 60 },
    );
  });

  it('is held anew after a day if the panel does not begin anew', async () => {
    const world = new CyclicWorld(7, false);
    const offAt: number[] = [];
    for (let hour = 1; hour <= 24 * 17; hour++) {
      await world.pass({ inPanel: 1n, elsewhere: 1_000n });
      if (world.isOff) offAt.push(hour);
    }
    const times = (from: number, to: number) => Array.from({ length: to - from }, (_, n) => from + n);
    // What was carried elsewhere before the first reading is not counted: it is reached with the second one.
    expect(offAt).toEqual([...times(2, 24 * 7), ...times(24 * 8, 24 * 15), ...times(24 * 16, 24 * 17 + 1)]);
  });

  it('counts from nothing once the period is over where the panel itself counted nothing: its reset shows no sign', async () => {
    const world = new CyclicWorld(7, true);
    await world.pass({ inPanel: 0n, elsewhere: 0n });
    await world.pass({ inPanel: 0n, elsewhere: 1_000n });
    expect(world.isOff).toBe(true);
    for (let hour = 3; hour < 24 * 7; hour++) await world.pass({ inPanel: 0n, elsewhere: 0n });
    expect(world.isOff).toBe(true);
    await world.pass({ inPanel: 0n, elsewhere: 0n });
    expect(world.isOff).toBe(false);
    for (let hour = 0; hour < 48; hour++) await world.pass({ inPanel: 0n, elsewhere: 20n });
    expect(world.isOff).toBe(false);
    await world.pass({ inPanel: 0n, elsewhere: 40n });
    expect(world.isOff).toBe(true);
  });

  it('that began at a time which is told is given back by that time, not by when it was first seen', async () => {
    const begun = { userId: 'u' as UserId, period: 'p', since: new Date(3 * DAY_MS), servicesBefore: 0n };
    const before = { ...begun, reportsBefore: 0n, isReached: true, givenBackAt: null };
    const moved = { userId: 'u' as UserId, services: { shown: 900n, ever: 900n }, reports: { shown: 0n, ever: 0n } };
    const at = (days: number, beganAt: Date | null) =>
      judgeSourceLimit(
        { limitBytes: LIMIT, usedBytes: 100n, period: 'p', resetMs: 7 * DAY_MS, beganAt },
        moved,
        before,
        new Date(days * DAY_MS),
        async () => 0n,
      );
    expect((await at(7.9, new Date(DAY_MS))).isReached).toBe(true);
    expect((await at(8, new Date(DAY_MS))).isReached).toBe(false);
    expect((await at(9.9, null)).isReached).toBe(true);
    expect((await at(10, null)).isReached).toBe(false);
    // An account from long before: a period or more went by unseen.
    expect((await at(9.9, new Date(-9 * DAY_MS))).isReached).toBe(true);
    // A clock that is ahead.
    expect((await at(10, new Date(4 * DAY_MS))).isReached).toBe(false);
  });
});
