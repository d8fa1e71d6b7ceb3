import { expect, test } from 'vitest';
import { formatBytes, tableLines } from './output.ts';

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
