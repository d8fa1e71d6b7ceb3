import { expect, test } from 'vitest';
import type { Series } from '../../api/types.ts';
import { chartData, type Quality, qualityOf, stack } from './model.ts';

/** Bits of a bucket's flags. */
const LATE = 1;
const SPREAD = 2;

const words = {
  download: 'Download',
  upload: 'Upload',
  others: 'others',
  none: 'reports',
  noDirection: 'no direction',
  deletedNode: 'a deleted node',
  deleted: (name: string) => `${name} (deleted)`,
  quality: (word: Quality) => word,
  named: (name: string, what: string) => `${name} ${what}`,
  gap: (name: string) => `${name} not known`,
  pause: (reason: string) => reason,
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

/** The first series of above with these words, and no flags. */
const withQuality = (...quality: Quality[]): Series => {
  const [first, ...others] = series.series;
  if (first === undefined) throw new Error('no series');
  return { ...series, series: [{ ...first, flags: [0, 0, 0], quality }, ...others] };
};

test('bytes that may be missing, or whose time is not sure, are named in the lane, each as long as it lasts', () => {
  const marks = (...quality: Quality[]) =>
    chartData({ ...withQuality(...quality), gaps: [] }, 'series', words, 45 * 60).marks;
  expect(marks('possible-loss', 'possible-loss', 'clock-suspect')).toEqual([
    { kind: 'doubt', label: 'a possible-loss', from: 0, to: 1800 },
    { kind: 'doubt', label: 'a clock-suspect', from: 1800, to: 2700 },
  ]);
  expect(marks('estimated', 'measured', 'estimated')).toEqual([
    { kind: 'late', label: 'a estimated', from: 0, to: 900 },
    { kind: 'late', label: 'a estimated', from: 1800, to: 2700 },
  ]);
});

test('the lane says of late bytes that were spread over their time what stands beside their numbers', () => {
  const { series: all, ...rest } = withQuality('late', 'estimated', 'measured');
  const late = all.map((one, index) => (index === 0 ? { ...one, flags: [LATE, LATE | SPREAD, 0] } : one));
  const data = chartData({ ...rest, series: late, gaps: [] }, 'series', words, 2700);
  expect(data.marks.map(({ label }) => label)).toEqual(['a late', 'a estimated']);
  expect([0, 1].flatMap((index) => qualityOf(data, index, words))).toEqual(['a late', 'a estimated']);
});

test('what the lane says is of a series by the name that everything else has for it', () => {
  const labels = (change: object) => {
    const { series: all, ...rest } = withQuality('possible-loss', 'measured', 'measured');
    const named = all.map((one, index) => (index === 0 ? { ...one, ...change } : one));
    return chartData({ ...rest, series: named, gaps: [] }, 'series', words, 2700).marks.map(({ label }) => label);
  };
  expect(labels({ id: 'none', name: 'reports of the server' })).toEqual(['reports possible-loss']);
  expect(labels({ deleted: true })).toEqual(['a (deleted) possible-loss']);
});

test('a time in which Xpert itself did not look is told once, and why, whatever the nodes', () => {
  const [gap] = series.gaps;
  if (gap === undefined) throw new Error('no gap');
  const gaps = ['a', 'b'].map((name) => ({ ...gap, nodeId: name, nodeName: name, reason: 'tracking-off' }));
  const { marks } = chartData(
    { ...withQuality('measured', 'tracking-off', 'tracking-off'), gaps },
    'series',
    words,
    45 * 60,
  );
  expect(marks.map(({ kind, label }) => [kind, label])).toEqual([['gap', 'tracking-off']]);
});

test('every word there is stands beside the numbers of its bucket: once where it is the same for all of them', () => {
  const data = chartData(withQuality('measured', 'gap', 'late'), 'series', words, 45 * 60);
  expect([0, 1, 2].map((index) => qualityOf(data, index, words))).toEqual([[], ['a gap'], ['a late']]);
  const total = {
    ...withQuality('clock-suspect', 'tracking-off', 'estimated'),
    series: withQuality('clock-suspect', 'tracking-off', 'estimated').series.slice(0, 1),
  };
  const directions = chartData(total, 'directions', words, 45 * 60);
  expect([0, 1, 2].map((index) => qualityOf(directions, index, words))).toEqual([
    ['clock-suspect'],
    ['tracking-off'],
    ['estimated'],
  ]);
});
