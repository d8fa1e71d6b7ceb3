import { expect, test } from 'vitest';
import { behindMs } from './history-shipping.ts';

const now = new Date('2026-03-01T12:00:00Z');
const minutesAgo = (n: number) => new Date(now.getTime() - n * 60_000);
const shipping = { waiting: 3, waitingSince: null, missingDays: 0, failure: null };

test('a mirror is behind when changes wait for long, or when nothing can be sent', () => {
  expect(behindMs({ ...shipping, waiting: 0 }, now)).toBeNull();
  expect(behindMs({ ...shipping, waitingSince: minutesAgo(10) }, now)).toBeNull();
  expect(behindMs({ ...shipping, waitingSince: minutesAgo(11) }, now)).toBe(660_000);
  const failure = { message: 'It is away.', hint: null };
  expect(behindMs({ ...shipping, failure }, now)).toBe(0);
  expect(behindMs({ ...shipping, failure, waitingSince: minutesAgo(2) }, now)).toBe(120_000);
  // A clock that was set back.
  expect(behindMs({ ...shipping, failure, waitingSince: minutesAgo(-5) }, now)).toBe(0);
});
