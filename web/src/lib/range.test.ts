import { expect, test } from 'vitest';
import { calendarRanges, instantsOf, periodOf, rangeOf, readRangeSearch } from './range.ts';

const now = new Date('2026-11-21T01:00:00Z');

test('what is malformed in the URL is dropped', () => {
  expect(readRangeSearch({ range: '7d' })).toEqual({ range: '7d' });
  expect(readRangeSearch({ range: '7 days' })).toEqual({});
  expect(readRangeSearch({ from: '2026-11-02', to: '2026-11-01' })).toEqual({});
  expect(readRangeSearch({ from: '2026-11-01', to: '2026-11-02' })).toEqual({ from: '2026-11-01', to: '2026-11-02' });
});

test('hours slide, days are whole days, own days end with the last one', () => {
  expect(periodOf({ kind: 'named', name: '1h' }, 'UTC', now)).toEqual({ from: '2026-11-21T00:00:00.000Z' });
  const within = new Date('2026-11-21T01:00:59.999Z');
  expect(periodOf({ kind: 'named', name: '1h' }, 'UTC', within)).toEqual({ from: '2026-11-21T00:00:00.000Z' });
  expect(periodOf({ kind: 'named', name: '30d' }, 'UTC', now)).toEqual({ days: 30 });
  expect(periodOf({ kind: 'days', from: '2026-11-01', to: '2026-11-01' }, 'Asia/Tehran', now)).toEqual({
    from: '2026-10-31T20:30:00.000Z',
    to: '2026-11-01T20:30:00.000Z',
  });
});

test('calendar ranges go by the day of the zone', () => {
  expect(calendarRanges('America/New_York', 'en', now).today).toEqual({ from: '2026-11-20', to: '2026-11-20' });
  expect(calendarRanges('UTC', 'en', now).lastMonth).toEqual({ from: '2026-10-01', to: '2026-10-31' });
});

test('weeks and months are those in which the reader writes dates', () => {
  const ranges = (locale: string) => {
    const { thisWeek, lastWeek, thisMonth, lastMonth } = calendarRanges('UTC', locale, now);
    return [thisWeek, lastWeek, thisMonth, lastMonth].map(({ from, to }) => `${from} ${to}`);
  };
  expect(ranges('en')).toEqual([
    '2026-11-15 2026-11-21',
    '2026-11-08 2026-11-14',
    '2026-11-01 2026-11-21',
    '2026-10-01 2026-10-31',
  ]);
  expect(ranges('ru').slice(0, 2)).toEqual(['2026-11-16 2026-11-21', '2026-11-09 2026-11-15']);
  expect(ranges('zh').slice(2)).toEqual(['2026-11-01 2026-11-21', '2026-10-01 2026-10-31']);
  // Saturday, 30 Aban 1405; Aban begins on 23 October, Mehr on 23 September.
  expect(ranges('fa')).toEqual([
    '2026-11-21 2026-11-21',
    '2026-11-14 2026-11-20',
    '2026-10-23 2026-11-21',
    '2026-09-23 2026-10-22',
  ]);
});

test('a part of a chart is two instants to the minute, in the URL and for the server', () => {
  const part = instantsOf(1_795_220_000, 1_795_223_661);
  expect(part).toEqual({ from: '2026-11-21T00:13Z', to: '2026-11-21T01:15Z' });
  expect(readRangeSearch({ ...part })).toEqual(part);
  expect(readRangeSearch({ from: part.to, to: part.from })).toEqual({});
  expect(readRangeSearch({ from: part.from, to: '2026-11-21' })).toEqual({});
  expect(periodOf(rangeOf(part, '24h'), 'Asia/Tehran', now)).toEqual({
    from: '2026-11-21T00:13:00.000Z',
    to: '2026-11-21T01:15:00.000Z',
  });
  expect(instantsOf(600, 601)).toEqual({ from: '1970-01-01T00:10Z', to: '1970-01-01T00:11Z' });
});
