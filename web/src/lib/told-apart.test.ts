import { expect, test } from 'vitest';
import { toldApart } from './told-apart.ts';

test('labels that read alike are followed by the names, and no others', () => {
  const things = [
    { name: 'all', label: 'all traffic' },
    { name: 'eu', label: 'nodes of eu' },
    { name: 'downloads', label: 'all traffic' },
  ];
  expect(toldApart(things)).toEqual(['all traffic · all', 'nodes of eu', 'all traffic · downloads']);
  expect(toldApart(things.slice(1))).toEqual(['nodes of eu', 'all traffic']);
});
