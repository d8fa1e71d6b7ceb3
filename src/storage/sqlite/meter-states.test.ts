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

it('what is remembered of services is bounded by their counters, not by their peers', () => {
  const db = servicesOf('a', 'b', 'c');
  const states = new MeterStates(db, 100);
  const first = states.ofService('a');
  addCounters(states, first, 60);
  const second = states.ofService('b');
  expect(states.ofService('a')).toBe(first);
  addCounters(states, second, 60);
  // 120 counters of two peers: the one that was not used for longest goes when another comes.
  states.ofService('c');
  expect(states.ofService('a')).toBe(first);
  expect(states.ofService('b')).not.toBe(second);
  db.close();
});

it('it is weighed when a service has grown, too; then room is made for more than the next counter', () => {
  const db = servicesOf('a', 'b', 'c', 'd');
  const states = new MeterStates(db, 100);
  const [a, b, c, d] = ['a', 'b', 'c', 'd'].map((id) => {
    const service = states.ofService(id);
    addCounters(states, service, 25);
    return service;
  });
  states.makeRoom();
  expect(['a', 'b', 'c', 'd'].map((id) => states.ofService(id))).toEqual([a, b, c, d]);
  const more = d as ServiceMeter;
  for (let n = 0; n < 20; n++) {
    states.newCounter(more, more.peers.get('k') as never, `later ${n}`, directed(1n, 2n));
  }
  // 120: without the longest unused 95, which is more than nine tenths.
  states.makeRoom();
  expect(states.ofService('d')).toBe(d);
  expect(states.ofService('c')).toBe(c);
  expect(states.ofService('b')).not.toBe(b);
  expect(states.ofService('a')).not.toBe(a);
  db.close();
});

it('services of which only what moved is looked at have a room of their own', () => {
  const db = servicesOf('a', 'b', 'c', 'd');
  const states = new MeterStates(db, 100, 30);
  const [a, b, c] = ['a', 'b', 'c'].map((id) => {
    const service = states.ofService(id, null, id === 'a');
    addCounters(states, service, 25);
    return service;
  });
  states.makeRoom();
  expect(states.ofService('c', null, false)).toBe(c);
  expect(states.ofService('a')).toBe(a);
  expect(states.ofService('b', null, false)).not.toBe(b);
  // Alone in its room it stays, however large; asked for in parts, the rest need not be there.
  const part = states.ofService('d', ['k'], false);
  expect([part.isWhole, part.peers.size]).toEqual([false, 1]);
  expect(states.ofService('d', null, false)).not.toBe(part);
  db.close();
});

it('it is weighed after every poll', async () => {
  const weighed = vi.spyOn(MeterStates.prototype, 'makeRoom');
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
  weighed.mockClear();
  await poll();
  expect(weighed).toHaveBeenCalledOnce();
  await store.close();
});
