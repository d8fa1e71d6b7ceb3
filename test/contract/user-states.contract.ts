import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { UserId } from '../../src/core/units/ids.ts';
import { type MakeStore, newUser, type StoreFixture, type StorePorts } from './store-fixture.ts';

/** The meaning of the port UserStates. */
export function userStatesContract(make: MakeStore): void {
  describe('states of users', () => {
    let fixture: StoreFixture;
    let store: StorePorts;
    let told: UserId[];

    beforeEach(async () => {
      fixture = await make();
      store = await fixture.open();
      told = [];
      store.userStates.onChange((userIds) => told.push(...(userIds ?? [])));
    });

    afterEach(async () => {
      await store.close();
      await fixture.dispose();
    });

    it("follow an admin's hand, are told after the commit and outlive a restart", async () => {
      const { id } = await store.inventory.addUser(newUser('ada'));
      const bea = await store.inventory.addUser(newUser('bea'));
      expect(bea).toMatchObject({ state: 'active', stateReason: null, stateSince: bea.createdAt });
      expect(await store.userStates.accessOff()).toEqual([]);
      fixture.clock.advance(60_000);
      const since = fixture.clock.now();
      const off = { userId: id, state: 'suspended', reason: 'admin', since, only: null };
      expect(await store.inventory.updateUser(id, { active: false })).toMatchObject({
        state: 'suspended',
        stateReason: 'admin',
        stateSince: since,
      });
      fixture.clock.advance(60_000);
      await store.inventory.updateUser(id, { note: 'the same state as before' });
      await store.heartbeat();
      expect(told).toEqual([id]);
      await store.close();
      store = await fixture.open();
      expect(await store.userStates.accessOff()).toEqual([off]);
      expect(await store.userStates.accessOffOf([bea.id])).toEqual([]);
      expect(await store.userStates.accessOffOf([bea.id, id])).toEqual([off]);
      const restored = await store.inventory.updateUser(id, { active: true });
      expect(restored).toMatchObject({ state: 'active', stateReason: null, stateSince: fixture.clock.now() });
      expect(await store.userStates.accessOff()).toEqual([]);
    });

    it('say that a user was deleted, suspended or not', async () => {
      const { id } = await store.inventory.addUser(newUser('ada', { active: false }));
      fixture.clock.advance(1000);
      const since = fixture.clock.now();
      await store.inventory.deleteUser(id, since);
      expect(await store.userStates.accessOff()).toEqual([
        { userId: id, state: 'deleted', reason: null, since, only: null },
      ]);
    });
  });
}
