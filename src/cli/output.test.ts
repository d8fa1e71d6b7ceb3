import { afterEach, expect, test, vi } from 'vitest';
import { formatBytes, printTable } from './output.ts';

afterEach(() => vi.restoreAllMocks());

function printed(print: () => void): string {
  let text = '';
  vi.spyOn(process.stdout, 'write').mockImplementation((chunk) => {
    text += String(chunk);
    return true;
  });
  print();
  return text;
}

test('a table has its numbers to the right', () => {
  const rows = [
    ['alice', formatBytes(1_536)],
    ['bob', formatBytes(null)],
  ];
  expect(printed(() => printTable(['NAME', 'TOTAL'], rows))).toBe(
    'NAME      TOTAL\nalice  1.50 KiB\nbob           —\n',
  );
});

test('a name says nothing to the terminal', () => {
  const text = printed(() => printTable(['NAME'], [['a\u001b[2Jb\u009b31mc\nd\u202ee'], ['نیم\u200cفاصله']]));
  expect(text).toBe('NAME\na [2Jb 31mc d e\nنیم\u200cفاصله\n');
});
