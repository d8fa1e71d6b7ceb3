import { describe, expect, it } from 'vitest';
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

describe('a large poll that breaks off', () => {
  const count = 2_500;
  const keys = Array.from({ length: count }, (_, n) => `key ${n}`);
  const show = (minute: number, bytes: number, { boot = 1, of = keys as readonly string[] } = {}) => {
    const atMs = START + minute * MINUTE;
    const peers = of.map((key) => reading(key, bytes));
    const startEvidence = `boot-${boot}`;
    const large = poll({ atMs, peers, identity: 'large', startEvidence });
    return alsoShowing(large, { atMs, peers: [reading('other', bytes)], identity: 'small', startEvidence });
  };
  const BREAKS = `CREATE TEMP TRIGGER broken BEFORE UPDATE ON counter WHEN NEW.peer_id =
    (SELECT id FROM peer WHERE key = 'key 2400') BEGIN SELECT RAISE(FAIL, 'broken'); END`;

  interface Next {
    readonly bytes: number;
    readonly boot?: number;
    /** What the one that breaks off showed, where that is not the same. */
    readonly broken?: { readonly bytes?: number; readonly of?: readonly string[] };
    /** Of each peer, in the end. */
    readonly counted: number;
  }

  it.each<[string, Next]>([
    ['comes again', { bytes: 107, counted: 7 }],
    ['is followed by the next one', { bytes: 111, broken: { bytes: 107 }, counted: 11 }],
    ['showed another start', { bytes: 107, boot: 2, broken: { bytes: 30 }, counted: 107 }],
    ['did not show everybody', { bytes: 111, broken: { bytes: 107, of: keys.slice(5) }, counted: 11 }],
  ])('leaves nothing out and counts nothing twice when it %s', (_, { bytes, boot = 1, broken = {}, counted }) => {
    for (const countersKept of [100, 100_000]) {
      const one = new Ledger(countersKept);
      one.run(START, show(0, 100));
      one.run(START + MINUTE, show(1, 100));
      one.exec(BREAKS);
      const breaking = show(2, broken.bytes ?? bytes, { boot, of: broken.of ?? keys });
      expect(() => one.run(START + 2 * MINUTE, breaking)).toThrow('broken');
      one.exec('DROP TRIGGER broken');
      expect(total(one), 'its first part is booked').toBeGreaterThan(0);
      for (const minute of [3, 4]) {
        one.run(START + minute * MINUTE, show(minute, bytes, { boot }));
        expect(total(one)).toBe((count + 1) * counted);
      }
      one.close();
    }
  });

  it('lets a life that it ended not count again by a reading from before', () => {
    const one = new Ledger(1_000, { readingsPerCommit: 1 });
    const order = (minute: number) => ({ bootId: 'boot', uptimeMs: minute * MINUTE });
    const shows = (minute: number, peers: Readonly<Record<string, number>>) =>
      poll({
        atMs: START + minute * MINUTE,
        peers: Object.entries(peers).map(([key, bytes]) => reading(key, bytes)),
        order: order(minute),
      });
    one.run(START, shows(0, { stays: 100, goes: 100 }));
    const late = shows(1, { stays: 101, goes: 103 });
    one.exec(`CREATE TEMP TRIGGER broken BEFORE UPDATE ON vpn_service BEGIN SELECT RAISE(FAIL, 'broken'); END`);
    expect(() => one.run(START + 2 * MINUTE, shows(2, { stays: 110 }))).toThrow('broken');
    one.exec('DROP TRIGGER broken');
    expect(total(one)).toBe(10);
    one.run(START + 3 * MINUTE, late);
    expect(total(one)).toBe(10);
    one.run(START + 4 * MINUTE, shows(4, { stays: 115 }));
    expect(total(one)).toBe(15);
    one.close();
  });
});
