import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cycleAt } from '../units/billing-cycle.ts';
import { Calendar } from '../units/calendar.ts';
import { type Entitlement, evaluate, forecastMs, leftOver, type QuotaUsage, UNUSED } from './evaluate.ts';
import { QUOTA_DIRECTIONS, type Quota, type Terms } from './plan.ts';
import { stateOf } from './user-state.ts';

const NOW = Date.parse('2026-03-10T12:00:00Z');
const bytes = fc.bigInt({ min: 0n, max: 2n ** 60n });
const sums = fc.record({ rx: bytes, tx: bytes, undirected: bytes, markup: bytes });
const quotas: fc.Arbitrary<Quota> = fc.record({
  name: fc.constant('all'),
  bytes: fc.bigInt({ min: 1n, max: 2n ** 61n }),
  direction: fc.constantFrom(...QUOTA_DIRECTIONS),
  nodeIds: fc.constant(null),
  nodeTags: fc.constant(null),
  protocols: fc.constant(null),
  softPercent: fc.option(fc.integer({ min: 1, max: 100 })),
  graceBytes: bytes,
  rollover: fc.boolean(),
});

function entitled(quota: readonly Quota[], fields: Partial<Terms> = {}, more: Partial<Entitlement> = {}): Entitlement {
  const terms: Terms = { cycle: { kind: 'day' }, quotas: quota, validDays: null, graceHours: 0, ...fields };
  return { terms, startedMs: NOW, expiresMs: null, hasNext: false, ...more };
}

describe('a quota', () => {
  it('is used up at its hard limit, and not one byte before', () => {
    fc.assert(
      fc.property(quotas, sums, bytes, bytes, (quota, used, carried, toppedUp) => {
        const usage: QuotaUsage = { ...UNUSED, sums: used, carried, toppedUp };
        const [standing] = evaluate(entitled([quota]), [usage], null, NOW).quotas;
        if (standing === undefined) throw new Error('no standing');
        const limit = quota.bytes + carried + toppedUp + quota.graceBytes;
        expect(standing.hardLimit).toBe(limit);
        expect(standing.isUsedUp).toBe(standing.used >= limit);
        expect(standing.percent >= 100).toBe(standing.used >= standing.allowance);
        const fields = { bytes: standing.used + 1n, graceBytes: 0n };
        const larger = evaluate(entitled([{ ...quota, ...fields }]), [{ ...UNUSED, sums: used }], null, NOW);
        expect(larger.limitedBy).toBeNull();
      }),
    );
  });

  it('is not used up by what nobody vouches for', () => {
    fc.assert(
      fc.property(quotas, sums, sums, (quota, signed, doubted) => {
        const all = {
          rx: signed.rx + doubted.rx,
          tx: signed.tx + doubted.tx,
          undirected: signed.undirected + doubted.undirected,
          markup: signed.markup + doubted.markup,
        };
        const judge = (usage: QuotaUsage) => evaluate(entitled([quota]), [usage], null, NOW);
        const sure = judge({ ...UNUSED, sums: signed });
        const both = judge({ ...UNUSED, sums: all, doubted });
        expect(both.limitedBy).toBe(sure.limitedBy);
        expect((both.quotas[0]?.used ?? 0n) >= (sure.quotas[0]?.used ?? 0n)).toBe(true);
      }),
    );
  });

  it('leaves over at most itself, and never less than nothing', () => {
    fc.assert(
      fc.property(quotas, sums, (quota, used) => {
        const left = leftOver({ ...quota, rollover: true }, { ...UNUSED, sums: used });
        expect(left >= 0n && left <= quota.bytes).toBe(true);
        expect(leftOver({ ...quota, rollover: false }, UNUSED)).toBe(0n);
      }),
    );
  });
});

it('access ends after the grace; who is without it is looked at again when the cycle ends', () => {
  const cycle = cycleAt({ kind: 'day' }, Calendar.of('UTC'), NOW);
  const quota: Quota = {
    ...{ name: 'all', bytes: 5n, direction: 'both', nodeIds: null, nodeTags: null, protocols: null },
    ...{ softPercent: null, graceBytes: 0n, rollover: false },
  };
  const usage: QuotaUsage = { ...UNUSED, sums: { rx: 2n, tx: 3n, undirected: 0n, markup: 9n } };
  const judge = (entitlement: Entitlement, ms: number) => {
    const evaluation = evaluate(entitlement, [usage], cycle, ms);
    return { ...stateOf({ isDeleted: false, isSuspended: false, evaluation }), dueMs: evaluation.dueMs };
  };
  const timed = entitled([], { validDays: 1, graceHours: 2 });
  const endMs = NOW + 26 * 3_600_000;
  expect(judge(timed, endMs - 1)).toEqual({ state: 'active', reason: null, dueMs: endMs });
  expect(judge(timed, endMs)).toEqual({ state: 'expired', reason: 'expiry', dueMs: null });
  expect(judge(entitled([quota]), NOW)).toEqual({ state: 'limited', reason: 'quota', dueMs: cycle?.toMs });
  expect(judge(entitled([quota], {}, { hasNext: true }), NOW).state).toBe('active');
  expect(judge(entitled([{ ...quota, protocols: ['vless'] }]), NOW).state).toBe('active');
  expect(judge(entitled([], {}, { startedMs: null }), NOW).state).toBe('on-hold');
});

it('a forecast goes on as the cycle went so far, and says nothing where that tells nothing', () => {
  const hour = 3_600_000;
  expect(forecastMs({ used: 25n, allowance: 100n }, 0, hour, null)).toBe(4 * hour);
  expect(forecastMs({ used: 25n, allowance: 100n }, 0, hour, 4 * hour)).toBeNull();
  expect(forecastMs({ used: 25n, allowance: 100n }, 0, hour - 1, null)).toBeNull();
  expect(forecastMs({ used: 100n, allowance: 100n }, 0, hour, null)).toBeNull();
  expect(forecastMs({ used: 0n, allowance: 100n }, 0, hour, null)).toBeNull();
});
