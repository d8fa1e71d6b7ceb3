import { expect, test } from 'vitest';
import { type MoveTable, type MoveTarget, type MoveValue, toldPlainly } from '../../storage/sql/moving.ts';
import { Copying, Fingerprint, ofDay, since, whole } from './copying.ts';

const printOf = (rows: MoveValue[][]) => {
  const print = new Fingerprint();
  print.add(toldPlainly(rows));
  return print.end();
};

test('rows are told apart by every value, its kind and where it ends', () => {
  const rows: MoveValue[][][] = [
    [[1n, 2n]],
    [[12n]],
    [[2n, 1n]],
    [[1n], [2n]],
    [['1', '2']],
    [['1;s1:2']],
    [[null, 2n]],
    [['', 2n]],
    [[new Uint8Array([1]), 2n]],
    [['01', 2n]],
    [['n', 2n]],
  ];
  expect(new Set(rows.map(printOf)).size).toBe(rows.length);
  // How many come together does not matter, nor whether a whole number came as bigint.
  const print = new Fingerprint();
  print.add(toldPlainly([[1n]]));
  print.add(toldPlainly([[2]]));
  expect(print.end()).toBe(printOf([[1n], [2n]]));
});

const record: MoveTable = { name: 'record', columns: [{ name: 'quarter', type: 'bigint' }], key: ['quarter'] };

test('parts of a table are its days; marks of where a ledger is are no part of it', () => {
  expect(ofDay(record, 3).where).toBe('"quarter" >= 288 AND "quarter" < 384');
  expect(since(record, 3).where).toBe('"quarter" >= 288');
  const meta = { name: 'meta', columns: [{ name: 'name', type: 'text' }], key: ['name'] };
  expect(whole(meta).where).toMatch(/"name" NOT IN \('moved-to', 'arriving', 'leaving', 'arrived', 'leader'\)/);
});

/** Gives back what `spoil` makes of what was written. */
function target(spoil: (rows: MoveValue[][]) => MoveValue[][]): MoveTarget & { readonly cleared: string[] } {
  let rows: MoveValue[][] = [];
  const cleared: string[] = [];
  return {
    cleared,
    rows: () => spoil(rows),
    write: (_table, more) => {
      rows.push(...more.map((row) => [...row]));
      return toldPlainly(more);
    },
    told: () => [toldPlainly(spoil(rows))],
    clear: (_table, where) => {
      cleared.push(where);
      rows = [];
    },
  };
}

test('a part that comes back otherwise is refused: a value rounded, a row less, one more', () => {
  const from = { rows: () => [[9_007_199_254_740_993n], [2n]] };
  for (const spoil of [
    (rows: MoveValue[][]) => rows.map(([value]) => [BigInt(Number(value))]),
    (rows: MoveValue[][]) => rows.slice(1),
    (rows: MoveValue[][]) => [...rows, [3n]],
  ])
    expect(() => new Copying(from, target(spoil)).copy(ofDay(record, 3))).toThrow(/record has other rows there/);
  expect(
    new Copying(
      from,
      target((rows) => rows),
    ).copy(ofDay(record, 3)),
  ).toBe(2);
});

test('a part that is copied again replaces what was there', () => {
  let rows: MoveValue[][] = [[1n], [2n]];
  const to = target((written) => written);
  const copying = new Copying({ rows: () => rows }, to);
  copying.copy(ofDay(record, 3));
  expect(to.cleared).toEqual([]);
  rows = [[1n]];
  expect(copying.copy(ofDay(record, 3))).toBe(1);
  expect(to.cleared).toEqual(['"quarter" >= 288 AND "quarter" < 384']);
  expect(copying.copied).toBe(3);
});
