import type { Changes } from '../../src/app/changes.ts';
import { HealthMonitor } from '../../src/app/health-monitor.ts';
import type { Presence } from '../../src/app/presence.ts';
import type { ProbeResult, Prober, ProbeTarget } from '../../src/core/health/prober.ts';
import type { NodeView } from '../../src/core/inventory/node-operations.ts';
import type { ManualClock } from '../../src/core/units/testing.ts';
import type { SqliteStore } from '../../src/storage/sqlite/sqlite-store.ts';

/** Answers as the test says, and remembers what it was asked. */
export class PlayedProber implements Prober {
  readonly asked: ProbeTarget[] = [];
  answer: ProbeResult = { outcome: 'answered', latencyMs: 12.5, reason: null };

  async probe(target: ProbeTarget): Promise<ProbeResult> {
    this.asked.push(target);
    return this.answer;
  }
}

interface Surroundings {
  readonly store: SqliteStore;
  readonly clock: ManualClock;
  readonly presence: Presence;
  readonly changes: Changes;
  readonly views: () => Promise<NodeView[]>;
}

/** The real monitor on a played network; it looks when the test says so. Nodes are read at vpn.example.com. */
export function testHealth({ store, clock, presence, changes, views }: Surroundings) {
  const prober = new PlayedProber();
  const services = new HealthMonitor({
    ...{ clock, changes, views, prober, store: store.health, random: () => 0, timers: { after: () => () => {} } },
    placeOf: () => ({ host: 'vpn.example.com', answersTcp: false }),
    signsOf: (nodeId, identity) => presence.service(nodeId, identity)?.signs ?? null,
    calendar: () => store.calendar(),
    onFailure: (error) => {
      throw error;
    },
  });
  return { services, prober };
}
