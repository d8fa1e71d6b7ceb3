import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { HealthChange, HealthRecord, HealthStore, SubjectId } from '../core/health/health-store.ts';
import type { ProbeResult, ProbeTarget } from '../core/health/prober.ts';
import type { ServiceProbe } from '../core/health/service-probe.ts';
import type { NodeView } from '../core/inventory/node-operations.ts';
import { Calendar } from '../core/units/calendar.ts';
import type { ServiceId } from '../core/units/ids.ts';
import { Changes } from './changes.ts';
import { HealthMonitor } from './health-monitor.ts';
import { ManualTime } from './testing.ts';

const ID = 's1' as ServiceId;
const UP: ProbeResult = { outcome: 'answered', latencyMs: 9, reason: null };
const SILENT: ProbeResult = {
  outcome: 'silent',
  latencyMs: null,
  reason: { code: 'probe-refused', message: 'It refuses.', hint: null },
};
const target: ProbeTarget = {
  ...{ kind: 'tcp', host: 'vpn.example.com', port: 443, serverName: null },
  ...{ anyCertificate: false, privateAddresses: false },
};

/** Keeps what is written, as a store would over a restart. */
class Notebook {
  readonly spent: Record<string, number> = {};
  readonly changes: HealthRecord['changes'][number][] = [];
  readonly set = new Map<ServiceId, ServiceProbe>([[ID, { target, intervalMs: 60_000 }]]);

  port(): HealthStore {
    return {
      probes: async () => this.set,
      setProbe: async () => {},
      record: async ({ spent, changes }) => {
        for (const { id, day, state, ms } of spent) {
          const key = `${id} ${day - 20_000} ${state}`;
          this.spent[key] = (this.spent[key] ?? 0) + ms;
        }
        this.changes.push(...changes);
      },
      days: async () => [],
      sums: async () => new Map(),
      changes: async () => [],
      standings: async () => new Map<SubjectId, HealthChange>(this.changes.map((change) => [change.id, change])),
    };
  }

  states(): string[] {
    return this.changes.filter(({ id }) => id === ID).map(({ state }) => state);
  }
}

function view(time: ManualTime): NodeView {
  const service = { id: ID, name: 'in-443', kind: 'vless', publicKey: 'key', silentSince: null, listenPort: null };
  const node = { id: 'n1', name: 'vpn1', source: { kind: 'xray', options: {} } };
  const read = { lastCompleteAt: time.now(), lastPollAt: time.now(), silentSince: null, failures: 0 };
  return { node, services: [service], state: 'up', reason: null, ...read } as unknown as NodeView;
}

let time: ManualTime;
let notebook: Notebook;
let answer: ProbeResult;
let asked: number;
let monitor: HealthMonitor;

function start(host = ''): HealthMonitor {
  const started = new HealthMonitor({
    ...{ store: notebook.port(), clock: time, timers: time, random: () => 0, changes: new Changes() },
    prober: {
      probe: async () => {
        asked += 1;
        return answer;
      },
    },
    views: async () => [view(time)],
    placeOf: () => ({ host, answersTcp: false }),
    signsOf: () => null,
    calendar: () => Calendar.of('UTC'),
    onFailure: (error) => {
      throw error;
    },
  });
  started.start();
  return started;
}

beforeEach(() => {
  time = new ManualTime('2026-03-01T12:00:00Z');
  notebook = new Notebook();
  answer = UP;
  asked = 0;
  monitor = start();
});

afterEach(() => monitor.stop());

const state = async () => (await monitor.standing(ID)).health.state;

describe('a service that stops answering', () => {
  it('is down within half a minute of the first failure, and up with the first answer', async () => {
    await time.advance(61_000);
    expect(await state()).toBe('up');
    answer = SILENT;
    await time.advance(60_000);
    expect(await state()).toBe('degraded');
    await time.advance(20_000);
    expect(await state()).toBe('down');
    answer = UP;
    await time.advance(75_000);
    expect(await state()).toBe('up');
    expect(notebook.states()).toEqual(['up', 'degraded', 'down', 'up']);
  });

  it('is asked on its own beat again once it is down', async () => {
    answer = SILENT;
    await time.advance(45_000);
    const before = asked;
    await time.advance(600_000);
    expect(asked - before).toBe(10);
  });

  it('is said to the owner, as long as it lasts', async () => {
    answer = SILENT;
    await time.advance(60_000);
    expect(await monitor.notices()).toMatchObject([
      { code: 'service-down', severity: 'error', nodeName: 'vpn1', message: 'in-443: It refuses.' },
    ]);
    answer = UP;
    await time.advance(120_000);
    expect(await monitor.notices()).toEqual([]);
  });
});

describe('the time in each state', () => {
  it('adds up to the time that was watched, and is split at midnight', async () => {
    await monitor.stop();
    time = new ManualTime('2026-03-01T23:59:30Z');
    monitor = start();
    await time.advance(61_000);
    const { 's1 513 up': before, 's1 514 up': after, ...rest } = notebook.spent;
    expect((before ?? 0) + (after ?? 0)).toBeGreaterThanOrEqual(30_000);
    expect(after).toBe(30_000);
    expect(Object.keys(rest).filter((key) => key.startsWith('s1'))).toEqual([]);
  });

  it('is nobody’s while Xpert does not run, and a restart is no change of state', async () => {
    await time.advance(60_000);
    const spent = () => Object.values(notebook.spent).reduce((sum, ms) => sum + ms, 0);
    await monitor.stop();
    const before = spent();
    await time.advance(3_600_000);
    monitor = start();
    await time.advance(60_000);
    expect(spent() - before).toBeLessThanOrEqual(120_000);
    expect(notebook.states()).toEqual(['up']);
  });
});

it('pings the host of a node that the owner typed, and no other', async () => {
  await time.advance(61_000);
  expect(monitor.pingMs(view(time).node.id)).toBeNull();
  await monitor.stop();
  monitor = start('vpn.example.com');
  await time.advance(61_000);
  expect(monitor.pingMs(view(time).node.id)).toBe(9);
  answer = SILENT;
  await time.advance(120_000);
  expect(monitor.pingMs(view(time).node.id)).toBeNull();
});
