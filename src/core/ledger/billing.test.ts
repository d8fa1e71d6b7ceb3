import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AS_COUNTED, billedBytes, formatMultiplier, nextQuarter, parseMultiplier, ruleAt } from './billing.ts';

const rule = (multiplier: string, direction = AS_COUNTED.direction) => ({
  thousandths: parseMultiplier(multiplier) ?? Number.NaN,
  direction,
});
const bytes = fc.bigInt({ min: 0n, max: 2n ** 62n });
const multipliers = fc.integer({ min: 0, max: 1_000_000 });

describe('a multiplier', () => {
  it.each([
    ['1', 1000],
    ['0', 0],
    ['0.5', 500],
    ['1.25', 1250],
    ['2.005', 2005],
    ['1000', 1_000_000],
    ['007', 7000],
  ])('%s is %i thousandths', (text, thousandths) => {
    expect(parseMultiplier(text)).toBe(thousandths);
  });

  it.each(['', '-1', '1.', '.5', '1,5', '1.0005', '1000.001', '1e3', ' 1', 'NaN'])('is not "%s"', (text) => {
    expect(parseMultiplier(text)).toBeNull();
  });

  it('is written as it is read', () => {
    fc.assert(
      fc.property(multipliers, (thousandths) => parseMultiplier(formatMultiplier(thousandths)) === thousandths),
    );
    expect([1500, 1000, 5, 1_000_000].map(formatMultiplier)).toEqual(['1.5', '1', '0.005', '1000']);
  });
});

describe('billed bytes', () => {
  it('are those of the direction, times the multiplier', () => {
    expect(billedBytes(rule('1.5'), 100n, 1000n, 0n)).toBe(1650n);
    expect(billedBytes(rule('1.5', 'up'), 100n, 1000n, 0n)).toBe(150n);
    expect(billedBytes(rule('1.5', 'down'), 100n, 1000n, 0n)).toBe(1500n);
    expect(billedBytes(rule('1', 'max'), 100n, 1000n, 0n)).toBe(1000n);
    expect(billedBytes(rule('1', 'max'), 1001n, 1000n, 0n)).toBe(1001n);
    expect(billedBytes(rule('0'), 100n, 1000n, 0n)).toBe(0n);
  });

  it('of an unknown direction are billed whatever the direction', () => {
    expect(billedBytes(rule('2', 'down'), 0n, 0n, 7n)).toBe(14n);
    expect(billedBytes(rule('2', 'max'), 3n, 4n, 7n)).toBe(22n);
  });

  it('are rounded towards zero, for corrections too', () => {
    expect(billedBytes(rule('0.333'), 1n, 1n, 0n)).toBe(0n);
    expect(billedBytes(rule('0.999'), 500n, 501n, 0n)).toBe(999n);
    expect(billedBytes(rule('0.5'), -3n, 0n, 0n)).toBe(-1n);
    expect(billedBytes(rule('1', 'max'), -10n, 4n, 0n)).toBe(-10n);
  });

  it('are exact: never more than the multiplier says, and less than one byte below it', () => {
    fc.assert(
      fc.property(bytes, bytes, bytes, multipliers, (rx, tx, undirected, thousandths) => {
        const billed = billedBytes({ thousandths, direction: 'both' }, rx, tx, undirected);
        const wanted = (rx + tx + undirected) * BigInt(thousandths);
        expect(billed * 1000n <= wanted && wanted < billed * 1000n + 1000n).toBe(true);
      }),
    );
  });

  it('by up and down make those of both, and max is one of them', () => {
    fc.assert(
      fc.property(bytes, bytes, (rx, tx) => {
        const [up, down] = [billedBytes(rule('3', 'up'), rx, tx, 0n), billedBytes(rule('3', 'down'), rx, tx, 0n)];
        const larger = [up, down].sort((a, b) => (a < b ? 1 : -1))[0];
        expect(up + down).toBe(billedBytes(rule('3'), rx, tx, 0n));
        expect(billedBytes(rule('3', 'max'), rx, tx, 0n)).toBe(larger);
      }),
    );
  });
});

describe('the rule in force', () => {
  const node = [
    { fromQuarter: 10, rule: rule('2') },
    { fromQuarter: 20, rule: rule('3', 'max') },
  ];

  it('begins with its quarter and ends with the next one', () => {
    const at = (quarter: number) => ruleAt({ service: [], node }, quarter);
    expect([9, 10, 19, 20].map(at)).toEqual([AS_COUNTED, rule('2'), rule('2'), rule('3', 'max')]);
  });

  it("of a VPN service goes before its node's, until it is given up", () => {
    const service = [
      { fromQuarter: 12, rule: rule('0.5') },
      { fromQuarter: 25, rule: null },
    ];
    const at = (quarter: number) => ruleAt({ service, node }, quarter).thousandths;
    expect([9, 11, 12, 24, 25].map(at)).toEqual([1000, 2000, 500, 500, 3000]);
  });

  it('may change from the next quarter on', () => {
    expect(nextQuarter(Date.parse('2026-03-01T10:14:59.999Z'))).toEqual(new Date('2026-03-01T10:15:00Z'));
    expect(nextQuarter(Date.parse('2026-03-01T10:15:00Z'))).toEqual(new Date('2026-03-01T10:30:00Z'));
  });
});
