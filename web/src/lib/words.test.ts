import { expect, test } from 'vitest';
import { wordsOf } from './words.ts';

test('words are told apart by spaces and commas of any script, each once', () => {
  expect(wordsOf(' eu, fast،eu  ایران，亚洲 ')).toEqual(['eu', 'fast', 'ایران', '亚洲']);
  expect(wordsOf('  ')).toEqual([]);
});
