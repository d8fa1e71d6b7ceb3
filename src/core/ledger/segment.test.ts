import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type AppliedReset,
  claimSegment,
  countsInCycle,
  effectiveMark,
  isVisible,
  markAt,
  marksOnHalf,
  needsNewSegment,
  type Segment,
} from './segment.ts';

const reset = (id: number, atMs: number, undone = false, half: AppliedReset['half'] = null): AppliedReset => ({
  id,
  atMs,
  undone,
  half,
});

describe('a booking', () => {
  const resets = [reset(3, 100), reset(5, 200, true)];

  it('belongs under the last mark before the end of its time, undone or not', () => {
    expect(markAt(resets, 10, 99)).toBe(0);
    expect(markAt(resets, 90, 110)).toBe(3);
    expect(markAt(resets, 190, 250)).toBe(5);
    expect(markAt([], 10, 99)).toBe(0);
  });

  it('that ends at a mark came before it, unless it is an instant', () => {
    expect(markAt(resets, 90, 100)).toBe(0);
    expect(markAt(resets, 100, 100)).toBe(3);
  });

  it('needs another segment where the mark differs', () => {
    expect(needsNewSegment(null, 0)).toBe(true);
    expect(needsNewSegment({ mark: 0, inCycle: true }, 3)).toBe(true);
    expect(needsNewSegment({ mark: 3, inCycle: true }, 3)).toBe(false);
  });
});

describe('a mark on one half', () => {
  it('says nothing about the other', () => {
    const resets = [reset(3, 100), reset(5, 200, false, 'reports')];
    expect(markAt(marksOnHalf(resets, 'reports'), 290, 300)).toBe(5);
    expect(markAt(marksOnHalf(resets, 'services'), 290, 300)).toBe(3);
    expect(effectiveMark(marksOnHalf(resets, 'services'))).toBe(3);
    expect(marksOnHalf([reset(3, 100)], 'reports')).toHaveLength(1);
  });
});

describe('what is shown', () => {
  it('counts from the highest mark that was not undone', () => {
    expect(effectiveMark([])).toBe(0);
    expect(effectiveMark([reset(3, 100), reset(5, 200)])).toBe(5);
    expect(effectiveMark([reset(3, 100), reset(5, 200, true)])).toBe(3);
    expect(effectiveMark([reset(3, 100, true), reset(5, 200)])).toBe(5);
    expect([0, 3, 5].map((mark) => isVisible({ mark }, 3))).toEqual([false, true, true]);
  });

  it('leaves claimed history out of the cycle unless asked', () => {
    const segment: Segment = { mark: 0, inCycle: true };
    expect(countsInCycle(claimSegment(segment, false), 0)).toBe(false);
    expect(countsInCycle(claimSegment(segment, true), 0)).toBe(true);
    expect(countsInCycle(segment, 1)).toBe(false);
  });
});

/** A ledger of segments alone: three users, of whom the first two have one owner, and tokens that nobody owns. */
class SegmentLedger {
  nowMs = 0;
  readonly resets: { id: number; atMs: number; undone: boolean; half: null; users: readonly string[] | 'all' }[] = [];
  readonly segments: (Segment & { holder: string; user: string | null; bytes: number })[] = [];
  readonly userOf = new Map<string, string>([['peer-a', 'a']]);

  applying(holder: string): AppliedReset[] {
    return this.resets.filter(({ users }) => users === 'all' || users.includes(holder));
  }

  book(source: string, bytes: number, ageMs: number, lengthMs: number): void {
    const toMs = this.nowMs - ageMs;
    const holder = this.userOf.get(source) ?? source;
    const mark = markAt(this.applying(holder), toMs - lengthMs, toMs);
    let segment = this.segments.find((each) => each.holder === holder && !needsNewSegment(each, mark));
    if (segment === undefined) {
      segment = { holder, user: this.userOf.get(source) ?? null, mark, inCycle: true, bytes: 0 };
      this.segments.push(segment);
    }
    segment.bytes += bytes;
  }

  claim(source: string, user: string, countInCycle: boolean): void {
    if (this.userOf.has(source)) return;
    this.userOf.set(source, user);
    this.segments.forEach((segment, i) => {
      if (segment.holder === source) this.segments[i] = { ...claimSegment(segment, countInCycle), user };
    });
  }

  of(user: string) {
    return this.segments.filter((segment) => segment.user === user);
  }

  shown(user: string): number {
    const effective = effectiveMark(this.applying(user));
    return sum(this.of(user).filter((segment) => isVisible(segment, effective)));
  }

  cycle(user: string): number {
    const effective = effectiveMark(this.applying(user));
    return sum(this.of(user).filter((segment) => countsInCycle(segment, effective)));
  }

  history(): number {
    return sum(this.segments);
  }
}

const sum = (segments: readonly { bytes: number }[]) => segments.reduce((total, { bytes }) => total + bytes, 0);

const USERS = ['a', 'b', 'c'];
const target = fc.constantFrom<readonly string[] | 'all'>('all', ['a', 'b'], ['a'], ['c']);
const step = fc.oneof(
  fc.record({
    do: fc.constant('book' as const),
    source: fc.constantFrom('peer-a', 'a', 'b', 'c', 'token', 'peer'),
    bytes: fc.integer({ min: 1, max: 1000 }),
    ageMs: fc.integer({ min: 0, max: 50 }),
    lengthMs: fc.integer({ min: 0, max: 50 }),
  }),
  fc.record({ do: fc.constant('reset' as const), users: target }),
  fc.record({ do: fc.constant('undo' as const), which: fc.nat() }),
  fc.record({
    do: fc.constant('claim' as const),
    source: fc.constantFrom('token', 'peer'),
    user: fc.constantFrom(...USERS),
    countInCycle: fc.boolean(),
  }),
  fc.record({ do: fc.constant('wait' as const), ms: fc.integer({ min: 0, max: 40 }) }),
);
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

/** Does one step and checks what must hold right after it. */
function run(ledger: SegmentLedger, action: Step): void {
  const booked = ledger.history();
  switch (action.do) {
    case 'book':
      ledger.book(action.source, action.bytes, action.ageMs, action.lengthMs);
      expect(ledger.history()).toBe(booked + action.bytes);
      return;
    case 'reset': {
      ledger.nowMs += 1;
      ledger.resets.push({
        id: ledger.resets.length + 1,
        atMs: ledger.nowMs,
        undone: false,
        half: null,
        users: action.users,
      });
      for (const user of USERS) {
        if (action.users === 'all' || action.users.includes(user)) expect(ledger.shown(user)).toBe(0);
      }
      break;
    }
    case 'undo': {
      const mark = ledger.resets[action.which % Math.max(1, ledger.resets.length)];
      if (mark === undefined) return;
      const before = USERS.map((user) => ledger.shown(user));
      mark.undone = true;
      USERS.forEach((user, i) => {
        expect(ledger.shown(user)).toBeGreaterThanOrEqual(before[i] ?? 0);
      });
      break;
    }
    case 'claim':
      ledger.claim(action.source, action.user, action.countInCycle);
      break;
    case 'wait':
      ledger.nowMs += action.ms;
  }
  expect(ledger.history()).toBe(booked);
}

describe('any interleaving of bookings, resets, undoing and claims', () => {
  it('shows exactly 0 after a reset, never shrinks history, and shows all of it when every mark is undone', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60, size: 'max' }), (steps) => {
        const ledger = new SegmentLedger();
        for (const action of steps) run(ledger, action);
        for (const user of USERS) expect(ledger.cycle(user)).toBeLessThanOrEqual(ledger.shown(user));
        for (const mark of ledger.resets) mark.undone = true;
        for (const user of USERS) expect(ledger.shown(user)).toBe(sum(ledger.of(user)));
      }),
      { numRuns: 500 },
    );
  });

  it('undoing a reset shows what was shown before it plus what came since', () => {
    fc.assert(
      fc.property(
        fc.array(step, { maxLength: 30, size: 'max' }),
        fc.array(step, { maxLength: 30, size: 'max' }),
        (before, after) => {
          const ledger = new SegmentLedger();
          for (const action of before) run(ledger, action);
          const old = USERS.map((user) => ledger.shown(user));
          run(ledger, { do: 'reset', users: 'all' });
          ledger.nowMs += 200;
          const since = after.filter((action) => action.do === 'book' || action.do === 'wait');
          for (const action of since) run(ledger, action);
          const fresh = USERS.map((user) => ledger.shown(user));
          const mark = ledger.resets.at(-1);
          if (mark !== undefined) mark.undone = true;
          USERS.forEach((user, i) => {
            expect(ledger.shown(user)).toBe((old[i] ?? 0) + (fresh[i] ?? 0));
          });
        },
      ),
      { numRuns: 500 },
    );
  });
});
