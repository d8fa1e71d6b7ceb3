import { expect, test } from 'vitest';
import { type AddedRow, ExportSums, type Place } from './export-sums.ts';

const place = (key: string): Place => ({ key, text: `text of ${key}`, nodeId: null });
const row = (rx: number, tx: number, flags: bigint | null = 0n): AddedRow => ({
  ...{ rx: BigInt(rx), tx: BigInt(tx), undirected: 1n, markup: -2n },
  flags,
});
const shown = (sums: ExportSums) => [...sums.all()].map(({ place: { key }, rx, tx, flags }) => [key, rx, tx, flags]);

test('rows of one place are added up, in the order in which places came', () => {
  const sums = new ExportSums();
  sums.begin();
  sums.add(place('b'), row(1, 20, 1n));
  sums.add(place('a'), row(5, 6));
  sums.add({ ...place('b'), text: 'another series' }, row(2, 30, 4n));
  expect([...sums.all()]).toEqual([
    { place: place('b'), rx: 3n, tx: 50n, undirected: 2n, markup: -4n, flags: 5 },
    { place: place('a'), rx: 5n, tx: 6n, undirected: 1n, markup: -2n, flags: 0 },
  ]);
});

test('flags are unknown where those of a row are', () => {
  const sums = new ExportSums();
  sums.begin();
  sums.add(place('a'), row(1, 2, null));
  sums.add(place('a'), row(1, 2, 3n));
  sums.add(place('b'), row(1, 2, 3n));
  sums.add(place('b'), row(1, 2, null));
  expect(shown(sums).map(([, , , flags]) => flags)).toEqual([null, null]);
});

test('a bucket begins with nothing, whatever the one before held', () => {
  const sums = new ExportSums();
  for (let bucket = 0; bucket < 5; bucket++) {
    sums.begin();
    for (let n = 0; n < 3_000; n++) if (n % 5 >= bucket) sums.add(place(`p${n}`), row(n, bucket, BigInt(bucket)));
    const wanted = Array.from({ length: 3_000 }, (_, n) => n).filter((n) => n % 5 >= bucket);
    expect(shown(sums)).toEqual(wanted.map((n) => [`p${n}`, BigInt(n), BigInt(bucket), bucket]));
  }
  sums.begin();
  expect(shown(sums)).toEqual([]);
});

test('places that do not come any more are let go, and sums stay right', () => {
  const sums = new ExportSums();
  for (let bucket = 0; bucket < 20; bucket++) {
    sums.begin();
    for (let n = 0; n < 700; n++) sums.add(place(`p${bucket}-${n}`), row(n, 2 * n));
    expect(shown(sums)).toEqual(
      Array.from({ length: 700 }, (_, n) => [`p${bucket}-${n}`, BigInt(n), BigInt(2 * n), 0]),
    );
  }
});
