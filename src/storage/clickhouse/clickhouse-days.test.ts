import { expect, test } from 'vitest';
import { Calendar } from '../../core/units/calendar.ts';
import { ClickHouseDays } from './clickhouse-days.ts';

const period = { from: new Date('2025-01-01T00:00:00Z'), to: new Date('2026-01-01T00:00:00Z') };
const query = { period, bucketSeconds: 86_400, by: 'total', userId: null, nodeId: null, maxSeries: 1 } as const;
const chart = {
  ...{ life: '1', shipped: 5, shippedSeal: '1', first: 0, last: 364, by: 'total' },
  ...{ nodeId: null, userId: null, lastWithoutRecords: 364, segments: null },
};

test('a chart that was opened is dropped, whatever goes wrong with it', async () => {
  const asked: string[] = [];
  const read = async (name: string) => {
    asked.push(name);
    return name === 'openChart' ? chart : null;
  };
  const sum = async () => {
    throw new TypeError('an odd row');
  };
  const [table, ledger] = [
    { shards: 1, sum },
    { slow: { read }, calendar: Calendar.of('UTC') },
  ] as unknown as [never, never];
  const days = new ClickHouseDays(table, ledger, 31, { failure: null, doubt: () => {} });
  await expect(days.chart(query, { kind: 'all' })).rejects.toThrow('an odd row');
  expect(asked).toEqual(['openChart', 'dropChart']);
});
