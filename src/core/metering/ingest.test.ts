import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ExpectedError, InvalidInput } from '../errors.ts';
import { directed, undirected } from '../units/bytes.ts';
import { isImplausible, parseReport, reportInterval } from './ingest.ts';

const now = Date.parse('2026-03-01T12:00:00Z');
const rules = { nowMs: now, backfill: false };
const good = {
  user_token: 'alice',
  server: 'de1.example.com',
  port: 443,
  protocol: 'vless',
  bytes_uploaded: 1000,
  bytes_downloaded: 2000,
};

const parse = (change: object, pointer = '', eventId: string | null = null, backfill = false) =>
  parseReport({ ...good, ...change }, pointer, eventId, { ...rules, backfill });

/** Field and code of the refusal; fails if there is none. */
function refusal(act: () => unknown): { pointer: unknown; code: string; message: string } {
  try {
    act();
  } catch (error) {
    if (error instanceof ExpectedError) {
      return { pointer: error.details.pointer, code: error.code, message: error.message };
    }
    throw error;
  }
  throw new Error('was accepted');
}

describe('parseReport', () => {
  it('takes a report of the original as a delta without an id', () => {
    expect(parse({})).toEqual({
      userToken: 'alice',
      server: 'de1.example.com',
      port: 443,
      protocol: 'vless',
      rx: 1000n,
      tx: 2000n,
      mode: 'delta',
      stream: '',
      eventId: null,
      periodStart: null,
      periodEnd: null,
    });
  });

  it('keeps server and protocol in lower case and leaves the rest as it is', () => {
    const report = parse({ user_token: 'Alice', server: 'DE1.Example.com', protocol: 'VLESS', stream: 'S1' });
    expect(report).toMatchObject({
      userToken: 'Alice',
      server: 'de1.example.com',
      protocol: 'vless',
      stream: 'S1',
    });
  });

  it('reads the optional fields; null is the same as leaving one out', () => {
    const more = {
      event_id: 'e-1',
      mode: 'cumulative',
      stream: 'core',
      period_start: '2026-03-01T13:00:00+03:00',
      period_end: '2026-03-01T11:30:00.25Z',
    };
    expect(parse(more, '', 'header')).toMatchObject({
      eventId: 'e-1',
      mode: 'cumulative',
      stream: 'core',
      periodStart: new Date('2026-03-01T10:00:00Z'),
      periodEnd: new Date('2026-03-01T11:30:00.250Z'),
    });
    const none = Object.fromEntries(Object.keys(more).map((field) => [field, null]));
    expect(parse(none, '', 'header')).toEqual({ ...parse({}), eventId: 'header' });
  });

  it('ignores fields that it does not know', () => {
    expect(parse({ client: 'v2box', bytes: 'many', __proto__: { port: 1 } })).toEqual(parse({}));
  });

  it('takes one missing direction as 0, but not both', () => {
    expect(parse({ bytes_uploaded: undefined })).toMatchObject({ rx: 0n, tx: 2000n });
    expect(parse({ bytes_downloaded: undefined })).toMatchObject({ rx: 1000n, tx: 0n });
    const neither = () => parse({ bytes_uploaded: undefined, bytes_downloaded: undefined });
    expect(refusal(neither).pointer).toBe('/bytes_uploaded');
  });

  it('is exact up to 2^53 - 1', () => {
    expect(parse({ bytes_uploaded: Number.MAX_SAFE_INTEGER }).rx).toBe(9_007_199_254_740_991n);
    expect(refusal(() => parse({ bytes_uploaded: 2 ** 53 })).pointer).toBe('/bytes_uploaded');
  });

  it.each([
    ['/user_token', { user_token: '' }],
    ['/user_token', { user_token: 'a'.repeat(129) }],
    ['/user_token', { user_token: 'a b' }],
    ['/user_token', { user_token: 'a/b' }],
    ['/user_token', { user_token: 'global' }],
    ['/user_token', { user_token: 'database' }],
    ['/user_token', { user_token: '..' }],
    ['/user_token', { user_token: 5 }],
    ['/user_token', { user_token: undefined }],
    ['/server', { server: '' }],
    ['/server', { server: 'x'.repeat(256) }],
    ['/server', { server: 'a\nb' }],
    ['/port', { port: '443' }],
    ['/port', { port: 0 }],
    ['/port', { port: 65_536 }],
    ['/port', { port: 443.5 }],
    ['/port', { port: null }],
    ['/protocol', { protocol: 'x'.repeat(33) }],
    ['/protocol', { protocol: undefined }],
    ['/bytes_uploaded', { bytes_uploaded: -1 }],
    ['/bytes_uploaded', { bytes_uploaded: 1.5 }],
    ['/bytes_uploaded', { bytes_uploaded: '1000' }],
    ['/bytes_uploaded', { bytes_uploaded: null }],
    ['/bytes_uploaded', { bytes_uploaded: true }],
    ['/bytes_downloaded', { bytes_downloaded: Number.NaN }],
    ['/bytes_downloaded', { bytes_downloaded: Number.POSITIVE_INFINITY }],
    ['/mode', { mode: 'total' }],
    ['/stream', { stream: 7 }],
    ['/event_id', { event_id: '' }],
    ['/event_id', { event_id: 12 }],
    ['/period_start', { period_start: '2026-03-01' }],
    ['/period_start', { period_start: '2026-02-30T00:00:00Z' }],
    ['/period_start', { period_start: '2026-02-28T24:00:00Z' }],
    ['/period_start', { period_start: 1_772_366_400 }],
    ['/period_end', { period_end: '2026-03-01T12:00:00' }],
    ['/period_end', { period_start: '2026-03-01T11:00:00Z', period_end: '2026-03-01T10:00:00Z' }],
    ['/period_end', { period_end: '2026-03-01T12:05:01Z' }],
  ])('refuses %s of %j and names it, also in a batch', (pointer, change) => {
    expect(refusal(() => parse(change))).toMatchObject({ pointer, code: 'invalid-input' });
    expect(refusal(() => parse(change, '/3')).pointer).toBe(`/3${pointer}`);
  });

  it.each([null, 'text', 7, [good], undefined])('refuses %j, which is no object', (value) => {
    expect(() => parseReport(value, '/0', null, rules)).toThrow(InvalidInput);
  });

  it('takes clocks that are up to 5 minutes ahead', () => {
    expect(parse({ period_end: '2026-03-01T12:05:00Z' }).periodEnd).toEqual(new Date('2026-03-01T12:05:00Z'));
  });

  it('refuses what is too old to tell a repeat from news, unless it is a backfill', () => {
    const edge = { period_start: '2026-01-01T00:00:00Z', period_end: '2026-01-25T12:00:00Z' };
    expect(parse(edge).periodEnd).toEqual(new Date('2026-01-25T12:00:00Z'));
    const old = { period_end: '2026-01-25T11:59:59.999Z' };
    expect(refusal(() => parse(old))).toMatchObject({ pointer: '/period_end', code: 'too-old-to-deduplicate' });
    expect(parse(old, '', null, true).periodEnd).not.toBeNull();
  });

  it('refuses a period of more days than can be told apart, also of a backfill', () => {
    const end = '2026-02-05T12:00:00Z';
    expect(parse({ period_start: '2026-01-01T12:00:00Z', period_end: end }).periodStart).not.toBeNull();
    for (const period_start of ['2026-01-01T11:59:59Z', '1970-01-01T00:00:00Z', '0001-01-01T00:00:00Z']) {
      const refused = { pointer: '/period_start', code: 'invalid-input' };
      expect(refusal(() => parse({ period_start, period_end: end }))).toMatchObject(refused);
    }
    expect(parse({ period_start: '2025-06-01T12:00:00Z', period_end: end }, '', null, true).periodStart).not.toBeNull();
    for (const period_start of ['2016-01-01T00:00:00Z', '1970-01-01T00:00:00Z', '0001-01-01T00:00:00Z']) {
      const refused = { pointer: '/period_start', code: 'invalid-input' };
      expect(refusal(() => parse({ period_start }, '', null, true))).toMatchObject(refused);
    }
  });

  it('never takes anything but exact numbers, and never throws anything but a refusal', () => {
    const fields = fc.record(
      Object.fromEntries(
        [...Object.keys(good), 'event_id', 'mode', 'stream', 'period_start', 'period_end'].map((field) => [
          field,
          fc.oneof(fc.constant(good[field as keyof typeof good]), fc.jsonValue()),
        ]),
      ),
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(fields, (value) => {
        try {
          const report = parseReport(value, '', null, rules);
          const sent = value as Record<string, unknown>;
          expect([BigInt((sent.bytes_uploaded as number | undefined) ?? 0), sent.port]).toEqual([
            report.rx,
            report.port,
          ]);
        } catch (error) {
          expect(error).toBeInstanceOf(ExpectedError);
        }
      }),
      { numRuns: 500 },
    );
  });
});

describe('reportInterval', () => {
  const interval = (start: number | null, end: number | null) =>
    reportInterval(
      {
        periodStart: start === null ? null : new Date(now + start),
        periodEnd: end === null ? null : new Date(now + end),
      },
      now,
    );

  it('is the period told, else the receipt', () => {
    expect(interval(-10, -5)).toEqual({ fromMs: now - 10, toMs: now - 5 });
    expect(interval(-10, null)).toEqual({ fromMs: now - 10, toMs: now });
    expect(interval(null, -5)).toEqual({ fromMs: null, toMs: now - 5 });
    expect(interval(null, null)).toEqual({ fromMs: null, toMs: now });
  });

  it('does not reach beyond the receipt', () => {
    expect(interval(3, 9)).toEqual({ fromMs: now, toMs: now });
  });
});

describe('isImplausible', () => {
  it('is more than 10 TiB at once, in both directions together', () => {
    const limit = 10n * 1024n ** 4n;
    expect(isImplausible(directed(limit - 1n, 1n))).toBe(false);
    expect(isImplausible(directed(limit, 1n))).toBe(true);
    expect(isImplausible(undirected(limit + 1n))).toBe(true);
    expect(isImplausible(parse({ bytes_uploaded: Number.MAX_SAFE_INTEGER }))).toBe(true);
  });
});
