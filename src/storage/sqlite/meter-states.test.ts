import { expect, it, vi } from 'vitest';
import { directed } from '../../core/units/bytes.ts';
import { ManualClock } from '../../core/units/testing.ts';
import { MeterStates, type ServiceMeter } from '../sql/writer/meter-states.ts';
import { openForWriting } from './database.ts';
import { openSqliteStore } from './sqlite-store.ts';

/** Services of one peer each. */
function servicesOf(...ids: string[]) {
  const db = openForWriting(':memory:');
  db.exec(`INSERT INTO node (id, name, slug, description, kind, options, poll_interval_ms, opening, users_policy, created_at)
    VALUES ('n', 'n', 'n', '', 'openvpn', '{}', 30000, 'baseline', 'none', 0)`);
  for (const id of ids) {
    db.prepare(
      `INSERT INTO vpn_service (id, node_id, kind, identity, name, first_seen_at) VALUES (?, 'n', 'openvpn', ?, 'x', 0)`,
    ).run(id, id);
    db.prepare(
      `INSERT INTO peer (id, service_id, key, allowed_ips, first_seen_at, last_seen_at) VALUES (?, ?, 'k', '[]', 0, 0)`,
    ).run(`peer of ${id}`, id);
  }
  return db;
}

function addCounters(states: MeterStates, service: ServiceMeter, count: number) {
  const peer = service.peers.get('k');
  if (peer === undefined) throw new Error('there is no peer');
  for (let n = 0; n < count; n++) states.newCounter(service, peer, `connection ${n}`, directed(1n, 2n));
}

/** A poll that shows so many counters of the service, at least: what is remembered of it. */
function polled(states: MeterStates, id: string, counters = 0, needsAll?: boolean): ServiceMeter {
  states.begin();
  const service = states.ofService(id, null, needsAll);
  addCounters(states, service, counters - service.values.size);
  states.keep();
  return service;
}

it('what is remembered of services is bounded by their counters, not by their peers; those that are here stay', () => {
  const db = servicesOf('a', 'b', 'c');
  const states = new MeterStates(db, 100);
  const a = polled(states, 'a', 60);
  const b = polled(states, 'b', 60);
  const c = polled(states, 'c', 40);
  expect(polled(states, 'a')).toBe(a);
  expect(polled(states, 'c')).toBe(c);
  expect(polled(states, 'b')).not.toBe(b);
  db.close();
});

it('of services that are polled round and round as many are remembered as there is room for', () => {
  const ids = Array.from({ length: 20 }, (_, n) => `service ${n}`);
  const db = servicesOf(...ids);
  const states = new MeterStates(db, 100);
  let before = ids.map((id) => polled(states, id, 10));
  for (let round = 0; round < 10; round++) {
    const now = ids.map((id) => polled(states, id, 10));
    const remembered = now.filter((service, n) => service === before[n]).length;
    expect(remembered).toBeGreaterThanOrEqual(8);
    expect(remembered).toBeLessThanOrEqual(10);
    before = now;
  }
  db.close();
});

it('the room of services that come no more is taken by others', () => {
  const db = servicesOf('gone', 'a', 'b');
  const states = new MeterStates(db, 100);
  polled(states, 'gone', 90);
  for (let round = 0; round < 10; round++) for (const id of ['a', 'b']) polled(states, id, 50);
  expect(polled(states, 'a')).toBe(polled(states, 'a'));
  expect(polled(states, 'b')).toBe(polled(states, 'b'));
  db.close();
});

it('a service that has grown is weighed anew', () => {
  const db = servicesOf('a', 'b');
  const states = new MeterStates(db, 100);
  const [a, b] = [polled(states, 'a', 50), polled(states, 'b', 50)];
  expect(polled(states, 'b', 51)).toBe(b);
  expect(polled(states, 'b')).not.toBe(b);
  expect(polled(states, 'a')).toBe(a);
  db.close();
});

it('services of which only what moved is looked at have a room of their own', () => {
  const db = servicesOf('a', 'b', 'c', 'd');
  const states = new MeterStates(db, 100, 30);
  const a = polled(states, 'a', 25, true);
  const b = polled(states, 'b', 25, false);
  const c = polled(states, 'c', 25, false);
  expect(polled(states, 'a')).toBe(a);
  expect(polled(states, 'b')).toBe(b);
  expect(polled(states, 'c')).not.toBe(c);
  states.begin();
  // Asked for in parts, the rest need not be there.
  const part = states.ofService('d', ['k'], false);
  expect([part.isWhole, part.peers.size]).toEqual([false, 1]);
  states.keep();
  expect(polled(states, 'd')).not.toBe(part);
  db.close();
});

it('nothing is kept of a poll that was rolled back in its midst', () => {
  const db = servicesOf('a');
  const states = new MeterStates(db);
  states.begin();
  const a = states.ofService('a');
  states.forget();
  states.keep();
  expect(polled(states, 'a')).not.toBe(a);
  db.close();
});

it('every poll hands on what it read', async () => {
  const kept = vi.spyOn(MeterStates.prototype, 'keep');
  const clock = new ManualClock();
  let lastId = 0;
  const newId = () => `id-${++lastId}`;
  const store = await openSqliteStore({ path: ':memory:', clock, newId, timeZone: 'UTC', workers: null });
  const node = await store.inventory.addNode({
    ...{ name: 'a', description: '', source: { kind: 'wireguard', options: {} }, pollIntervalMs: 30_000 },
    ...{ opening: 'baseline', usersPolicy: 'none', createdAt: clock.now() },
  });
  const poll = () => {
    clock.advance(60_000);
    const service = { identity: 'i', kind: 'wireguard', name: 'wg0', startEvidence: 'boot-1:7' };
    const services = [{ ...service, peers: [{ key: 'k', traffic: directed(1n, 2n) }] }];
    return store.ledger.recordPoll({
      ...{ nodeId: node.id, at: clock.now(), opening: 'baseline', durationMs: 12, clockSuspect: false },
      semantics: { kind: 'cumulative', falls: 'to-zero', absence: 'ended' },
      poll: { complete: true, services, notices: [] },
    });
  };
  await poll();
  kept.mockClear();
  await poll();
  expect(kept).toHaveBeenCalledOnce();
  await store.close();
});
