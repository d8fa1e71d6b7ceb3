import { expect, test } from 'vitest';
import type { PeerReading, PeerReadings, Poll } from '../core/metering/collector.ts';
import { ColumnReadings } from '../core/metering/column-readings.ts';
import { textColumn } from '../core/metering/reading-columns.ts';
import { directed } from '../core/units/bytes.ts';
import type { NodeId } from '../core/units/ids.ts';
import { Presence } from './presence.ts';

const NODE = 'node-1' as NodeId;
const NOW = new Date('2026-03-10T12:00:00Z');
const ago = (seconds: number) => new Date(NOW.getTime() - seconds * 1000);

function presenceOf(peers: PeerReadings) {
  const poll: Poll = {
    complete: true,
    notices: [],
    services: [{ identity: 'wg', kind: 'wireguard', name: 'wg0', peers }],
  };
  const presence = new Presence();
  presence.seen(NODE, poll, NOW);
  return presence.service(NODE, 'wg');
}

const peer = (key: string, lastHandshakeAt?: Date): PeerReading => ({
  key,
  traffic: directed(1n, 2n),
  ...(lastHandshakeAt === undefined ? {} : { lastHandshakeAt }),
});

/** The same as a list, without a reading that could be looked at. */
function byColumns(peers: readonly PeerReading[]): PeerReadings {
  const never = peers.every(({ lastHandshakeAt }) => lastHandshakeAt === undefined);
  return new ColumnReadings({
    keys: textColumn(peers.map(({ key }) => key)) ?? { text: '', ends: new Int32Array(0) },
    bytes: new BigUint64Array(2 * peers.length),
    isDirected: new Uint8Array(peers.length),
    ...{
      connections: null,
      isOver: null,
      isOff: null,
      names: null,
      endpoints: null,
      allowedIps: null,
      startedAt: null,
    },
    lastHandshakeAt: never
      ? null
      : Float64Array.from(peers, ({ lastHandshakeAt }) => lastHandshakeAt?.getTime() ?? Number.NaN),
  });
}

test.each([
  [
    'some were there',
    [peer('a', ago(179)), peer('b', ago(180)), peer('c'), peer('d', ago(3_599)), peer('e', ago(3_600))],
    { peers: 5, online: 1, signs: { latestAt: ago(179), inLastHour: 3 } },
  ],
  ['nobody was ever there', [peer('a'), peer('b')], { peers: 2, online: 0, signs: { latestAt: null, inLastHour: 0 } }],
  ['there are none', [], { peers: 0, online: 0, signs: { latestAt: null, inLastHour: 0 } }],
])('of a list and of columns the same is seen: %s', (_name, peers, seen) => {
  expect(presenceOf(peers)).toEqual({ identity: 'wg', ...seen });
  expect(presenceOf(byColumns(peers))).toEqual({ identity: 'wg', ...seen });
});

test('connections of one peer are one', () => {
  const connected = (key: string, connection: string, at: Date) => ({ ...peer(key, at), connection });
  const peers = [connected('a', '1', ago(5)), connected('a', '2', ago(9)), connected('b', '3', ago(500))];
  expect(presenceOf(peers)).toMatchObject({ peers: 2, online: 1, signs: { latestAt: ago(5), inLastHour: 3 } });
});
