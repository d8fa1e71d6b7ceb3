import { expect, test } from 'vitest';
import type { Series } from '../../api/types.ts';
import { chartData, stack } from './model.ts';

const words = {
  download: 'Download',
  upload: 'Upload',
  others: 'others',
  none: 'reports',
  noDirection: 'no direction',
  deletedNode: 'a deleted node',
  deleted: (name: string) => `${name} (deleted)`,
  countedLate: 'late',
  late: (name: string) => `${name} late`,
  gap: (name: string) => `${name} not known`,
  reset: (label: string) => label,
};
const at = (minutes: number) => new Date(minutes * 60_000).toISOString();
const series: Series = {
  bucketSeconds: 900,
  from: [at(0), at(15), at(30)],
  series: [
    {
      id: 'a',
      name: 'a',
      deleted: false,
      rxBytes: [1, null, 3],
      txBytes: [8, null, 5],
      totalBytes: [9, null, 8],
      billedBytes: [9, null, 8],
      flags: [0, 0, 1],
      quality: ['measured', 'gap', 'late'],
    },
    {
      id: 'b',
      name: 'b',
      deleted: false,
      rxBytes: [0, 0, 0],
      txBytes: [1, 1, 1],
      totalBytes: [1, 1, 1],
      billedBytes: [1, 1, 1],
      flags: [0, 0, 0],
      quality: ['measured', 'measured', 'measured'],
    },
  ],
  gaps: [{ nodeId: 'n', nodeName: 'a', from: at(15), to: null, code: null, reason: 'failed', message: '' }],
  marks: [],
};

test('a bucket that is not known stays unknown, and the steady series stands below', () => {
  const data = chartData(series, 'series', words, 45 * 60);
  expect(data.series.map((one) => one.id)).toEqual(['b', 'a']);
  expect(data.series[1]?.values[1]).toBeNull();
  expect(data.series[1]?.partlyKnown).toBe(true);
  expect(stack(data.series, 3).totals[1]).toBeCloseTo(8 / 900);
});

test('the running bucket is a mean over the part that has passed', () => {
  const data = chartData(series, 'series', words, 30 * 60 + 90);
  expect(data.series[0]?.values[2]).toBeCloseTo(8 / 90);
});

test('what the node sent is the download', () => {
  const data = chartData(series, 'directions', words, 45 * 60);
  expect(data.series.map((one) => [one.id, one.totalBytes])).toEqual([
    ['download', 13],
    ['upload', 4],
  ]);
});

test('gaps that last and late parts are named in the lane', () => {
  const marks = chartData(series, 'series', words, 45 * 60).marks;
  expect(marks).toEqual([
    { kind: 'gap', label: 'a not known', from: 900, to: 2700 },
    { kind: 'late', label: 'a late', from: 1800, to: 2700 },
  ]);
});
