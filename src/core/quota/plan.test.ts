import { expect, test } from 'vitest';
import { type Terms, termsFromText, termsToText } from './plan.ts';

const quota = {
  ...{ name: 'all', bytes: 5n, direction: 'both', nodeIds: null, nodeTags: null, protocols: null },
  ...{ soft: false, graceBytes: 1n, rollover: false },
};

test('terms without groups are stored as before there were groups: given again, they are the same', () => {
  const terms = { cycle: { kind: 'day' }, quotas: [quota], validDays: 30 } as unknown as Terms;
  expect(termsToText(terms)).not.toContain('nodeTags');
  expect(termsFromText(termsToText(terms))).toEqual(terms);
  const grouped = { ...terms, quotas: [{ ...quota, nodeTags: ['eu'] }] } as unknown as Terms;
  expect(termsFromText(termsToText(grouped))).toEqual(grouped);
  expect(termsToText(termsFromText(termsToText(terms)))).toBe(termsToText(terms));
});
