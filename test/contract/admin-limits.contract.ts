import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { AdminLimit } from '../../src/core/quota/admin-limit.ts';
import { directed } from '../../src/core/units/bytes.ts';
import type { AdminId, ResetId, UserId } from '../../src/core/units/ids.ts';
import { type MakeStore, newUser, open, report, type StoreFixture, type StorePorts, signed } from './store-fixture.ts';

const DAY_MS = 86_400_000;
const perDay = (bytes: bigint, cutsUsers = true): AdminLimit => ({ bytes, cycle: { kind: 'day' }, cutsUsers });

/** The meaning of the port AdminLimits, and of the states that follow from a reached limit. */
export function adminLimitsContract(make: MakeStore): void {
  describe('limits of resellers', () => {
    let fixture: StoreFixture;
    let store: StorePorts;
    let rita: AdminId;
    let ada: UserId;

    beforeEach(async () => {
      fixture = await make();
      store = await fixture.open('UTC');
      const createdAt = fixture.clock.now();
      const account = { name: 'rita', role: 'reseller', passwordHash: 'none', createdAt } as const;
      rita = (await store.identity.addAdmin(account)).id;
      ada = (await store.inventory.addUser(newUser('ada', { ownerId: rita }))).id;
      await store.inventory.addUser(newUser('bob', { ownerId: rita }));
      await store.inventory.addUser(newUser('zoe'));
    });

    afterEach(async () => {
      await store.close();
      await fixture.dispose();
    });

    const send = async (name: string, rx: bigint, tx: bigint, sender = signed) => {
      await store.ledger.recordReports(sender, [report({ userToken: `${name}-token`, rx, tx })]);
      await store.adminLimits.judge();
    };
    const standing = () => store.adminLimits.standing(rita);
    const stateOf = async (name: string) => (await store.inventory.findUser(name))?.state;

    it('sums up all users of the reseller and nobody else; reached at the last byte, and over with the cycle', async () => {
      await store.adminLimits.setLimit(rita, perDay(100n));
      await send('ada', 30n, 20n);
      await send('zoe', 500n, 1n);
      await send('bob', 9n, 40n);
      expect(await standing()).toMatchObject({ used: 99n, isUsedUp: false, percent: 99, reachedAt: null });
      expect(await store.adminLimits.reachedAt(rita)).toBeNull();
      await send('bob', 0n, 1n);
      expect(await store.adminLimits.reachedAt(rita)).toEqual(fixture.clock.now());
      const [one, two] = await Promise.all([store.inventory.findUser('ada'), stateOf('zoe')]);
      expect([one?.state, one?.stateReason, two]).toEqual(['limited', 'admin-limit', 'active']);
      expect((await store.userStates.accessOff()).map(({ reason }) => reason)).toEqual(['admin-limit', 'admin-limit']);
      const late = await store.inventory.addUser(newUser('late', { ownerId: rita }));
      expect(late.state).toBe('limited');
      fixture.clock.advance(DAY_MS);
      await store.adminLimits.judge();
      expect(await standing()).toMatchObject({ used: 0n, reachedAt: null });
      expect([await stateOf('ada'), await stateOf('late')]).toEqual(['active', 'active']);
    });

    it('cuts nobody unless it is to; a larger one, or none, gives access back', async () => {
      await store.adminLimits.setLimit(rita, perDay(10n, false));
      await send('ada', 6n, 7n);
      expect([(await store.adminLimits.reachedAt(rita)) === null, await stateOf('ada')]).toEqual([false, 'active']);
      await store.adminLimits.setLimit(rita, perDay(10n));
      expect(await stateOf('ada')).toBe('limited');
      await store.adminLimits.setLimit(rita, perDay(14n));
      expect([await store.adminLimits.reachedAt(rita), await stateOf('ada')]).toEqual([null, 'active']);
      await store.adminLimits.setLimit(rita, perDay(13n));
      await store.adminLimits.setLimit(rita, null);
      expect([await standing(), await stateOf('ada')]).toEqual([null, 'active']);
    });

    it('is not lowered by resets of users, by deleting them, or by what nobody vouches for', async () => {
      await store.adminLimits.setLimit(rita, perDay(100n));
      await send('ada', 40n, 50n);
      const request = { by: null, reason: null } as const;
      await store.ledger.reset({ ...request, scope: 'user', userIds: [ada] });
      await store.inventory.deleteUser(ada, fixture.clock.now());
      expect((await standing())?.used).toBe(90n);
      await send('bob', 5n, 60n, open);
      expect(await standing()).toMatchObject({ used: 155n, isUsedUp: false, reachedAt: null });
      await store.quotas.setTrustedServers(['vpn.example.com']);
      await store.adminLimits.judge();
      expect((await standing())?.reachedAt).toEqual(fixture.clock.now());
    });

    it('counts anew from a reset that the owner sets, and as before when that is undone', async () => {
      await store.adminLimits.setLimit(rita, perDay(100n));
      await send('ada', 40n, 70n);
      const mark = await store.ledger.reset({ by: null, reason: null, scope: 'owner', userIds: [ada] });
      await store.adminLimits.startAnew(rita, mark.id);
      expect(await standing()).toMatchObject({ used: 0n, reachedAt: null });
      await send('ada', 2n, 5n);
      expect([(await standing())?.used, await stateOf('ada')]).toEqual([7n, 'active']);
      await store.ledger.undoReset(mark.id, null);
      await store.adminLimits.judge();
      expect([(await standing())?.used, await stateOf('ada')]).toEqual([117n, 'limited']);
    });

    describe('whose users change hands', () => {
      let otto: AdminId;
      const ever: AdminLimit = { bytes: 1000n, cycle: { kind: 'none' }, cutsUsers: true };
      const usedBy = async (id: AdminId) => (await store.adminLimits.standing(id))?.used;
      const both = async () => [await usedBy(rita), await usedBy(otto)];
      const give = (ownerId: AdminId | null) => store.inventory.updateUser(ada, { ownerId });
      beforeEach(async () => {
        const createdAt = fixture.clock.now();
        const account = { name: 'otto', role: 'reseller', passwordHash: 'none', createdAt } as const;
        otto = (await store.identity.addAdmin(account)).id;
      });

      for (const cycle of [ever.cycle, { kind: 'day' }, { kind: 'month', months: 'gregorian', anchor: 1 }] as const) {
        it(`counts bytes for the one in whose time they flowed: ${cycle.kind}`, async () => {
          for (const id of [rita, otto]) await store.adminLimits.setLimit(id, { ...ever, cycle });
          await send('ada', 100n, 10n);
          await send('bob', 1n, 2n);
          await give(otto);
          expect(await both()).toEqual([113n, 0n]);
          await send('ada', 20n, 5n);
          expect(await both()).toEqual([113n, 25n]);
          // To and fro on one day, and by the owner's hands.
          await give(null);
          await send('ada', 400n, 1n);
          await give(rita);
          await send('ada', 7n, 2n);
          expect(await both()).toEqual([122n, 25n]);
          await store.close();
          store = await fixture.open();
          expect(await both()).toEqual([122n, 25n]);
        });
      }

      it('counts the days before for the one, those after for the other, and the day of the change for both', async () => {
        for (const id of [rita, otto]) await store.adminLimits.setLimit(id, ever);
        await send('ada', 100n, 10n);
        fixture.clock.advance(2 * DAY_MS);
        await send('ada', 30n, 3n);
        await give(otto);
        await send('ada', 5n, 4n);
        fixture.clock.advance(2 * DAY_MS);
        await send('ada', 60n, 6n);
        expect(await both()).toEqual([143n, 75n]);
        await give(rita);
        fixture.clock.advance(DAY_MS);
        await send('ada', 1n, 2n);
        await store.inventory.deleteUser(ada, fixture.clock.now());
        expect(await both()).toEqual([146n, 75n]);
      });

      it('takes nothing from others where bytes of a shared day were taken back since', async () => {
        for (const id of [rita, otto]) await store.adminLimits.setLimit(id, ever);
        await send('ada', 50n, 3n);
        await give(otto);
        const then = { from: fixture.clock.now(), to: fixture.clock.now() };
        const carrier = { server: report().server, port: report().port, protocol: report().protocol };
        const taken = {
          subject: { kind: 'user', userId: ada } as const,
          carrier,
          traffic: directed(-50n, 0n),
          ...then,
        };
        await store.ledger.correct({ ...taken, reason: 'not theirs', by: null }, false);
        await give(null);
        const others = (await store.inventory.addUser(newUser('kim', { ownerId: otto }))).name;
        await send(others, 40n, 1n);
        expect(await both()).toEqual([3n, 41n]);
      });

      it('cuts nobody early for what nobody vouches for in the time of another', async () => {
        for (const id of [rita, otto]) await store.adminLimits.setLimit(id, { ...ever, bytes: 100n });
        await send('ada', 300n, 1n, open);
        await give(otto);
        await send('ada', 50n, 49n);
        expect(await store.adminLimits.standing(otto)).toMatchObject({ used: 99n, reachedAt: null });
        expect(await store.adminLimits.standing(rita)).toMatchObject({ used: 301n, isUsedUp: false, reachedAt: null });
        fixture.clock.advance(DAY_MS);
        await send('ada', 50n, 52n);
        expect((await store.adminLimits.standing(otto))?.reachedAt).toEqual(fixture.clock.now());
        expect((await store.adminLimits.standing(rita))?.reachedAt).toBeNull();
      });
    });

    it('counts anew from a reset that the owner planned, as of its instant; not from one of the reseller', async () => {
      await store.adminLimits.setLimit(rita, { ...perDay(100n), cycle: { kind: 'none' } });
      await send('ada', 40n, 70n);
      expect(await stateOf('ada')).toBe('limited');
      const plan = async (by: AdminId | null, minutes: number) =>
        store.ledger.scheduleReset({
          ...{ scope: 'owner', userIds: [], half: null, ownerId: rita, by, reason: null },
          at: new Date(fixture.clock.now().getTime() + minutes * 60_000),
        });
      await plan(rita, 1);
      const planned = await plan(null, 10);
      fixture.clock.advance(2 * 60_000);
      await send('bob', 3n, 1n);
      expect((await standing())?.used).toBe(114n);
      // What flows after the instant is booked after it, however late anybody looks.
      fixture.clock.advance(20 * 60_000);
      await send('ada', 2n, 5n);
      expect([(await standing())?.used, await stateOf('ada')]).toEqual([7n, 'active']);
      const page = await store.history.scheduledResets(10, null);
      const done = page.items.find(({ id }) => id === planned.id)?.resetId;
      await store.ledger.undoReset(done as ResetId, null);
      await store.adminLimits.judge();
      expect([(await standing())?.used, await stateOf('ada')]).toEqual([121n, 'limited']);
    });

    it('without cycles counts from when it was set, over days and restarts', async () => {
      await send('ada', 40n, 70n);
      const limit: AdminLimit = { bytes: 100n, cycle: { kind: 'none' }, cutsUsers: true };
      await store.adminLimits.setLimit(rita, limit);
      await send('ada', 30n, 29n);
      fixture.clock.advance(3 * DAY_MS);
      await store.close();
      store = await fixture.open();
      await store.adminLimits.setLimit(rita, { ...limit, bytes: 101n });
      await send('bob', 10n, 31n);
      expect(await standing()).toMatchObject({ used: 100n, from: null, to: null, reachedAt: null });
      await send('bob', 1n, 0n);
      expect(await stateOf('ada')).toBe('limited');
    });
  });
}
