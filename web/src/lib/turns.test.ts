import { expect, test } from 'vitest';
import { nextPace } from './turns.ts';

test.each([
  { before: 1, tookMs: 40, next: 1, why: 'one that takes long is drawn alone' },
  { before: 1, tookMs: 0.5, next: 2, why: 'what is quick is drawn by twice as many' },
  { before: 16, tookMs: 2, next: 16, why: 'there is a bound' },
  { before: 16, tookMs: 32, next: 4, why: 'a slow machine draws as many as fit' },
  { before: 8, tookMs: 8, next: 8, why: 'a filled turn stays as it is' },
])('$why', ({ before, tookMs, next }) => {
  expect(nextPace(before, tookMs)).toBe(next);
});
