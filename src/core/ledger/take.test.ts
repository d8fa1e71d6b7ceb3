import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Amount, takeFrom } from './take.ts';

const bytes = fc.oneof(fc.bigInt({ min: 0n, max: 20n }), fc.bigInt({ min: 0n, max: 2n ** 60n }));
const cell = fc.record({ rx: bytes, tx: bytes, undirected: bytes });
const sumOf = (cells: readonly Amount[], pick: (cell: Amount) => bigint) =>
  cells.reduce((sum, each) => sum + pick(each), 0n);
const total = ({ rx, tx, undirected }: Amount) => rx + tx + undirected;

describe('taking bytes from where they were booked', () => {
  it('takes in proportion, by direction', () => {
    const cells = [
      { rx: 10n, tx: 100n, undirected: 0n },
      { rx: 30n, tx: 0n, undirected: 5n },
    ];
    expect(takeFrom(cells, { rx: 8n, tx: 50n, any: 0n })).toEqual([
      { rx: 2n, tx: 50n, undirected: 0n },
      { rx: 6n, tx: 0n, undirected: 0n },
    ]);
  });

  it('takes a total from every direction', () => {
    expect(takeFrom([{ rx: 1n, tx: 2n, undirected: 3n }], { rx: 0n, tx: 0n, any: 6n })).toEqual([
      { rx: 1n, tx: 2n, undirected: 3n },
    ]);
  });

  it('takes nothing where there is less than wanted, in the direction that is wanted', () => {
    expect(takeFrom([], { rx: 0n, tx: 0n, any: 1n })).toBeNull();
    expect(takeFrom([{ rx: 1n, tx: 9n, undirected: 9n }], { rx: 2n, tx: 0n, any: 0n })).toBeNull();
    expect(takeFrom([{ rx: 1n, tx: 1n, undirected: 0n }], { rx: 1n, tx: 0n, any: 2n })).toBeNull();
  });

  it('sums exactly to what was wanted, and leaves nothing below 0', () => {
    fc.assert(
      fc.property(fc.array(cell, { maxLength: 12 }), bytes, bytes, bytes, (cells, rx, tx, any) => {
        const taken = takeFrom(cells, { rx, tx, any });
        const fits =
          rx <= sumOf(cells, (each) => each.rx) &&
          tx <= sumOf(cells, (each) => each.tx) &&
          rx + tx + any <= sumOf(cells, total);
        expect(taken !== null).toBe(fits);
        if (taken === null) return;
        expect(sumOf(taken, total)).toBe(rx + tx + any);
        expect(sumOf(taken, (each) => each.rx)).toBeGreaterThanOrEqual(rx);
        taken.forEach((each, i) => {
          const had = cells[i] as Amount;
          for (const column of ['rx', 'tx', 'undirected'] as const) {
            expect(each[column] >= 0n && each[column] <= had[column]).toBe(true);
          }
        });
      }),
      { numRuns: 500 },
    );
  });
});
