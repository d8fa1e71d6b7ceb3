import { expect, test } from 'vitest';
import { parseExactJson, valueAt, wholeNumberOf } from './exact-json.ts';

test('long integers keep every digit, in texts and fractions nothing is touched', () => {
  const text =
    '{"a":18446744073709551615,"b":"id 18446744073709551615","c":0.1234567890123456,"d":7,"e\\"1234567890123456789":[9007199254740993]}';
  expect(parseExactJson(text)).toEqual({
    a: '18446744073709551615',
    b: 'id 18446744073709551615',
    c: 0.1234567890123456,
    d: 7,
    'e"1234567890123456789': ['9007199254740993'],
  });
});

test.each([
  [0, 0n],
  [9_007_199_254_740_991, 9_007_199_254_740_991n],
  ['18446744073709551615', 18_446_744_073_709_551_615n],
  ['18446744073709551616', null],
  [9_007_199_254_740_992, null],
  [1.5, null],
  [-1, null],
  ['-1', null],
  ['1e3', null],
  ['', null],
  [null, null],
  [true, null],
])('%j as a whole number is %s', (value, number) => expect(wholeNumberOf(value)).toBe(number));

test('a pointer goes through objects and lists, and finds nothing in what they inherit', () => {
  const document = { users: [{ 'a/b': 5, 'c~d': null }] };
  expect(valueAt(document, '')).toBe(document);
  expect(valueAt(document, '/users/0/a~1b')).toBe(5);
  expect(valueAt(document, '/users/0/c~0d')).toBeNull();
  expect(valueAt(document, '/users/1')).toBeUndefined();
  expect(valueAt(document, '/constructor')).toBeUndefined();
  expect(valueAt(5, '/a')).toBeUndefined();
});
