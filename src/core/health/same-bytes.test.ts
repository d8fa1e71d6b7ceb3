import { describe, expect, test } from 'vitest';
import type { Poll } from '../metering/collector.ts';
import { undirected } from '../units/bytes.ts';
import type { NodeId } from '../units/ids.ts';
import { SameBytesWatch } from './same-bytes.ts';

const node = (id: string, kind: string, endpoint = `${id}.example.com`) => ({ id: id as NodeId, kind, endpoint });
const made = (n: number) => new Date(1_700_000_000_000 + n * 1000);

function poll(names: readonly string[], change: { complete?: boolean; since?: number | null } = {}): Poll {
  const { complete = true, since = null } = change;
  const peers = names.map((key, n) => ({
    key,
    traffic: undirected(1n),
    ...(since === null ? {} : { startedAt: made(since + n) }),
  }));
  return { complete, services: [{ identity: 'i', kind: 'k', name: 'n', peers }], notices: [] };
}

const users = Array.from({ length: 1_000 }, (_, n) => `user_${n}`);

describe('nodes that show the same bytes', () => {
  test('a core that Marzban reads is found by its emails, on any host', () => {
    const watch = new SameBytesWatch();
    watch.seen(node('core', 'xray'), poll(users.slice(300, 340).map((name, n) => `${n + 7}.${name}`)));
    watch.seen(node('shop', 'marzban'), poll(users, { since: 0 }));
    expect(watch.found()).toEqual([
      { nodeId: 'core', otherId: 'shop', relation: 'core-below-panel', names: 40, shared: 40 },
    ]);
  });

  test('a core with users of its own is left alone', () => {
    const watch = new SameBytesWatch();
    watch.seen(node('core', 'xray'), poll(['user_1@example.com', 'user_2@example.com', 'user_3@example.com']));
    watch.seen(node('other', 'xray'), poll(['1.carol', '2.dave', '3.erin', '4.user_1']));
    watch.seen(node('shop', 'marzban'), poll(users, { since: 0 }));
    expect(watch.found()).toEqual([]);
  });

  test('a core below 3x-ui has the same emails on the same host; elsewhere the same names are other servers', () => {
    const watch = new SameBytesWatch();
    watch.seen(node('core', 'xray', 'a.example.com'), poll(['alice', 'bob', 'carol']));
    watch.seen(node('far', 'xray', 'b.example.com'), poll(['alice', 'bob', 'carol']));
    watch.seen(node('panel', '3x-ui', 'a.example.com'), poll(['alice', 'bob', 'carol', 'dave']));
    expect(watch.found().map(({ nodeId, otherId }) => [nodeId, otherId])).toEqual([['core', 'panel']]);
  });

  test('one panel under two addresses is found once; two panels with the same names are two panels', () => {
    const watch = new SameBytesWatch();
    for (let round = 0; round < 3; round++) {
      watch.seen(node('by-name', 'marzban'), poll(users, { since: 0 }));
      watch.seen(node('by-ip', 'marzban'), poll(users, { since: 0 }));
      watch.seen(node('another', 'marzban'), poll(users, { since: 50_000 }));
    }
    expect(watch.found()).toMatchObject([{ nodeId: 'by-name', otherId: 'by-ip', relation: 'same-panel' }]);
  });

  test('it is over when one of them is gone, or has other users; a poll that is not whole says nothing', () => {
    const watch = new SameBytesWatch();
    const both = () => {
      watch.seen(node('core', 'xray'), poll(['1.user_1', '2.user_2', '3.user_3']));
      watch.seen(node('shop', 'marzban'), poll(users, { since: 0 }));
    };
    both();
    watch.seen(node('shop', 'marzban'), poll([], { complete: false }));
    expect(watch.found()).toHaveLength(1);
    watch.seen(node('shop', 'marzban'), poll(users.slice(500), { since: 0 }));
    expect(watch.found()).toEqual([]);
    both();
    watch.forget('core' as NodeId);
    expect(watch.found()).toEqual([]);
  });

  test('one or two names alike are chance', () => {
    const watch = new SameBytesWatch();
    watch.seen(node('core', 'xray'), poll(['1.user_1', '2.user_2']));
    watch.seen(node('shop', 'marzban'), poll(users, { since: 0 }));
    expect(watch.found()).toEqual([]);
  });
});
