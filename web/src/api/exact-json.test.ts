import { expect, test } from 'vitest';
import { parseExactJson } from './exact-json.ts';

test('an integer beyond 2^53 stays exact', () => {
  expect(parseExactJson('{"totalBytes":9007199254740993}')).toEqual({ totalBytes: 9007199254740993n });
  expect(parseExactJson('[-9223372036854775807]')).toEqual([-9223372036854775807n]);
});

test('an integer up to 2^53-1 is a number', () => {
  expect(parseExactJson('{"a":9007199254740991,"b":12}')).toEqual({ a: 9007199254740991, b: 12 });
});

test('long digits inside strings, keys and fractions are left alone', () => {
  const text = '{"12345678901234567890":"9007199254740993 \\" 9007199254740993","c":0.1234567890123456}';
  expect(parseExactJson(text)).toEqual({
    '12345678901234567890': '9007199254740993 " 9007199254740993',
    c: 0.1234567890123456,
  });
});
