import { describe, expect, test } from 'vitest';
import { Calendar } from '../units/calendar.ts';
import { OURSELVES } from './alert.ts';
import { DEFAULT_RULES, notBefore, retryAfterMs, wants } from './channel.ts';

const event = (severity: 'info' | 'warning' | 'error', topic = 'node-down') => ({
  severity,
  topic,
  subject: OURSELVES,
});

test('a channel is told from its severity on, and of its kinds', () => {
  const rules = { ...DEFAULT_RULES, kinds: ['nodes' as const] };
  expect(wants(rules, event('info'))).toBe(false);
  expect(wants(rules, event('warning'))).toBe(true);
  expect(wants(rules, event('error', 'backup-failed'))).toBe(false);
  expect(wants({ ...rules, kinds: null }, event('error', 'backup-failed'))).toBe(true);
});

describe('quiet hours', () => {
  const night = { ...DEFAULT_RULES, quiet: { fromMinute: 22 * 60, toMinute: 7 * 60 + 30 } };
  const tehran = Calendar.of('Asia/Tehran');
  const wait = (at: string, severity: 'warning' | 'error' = 'warning') =>
    notBefore(night, { severity, at: new Date(at) }, tehran).toISOString();

  test("end in the panel's zone, on this day or the next", () => {
    expect(wait('2026-03-10T19:00:00Z')).toBe('2026-03-11T04:00:00.000Z');
    expect(wait('2026-03-10T22:00:00Z')).toBe('2026-03-11T04:00:00.000Z');
    expect(wait('2026-03-10T04:00:00Z')).toBe('2026-03-10T04:00:00.000Z');
    expect(wait('2026-03-10T18:29:59Z')).toBe('2026-03-10T18:29:59.000Z');
  });

  test('hold up no error', () => {
    expect(wait('2026-03-10T22:00:00Z', 'error')).toBe('2026-03-10T22:00:00.000Z');
  });
});

test('tries grow apart to an hour, and wait for as long as the receiver asks', () => {
  expect([1, 2, 3].map((failures) => retryAfterMs(failures, null))).toEqual([10_000, 20_000, 40_000]);
  expect(retryAfterMs(99, null)).toBe(3_600_000);
  expect(retryAfterMs(1, 300_000)).toBe(300_000);
  expect(retryAfterMs(1, 1e12)).toBe(86_400_000);
});
