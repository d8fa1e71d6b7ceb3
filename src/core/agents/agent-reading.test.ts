import { describe, expect, test } from 'vitest';
import type { Poll } from '../metering/collector.ts';
import { directed, undirected } from '../units/bytes.ts';
import { parseAgentBatch, toWirePoll, type WireReading } from './agent-reading.ts';
import { placeInChain } from './chain.ts';

const semantics = { kind: 'cumulative', falls: 'to-zero', absence: 'ended', basis: 'weighted' } as const;
const poll: Poll = {
  order: { bootId: 'boot-1', uptimeMs: 12_345 },
  complete: true,
  sourceClock: new Date('2026-03-01T12:00:00.250Z'),
  host: { name: 'eth0', traffic: directed(7n, 9n), startEvidence: 'boot-1:2' },
  notices: [{ code: 'awg-missing', message: 'No awg.', hint: 'Install it.', isInfo: true }],
  services: [
    {
      identity: 'key=',
      kind: 'wireguard',
      name: 'wg0',
      listenPort: 51_820,
      startEvidence: 'boot-1:7',
      age: { minMs: 1_000, maxMs: 2_500 },
      own: directed(20n, 30n),
      ownHeaders: { least: directed(1n, 2n), most: directed(3n, 4n) },
      peers: [
        {
          key: 'peer=',
          traffic: directed(2n ** 64n - 1n, 3n),
          name: 'alice',
          allowedIps: ['10.0.0.2/32'],
          endpoint: '192.0.2.1:999',
          lastHandshakeAt: new Date('2026-03-01T11:59:00.000Z'),
        },
        {
          key: 'sum',
          connection: '7',
          isOver: true,
          traffic: undirected(5n),
          startedAt: new Date('2026-03-01T11:00:00.000Z'),
        },
      ],
    },
  ],
};

function wire(change: Partial<WireReading> = {}): WireReading {
  return {
    sequence: 5,
    after: 4,
    takenAt: '2026-03-01T12:00:00.000Z',
    durationMs: 12,
    ...toWirePoll(poll, semantics),
    ...change,
  };
}

function batch(...readings: readonly unknown[]) {
  return { incarnation: 'abc', sentAt: '2026-03-01T12:00:01.000Z', version: '1.0.0', readings };
}

const throughJson = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

describe('a reading on the wire', () => {
  test('comes back as it was, to the last byte of u64', () => {
    const [reading] = parseAgentBatch(throughJson(batch(wire({ lostBefore: true, trackingPeriod: 3 })))).readings;
    expect(reading).toEqual({
      sequence: 5,
      after: 4,
      lostBefore: true,
      takenAt: new Date('2026-03-01T12:00:00.000Z'),
      clockSuspect: false,
      trackingPeriod: 3,
      durationMs: 12,
      result: { kind: 'read', semantics, poll },
    });
  });

  test('where no period of tracking is told none is known', () => {
    expect(parseAgentBatch(throughJson(batch(wire()))).readings[0]?.trackingPeriod).toBeUndefined();
    expect(parseAgentBatch(batch(wire({ trackingPeriod: 0 }))).readings[0]?.trackingPeriod).toBe(0);
  });

  test('a failure is a reading too', () => {
    const failure = { code: 'wg-missing', message: 'No wg.' };
    const [reading] = parseAgentBatch(
      batch({ sequence: 1, after: 0, takenAt: '2026-03-01T12:00:00Z', durationMs: 1, failure }),
    ).readings;
    expect(reading?.result).toEqual({ kind: 'failed', ...failure, hint: null });
  });

  test.each<[string, unknown, string]>([
    ['no object', [], ''],
    ['no readings', { incarnation: 'a', sentAt: '2026-03-01T12:00:00Z' }, '/readings'],
    [
      'a number as bytes',
      batch({ ...wire(), services: [service({ rx: 1, tx: '2' })] }),
      '/readings/0/services/0/peers/0/rx',
    ],
    [
      'too many bytes',
      batch({ ...wire(), services: [service({ rx: '1', tx: '18446744073709551616' })] }),
      '/readings/0/services/0/peers/0/tx',
    ],
    [
      'negative bytes',
      batch({ ...wire(), services: [service({ rx: '1', tx: '-2' })] }),
      '/readings/0/services/0/peers/0/tx',
    ],
    [
      'one direction alone',
      batch({ ...wire(), services: [service({ rx: '1' })] }),
      '/readings/0/services/0/peers/0/tx',
    ],
    ['no time', batch({ ...wire(), takenAt: 'now' }), '/readings/0/takenAt'],
    ['a wrong order', batch(wire(), wire({ sequence: 5 })), '/readings/1/sequence'],
    ['after itself', batch(wire({ after: 5 })), '/readings/0/after'],
    [
      'unknown semantics',
      batch({ ...wire(), semantics: { ...semantics, falls: 'up' } }),
      '/readings/0/semantics/falls',
    ],
  ])('%s is refused by its pointer', (_what, body, pointer) => {
    expect(() => parseAgentBatch(body)).toThrow(expect.objectContaining({ details: { pointer } }));
  });
});

function service(peer: object) {
  return { identity: 'k', kind: 'wireguard', name: 'wg0', peers: [{ key: 'p', ...peer }] };
}

test('the place of a reading follows from the position alone', () => {
  const reading = { sequence: 20, after: 10, lostBefore: false };
  expect(placeInChain(reading, 20)).toBe('repeated');
  expect(placeInChain(reading, 19)).toBe('next');
  expect(placeInChain(reading, 10)).toBe('next');
  expect(placeInChain(reading, 9)).toBe('missing-before');
  expect(placeInChain({ ...reading, lostBefore: true }, 9)).toBe('lost-before');
  expect(placeInChain({ ...reading, lostBefore: true }, 10)).toBe('next');
});
