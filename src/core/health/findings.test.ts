import { describe, expect, test } from 'vitest';
import type { NodeId, ServiceId } from '../units/ids.ts';
import { type Finding, noticeOfFinding } from './findings.ts';

const now = new Date('2026-03-02T12:00:00Z');
const hoursAgo = (hours: number) => new Date(now.getTime() - hours * 3_600_000);
const told = (fields: Partial<Finding>) =>
  noticeOfFinding(
    {
      nodeId: 'n1' as NodeId,
      serviceId: 's1' as ServiceId,
      serviceName: 'wg0',
      code: 'counter-fell',
      firstAt: hoursAgo(5),
      lastAt: hoursAgo(1),
      times: 1,
      ...fields,
    },
    now,
  );

const CODES = ['counter-fell', 'counter-rewound', 'reading-quarantined', 'counters-frozen'] as const;

describe('what the ledger found', () => {
  test('a single fall is for information; a run of them names another reader', () => {
    expect(told({ times: 2 })).toMatchObject({ code: 'counter-fell', isInfo: true });
    const notice = told({ times: 3 });
    expect(notice).toMatchObject({ code: 'counters-reset-by-other', message: expect.stringContaining('wg0') });
    expect(notice).not.toHaveProperty('isInfo');
  });

  test('is no news after a day', () => {
    for (const code of CODES.filter((each) => each !== 'reading-quarantined')) {
      expect(told({ code, lastAt: hoursAgo(23.9), times: 4 })).not.toBeNull();
      expect(told({ code, lastAt: hoursAgo(24.1), times: 4 })).toBeNull();
    }
  });

  test('a reading that was set aside waits for an admin, however long', () => {
    expect(told({ code: 'reading-quarantined', lastAt: hoursAgo(999) })?.code).toBe('readings-quarantined');
  });

  test('counters that stand still are told with the way to switch statistics on', () => {
    expect(told({ code: 'counters-frozen', firstAt: hoursAgo(99), lastAt: hoursAgo(0) })).toMatchObject({
      code: 'counters-frozen',
      hint: expect.stringContaining('stats'),
    });
  });

  test('every notice says what to do', () => {
    for (const code of CODES) expect(told({ code })?.hint?.length).toBeGreaterThan(20);
  });
});
