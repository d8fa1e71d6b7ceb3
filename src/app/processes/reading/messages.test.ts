import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import type { PeerReading, PeerReadings } from '../../../core/metering/collector.ts';
import { ColumnReadings } from '../../../core/metering/column-readings.ts';
import { directed } from '../../../core/units/bytes.ts';
import { KeyFileBox } from '../../../lib/key-file-box.ts';
import { columnsOf } from '../../../storage/sql/reading-columns.ts';
import { type FreeHand, ReadingMessages } from './messages.ts';

const folder = mkdtempSync(join(tmpdir(), 'xpert-messages-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** What arrives of these. */
async function sent(peers: PeerReadings): Promise<PeerReadings | undefined> {
  const services = [{ identity: 'one', kind: 'wireguard', name: 'wg0', peers }];
  const read = {
    semantics: { kind: 'cumulative', falls: 'to-zero', absence: 'silent' },
    poll: { complete: true, notices: [], services },
  } as const;
  const hand: FreeHand = {
    ...{ kind: 'free-hand', nonce: 'n', sentAtMs: 1, process: 'two', version: '1', place: 'here' },
    done: { id: 'job', read, tookMs: 1 },
  };
  const messages = new ReadingMessages(new KeyFileBox(join(folder, 'secret.key')));
  const came = await messages.read('free-hand', await messages.write(hand));
  return came?.done?.read?.poll.services[0]?.peers;
}

test('columns that came from elsewhere keep nothing in memory but themselves', async () => {
  const readings = Array.from({ length: 500 }, (_, n): PeerReading => {
    return {
      key: `peer-${n}`,
      traffic: directed(BigInt(n), 9n),
      lastHandshakeAt: new Date(n),
      name: 'a long name of it',
    };
  });
  const peers = new ColumnReadings(columnsOf(readings));
  const came = await sent(peers);
  expect(came?.columns).toEqual(peers.columns);
  for (const column of [came?.columns?.bytes, came?.columns?.lastHandshakeAt, came?.columns?.isDirected])
    expect(column?.buffer.byteLength).toBe(column?.byteLength);
});

test('very many readings come exactly, in turns between which others have theirs', async () => {
  const peers = Array.from({ length: 30_001 }, (_, n): PeerReading => {
    const more = n % 3 === 0 ? { ownLimit: { bytes: 2n ** 40n + BigInt(n) }, isOff: n % 2 === 0 } : {};
    return {
      key: `peer-${n}`,
      traffic: directed(2n ** 63n + BigInt(n), 9n),
      startedAt: new Date(n),
      ...more,
    } as PeerReading;
  });
  let others = 0;
  const beat = setInterval(() => others++);
  const came = await sent(peers);
  clearInterval(beat);
  expect(came).toEqual(peers);
  expect(others).toBeGreaterThan(10);
});
