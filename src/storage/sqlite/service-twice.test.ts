import { expect, it } from 'vitest';
import { alsoShowing, Ledger, MINUTE, poll, reading, START, total } from './testing.ts';

it.each([
  ['after it was shown once', 1],
  ['from the first time on', 0],
])('a service that a poll shows twice is counted once, %s', (_when, twiceFrom) => {
  const one = new Ledger();
  const show = (minute: number, bytes: number) => {
    const shape = { atMs: START + minute * MINUTE, peers: [reading('a', bytes)] };
    const item = poll(shape);
    one.run(shape.atMs, minute < twiceFrom ? item : alsoShowing(item, shape));
  };
  show(0, 100);
  show(1, 107);
  show(2, 112);
  expect(total(one)).toBe(12);
  one.close();
});
