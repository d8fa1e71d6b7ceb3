import { expect, it } from 'vitest';
import { alsoShowing, Ledger, MINUTE, poll, reading, START, total } from './testing.ts';

it('tracking that is switched off and on while a large poll is booked makes nothing count twice', () => {
  const one = new Ledger();
  const keys = Array.from({ length: 2_500 }, (_, n) => `key ${n}`);
  const show = (minute: number, bytes: number) =>
    poll({ atMs: START + minute * MINUTE, peers: keys.map((key) => reading(key, bytes)) });
  one.run(START, show(0, 100));
  const track = (enabled: boolean) => ({ kind: 'operation', name: 'setTracking', args: [enabled] }) as never;
  one.runWithin(START + MINUTE, show(1, 107), track(false), track(true));
  expect(total(one)).toBe(2_500 * 7);
  // What flowed since may be from the time in which it was off.
  one.run(START + 2 * MINUTE, show(2, 111));
  expect(total(one)).toBe(2_500 * 7);
  one.run(START + 3 * MINUTE, show(3, 112));
  expect(total(one)).toBe(2_500 * 8);
  one.close();
});

it('an owner who is named while a large poll is booked gets what is booked after that', () => {
  const one = new Ledger(1_000);
  const keys = Array.from({ length: 2_500 }, (_, n) => `key ${n}`);
  const show = (minute: number, bytes: number) => {
    const atMs = START + minute * MINUTE;
    const large = poll({ atMs, peers: keys.map((key) => reading(key, bytes)), identity: 'large' });
    return alsoShowing(large, { atMs, peers: [reading('other', bytes)], identity: 'small' });
  };
  one.run(START, show(0, 100));
  one.addUser('ann');
  const [peer] = one.rows(`SELECT id FROM peer WHERE key = 'key 2400'`) as { id: string }[];
  const assignment = { peerId: peer?.id, userId: 'ann', from: new Date(START), countInCycle: true };
  one.runWithin(START + MINUTE, show(1, 107), {
    kind: 'operation',
    name: 'assignPeers',
    args: [[assignment]],
  } as never);
  expect(
    one.rows('SELECT t.rx, t.tx FROM tally t JOIN segment g ON g.id = t.segment_id WHERE g.user_id IS NOT NULL'),
  ).toEqual([{ rx: 7, tx: 21 }]);
  one.close();
});
