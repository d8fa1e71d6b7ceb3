import fc from 'fast-check';
import { expect, it } from 'vitest';
import { csvCell, parseCsv } from './csv.ts';

it('what is written is read again, and no cell begins like a formula', () => {
  const cell = fc.oneof(fc.string(), fc.constantFrom('=1+1', ' @x', '-2', '"', 'a,b', 'line\r\nbreak', "'=x", '+'));
  // A row of one empty cell is no row.
  const row = fc.array(cell, { minLength: 2, maxLength: 4 });
  fc.assert(
    fc.property(fc.array(row, { minLength: 1 }), (rows) => {
      const plain = rows.map((cells) => cells.map((each) => (each.startsWith("'") ? `x${each}` : each)));
      const text = plain.map((cells) => `${cells.map(csvCell).join(',')}\r\n`).join('');
      expect(parseCsv(text)).toEqual(plain);
    }),
  );
  expect(csvCell('=HYPERLINK("x")')).toBe('"\'=HYPERLINK(""x"")"');
});

it('any line end will do, and a quote that is not closed is nothing', () => {
  expect(parseCsv('\uFEFFa,b\n1,\r\n"x\ny",z')).toEqual([
    ['a', 'b'],
    ['1', ''],
    ['x\ny', 'z'],
  ]);
  expect(parseCsv('a,"b\n')).toBeNull();
  expect(parseCsv('')).toEqual([]);
});
