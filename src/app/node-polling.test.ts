import { expect, test } from 'vitest';
import type { Node } from '../core/inventory/node.ts';
import type { FailedPoll } from '../core/ledger/usage-ledger.ts';
import type { NodeId } from '../core/units/ids.ts';
import { ManualClock } from '../core/units/testing.ts';
import { Changes } from './changes.ts';
import { ClockSkews } from './clock-skews.ts';
import { LiveRates } from './live-rates.ts';
import { NodePolling } from './node-polling.ts';
import { Presence } from './presence.ts';

const ID = 'n1' as NodeId;

/** A node whose readings end with that error, or never. */
function world(collect: () => Promise<never>) {
  const clock = new ManualClock();
  const node = { id: ID, name: 'vpn1', source: { kind: 'wireguard', options: {} }, deletedAt: null } as unknown as Node;
  const told: string[] = [];
  const failed: FailedPoll[] = [];
  const tell = (level: string) => (_fields: object, message: string) => void told.push(`${level} ${message}`);
  const polling = new NodePolling({
    ...{
      clock,
      rates: new LiveRates(clock),
      presence: new Presence(),
      skews: new ClockSkews(),
      changes: new Changes(),
    },
    inventory: { node: async () => node },
    ledger: {
      recordPoll: async () => expect.fail('nothing was read'),
      recordFailedPoll: async (poll) => {
        failed.push(poll);
        return 'next';
      },
    },
    tracking: async () => ({ enabled: true, period: 0, since: clock.now() }) as never,
    createCollector: () => ({ semantics: {} as never, collect, close: async () => {} }),
    wallTime: { read: () => ({ at: clock.now(), suspect: false }) },
    discover: async () => {},
    log: { info: tell('info'), warn: tell('warn'), error: tell('error') },
  });
  return { polling, told, failed };
}

test('a node that takes too long is told as that, and as no error of ours', async () => {
  const { polling, told, failed } = world(() => new Promise(() => {}));
  await polling.poll(ID, AbortSignal.timeout(5));
  expect(failed).toMatchObject([{ code: 'poll-timeout', hint: expect.stringContaining('slow') }]);
  expect(told).toEqual([expect.stringMatching(/^warn node vpn1: The node gave /)]);
});

test('what nobody expected is an error of ours, with its place', async () => {
  const { polling, told, failed } = world(() => Promise.reject(new TypeError('x is undefined')));
  await polling.poll(ID, new AbortController().signal);
  expect(failed).toMatchObject([{ code: 'internal-error' }]);
  expect(told).toEqual(['error polling failed', expect.stringMatching(/^warn node vpn1: /)]);
});
