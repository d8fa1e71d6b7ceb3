import { expect, test } from 'vitest';
import { textsOf, wordOf } from './search.ts';

test('texts of an address are kept, numbers as texts; what is empty, of another kind or unknown is not', () => {
  const said = { q: 'ann', server: 'a.example:443', node: 7, protocol: '', tag: true, other: 'x' };
  expect(textsOf(said, ['q', 'server', 'node', 'protocol', 'tag'])).toEqual({
    ...{ q: 'ann', server: 'a.example:443', node: '7' },
  });
});

test('a word that the page does not know is dropped', () => {
  expect(wordOf('desc', ['asc', 'desc'])).toBe('desc');
  expect(wordOf('up', ['asc', 'desc'])).toBeUndefined();
  expect(wordOf(1, ['asc', 'desc'])).toBeUndefined();
});
