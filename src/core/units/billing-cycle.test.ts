import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type BillingCycle,
  CALENDAR_MONTHS,
  cycleAt,
  firstDayOfWeek,
  formatCycle,
  nextCycle,
  parseCycle,
  previousCycle,
} from './billing-cycle.ts';
import { Calendar, formatDay } from './calendar.ts';
import { jalaliDate, jalaliMonthLength } from './jalali.ts';
import { QUARTER_MS } from './quarter.ts';

const ms = Date.parse;
const cycleOf = (text: string): BillingCycle => parseCycle(text) ?? { kind: 'none' };

/** Bounds of the cycle that an instant lies in, as instants and as dates. */
function at(cycle: string, zone: string, instant: string) {
  const bounds = cycleAt(cycleOf(cycle), Calendar.of(zone), ms(instant));
  if (bounds === null) return null;
  const instants = [bounds.fromMs, bounds.toMs].map((each) => new Date(each).toISOString().replace('.000Z', 'Z'));
  return [...instants, formatDay(bounds.firstDay), formatDay(bounds.lastDay)];
}

const ZONES = [
  'UTC',
  'Asia/Tehran',
  'Asia/Kolkata',
  'Asia/Kathmandu',
  'Australia/Lord_Howe',
  'America/St_Johns',
  'Africa/Casablanca',
  'Pacific/Apia',
  'America/Santiago',
  'Pacific/Chatham',
];

describe('a billing cycle', () => {
  it.each([
    // The month of a zone 3.5 hours east begins and ends there.
    ['month', 'Asia/Tehran', '2026-03-31T20:29:59Z', '2026-02-28T20:30:00Z', '2026-03-31T20:30:00Z'],
    ['month', 'Asia/Tehran', '2026-03-31T20:30:00Z', '2026-03-31T20:30:00Z', '2026-04-30T20:30:00Z'],
    // Tehran put its clocks forward until 2022: months began at 20:30 or 19:30 UTC.
    ['month', 'Asia/Tehran', '2021-04-15T00:00:00Z', '2021-03-31T19:30:00Z', '2021-04-30T19:30:00Z'],
    ['month', 'Asia/Tehran', '2021-09-30T00:00:00Z', '2021-08-31T19:30:00Z', '2021-09-30T20:30:00Z'],
    ['month:15', 'Asia/Kolkata', '2026-03-14T18:29:59Z', '2026-02-14T18:30:00Z', '2026-03-14T18:30:00Z'],
    ['month:1', 'Asia/Kathmandu', '2026-06-30T18:14:59Z', '2026-05-31T18:15:00Z', '2026-06-30T18:15:00Z'],
    // Half an hour of daylight saving: this month has half an hour more.
    ['month', 'Australia/Lord_Howe', '2026-04-20T00:00:00Z', '2026-03-31T13:00:00Z', '2026-04-30T13:30:00Z'],
    ['day', 'Australia/Lord_Howe', '2026-10-04T00:00:00Z', '2026-10-03T13:30:00Z', '2026-10-04T13:00:00Z'],
    ['day', 'America/St_Johns', '2026-03-08T12:00:00Z', '2026-03-08T03:30:00Z', '2026-03-09T02:30:00Z'],
    ['day', 'America/St_Johns', '2026-11-01T12:00:00Z', '2026-11-01T02:30:00Z', '2026-11-02T03:30:00Z'],
    // Ramadan: an hour back in February and forward again in March 2026.
    ['month', 'Africa/Casablanca', '2026-02-10T00:00:00Z', '2026-01-31T23:00:00Z', '2026-03-01T00:00:00Z'],
    ['month', 'Africa/Casablanca', '2026-03-10T00:00:00Z', '2026-03-01T00:00:00Z', '2026-03-31T23:00:00Z'],
    // Samoa skipped 30 December 2011: the day of the anchor is no day, and the next one begins in its place.
    ['month:30', 'Pacific/Apia', '2011-12-31T00:00:00Z', '2011-12-30T10:00:00Z', '2012-01-29T10:00:00Z'],
    ['day', 'Pacific/Apia', '2011-12-30T09:59:59Z', '2011-12-29T10:00:00Z', '2011-12-30T10:00:00Z'],
    ['week', 'Pacific/Apia', '2011-12-31T00:00:00Z', '2011-12-26T10:00:00Z', '2012-01-01T10:00:00Z'],
    // Clamped at the end of the month, also of February in a leap year.
    ['month:31', 'UTC', '2026-02-28T00:00:00Z', '2026-02-28T00:00:00Z', '2026-03-31T00:00:00Z'],
    ['month:31', 'UTC', '2026-02-27T23:59:59Z', '2026-01-31T00:00:00Z', '2026-02-28T00:00:00Z'],
    ['month:30', 'UTC', '2028-02-29T12:00:00Z', '2028-02-29T00:00:00Z', '2028-03-30T00:00:00Z'],
    ['week', 'UTC', '2026-11-26T12:00:00Z', '2026-11-23T00:00:00Z', '2026-11-30T00:00:00Z'],
    ['week:sat', 'Asia/Tehran', '2026-11-26T12:00:00Z', '2026-11-20T20:30:00Z', '2026-11-27T20:30:00Z'],
    ['days:30@2026-11-01', 'UTC', '2026-12-01T00:00:00Z', '2026-12-01T00:00:00Z', '2026-12-31T00:00:00Z'],
    ['days:30@2026-11-01', 'UTC', '2026-10-31T23:59:59Z', '2026-10-02T00:00:00Z', '2026-11-01T00:00:00Z'],
    ['year', 'UTC', '2026-11-26T12:00:00Z', '2026-01-01T00:00:00Z', '2027-01-01T00:00:00Z'],
    ['year:02-29', 'UTC', '2027-02-28T00:00:00Z', '2027-02-28T00:00:00Z', '2028-02-29T00:00:00Z'],
    ['jalali-month', 'Asia/Tehran', '2026-11-26T12:00:00Z', '2026-11-21T20:30:00Z', '2026-12-21T20:30:00Z'],
    // Esfand 1404 has 29 days: an anchor on the 31st begins with its last.
    ['jalali-month:31', 'Asia/Tehran', '2026-03-20T12:00:00Z', '2026-03-19T20:30:00Z', '2026-04-19T20:30:00Z'],
    ['jalali-year', 'Asia/Tehran', '2026-03-20T20:30:00Z', '2026-03-20T20:30:00Z', '2027-03-20T20:30:00Z'],
  ])('%s in %s at %s', (cycle, zone, instant, from, to) => {
    expect(at(cycle, zone, instant)?.slice(0, 2)).toEqual([from, to]);
  });

  it('knows its first and its last day', () => {
    expect(at('month:15', 'Asia/Kathmandu', '2026-11-26T12:00:00Z')?.slice(2)).toEqual(['2026-11-15', '2026-12-14']);
    expect(at('none', 'UTC', '2026-11-26T12:00:00Z')).toBeNull();
  });

  it('leads to the one before and the one after', () => {
    const calendar = Calendar.of('Asia/Tehran');
    const now = cycleAt(CALENDAR_MONTHS, calendar, ms('2026-03-10T12:00:00Z'));
    if (now === null) throw new Error('there is a cycle');
    const [before, after] = [previousCycle, nextCycle].map(
      (move) => move(CALENDAR_MONTHS, calendar, now)?.firstDay ?? 0,
    );
    expect([before, after].map((day) => formatDay(day ?? 0))).toEqual(['2026-02-01', '2026-04-01']);
  });

  it('keeps its borders on days where the zone changes within it', () => {
    const calendar = Calendar.of('Europe/Berlin').withZone('Asia/Tokyo', ms('2026-03-10T12:00:00Z'));
    const march = cycleAt(CALENDAR_MONTHS, calendar, ms('2026-03-20T00:00:00Z'));
    expect(march).toMatchObject({ fromMs: ms('2026-02-28T23:00:00Z'), toMs: ms('2026-03-31T15:00:00Z') });
  });
});

const anchors = fc.integer({ min: 1, max: 31 });
const months = fc.constantFrom('gregorian' as const, 'jalali' as const);
const cycles: fc.Arbitrary<BillingCycle> = fc.oneof(
  fc.constant({ kind: 'day' } as const),
  fc.record({ kind: fc.constant('week' as const), firstDay: fc.constantFrom(1, 2, 3, 4, 5, 6, 7) as fc.Arbitrary<1> }),
  fc.record({ kind: fc.constant('month' as const), months, anchor: anchors }),
  fc.record({
    kind: fc.constant('days' as const),
    count: fc.integer({ min: 1, max: 400 }),
    start: fc.integer({ min: 0, max: 30_000 }),
  }),
  fc.record({ kind: fc.constant('year' as const), months, month: fc.integer({ min: 1, max: 12 }), anchor: anchors }),
);
const instants = fc.integer({ min: ms('1990-01-01'), max: ms('2060-01-01') });

describe('billing cycles', () => {
  it('tile time without holes and overlaps, on borders of quarters of an hour', () => {
    fc.assert(
      fc.property(cycles, fc.constantFrom(...ZONES), instants, (cycle, zone, instant) => {
        const calendar = Calendar.of(zone);
        const now = cycleAt(cycle, calendar, instant);
        if (now === null) throw new Error('there is a cycle');
        expect(now.fromMs <= instant && instant < now.toMs).toBe(true);
        expect([now.fromMs % QUARTER_MS, now.toMs % QUARTER_MS]).toEqual([0, 0]);
        expect(cycleAt(cycle, calendar, now.fromMs)).toEqual(now);
        expect(cycleAt(cycle, calendar, now.toMs - 1)).toEqual(now);
        expect(nextCycle(cycle, calendar, now)?.fromMs).toBe(now.toMs);
        expect(previousCycle(cycle, calendar, now)?.toMs).toBe(now.fromMs);
      }),
      { numRuns: 1000 },
    );
  });

  it('tile time over changes of the zone, too', () => {
    const changes = fc.array(fc.tuple(fc.constantFrom(...ZONES), fc.integer({ min: 0, max: 40 })), { maxLength: 4 });
    fc.assert(
      fc.property(
        cycles,
        fc.constantFrom(...ZONES),
        changes,
        fc.integer({ min: 0, max: 120 }),
        (cycle, zone, later, days) => {
          let at = ms('2026-03-01T12:00:00Z');
          let calendar = Calendar.of(zone);
          for (const [next, wait] of later) {
            at += wait * 86_400_000;
            calendar = calendar.withZone(next, at);
          }
          const now = cycleAt(cycle, calendar, ms('2026-02-20T00:00:00Z') + days * 86_400_000);
          if (now === null) throw new Error('there is a cycle');
          expect(nextCycle(cycle, calendar, now)?.fromMs).toBe(now.toMs);
          expect(cycleAt(cycle, calendar, now.fromMs)).toEqual(now);
        },
      ),
    );
  });

  it('of months begin on their anchor, or on the last day of a month that is shorter', () => {
    fc.assert(
      fc.property(months, anchors, instants, (calendar, anchor, instant) => {
        const now = cycleAt({ kind: 'month', months: calendar, anchor }, Calendar.of('UTC'), instant);
        const first = now?.firstDay ?? 0;
        const date = new Date(first * 86_400_000);
        const { year, month, day } = jalaliDate(first);
        const [ofMonth, length] =
          calendar === 'jalali'
            ? [day, jalaliMonthLength(year, month)]
            : [date.getUTCDate(), new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 0)).getUTCDate()];
        expect(ofMonth).toBe(Math.min(anchor, length));
      }),
    );
  });
});

describe('the text of a cycle', () => {
  it('is read as it is written', () => {
    fc.assert(fc.property(cycles, (cycle) => void expect(parseCycle(formatCycle(cycle))).toEqual(cycle)));
    expect(parseCycle('none')).toEqual({ kind: 'none' });
  });

  it.each([
    ['week', { kind: 'week', firstDay: 1 }],
    ['week:fa-IR', { kind: 'week', firstDay: 6 }],
    ['week:en-US', { kind: 'week', firstDay: 7 }],
    ['month', CALENDAR_MONTHS],
    ['jalali-month:5', { kind: 'month', months: 'jalali', anchor: 5 }],
    ['year', { kind: 'year', months: 'gregorian', month: 1, anchor: 1 }],
    ['days:7@1970-01-08', { kind: 'days', count: 7, start: 7 }],
  ])('%s', (text, cycle) => {
    expect(parseCycle(text)).toEqual(cycle);
  });

  it.each([
    ...[
      '',
      'fortnight',
      'month:0',
      'month:32',
      'month:',
      'month:1.5',
      'day:1',
      'week:!',
      'days:0@2026-01-01',
      'days:30',
    ],
    ...['days:30@2026-02-30', 'days:3661@2026-01-01', 'year:13-01', 'year:1', 'year:01-01-01', 'jalali', 'Month:1'],
  ])('is not "%s"', (text) => {
    expect(parseCycle(text)).toBeNull();
  });

  it('knows where weeks begin', () => {
    expect(['ru', 'en', 'fa', 'de-DE', 'ar-EG', 'no locale'].map(firstDayOfWeek)).toEqual([1, 7, 6, 1, 6, null]);
  });
});
