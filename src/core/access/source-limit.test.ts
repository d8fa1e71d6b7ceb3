import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { UserId } from '../units/ids.ts';
import { isNewState, judgeSourceLimit, type MovedElsewhere, type SourceLimitState } from './source-limit.ts';

const LIMIT = 1_000n;

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
  { maxLength: 40 },
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
    const limit = { limitBytes: LIMIT, usedBytes: this.#used, period };
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
    ...{ isReached: false, ...fields },
  });
  const judge = (used: bigint, elsewhere: MovedElsewhere, before: SourceLimitState | null, doubted = 0n) => {
    const limit = { limitBytes: LIMIT, usedBytes: used, period: 'p' };
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
        { limitBytes: LIMIT, usedBytes: used, period: 'p' },
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
