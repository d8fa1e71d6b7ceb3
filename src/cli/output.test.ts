import { expect, test } from 'vitest';
import { formatBytes, parseCount, parseEnd, parseInstant, tableLines } from './output.ts';

test('a table has its numbers to the right', () => {
  const rows = [
    ['alice', formatBytes(1_536)],
    ['bob', formatBytes(null)],
  ];
  expect(tableLines(['NAME', 'TOTAL'], rows)).toEqual(['NAME      TOTAL', 'alice  1.50 KiB', 'bob           —']);
});

test('a name says nothing to the terminal', () => {
  const rows = [['a\u001b[2Jb\u009b31mc\nd\u202ee'], ['نیم\u200cفاصله']];
  expect(tableLines(['NAME'], rows)).toEqual(['NAME', 'a [2Jb 31mc d e', 'نیم\u200cفاصله']);
});

test('a time is one that is written out; of an end a day alone is left to the server, which knows the zone', () => {
  expect(parseInstant('2026-11-20T12:00:00+01:00')).toBe('2026-11-20T11:00:00.000Z');
  for (const wrong of ['5', 'tomorrow', '20.11.2026', '']) expect(() => parseInstant(wrong), wrong).toThrow();
  expect([parseEnd('2026-12-31'), parseEnd('none')]).toEqual(['2026-12-31', '']);
  expect(parseEnd('2026-12-31T10:00:00Z')).toBe('2026-12-31T10:00:00.000Z');
  expect(() => parseEnd('31.12.2026')).toThrow();
});

test('a number is whole, or refused', () => {
  expect([parseCount('0'), parseCount('90')]).toEqual([0, 90]);
  for (const wrong of ['', 'x', '1.5', '-1', '1e3', ' 1']) expect(() => parseCount(wrong), wrong).toThrow();
});
