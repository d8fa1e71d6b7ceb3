import { expect, it } from 'vitest';
import { directed } from '../../core/units/bytes.ts';
import { MeterStates } from '../sql/writer/meter-states.ts';
import { openForWriting } from './database.ts';

it('what is remembered of services is bounded by their counters, not by their peers', () => {
  const db = openForWriting(':memory:');
  db.exec(`INSERT INTO node (id, name, slug, description, kind, options, poll_interval_ms, opening, users_policy, created_at)
    VALUES ('n', 'n', 'n', '', 'openvpn', '{}', 30000, 'baseline', 'none', 0)`);
  for (const id of ['a', 'b', 'c']) {
    db.prepare(
      `INSERT INTO vpn_service (id, node_id, kind, identity, name, first_seen_at) VALUES (?, 'n', 'openvpn', ?, 'x', 0)`,
    ).run(id, id);
    db.prepare(
      `INSERT INTO peer (id, service_id, key, allowed_ips, first_seen_at, last_seen_at) VALUES (?, ?, 'k', '[]', 0, 0)`,
    ).run(`peer of ${id}`, id);
  }
  const states = new MeterStates(db, 100);
  const first = states.ofService('a');
  const peer = first.peers.get('k');
  if (peer === undefined) throw new Error('there is no peer');
  for (let n = 0; n < 60; n++) states.newCounter(first, peer, `connection ${n}`, directed(1n, 2n));
  const second = states.ofService('b');
  expect(states.ofService('a')).toBe(first);
  const other = second.peers.get('k');
  if (other === undefined) throw new Error('there is no peer');
  for (let n = 0; n < 60; n++) states.newCounter(second, other, `connection ${n}`, directed(1n, 2n));
  // 120 counters of two peers: the one that was not used for longest goes when another comes.
  states.ofService('c');
  expect(states.ofService('a')).toBe(first);
  expect(states.ofService('b')).not.toBe(second);
  db.close();
});
