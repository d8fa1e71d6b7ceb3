import { expect, test } from 'vitest';
import { endedOnce } from './words.tsx';

test('a sentence that ends in a word with a full stop of its own has one', () => {
  expect(endedOnce('Считается с 28 нояб.. Было до этого: 5 ГиБ.')).toBe('Считается с 28 нояб. Было до этого: 5 ГиБ.');
  expect(endedOnce('до 28 нояб. 2026 г..')).toBe('до 28 нояб. 2026 г.');
});

test('nothing else is changed', () => {
  for (const text of ['1..2', 'a...', 'in ../shared', '10.0.0.1.']) expect(endedOnce(text)).toBe(text);
});
