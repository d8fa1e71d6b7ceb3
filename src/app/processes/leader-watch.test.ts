import { expect, test } from 'vitest';
import { LeaderWatch } from './leader-watch.ts';

const [first, second] = [
  { process: 'a', url: 'http://a' },
  { process: 'b', url: 'http://b' },
];

test('whoever waits has the leader as soon as there is one, and is not kept for ever', async () => {
  const watch = new LeaderWatch(() => {});
  expect(await watch.leader(0)).toBeNull();
  expect(await watch.leader(1)).toBeNull();
  const waiting = watch.leader(60_000);
  watch.see(first);
  expect((await waiting)?.url).toBe('http://a');
});

test('what a leader was asked ends when another one leads, not when it leaves or is doubted', async () => {
  let looks = 0;
  const watch = new LeaderWatch(() => looks++);
  watch.see(first);
  const leader = await watch.leader(0);
  if (leader === null) throw new Error('nobody leads');
  watch.doubt(leader);
  expect(looks).toBe(1);
  expect(await watch.leader(0)).toBeNull();
  watch.see(first);
  expect(await watch.leader(0)).toBe(leader);
  watch.leaves();
  watch.see(first);
  expect(await watch.leader(0)).toBeNull();
  watch.see(null);
  expect(leader.ended.aborted).toBe(false);
  watch.see(second);
  expect(leader.ended.aborted).toBe(true);
  expect((await watch.leader(0))?.url).toBe('http://b');
});

test('one that left leads again when it says so', async () => {
  const watch = new LeaderWatch(() => watch.see(first));
  watch.see(first);
  watch.leaves();
  watch.leads();
  expect((await watch.leader(0))?.url).toBe('http://a');
});
