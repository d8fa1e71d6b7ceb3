import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { directed, undirected } from '../units/bytes.ts';
import { Calendar } from '../units/calendar.ts';
import { GRACE_MS, QUARTER_MS, quarterOf } from '../units/quarter.ts';
import { FLAG } from './flags.ts';
import { apportion, cutInterval, mayPassOver, spread } from './spread.ts';

const MINUTE = 60_000;
const noon = Date.parse('2026-03-01T12:00:00Z');
const q = quarterOf(noon);

/** An interval of a poll, in minutes from noon, booked at its end. */
const polled = (from: number, to: number, flags = 0) => ({
  fromMs: noon + from * MINUTE,
  toMs: noon + to * MINUTE,
  bookedAtMs: noon + to * MINUTE,
  flags,
});

describe('cutInterval', () => {
  it('leaves an interval within one quarter whole', () => {
    expect(cutInterval(polled(1, 2))).toEqual([
      { quarter: q, fromMs: noon + MINUTE, toMs: noon + 2 * MINUTE, flags: 0, lag: 0 },
    ]);
  });

  it('an interval that ends on a border lies in the quarter before it', () => {
    expect(cutInterval(polled(10, 15)).map((piece) => piece.quarter)).toEqual([q]);
  });

  it('keeps 5 minutes across a border measured', () => {
    expect(cutInterval(polled(11, 16)).map(({ quarter, flags, lag }) => ({ quarter, flags, lag }))).toEqual([
      { quarter: q, flags: 0, lag: 0 },
      { quarter: q + 1, flags: 0, lag: 0 },
    ]);
  });

  it('calls a longer interval over several quarters estimated, and late what fell into closed ones', () => {
    const pieces = cutInterval(polled(10, 32));
    expect(pieces.map(({ quarter, flags, lag }) => ({ quarter, flags, lag }))).toEqual([
      { quarter: q, flags: FLAG.estimated | FLAG.late, lag: 2 },
      { quarter: q + 1, flags: FLAG.estimated, lag: 0 },
      { quarter: q + 2, flags: FLAG.estimated, lag: 0 },
    ]);
  });

  it('a long interval within one quarter is measured', () => {
    expect(cutInterval(polled(1, 14))[0]?.flags).toBe(0);
  });

  it('a report about the past is late for its quarter', () => {
    const report = { ...polled(1, 2, FLAG.unverified), bookedAtMs: noon + 60 * MINUTE };
    expect(cutInterval(report)).toMatchObject([{ quarter: q, flags: FLAG.late | FLAG.unverified, lag: 4 }]);
  });

  it('an instant, and an interval without a start, is one piece', () => {
    expect(cutInterval(polled(15, 15))).toMatchObject([{ quarter: q + 1, fromMs: noon + 15 * MINUTE }]);
    expect(cutInterval({ ...polled(0, 20), fromMs: null })).toMatchObject([{ quarter: q + 1, lag: 0, flags: 0 }]);
  });

  it('cuts at instants strictly inside, too', () => {
    const cuts = [-5, 0, 3, 3, 20, 40].map((minute) => noon + minute * MINUTE);
    const pieces = cutInterval(polled(0, 20), cuts);
    expect(pieces.map((piece) => (piece.fromMs - noon) / MINUTE)).toEqual([0, 3, 15]);
    expect(pieces.at(-1)?.toMs).toBe(noon + 20 * MINUTE);
  });

  it.each([
    [48, 192],
    [49, 49 + 1],
    [192, 192 + 1],
    [193, 9],
    [30 * 24, 31],
  ])('cuts %i hours into %i pieces where it knows the days', (hours, count) => {
    const kathmandu = Calendar.of('Asia/Kathmandu');
    const pieces = cutInterval(polled(-60 * hours, 0), [], kathmandu);
    expect(pieces).toHaveLength(count);
    for (const { quarter, fromMs, toMs } of pieces) {
      expect(quarter).toBe(quarterOf(toMs - 1));
      expect(kathmandu.dayOf(quarter * QUARTER_MS)).toBe(kathmandu.dayOf(fromMs));
    }
  });

  it('covers the interval without holes or overlaps, each piece in its quarter', () => {
    const instants = fc.integer({ min: noon, max: noon + 6 * 3_600_000 });
    fc.assert(
      fc.property(instants, instants, fc.array(instants, { maxLength: 4 }), (a, b, cuts) => {
        const [fromMs, toMs] = a < b ? [a, b] : [b, a];
        cuts.sort((x, y) => x - y);
        const pieces = cutInterval({ fromMs, toMs, bookedAtMs: toMs, flags: 0 }, cuts);
        let end = fromMs;
        for (const piece of pieces) {
          expect(piece.fromMs).toBe(end);
          expect(piece.quarter).toBe(quarterOf(piece.fromMs));
          expect(piece.toMs).toBeLessThanOrEqual((piece.quarter + 1) * QUARTER_MS);
          end = piece.toMs;
        }
        expect(end).toBe(toMs);
        if (toMs - fromMs <= GRACE_MS) expect(pieces.every((piece) => piece.flags === 0 && piece.lag === 0)).toBe(true);
      }),
    );
  });
});

describe('mayPassOver', () => {
  const times = fc.record({
    offset: fc.integer({ min: 0, max: QUARTER_MS }),
    length: fc.integer({ min: 1, max: 100 * QUARTER_MS }),
  });

  it('where it is false every quarter of the interval gets bytes', () => {
    fc.assert(
      fc.property(
        times,
        fc.bigInt({ min: 1n, max: 10n ** 9n }),
        fc.bigInt({ min: 0n, max: 10n ** 9n }),
        ({ offset, length }, rx, tx) => {
          const interval = {
            fromMs: noon + offset,
            toMs: noon + offset + length,
            bookedAtMs: noon + offset + length,
            flags: 0,
          };
          fc.pre(!mayPassOver(rx + tx, interval));
          const pieces = cutInterval(interval, [], Calendar.of('UTC'));
          expect(spread(directed(rx, tx), pieces)).toHaveLength(pieces.length);
          expect(pieces.length).toBe(quarterOf(interval.toMs - 1) - quarterOf(interval.fromMs) + 1);
        },
      ),
    );
  });

  it('few bytes over some quarters, and any over days, may leave quarters without a record', () => {
    expect(mayPassOver(3n, polled(10, 80))).toBe(true);
    expect(mayPassOver(3n, polled(1, 2))).toBe(false);
    expect(mayPassOver(10n ** 15n, polled(0, 49 * 60))).toBe(true);
    expect(mayPassOver(10n ** 15n, polled(0, 47 * 60))).toBe(false);
  });
});

describe('spread', () => {
  it('gives one piece everything, untouched', () => {
    const traffic = directed(7n, 9n);
    expect(spread(traffic, cutInterval(polled(1, 2)))[0]?.traffic).toBe(traffic);
  });

  it('splits by time, the rest to the largest remainder', () => {
    const slices = spread(directed(10n, 100n), cutInterval(polled(14, 17)));
    expect(slices.map((slice) => slice.traffic)).toEqual([directed(3n, 33n), directed(7n, 67n)]);
  });

  it('leaves out pieces that get nothing, and books nothing of nothing', () => {
    expect(spread(directed(0n, 1n), cutInterval(polled(0, 45)))).toHaveLength(1);
    expect(spread(directed(0n, 0n), cutInterval(polled(0, 45)))).toEqual([]);
  });

  it('every direction sums exactly', () => {
    const bytes = fc.bigInt({ min: 0n, max: 2n ** 63n - 1n });
    fc.assert(
      fc.property(bytes, bytes, fc.integer({ min: 0, max: 600 * MINUTE }), fc.boolean(), (a, b, length, known) => {
        const traffic = known ? directed(a, b) : undirected(a);
        const toMs = noon + length;
        const slices = spread(traffic, cutInterval({ fromMs: noon, toMs, bookedAtMs: toMs, flags: 0 }));
        const sum = (pick: (slice: (typeof slices)[number]) => bigint) =>
          slices.reduce((total, slice) => total + pick(slice), 0n);
        expect(sum((slice) => slice.traffic.total)).toBe(traffic.total);
        if (known) {
          expect(sum((slice) => slice.traffic.rx ?? -1n)).toBe(a);
          expect(sum((slice) => slice.traffic.tx ?? -1n)).toBe(b);
        }
      }),
    );
  });

  it('no share is a whole byte away from its exact part', () => {
    const weights = fc.array(fc.bigInt({ min: 1n, max: BigInt(QUARTER_MS) }), { minLength: 1, maxLength: 20 });
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: 10n ** 15n }), weights, (amount, parts) => {
        const sum = parts.reduce((a, b) => a + b);
        apportion(amount, parts).forEach((share, i) => {
          const distance = share * sum - amount * (parts[i] ?? 0n);
          expect(distance < sum && -distance < sum).toBe(true);
        });
      }),
    );
  });
});
