import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { NodePoll } from '../../core/ledger/usage-ledger.ts';
import type { PeerReading } from '../../core/metering/collector.ts';
import { directed, undirected } from '../../core/units/bytes.ts';
import { flattenPoll, joinPoll, ownText } from './reading-columns.ts';

const u64 = fc.bigInt({ min: 0n, max: 2n ** 64n - 1n });
const instant = fc.date({ min: new Date(0), noInvalidDate: true });
const reading: fc.Arbitrary<PeerReading> = fc.record(
  {
    key: fc.string(),
    traffic: fc.oneof(
      fc.tuple(u64, u64).map(([rx, tx]) => directed(rx, tx)),
      u64.map((total) => undirected(total)),
    ),
    connection: fc.string(),
    isOver: fc.constant(true),
    isOff: fc.boolean(),
    startedAt: instant,
    name: fc.string(),
    allowedIps: fc.array(fc.constantFrom('10.0.0.2/32', 'fd00::2/128')),
    endpoint: fc.string(),
    lastHandshakeAt: instant,
  },
  { requiredKeys: ['key', 'traffic'] },
);

function pollOf(peers: readonly PeerReading[]): NodePoll {
  const service = { identity: 'key of wg0', kind: 'wireguard', name: 'wg0', listenPort: 51820, peers };
  return {
    nodeId: 'node' as NodePoll['nodeId'],
    semantics: { kind: 'cumulative', falls: 'to-zero', absence: 'ended' },
    opening: 'baseline',
    at: new Date(1000),
    durationMs: 5,
    clockSuspect: false,
    poll: { complete: true, notices: [], services: [service, { ...service, name: 'wg1' }] },
  };
}

describe('a poll by columns', () => {
  it('is the same poll on the other side of a thread', () => {
    fc.assert(
      fc.property(fc.array(reading, { maxLength: 5 }), (peers) => {
        const poll = pollOf(peers);
        const there = joinPoll(structuredClone(flattenPoll(poll)));
        const services = there.poll.services.map((service) => ({ ...service, peers: [...service.peers] }));
        expect({ ...there, poll: { ...there.poll, services } }).toEqual(poll);
        expect(there.poll.services.map((service) => service.peers.length)).toEqual([peers.length, peers.length]);
      }),
    );
  });

  it('gives copies of its texts to those who keep them', () => {
    const texts = ['10.0.0.2/32', 'name "with" quotes', '\\', 'ключ', '\ud800 alone', ''];
    expect(texts.map(ownText)).toEqual(texts);
  });

  it('refuses a counter of more than 64 bits instead of cutting it', () => {
    const traffic = undirected(2n ** 64n);
    expect(() => flattenPoll(pollOf([{ key: 'a', traffic }]))).toThrow(RangeError);
  });
});
