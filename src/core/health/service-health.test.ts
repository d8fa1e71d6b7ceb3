import { describe, expect, it } from 'vitest';
import type { NodeView, ServiceView } from '../inventory/node-operations.ts';
import type { ProbeResult } from './prober.ts';
import {
  judgeByPolls,
  judgeProbes,
  judgeService,
  nextProbeMs,
  type ProbeTrack,
  type ServiceHealth,
  trackProbe,
} from './service-health.ts';

const MINUTE = 60_000;
const at = (minutes: number) => new Date(Date.UTC(2026, 2, 1, 12) + minutes * MINUTE);
const notice = (code: string) => ({ code, message: `${code}.`, hint: null });
const answered = (latencyMs = 12): ProbeResult => ({ outcome: 'answered', latencyMs, reason: null });
const silent: ProbeResult = { outcome: 'silent', latencyMs: null, reason: notice('probe-refused') };
const impossible: ProbeResult = { outcome: 'impossible', latencyMs: null, reason: notice('ping-missing') };
const flawed: ProbeResult = { outcome: 'flawed', latencyMs: 20, reason: notice('certificate-expired') };

/** States after each probe, a minute apart. */
function states(results: readonly ProbeResult[]): string[] {
  let track: ProbeTrack | null = null;
  return results.map((result, minute) => {
    track = trackProbe(track, result, at(minute));
    return judgeProbes(track, MINUTE, at(minute)).state;
  });
}

describe('probes', () => {
  it('that fail degrade once or twice, take down at the third, and one answer is up again', () => {
    expect(states([answered(), silent, silent, silent, silent, answered()])).toEqual([
      ...['up', 'degraded', 'degraded', 'down', 'down', 'up'],
    ]);
    expect(states([silent, answered(), silent, silent])).toEqual(['degraded', 'up', 'degraded', 'degraded']);
  });

  it('that are answered late, or with a bad certificate, degrade however often', () => {
    expect(states([answered(999), answered(1_000), flawed, flawed, flawed, flawed])).toEqual([
      ...['up', 'degraded', 'degraded', 'degraded', 'degraded', 'degraded'],
    ]);
  });

  it('that cannot be made say nothing, and are no failure between two', () => {
    expect(states([answered(), impossible, silent, impossible, silent, silent])).toEqual([
      ...['up', 'unknown', 'degraded', 'unknown', 'degraded', 'down'],
    ]);
  });

  it('are unknown before the first, and after three were missed', () => {
    expect(judgeProbes(null, MINUTE, at(0))).toMatchObject({ state: 'unknown', checkedAt: null });
    const track = trackProbe(null, answered(), at(0));
    expect(judgeProbes(track, MINUTE, at(3)).state).toBe('up');
    expect(judgeProbes(track, MINUTE, at(4))).toMatchObject({
      state: 'unknown',
      reason: { code: 'not-probed-since' },
      checkedAt: at(0),
    });
  });

  it('come sooner while a failure waits to be confirmed, and not after that', () => {
    const after = (count: number) => {
      let track: ProbeTrack | null = null;
      for (let i = 0; i < count; i += 1) track = trackProbe(track, silent, at(i));
      return nextProbeMs(MINUTE, track);
    };
    expect([0, 1, 2, 3].map(after)).toEqual([MINUTE, 10_000, 10_000, MINUTE]);
    expect(nextProbeMs(5_000, trackProbe(null, silent, at(0)))).toBe(5_000);
  });
});

describe('polls', () => {
  const view = { state: 'up', lastCompleteAt: at(0), silentSince: null, failures: 0, reason: null };
  const wg0 = { name: 'wg0', silentSince: null };
  const judge = (node: object, service: object = {}, signs: Parameters<typeof judgeByPolls>[2] = null) =>
    judgeByPolls({ ...view, ...node } as NodeView, { ...wg0, ...service } as ServiceView, signs);

  it('say that a service is up while it is there, even if nobody is connected', () => {
    expect(judge({})).toEqual({ state: 'up', reason: null, checkedAt: at(0), latencyMs: null });
    expect(judge({}, {}, { latestAt: null, inLastHour: 0 }).state).toBe('up');
  });

  it('say that it is down once it is gone from a node that answers', () => {
    expect(judge({}, { silentSince: at(-1) })).toMatchObject({ state: 'down', reason: { code: 'service-missing' } });
  });

  it('know nothing while the node was not read, is silent, or our reading fails', () => {
    expect(judge({ lastCompleteAt: null, state: 'unknown' }).state).toBe('unknown');
    const silentNode = { silentSince: at(-9), state: 'down', reason: notice('ssh-timeout'), failures: 4 };
    expect(judge(silentNode)).toMatchObject({ state: 'unknown', reason: { code: 'ssh-timeout' } });
    const failing = { silentSince: at(-9), state: 'error', reason: notice('ssh-key-refused'), failures: 4 };
    expect(judge(failing)).toMatchObject({ state: 'unknown', reason: { code: 'ssh-key-refused' } });
  });

  it('degrade by one that failed, and by clients that fell silent together', () => {
    expect(judge({ failures: 1, reason: notice('timeout') })).toMatchObject({ state: 'degraded' });
    expect(judge({}, {}, { latestAt: at(-10), inLastHour: 3 })).toMatchObject({
      state: 'degraded',
      reason: { code: 'clients-silent' },
    });
    expect(judge({}, {}, { latestAt: at(-9), inLastHour: 3 }).state).toBe('up');
    expect(judge({}, {}, { latestAt: at(-30), inLastHour: 2 }).state).toBe('up');
  });
});

it('a probe is the better witness, but what is gone from its node is down', () => {
  const health = (state: ServiceHealth['state'], code: string | null = null): ServiceHealth => {
    return { state, reason: code === null ? null : notice(code), checkedAt: at(0), latencyMs: null };
  };
  expect(judgeService(health('unknown', 'ssh-key-refused'), health('up')).state).toBe('up');
  expect(judgeService(health('up'), health('down', 'probe-refused')).state).toBe('down');
  expect(judgeService(health('down', 'service-missing'), health('up')).state).toBe('down');
  expect(judgeService(health('up'), null).state).toBe('up');
});
