import { expect, test } from 'vitest';
import type { Plan } from '../../api/types.ts';
import { fieldsOf, termsOf } from './plan-terms.ts';

const quota = {
  ...{ name: 'all', bytes: 107_374_182_401, direction: 'billed', nodeIds: null, nodeTags: ['fast'], protocols: null },
  ...{ softPercent: 80, graceBytes: 3_221_225_473, rollover: true },
} as const;
const further = { ...quota, name: 'fast', bytes: 7, graceBytes: 0, softPercent: null };
const plan = {
  ...{ id: 'p', name: 'Home', users: 3, createdAt: '2026-03-01T00:00:00Z' },
  terms: { cycle: 'month:1', quotas: [quota, further], validDays: 30, graceHours: 12 },
} as unknown as Plan;

test('a plan that is saved as it was opened stays as it was, to the byte', () => {
  expect(termsOf(fieldsOf(plan), plan)).toEqual(plan.terms);
});

test('a changed field changes the first quota alone', () => {
  const terms = termsOf({ ...fieldsOf(plan), gib: '50', grace: '', soft: '', groups: '' }, plan);
  const changed = { ...quota, bytes: 50 * 2 ** 30, graceBytes: 0, softPercent: null, nodeTags: null };
  expect(terms).toEqual({ ...plan.terms, quotas: [changed, further] });
});

test('a new plan without a quota has none; what is no number is not sent', () => {
  const fields = fieldsOf(undefined);
  expect(termsOf(fields, undefined)).toEqual({ cycle: 'month:1', quotas: [], validDays: null });
  for (const wrong of [{ gib: 'x' }, { gib: '1', soft: '101' }, { gib: '1', soft: '0' }, { gib: '1', grace: '-' }])
    expect(termsOf({ ...fields, ...wrong }, undefined)).toBeNull();
});
