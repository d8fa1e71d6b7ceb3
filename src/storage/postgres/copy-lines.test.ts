import { expect, test } from 'vitest';
import { copyLines } from './copy-lines.ts';

test('values stand between tabs, null is told from the text of it, and no text ends a line or a field', () => {
  const rows = [
    [1n, -2.5, null, 'a'],
    [9_223_372_036_854_775_807n, 3, '\\N', 'tab\tline\nreturn\rback\\slash\b\f\v'],
    [0n, 0, '', new Uint8Array([0, 255, 10])],
  ];
  expect(copyLines(rows)).toBe(
    [
      '1\t-2.5\t\\N\ta',
      '9223372036854775807\t3\t\\\\N\ttab\\tline\\nreturn\\rback\\\\slash\\b\\f\\v',
      '0\t0\t\t\\\\x00ff0a',
      '',
    ].join('\n'),
  );
});
