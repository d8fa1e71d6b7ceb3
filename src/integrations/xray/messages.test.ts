import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { eachStat, readUptime } from './messages.ts';
import { WireError } from './wire.ts';

function recorded(name: string): Buffer {
  return Buffer.from(readFileSync(join(import.meta.dirname, 'fixtures', name), 'latin1').replace(/\s/g, ''), 'hex');
}

function stats(message: Buffer): [string, bigint][] {
  const found: [string, bigint][] = [];
  for (const _ of eachStat(message, (name, value) => found.push([name, value])));
  return found;
}

describe('answers of StatsService', () => {
  test('V2Ray 4.34 after a megabyte for each of four users', () => {
    const counters = new Map(stats(recorded('v2ray-4.34-query-stats.hex')));
    expect(counters.size).toBe(20);
    expect([...counters].filter(([name]) => name.startsWith('user>>>')).sort()).toMatchInlineSnapshot(`
      [
        [
          "user>>>alice@t1>>>traffic>>>downlink",
          1000205n,
        ],
        [
          "user>>>alice@t1>>>traffic>>>uplink",
          81n,
        ],
        [
          "user>>>bob@t1>>>traffic>>>downlink",
          1000205n,
        ],
        [
          "user>>>bob@t1>>>traffic>>>uplink",
          81n,
        ],
        [
          "user>>>carol@t1>>>traffic>>>downlink",
          1000205n,
        ],
        [
          "user>>>carol@t1>>>traffic>>>uplink",
          81n,
        ],
        [
          "user>>>dave@t1>>>traffic>>>downlink",
          1000205n,
        ],
        [
          "user>>>dave@t1>>>traffic>>>uplink",
          81n,
        ],
      ]
    `);
    expect(readUptime(recorded('v2ray-4.34-sys-stats.hex'))).toBe(5);
  });

  test('cut anywhere they show the counters before the cut, and the cut unless it lies between two', () => {
    const whole = recorded('v2ray-4.34-query-stats.hex');
    const all = stats(whole);
    for (let length = 0; length < whole.length; length++) {
      const found: [string, bigint][] = [];
      let isRefused = false;
      try {
        for (const _ of eachStat(whole.subarray(0, length), (name, value) => found.push([name, value])));
      } catch (error) {
        expect(error).toBeInstanceOf(WireError);
        isRefused = true;
      }
      expect(found).toEqual(all.slice(0, found.length));
      expect(isRefused || stats(whole.subarray(0, length)).length === found.length).toBe(true);
    }
  });

  test('no bytes at all is no counter', () => expect(stats(Buffer.alloc(0))).toEqual([]));

  test('whatever comes is read or refused, never anything else', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 64 }), (bytes) => {
        for (const read of [stats, readUptime]) {
          try {
            read(Buffer.from(bytes));
          } catch (error) {
            expect(error).toBeInstanceOf(WireError);
          }
        }
      }),
      { numRuns: 2_000 },
    );
  });
});
