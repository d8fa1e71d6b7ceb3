import { expect, it } from 'vitest';
import { counted } from './counted.ts';

it('one is told as one, everything else as many', () => {
  expect([0, 1, 2, 21].map((count) => counted(count, 'user'))).toEqual(['0 users', '1 user', '2 users', '21 users']);
  expect(counted(1, 'peer is', 'peers are')).toBe('1 peer is');
  expect(counted(2, 'peer is', 'peers are')).toBe('2 peers are');
});
