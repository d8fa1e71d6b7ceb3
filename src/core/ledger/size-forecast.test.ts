import { describe, expect, it } from 'vitest';
import { BYTES_PER, forecastSize, type SizeBasis } from './size-forecast.ts';

const basis: SizeBasis = {
  bytes: 1_000_000,
  days: 7,
  recordsPerDay: 1000,
  dayRowsPerDay: 100,
  keysPerDay: 0,
  recordDays: 10,
  keyDays: 0,
};
const dayRows = (days: number) => days * 100 * BYTES_PER.dayRow;
const records = (days: number) => days * 1000 * BYTES_PER.record;

describe('a forecast of the size', () => {
  it('goes on as the last whole days went, for ever without retention', () => {
    expect(forecastSize(basis, 0)?.after).toEqual([
      { days: 30, bytes: 1_000_000 + records(30) + dayRows(30) },
      { days: 182, bytes: 1_000_000 + records(182) + dayRows(182) },
      { days: 365, bytes: 1_000_000 + records(365) + dayRows(365) },
    ]);
  });

  it('lets records grow up to the retention only, and days for ever', () => {
    expect(forecastSize(basis, 90)?.after.map(({ bytes }) => bytes)).toEqual([
      1_000_000 + records(30) + dayRows(30),
      1_000_000 + records(80) + dayRows(182),
      1_000_000 + records(80) + dayRows(365),
    ]);
  });

  it('shrinks where more is kept than the retention wants', () => {
    expect(forecastSize(basis, 4)?.after[0]?.bytes).toBe(1_000_000 - records(6) + dayRows(30));
  });

  it('lets ids of reports grow for 35 days', () => {
    const bytesIn = (keyDays: number) =>
      forecastSize({ ...basis, recordsPerDay: 0, dayRowsPerDay: 0, keysPerDay: 10, keyDays }, 0)?.after[2]?.bytes;
    expect(bytesIn(5)).toBe(1_000_000 + 30 * 10 * BYTES_PER.key);
    expect(bytesIn(35)).toBe(1_000_000);
  });

  it('is not known before a whole day was measured', () => {
    expect(forecastSize(null, 0)).toBeNull();
    expect(forecastSize({ ...basis, days: 0 }, 0)).toBeNull();
  });
});
