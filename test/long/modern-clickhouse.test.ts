import { afterAll, beforeAll, expect, test } from 'vitest';
import { ClickHouseClient } from '../../src/storage/clickhouse/client.ts';
import { DayTable } from '../../src/storage/clickhouse/day-table.ts';
import { BATCH_COLUMNS } from '../../src/storage/sql/mirror/outbox.ts';
import { ModernClickHouse } from '../support/modern-clickhouse.ts';

let server: ModernClickHouse;

beforeAll(async () => {
  server = await ModernClickHouse.start();
}, 400_000);

afterAll(() => server?.stop());

const LIFE = '1790000000000';
const sealOf = (number: number) => `${4_000_000_000_000_000_000n + BigInt(number)}`;

function batchOf(number: number, changes: readonly Readonly<Record<string, string>>[]) {
  const texts = { server: "a'b\\c\td", protocol: 'vless', node_id: 'n-1', service_id: '' };
  const rows = changes.map((change) => {
    const own: Readonly<Record<string, string>> = { port: '443', ...texts, ...change };
    return BATCH_COLUMNS.map((name) => own[name] ?? '0');
  });
  return { life: LIFE, number, seal: sealOf(number), rows };
}

test('the engine of today takes batches once, sums them, and lets rows that add up to nothing go', async () => {
  expect(server.query('SELECT version()')).toMatch(/^"2[6-9]\./);
  const table = new DayTable(new ClickHouseClient(server.url), null);
  await table.prepare();
  await table.prepare();
  const row = { day: '20500', tally_id: '9007199254740993', segment_id: '5', carrier_id: '2', present: '1' };
  const other = { ...row, tally_id: '2', segment_id: '6', carrier_id: '3', node_id: '' };
  const first = batchOf(1, [
    { ...row, rx: '9007199254740993', tx: '3', hours: '5' },
    { ...other, rx: '10', tx: '20' },
  ]);
  for (let n = 0; n < 3; n++) expect(await table.send(first)).toBe(true);
  expect(await table.send({ ...first, seal: sealOf(77) })).toBe(false);
  const known = { life: LIFE, shipped: 1, shippedSeal: sealOf(1) };
  const all = { ...known, first: 20_000, last: 21_000, line: null, segments: null, nodeId: null };
  const total = [[20_500, '', '9007199254741003', '23', '0', '0']];
  expect(await table.sum(all)).toEqual({ shards: 1, since: [], rows: total });
  // A change in another month, sent and not yet noted.
  expect(await table.send(batchOf(2, [{ ...other, day: '20540', rx: '7' }]))).toBe(true);
  expect(await table.sum({ ...all, line: 'node_id', segments: [6] })).toEqual({
    shards: 1,
    since: [expect.objectContaining({ shard: 0, number: 2, seal: sealOf(2) })],
    rows: expect.arrayContaining([
      [20_500, '', '10', '20', '0', '0'],
      [20_540, '', '7', '0', '0', '0'],
    ]),
  });
  expect((await table.sum({ ...all, nodeId: 'n-1' }))?.rows).toEqual([[20_500, '', '9007199254740993', '3', '0', '0']]);
  // The first row goes.
  await table.send(batchOf(3, [{ ...row, rx: '-9007199254740993', tx: '-3', hours: '-5', present: '-1' }]));
  const later = { life: LIFE, shipped: 3, shippedSeal: sealOf(3) };
  for (let merged = 0; merged < 2; merged++) {
    expect(await table.holdsAll(LIFE, 3, sealOf(3))).toBe(true);
    expect(await table.holdsAll(LIFE, 2, sealOf(3))).toBe(false);
    expect(await table.rowsOf(later, 20_500, 0, 1)).toEqual([
      ['2', '6', 'vless', '', '10', '20', '0', '0', '0', '0', '1'],
    ]);
    server.query('OPTIMIZE TABLE history.xpert_history FINAL');
  }
  expect(server.query('SELECT count() FROM history.xpert_history WHERE batch = 0 AND seal = 0').trim()).toBe('2');
  // A year that is lost takes its marks along.
  server.query(`ALTER TABLE history.xpert_history DROP PARTITION (${LIFE}, 2026)`);
  expect(await table.sum({ ...all, ...later })).toBeNull();
  expect(await table.holdsAll(LIFE, 3, sealOf(3))).toBe(false);
});
