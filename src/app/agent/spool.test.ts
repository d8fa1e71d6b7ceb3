import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, readdirSync, rmSync, statSync, truncateSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { WirePeer } from '../../core/agents/agent-reading.ts';
import { ManualClock } from '../../core/units/testing.ts';
import { ReadingDecoder, ReadingEncoder } from './reading-coder.ts';
import { KEPT_MS, Spool, type SpooledReading } from './spool.ts';

let folder: string;
let clock: ManualClock;
let warnings: string[];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'xpert-spool-'));
  clock = new ManualClock(new Date());
  warnings = [];
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function open(mostBytes = 512 * 1024 * 1024, where = folder): Spool {
  return new Spool({ folder: where, clock, mostBytes, warn: (_fields, message) => warnings.push(message) });
}

function reading(sequence: number, peers: readonly WirePeer[] = [], after = sequence - 1): SpooledReading {
  return {
    sequence,
    after,
    takenAt: '2026-03-01T12:00:00.000Z',
    durationMs: 3,
    semantics: { kind: 'cumulative', falls: 'to-zero', absence: 'ended' },
    complete: true,
    services: [{ identity: 'wg0-key', kind: 'wireguard', name: 'wg0', peers }],
    bootId: 'boot',
    uptimeMs: sequence * 1000,
  };
}

/** Text that cannot be packed, so that sizes are what they seem. */
const noise = (bytes: number) => randomBytes(bytes).toString('base64');
const sequences = (readings: readonly SpooledReading[]) => readings.map(({ sequence }) => sequence);

describe('readings in records', () => {
  const peer = fc.record({
    key: fc.constantFrom('a', 'b', 'c', 'd'),
    connection: fc.option(fc.constantFrom('1', '2'), { nil: undefined }),
    rx: fc.constantFrom('0', '5', '18446744073709551615'),
    tx: fc.constantFrom('1', '7'),
  });
  const peers = fc.uniqueArray(peer, { selector: ({ key, connection }) => `${key}/${connection}` });

  test('any history of a segment comes back reading by reading, in any case with the values of each', () => {
    fc.assert(
      fc.property(
        fc.array(fc.option(fc.array(peers, { maxLength: 3 }), { nil: null }), { maxLength: 12 }),
        (history) => {
          const encoder = new ReadingEncoder();
          const decoder = new ReadingDecoder();
          for (const [index, services] of history.entries()) {
            const { services: _none, ...bare } = reading(index + 1);
            const given = JSON.parse(
              JSON.stringify(
                services === null
                  ? { ...bare, failure: { code: 'x', message: 'y' } }
                  : {
                      ...bare,
                      services: services.map((all, n) => ({ identity: `i${n}`, kind: 'k', name: 'n', peers: all })),
                    },
              ),
            ) as SpooledReading;
            const back = decoder.decode(encoder.encode(given));
            expect(sorted(back)).toEqual(sorted(given));
          }
        },
      ),
      { numRuns: 200 },
    );
  });

  function sorted({ services, ...rest }: Pick<SpooledReading, 'services'>) {
    const order = (a: WirePeer, b: WirePeer) => JSON.stringify(a).localeCompare(JSON.stringify(b));
    return { ...rest, services: services?.map((service) => ({ ...service, peers: [...service.peers].sort(order) })) };
  }
});

describe('Spool', () => {
  test('keeps readings over a restart and gives those after a position', () => {
    const spool = open();
    for (const n of [1, 2, 3]) spool.append(reading(n, [{ key: 'p', rx: `${n}0`, tx: `${n}` }]));
    expect(sequences(spool.readAfter(2, 1e6, 10))).toEqual([3]);
    spool.close();
    const again = open();
    expect(again.last).toBe(3);
    expect(again.readAfter(1, 1e6, 10)).toEqual([
      reading(2, [{ key: 'p', rx: '20', tx: '2' }]),
      reading(3, [{ key: 'p', rx: '30', tx: '3' }]),
    ]);
    expect(sequences(again.readAfter(0, 1e6, 2))).toEqual([1, 2]);
    expect(sequences(again.readAfter(0, 1, 10))).toEqual([1]);
    expect(again.readAfter(3, 1e6, 10)).toEqual([]);
  });

  test('after a torn end the readings before it are there, and the next one joins on', () => {
    const spool = open();
    for (const n of [1, 2, 3]) spool.append(reading(n));
    spool.close();
    const [file = ''] = readdirSync(folder);
    truncateSync(join(folder, file), statSync(join(folder, file)).size - 5);
    const again = open();
    expect(again.last).toBe(2);
    expect(warnings).toHaveLength(1);
    again.append(reading(10, [], 2));
    expect(again.readAfter(0, 1e6, 10).map(({ sequence, lostBefore }) => [sequence, lostBefore])).toEqual([
      [1, undefined],
      [2, undefined],
      [10, undefined],
    ]);
  });

  test('what was acknowledged goes after seven days, what was not stays', () => {
    const spool = open();
    for (let n = 1; n <= 600; n += 1) spool.append(reading(n));
    const written = readdirSync(folder).sort();
    expect(written.length).toBe(3);
    spool.close();
    const old = (clock.now().getTime() - KEPT_MS - 1000) / 1000;
    for (const name of written) utimesSync(join(folder, name), old, old);
    const again = open();
    again.acknowledge(300);
    expect(readdirSync(folder).sort()).toEqual(written.slice(1));
    again.append(reading(601));
    expect(again.readAfter(0, 1e6, 1)[0]).toMatchObject({ sequence: 257, lostBefore: true });
    expect(again.readAfter(256, 1e6, 1)[0]?.lostBefore).toBeUndefined();
    again.acknowledge(600);
    expect(again.readAfter(0, 1e6, 1)[0]).toMatchObject({ sequence: 601, lostBefore: true });
  });

  test('when there is no room the oldest go, acknowledged or not, and the newest stay', () => {
    const spool = open(3_000_000);
    for (let n = 1; n <= 60; n += 1) spool.append(reading(n, [{ key: noise(150_000), rx: '1', tx: '2' }]));
    expect(spool.bytes).toBeLessThan(4_500_000);
    const kept = sequences(spool.readAfter(0, 1e9, 100));
    expect(kept.at(-1)).toBe(60);
    expect(kept.length).toBeLessThan(60);
    expect(spool.readAfter(0, 1e9, 100)[0]).toMatchObject({ sequence: kept[0], lostBefore: true });
    expect(warnings).toContain('no room: the oldest readings that were not sent yet are lost');
  });

  test.skipIf(process.getuid?.() !== 0)(
    'a full disk: old ones make room; if nothing can, the newest wait in memory',
    () => {
      const disk = join(folder, 'disk');
      execFileSync('sh', ['-c', 'mkdir "$1" && mount -t tmpfs -o size=1m tmpfs "$1"', 'sh', disk]);
      try {
        // Something else has more than half of it.
        writeFileSync(join(disk, 'filler'), Buffer.alloc(600_000));
        const spool = open(1e9, join(disk, 'spool'));
        for (let n = 1; n <= 30; n += 1) spool.append(reading(n, [{ key: noise(100_000), rx: '1', tx: '2' }]));
        const kept = sequences(spool.readAfter(0, 1e9, 100));
        expect(kept.at(-1)).toBe(30);
        expect(kept.length).toBeLessThan(30);
        // One is larger than all that could make room.
        spool.append(reading(31, [{ key: noise(500_000), rx: '1', tx: '2' }]));
        expect(spool.isDiskFull).toBe(true);
        spool.append(reading(32, [{ key: 'small', rx: '1', tx: '2' }]));
        expect(spool.readAfter(30, 1e9, 100).map(({ sequence, lostBefore }) => [sequence, lostBefore])).toEqual([
          [31, undefined],
          [32, undefined],
        ]);
        expect(spool.readAfter(0, 1e9, 100)[0]).toMatchObject({ sequence: 31, lostBefore: true });
        rmSync(join(disk, 'filler'));
        const newest = spool.last + 1;
        spool.append(reading(newest));
        expect(spool.isDiskFull).toBe(false);
        spool.close();
        expect(open(1e9, join(disk, 'spool')).last).toBe(newest);
      } finally {
        execFileSync('umount', ['-l', disk]);
      }
    },
  );
});
