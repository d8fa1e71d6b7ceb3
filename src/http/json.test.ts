import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { writeJson } from './json.ts';

describe('writeJson', () => {
  it('writes a bigint as an exact number, beyond 2^53 too', () => {
    expect(writeJson({ totalBytes: 9_223_372_036_854_775_807n })).toBe('{"totalBytes":9223372036854775807}');
  });

  it('writes instants as RFC 3339 in UTC', () => {
    expect(writeJson([new Date(Date.UTC(2026, 10, 1))])).toBe('["2026-11-01T00:00:00.000Z"]');
  });

  it('leaves out what is undefined', () => {
    expect(writeJson({ a: undefined, b: null })).toBe('{"b":null}');
  });

  it('agrees with JSON.stringify on everything that has no bigint', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(JSON.parse(writeJson(value))).toEqual(JSON.parse(JSON.stringify(value)));
      }),
    );
  });
});
