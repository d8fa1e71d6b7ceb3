import { afterEach, beforeEach } from 'vitest';
import type { Node } from '../../src/core/inventory/node.ts';
import type { User } from '../../src/core/inventory/peer.ts';
import type { NodeId, UserId } from '../../src/core/units/ids.ts';
import {
  all,
  lastDays,
  type MakeStore,
  newNode,
  newUser,
  nodePoll,
  type StoreFixture,
  type StorePorts,
} from './store-fixture.ts';

/** A store for each case of a contract, and what its cases do again and again. */
export function storeWorld(make: MakeStore) {
  let fixture: StoreFixture;
  let store: StorePorts;

  beforeEach(async () => {
    fixture = await make();
    store = await fixture.open();
  });

  afterEach(async () => {
    await store.close();
    await fixture.dispose();
  });

  const month = () => lastDays(30, fixture.clock);
  return {
    get fixture(): StoreFixture {
      return fixture;
    },
    get store(): StorePorts {
      return store;
    },
    reopen: async (timeZone?: string): Promise<void> => {
      await store.close();
      store = await fixture.open(timeZone);
    },
    /** A new ledger, begun in that zone at that instant. */
    beginIn: async (timeZone: string, instant: string): Promise<void> => {
      await store.close();
      await fixture.dispose();
      fixture = await make();
      fixture.clock.step(Date.parse(instant) - fixture.clock.now().getTime());
      store = await fixture.open(timeZone);
    },
    month,
    summary: () => store.history.summary(month(), all),
    addUser: (name: string, fields = {}): Promise<User> => store.inventory.addUser(newUser(name, fields)),
    addNode: (name: string): Promise<Node> => store.inventory.addNode(newNode(name)),
    totalOf: async (id: UserId) => (await store.history.userTotals([id])).get(id),
    minutes: (n: number): void => fixture.clock.advance(n * 60_000),
    poll: (nodeId: NodeId, services: Parameters<typeof nodePoll>[2], fields = {}) =>
      store.ledger.recordPoll(nodePoll(nodeId, fixture.clock.now(), services, fields)),
    userCarriers: (id: UserId) => store.history.userCarriers(id, month()),
  };
}
