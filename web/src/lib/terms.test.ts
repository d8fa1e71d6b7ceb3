import { expect, test } from 'vitest';
import type { Plan } from '../api/types.ts';
import { fieldsOf, type QuotaFields, type TermsFields, termsIn, withQuota } from './terms.ts';

const all = {
  ...{ name: 'all', bytes: 107_374_182_401, direction: 'billed', nodeIds: null, nodeTags: null, protocols: null },
  ...{ softPercent: 80, graceBytes: 3_221_225_473, rollover: true },
};
const fast = {
  ...{ name: 'fast', bytes: 7, direction: 'max', nodeIds: ['n1', 'n2'], nodeTags: ['eu'], protocols: ['vless'] },
  ...{ softPercent: null, graceBytes: 0, rollover: false },
};
const terms = { cycle: 'days:30', quotas: [all, fast], validDays: 30, graceHours: 12 } as unknown as Plan['terms'];

function changed(fields: TermsFields, index: number, change: Partial<QuotaFields>): TermsFields {
  return { ...fields, quotas: fields.quotas.map((one, i) => (i === index ? { ...one, ...change } : one)) };
}

test('terms that are saved as they were opened stay as they were, to the byte', () => {
  expect(termsIn(fieldsOf(terms))).toEqual(terms);
});

test('a group whose name has a space in it stays one, as long as groups are not typed anew', () => {
  const spaced = { ...fast, nodeTags: ['far away', 'eu'] };
  const fields = fieldsOf({ ...terms, quotas: [all, spaced] } as unknown as Plan['terms']);
  expect(termsIn(changed(fields, 1, { gib: '9' }))).toMatchObject({ quotas: [all, { nodeTags: ['far away', 'eu'] }] });
  expect(termsIn(changed(fields, 1, { groups: 'eu,us' }))).toMatchObject({ quotas: [all, { nodeTags: ['eu', 'us'] }] });
});

test('a changed field changes that quota alone', () => {
  const fields = changed(fieldsOf(terms), 1, { gib: '50', direction: 'up', soft: '90', groups: '', nodeIds: ['n2'] });
  const quota = { ...fast, bytes: 50 * 2 ** 30, direction: 'up', softPercent: 90, nodeTags: null, nodeIds: ['n2'] };
  expect(termsIn(fields)).toEqual({ ...terms, quotas: [all, quota] });
  const whole = changed(fields, 1, { isPart: false });
  expect(termsIn(whole)).toMatchObject({ quotas: [all, { nodeTags: null, nodeIds: null, protocols: null }] });
});

test('a quota is added and taken away, and called after what it counts', () => {
  const more = withQuota(withQuota(fieldsOf(terms)));
  expect(more.quotas.map(({ key, isPart }) => [key, isPart])).toEqual([
    [0, false],
    [1, true],
    [2, true],
    [3, true],
  ]);
  const filled = changed(changed(more, 2, { gib: '1', groups: 'eu' }), 3, { gib: '2', groups: 'eu' });
  const named = (name: string) => expect.objectContaining({ name });
  expect(termsIn(filled)).toMatchObject({ quotas: ['all', 'fast', 'eu', 'eu 2'].map(named) });
  expect(termsIn({ ...filled, quotas: [], days: '', graceHours: '' })).toEqual({
    ...{ cycle: 'days:30', quotas: [], validDays: null, graceHours: 0 },
  });
});

test('new terms begin with a quota of everything; what is no amount, or a part of nothing, is not sent', () => {
  const fields = fieldsOf(undefined);
  expect(termsIn(fields)).toBeNull();
  expect(termsIn(changed(fields, 0, { gib: '1,5' }))).toEqual({
    ...{ cycle: 'month:1', validDays: null, graceHours: 0 },
    quotas: [{ ...all, bytes: 1.5 * 2 ** 30, softPercent: null, graceBytes: 0, rollover: false }],
  });
  for (const wrong of [{ gib: 'x' }, { gib: '1', soft: '101' }, { gib: '1', soft: '0' }, { gib: '1', grace: '-' }])
    expect(termsIn(changed(fields, 0, wrong))).toBeNull();
  expect(termsIn(changed(fields, 0, { gib: '1', isPart: true }))).toBeNull();
});
