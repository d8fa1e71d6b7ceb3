/** What the size of a ledger follows from, as measured over the last whole days. */
export interface SizeBasis {
  /** Bytes of the file that are in use. */
  readonly bytes: number;
  /** Whole days that the rates below were measured over. */
  readonly days: number;
  readonly recordsPerDay: number;
  readonly dayRowsPerDay: number;
  /** Reports with an id; each is remembered for `KEY_DAYS`. */
  readonly keysPerDay: number;
  /** Days of 15-minute records there are now. */
  readonly recordDays: number;
  /** Days of keys there are now. */
  readonly keyDays: number;
}

export interface SizeForecast {
  readonly basis: SizeBasis;
  /** Bytes in so many days from now. */
  readonly after: readonly { readonly days: number; readonly bytes: number }[];
}

/**
 * A row with its share of a page. Records and keys as measured over months of random users; packed, records take 24 bytes
 * and day rows 29 (dbstat), so that day rows are taken to fill their pages as records do.
 */
export const BYTES_PER = { record: 36, dayRow: 43, key: 30 } as const;

/** How long a report's id is remembered. */
const KEY_DAYS = 35;

export const FORECAST_DAYS = [30, 182, 365] as const;

/**
 * The size if the coming days are like the last ones. 15-minute records stop growing when `retentionDays` are reached
 * (0 = never), keys after 35 days; day rows grow for ever. Null where no whole day was measured.
 */
export function forecastSize(basis: SizeBasis | null, retentionDays: number): SizeForecast | null {
  if (basis === null || basis.days < 1) return null;
  const after = FORECAST_DAYS.map((days) => {
    const records = daysAdded(basis.recordDays, days, retentionDays) * basis.recordsPerDay * BYTES_PER.record;
    const keys = daysAdded(basis.keyDays, days, KEY_DAYS) * basis.keysPerDay * BYTES_PER.key;
    const dayRows = days * basis.dayRowsPerDay * BYTES_PER.dayRow;
    return { days, bytes: Math.max(0, Math.round(basis.bytes + records + keys + dayRows)) };
  });
  return { basis, after };
}

/** Days of rows more than now, or fewer, where at most `kept` days stay. */
function daysAdded(now: number, days: number, kept: number): number {
  return kept === 0 ? days : Math.min(now + days, kept) - now;
}
