import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Role } from '../../src/core/identity/identity-store.ts';
import type { UserQuery, UserSort } from '../../src/core/inventory/inventory-store.ts';
import type { User } from '../../src/core/inventory/peer.ts';
import type { Page } from '../../src/core/ledger/usage-history.ts';
import type { Terms } from '../../src/core/quota/plan.ts';
import type { AdminId, NodeId, UserId } from '../../src/core/units/ids.ts';
import {
  type MakeStore,
  newNode,
  newUser,
  nodePoll,
  report,
  type StoreFixture,
  type StorePorts,
  signed,
  wg0,
} from './store-fixture.ts';

function termsOfAll(bytes: bigint): Terms {
  const of = {
    name: 'all',
    direction: 'both',
    nodeIds: null,
    nodeTags: null,
    protocols: null,
    softPercent: null,
  } as const;
  const quotas = [{ ...of, bytes, graceBytes: 0n, rollover: false }];
  return { cycle: { kind: 'none' }, quotas, validDays: null, graceHours: 0 };
}

/** The meaning of InventoryStore. Every engine passes it. */
export function inventoryStoreContract(make: MakeStore): void {
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

  const reopen = async (): Promise<void> => {
    await store.close();
    store = await fixture.open();
  };
  const now = () => fixture.clock.now();
  const addAdmin = (name: string, role: Role) =>
    store.identity.addAdmin({ name, role, passwordHash: 'hash', createdAt: now() });
  const poll = (id: NodeId, peers: Parameters<typeof wg0>[0], fields = {}, poll = {}) =>
    store.ledger.recordPoll(nodePoll(id, now(), [wg0(peers, fields)], poll));
  const minute = () => fixture.clock.advance(60_000);

  describe('nodes', () => {
    it('are stored as given, with an id and a slug, and outlive a restart', async () => {
      const source = { kind: 'wireguard', options: { transport: 'ssh', ssh: 'root@vpn1', nested: [1, null] } };
      const node = await store.inventory.addNode(newNode('Nürnberg #1', { source, description: 'rack 7' }));
      expect(node).toMatchObject({ name: 'Nürnberg #1', slug: 'nurnberg-1', source, description: 'rack 7' });
      await reopen();
      expect(await store.inventory.node(node.id)).toEqual(node);
      expect(await store.inventory.nodes()).toEqual([node]);
      expect(await store.inventory.node('none' as NodeId)).toBeNull();
    });

    it('have names and slugs that no living node shares', async () => {
      const first = await store.inventory.addNode(newNode('vpn 1'));
      await expect(store.inventory.addNode(newNode('vpn 1'))).rejects.toMatchObject({ code: 'name-taken' });
      expect(await store.inventory.addNode(newNode('vpn-1'))).toMatchObject({ slug: 'vpn-1-2' });
      expect(await store.inventory.addNode(newNode('other', { slug: 'main' }))).toMatchObject({ slug: 'main' });
      await store.inventory.deleteNode(first.id, now());
      expect(await store.inventory.addNode(newNode('vpn 1'))).toMatchObject({ slug: 'vpn-1' });
    });

    it('change, but never their slug', async () => {
      const node = await store.inventory.addNode(newNode('a'));
      await store.inventory.addNode(newNode('b'));
      const changed = await store.inventory.updateNode(node.id, {
        name: 'c',
        pollIntervalMs: 5000,
        usersPolicy: 'per-peer',
      });
      expect(changed).toEqual({ ...node, name: 'c', pollIntervalMs: 5000, usersPolicy: 'per-peer' });
      await expect(store.inventory.updateNode(node.id, { name: 'b' })).rejects.toMatchObject({ code: 'name-taken' });
      expect(await store.inventory.node(node.id)).toEqual(changed);
    });

    it('when deleted leave the lists, not the database', async () => {
      const node = await store.inventory.addNode(newNode('a'));
      await poll(node.id, { p: [1, 2] });
      await store.inventory.deleteNode(node.id, now());
      expect(await store.inventory.nodes()).toEqual([]);
      expect(await store.inventory.services()).toEqual([]);
      expect((await store.inventory.peers({ limit: 5, cursor: null })).items).toEqual([]);
      expect(await store.inventory.node(node.id)).toMatchObject({ deletedAt: now() });
      const refused = { code: 'not-found' };
      await expect(store.inventory.updateNode(node.id, { name: 'x' })).rejects.toMatchObject(refused);
      await expect(store.inventory.deleteNode(node.id, now())).rejects.toMatchObject(refused);
    });
  });

  describe('services and peers', () => {
    it('are found by polls, and follow what the polls show', async () => {
      const node = await store.inventory.addNode(newNode('a'));
      const first = now();
      const reading = wg0({ p: [1, 2] }).peers.at(0);
      const peers = [{ ...reading, key: 'p', traffic: { rx: 1n, tx: 2n, total: 3n }, name: 'phone' }];
      await poll(node.id, {}, { peers });
      const [service, ...others] = await store.inventory.services(node.id);
      expect([service, others]).toMatchObject([
        { name: 'wg0', kind: 'wireguard', listenPort: 51820, firstSeenAt: first, firstCompleteAt: first },
        [],
      ]);
      minute();
      const handshake = new Date(now().getTime() - 5_000);
      const seen = { name: 'phone 2', allowedIps: ['10.0.0.2/32', 'fd00::2/128'], endpoint: '192.0.2.1:4500' };
      const moved = { key: 'p', traffic: { rx: 5n, tx: 6n, total: 11n }, lastHandshakeAt: handshake, ...seen };
      await poll(node.id, {}, { peers: [moved] });
      expect(await store.inventory.findPeer('p')).toMatchObject({
        ...seen,
        nodeId: node.id,
        lastHandshakeAt: handshake,
        firstSeenAt: first,
        lastSeenAt: now(),
        endedAt: null,
        userId: null,
        beforeXpert: { rx: 1n, tx: 2n, total: 3n },
      });
      expect(await store.inventory.peerSums([node.id])).toEqual([
        {
          nodeId: node.id,
          peers: 1,
          peersOfServices: { [service?.id ?? '']: 1 },
          beforeXpert: { rx: 1n, tx: 2n, total: 3n },
        },
      ]);
      expect(await store.inventory.peersOnline(handshake)).toBe(1);
      expect(await store.inventory.peersOnline(new Date(handshake.getTime() + 1))).toBe(0);
      minute();
      // The same bytes; only where the peer connects from changed.
      await poll(node.id, {}, { peers: [{ ...moved, endpoint: '192.0.2.9:1' }] });
      await reopen();
      expect(await store.inventory.findPeer('p')).toMatchObject({ endpoint: '192.0.2.9:1', lastSeenAt: now() });
    });

    it('show what was there before, also where the sum of all is more than 64 bits', async () => {
      const node = await store.inventory.addNode(newNode('a'));
      const huge = 2n ** 62n + 5n;
      await poll(node.id, { p: [huge, 3n], q: [huge + 2n ** 32n, 4n], r: [huge + 1n, 2n ** 32n + 1n] });
      const [rx, tx] = [3n * huge + 2n ** 32n + 1n, 2n ** 32n + 8n];
      expect(await store.inventory.peerSums([node.id])).toEqual([
        { nodeId: node.id, peers: 3, peersOfServices: expect.anything(), beforeXpert: { rx, tx, total: rx + tx } },
      ]);
      const once = { rx: huge, tx: 3n, total: huge + 3n };
      expect(await store.inventory.findPeer('p')).toMatchObject({ beforeXpert: once });
    });

    it('of many connections show what was there before each, also where that is more than 64 bits', async () => {
      const node = await store.inventory.addNode(newNode('a'));
      const traffic = { rx: 2n ** 62n, tx: 7n, total: 2n ** 62n + 7n };
      const peers = ['1', '2'].map((connection) => ({ key: 'p', connection, traffic }));
      await poll(node.id, {}, { peers });
      const both = { rx: 2n ** 63n, tx: 14n, total: 2n ** 63n + 14n };
      expect((await store.inventory.peers({ limit: 5, cursor: null })).items).toMatchObject([{ beforeXpert: both }]);
      expect(await store.inventory.peerSums([node.id])).toMatchObject([{ peers: 1, beforeXpert: both }]);
    });

    it('are told apart by node, service, owner and words', async () => {
      const reseller = await addAdmin('rita', 'reseller');
      const [a, b] = [await store.inventory.addNode(newNode('a')), await store.inventory.addNode(newNode('b'))];
      await poll(a.id, { 'key-1': [0, 0], 'key-2': [0, 0] });
      await poll(b.id, { 'key-3': [0, 0], 'key-1': [0, 0] }, { identity: 'other' });
      const user = await store.inventory.addUser(newUser('ada', { ownerId: reseller.id }));
      const id = async (key: string) => (await list({ search: key })).items[0]?.id as never;
      const list = (query = {}) => store.inventory.peers({ limit: 10, cursor: null, ...query });
      const keys = async (query = {}) => (await list(query)).items.map(({ key }) => key).sort();
      await store.inventory.assignPeers([
        { peerId: await id('key-2'), userId: user.id, from: now(), countInCycle: false },
      ]);
      expect(await keys()).toEqual(['key-1', 'key-1', 'key-2', 'key-3']);
      expect(await keys({ nodeId: b.id })).toEqual(['key-1', 'key-3']);
      const [service] = await store.inventory.services(a.id);
      expect(await keys({ serviceId: service?.id })).toEqual(['key-1', 'key-2']);
      expect(await keys({ userId: user.id })).toEqual(['key-2']);
      expect(await keys({ ownerId: reseller.id })).toEqual(['key-2']);
      expect(await keys({ unassigned: true })).toEqual(['key-1', 'key-1', 'key-3']);
      expect(await keys({ search: 'ADA' })).toEqual(['key-2']);
      expect(await keys({ search: 'key_' })).toEqual([]);
      await expect(store.inventory.findPeer('key-1')).rejects.toMatchObject({ code: 'ambiguous' });
      expect(await store.inventory.findPeer('none')).toBeNull();
      expect(await store.inventory.counts()).toEqual({ users: 1, activeUsers: 1, peers: 4, assignedPeers: 1 });
      expect(await store.inventory.counts(reseller.id)).toMatchObject({ users: 1, peers: 1, assignedPeers: 1 });
      expect(await store.inventory.peerCounts([user.id])).toEqual(new Map([[user.id, 1]]));
    });

    it('come page by page, each once', async () => {
      const node = await store.inventory.addNode(newNode('a'));
      await poll(node.id, Object.fromEntries(Array.from({ length: 25 }, (_, i) => [`p${i}`, [0, 0] as const])));
      const seen: string[] = [];
      let cursor: string | null = null;
      do {
        const page = await store.inventory.peers({ limit: 10, cursor });
        expect(page.total).toBe(25);
        seen.push(...page.items.map(({ key }) => key));
        cursor = page.nextCursor;
      } while (cursor !== null);
      expect(new Set(seen).size).toBe(25);
      expect(seen).toHaveLength(25);
    });
  });

  describe('users', () => {
    it('are stored as given and outlive a restart', async () => {
      const wanted = newUser('ada', { telegramId: 2 ** 40, role: 'owner', note: 'line\nbreak', active: false });
      const user = await store.inventory.addUser(wanted);
      const { countInCycle: _, ...stored } = wanted;
      const suspended = {
        state: 'suspended',
        stateReason: 'admin',
        stateSince: wanted.createdAt,
        email: null,
        tags: [],
      };
      expect(user).toEqual({ ...stored, ...suspended, id: user.id, deletedAt: null });
      await reopen();
      for (const text of [user.id, 'ada', 'ada-token']) expect(await store.inventory.findUser(text)).toEqual(user);
      expect(await store.inventory.user(user.id)).toEqual(user);
      expect(await store.inventory.findUser('none')).toBeNull();
    });

    it('share one name space with admins', async () => {
      await addAdmin('rita', 'reseller');
      await store.inventory.addUser(newUser('ada'));
      const taken = { code: 'name-taken' };
      await expect(store.inventory.addUser(newUser('rita'))).rejects.toMatchObject(taken);
      await expect(store.inventory.addUser(newUser('ada', { userToken: 'x', linkToken: 'y' }))).rejects.toMatchObject(
        taken,
      );
      await expect(addAdmin('ada', 'viewer')).rejects.toMatchObject(taken);
      const bea = await store.inventory.addUser(newUser('bea'));
      await expect(store.inventory.updateUser(bea.id, { name: 'ada' })).rejects.toMatchObject(taken);
      expect(await store.inventory.updateUser(bea.id, { name: 'bea', note: 'hm' })).toMatchObject({ note: 'hm' });
    });

    it('never share tokens, not even former ones', async () => {
      const ada = await store.inventory.addUser(newUser('ada'));
      const taken = { code: 'token-taken' };
      await expect(store.inventory.addUser(newUser('bea', { userToken: 'ada-token' }))).rejects.toMatchObject(taken);
      await expect(store.inventory.addUser(newUser('bea', { linkToken: 'ada-link' }))).rejects.toMatchObject(taken);
      expect(await store.inventory.findUser('bea')).toBeNull();
      const rotated = await store.inventory.rotateUserToken(ada.id, 'ada-2');
      expect(rotated).toEqual({ ...ada, userToken: 'ada-2' });
      expect(await store.inventory.userByToken('ada-token')).toEqual(rotated);
      await expect(store.inventory.addUser(newUser('bea', { userToken: 'ada-token' }))).rejects.toMatchObject(taken);
      const bea = await store.inventory.addUser(newUser('bea'));
      await expect(store.inventory.rotateUserToken(bea.id, 'ada-token')).rejects.toMatchObject(taken);
      expect(await store.inventory.rotateUserToken(ada.id, 'ada-token')).toMatchObject({ userToken: 'ada-token' });
      expect(await store.inventory.userByToken('ada-2')).toMatchObject({ id: ada.id });
    });

    it('when deleted free their name and present token', async () => {
      const ada = await store.inventory.addUser(newUser('ada'));
      await store.inventory.deleteUser(ada.id, now());
      expect(await store.inventory.user(ada.id)).toMatchObject({ name: 'ada', active: false, deletedAt: now() });
      expect(await store.inventory.findUser('ada')).toBeNull();
      expect(await store.inventory.userByToken('ada-token')).toBeNull();
      const again = await store.inventory.addUser(newUser('ada', { linkToken: 'other' }));
      expect(again.id).not.toBe(ada.id);
      expect(await store.inventory.userByToken('ada-token')).toEqual(again);
      const refused = { code: 'not-found' };
      await expect(store.inventory.updateUser(ada.id, { note: '' })).rejects.toMatchObject(refused);
      await expect(store.inventory.deleteUser('none' as UserId, now())).rejects.toMatchObject(refused);
      await expect(store.inventory.rotateUserToken('none' as UserId, 'x')).rejects.toMatchObject(refused);
    });

    it('come in the order of their names, page by page, filtered', async () => {
      const reseller = await addAdmin('rita', 'reseller');
      for (const name of ['dora', 'ada', 'cleo', 'bea']) {
        await store.inventory.addUser(
          newUser(name, { ownerId: name === 'ada' ? reseller.id : null, note: `${name}!` }),
        );
      }
      const names = async (query = {}) =>
        (await store.inventory.users({ limit: 10, cursor: null, ...query })).items.map(({ name }) => name);
      const first = await store.inventory.users({ limit: 3, cursor: null });
      expect(first.items.map(({ name }) => name)).toEqual(['ada', 'bea', 'cleo']);
      expect(first.total).toBe(4);
      expect(await names({ cursor: first.nextCursor })).toEqual(['dora']);
      expect(await names({ ownerId: reseller.id })).toEqual(['ada']);
      expect(await names({ search: 'EO!' })).toEqual(['cleo']);
      expect(await names({ search: 'bea-tok' })).toEqual(['bea']);
      expect(await names({ search: '%' })).toEqual([]);
    });

    it('of a long list are found by what they are called at present, in every order', async () => {
      const called = (n: number) => `u${String(n).padStart(4, '0')}`;
      await store.inventory.addUsers(
        Array.from({ length: 1_010 }, (_, n) =>
          newUser(called(n), { note: `Flat ${n}`, tags: n % 4 ? [] : ['fourth'] }),
        ),
      );
      const names = async (search: string, fields: Partial<UserQuery> = {}) => {
        const page = (cursor: string | null) => store.inventory.users({ limit: 4, cursor, search, ...fields });
        const first = await page(null);
        const seen = [...first.items];
        for (let next = first.nextCursor; next !== null; ) {
          const { items, nextCursor } = await page(next);
          seen.push(...items);
          next = nextCursor;
        }
        expect(first.total).toBe(seen.length);
        return seen.map(({ name }) => name);
      };
      const some = Array.from({ length: 10 }, (_, n) => called(500 + n));
      for (const search of ['U050', 'u050']) {
        expect(await names(search)).toEqual(some);
        expect(await names(search, { descending: true })).toEqual([...some].reverse());
        expect((await names(search, { sort: 'total' })).toSorted()).toEqual(some);
      }
      const many = Array.from({ length: 1_010 }, (_, n) => called(n));
      const fourth = many.filter((_, n) => n % 4 === 0);
      expect(await names('FLAT', { limit: 300 })).toEqual(many);
      expect(await names('flat', { limit: 300, descending: true })).toEqual([...many].reverse());
      expect(await names('flat', { limit: 300, tag: 'fourth' })).toEqual(fourth);
      expect(await names('u050', { tag: 'fourth' })).toEqual([called(500), called(504), called(508)]);
      expect((await names('flat', { limit: 300, sort: 'total' })).toSorted()).toEqual(many);
      const found = await store.inventory.findUser(called(505));
      const id = found?.id as UserId;
      await store.inventory.updateUser(id, { name: 'Renamed' });
      expect(await names('renamed')).toEqual(['Renamed']);
      await store.inventory.rotateUserToken(id, 'Fresh-Token');
      expect(await names('fresh-t')).toEqual(['Renamed']);
      expect(await names('u0505-tok')).toEqual(['Renamed']);
      await store.inventory.deleteUser(id, now());
      expect(await names('flat 505')).toEqual([]);
      await store.inventory.addUser(newUser('latecomer'));
      expect(await names('LATE')).toEqual(['latecomer']);
      expect(await names('late', { sort: 'total' })).toEqual(['latecomer']);
    });

    it('are found by parts of all that they are called, in small letters or capitals of any alphabet', async () => {
      const reseller = await addAdmin('rita', 'reseller');
      await store.inventory.addUser(newUser('Иван Ёлкин', { note: 'Квартира 5', email: 'Ivan@Example.org' }));
      await store.inventory.addUser(
        newUser('مریم', { note: 'طبقه ۳', telegramId: 5_000_000_123, ownerId: reseller.id }),
      );
      await store.inventory.addUser(newUser('ZOË', { note: '100% \\ _', ownerId: reseller.id }));
      const found = async (search: string, fields: Partial<UserQuery> = {}) =>
        (await store.inventory.users({ limit: 10, cursor: null, search, ...fields })).items.map(({ name }) => name);
      const ivan = ['ИВАН', 'иван', 'ёлк', 'ЁЛК', 'квартира', 'н Ё', 'iVAN@', 'ИВАН ЁЛКИН-TOKEN'];
      for (const search of ivan) expect([search, await found(search)]).toEqual([search, ['Иван Ёлкин']]);
      for (const search of ['مری', '۳', '000123']) expect([search, await found(search)]).toEqual([search, ['مریم']]);
      for (const search of ['zoë', '% \\', '\\', '_']) expect([search, await found(search)]).toEqual([search, ['ZOË']]);
      for (const search of ['елк', 'zoe', 'مريم', 'иванёлкин', 'nobody']) expect(await found(search)).toEqual([]);
      expect(await found('-token')).toEqual(['ZOË', 'Иван Ёлкин', 'مریم']);
      expect(await found('-token', { ownerId: reseller.id })).toEqual(['ZOË', 'مریم']);
      expect(await found('-token', { ownerId: reseller.id, sort: 'total', descending: true })).toHaveLength(2);
      expect(await found('иван', { ownerId: reseller.id })).toEqual([]);
    });

    it('come in the order of what they used, what is left, and when they were seen; those without it last', async () => {
      const add = async (name: string, fields = {}) => await store.inventory.addUser(newUser(name, fields));
      const quotaOf = (bytes: bigint) => ({ to: { terms: termsOfAll(bytes) } });
      const day = (n: number) => new Date(now().getTime() + n * 86_400_000);
      await add('ada', { entitlement: { ...quotaOf(1000n), expiresAt: day(3) } });
      await add('bea', { entitlement: { ...quotaOf(80n), expiresAt: day(1) } });
      await add('cleo');
      await add('dora');
      const use = (name: string, tx: bigint) =>
        store.ledger.recordReports(signed, [report({ userToken: `${name}-token`, rx: 1n, tx })]);
      await use('ada', 99n);
      minute();
      await use('cleo', 499n);
      minute();
      await use('bea', 39n);
      const names = async (sort: UserSort, fields = {}) => {
        const page = await store.inventory.users({ limit: 10, cursor: null, sort, ...fields });
        return page.items.map(({ name }) => name).join(' ');
      };
      expect(await names('total')).toBe('dora bea ada cleo');
      expect(await names('total', { descending: true })).toBe('cleo ada bea dora');
      expect(await names('used', { descending: true })).toBe('ada bea cleo dora');
      expect(await names('share', { descending: true })).toBe('bea ada cleo dora');
      expect(await names('expires')).toBe('bea ada cleo dora');
      expect(await names('seen', { descending: true })).toBe('bea cleo ada dora');
      expect(await names('name', { descending: true })).toBe('dora cleo bea ada');
      expect(await names('total', { search: 'A' })).toBe('dora bea ada');
      const [ada, , , dora] = (await store.inventory.users({ limit: 4, cursor: null })).items;
      const seen = await store.inventory.lastSeen([ada?.id, dora?.id].flatMap((id) => id ?? []));
      expect([...seen.keys()]).toEqual([ada?.id]);
    });

    it('are each on one page, although what they used changes from page to page', async () => {
      for (let n = 0; n < 7; n++) await store.inventory.addUser(newUser(`u${n}`));
      const use = (n: number, tx: bigint) =>
        store.ledger.recordReports(signed, [report({ userToken: `u${n}-token`, rx: 0n, tx })]);
      for (let n = 0; n < 7; n++) await use(n, BigInt(1 + n));
      const walk = async (reopened: boolean) => {
        const seen: string[] = [];
        let cursor: string | null = null;
        do {
          const page: Page<User> = await store.inventory.users({ limit: 2, cursor, sort: 'total', descending: true });
          if (cursor === null) expect(page.total).toBe(7);
          seen.push(...page.items.map(({ name }) => name));
          cursor = page.nextCursor;
          if (reopened) await reopen();
          // Whoever was last is first from now on: where it has been shown by its old place it is not shown again.
          else await use(seen.length - 1, 100n * BigInt(seen.length));
        } while (cursor !== null);
        return seen;
      };
      expect(await walk(false)).toEqual(['u6', 'u5', 'u4', 'u3', 'u2', 'u1', 'u0']);
      fixture.clock.advance(600_000);
      // The order that the cursor was of is gone: it goes on after the user whom it ended with.
      expect((await walk(true)).toSorted()).toEqual(['u0', 'u1', 'u2', 'u3', 'u4', 'u5', 'u6']);
    });

    it('made or deleted in the midst of a walk neither shift it nor are missing', async () => {
      for (const name of ['a', 'b', 'c', 'd']) await store.inventory.addUser(newUser(name));
      const page = (cursor: string | null) => store.inventory.users({ limit: 2, cursor, sort: 'total' });
      const first = await page(null);
      expect(first.items.map(({ name }) => name)).toEqual(['a', 'b']);
      await store.inventory.deleteUser(first.items[0]?.id as UserId, now());
      await store.inventory.addUser(newUser('e'));
      const second = await page(first.nextCursor);
      expect(second.items.map(({ name }) => name)).toEqual(['c', 'd']);
      expect((await page(second.nextCursor)).items.map(({ name }) => name)).toEqual(['e']);
      expect((await page(null)).total).toBe(4);
    });

    it('without an owner are the owner’s, also when there is one only later', async () => {
      const ada = await store.inventory.addUser(newUser('ada'));
      const reseller = await addAdmin('rita', 'reseller');
      expect(ada.ownerId).toBeNull();
      const owner = await addAdmin('olga', 'owner');
      expect(await store.inventory.user(ada.id)).toMatchObject({ ownerId: owner.id });
      const bea = await store.inventory.addUser(newUser('bea'));
      const owned = (ownerId: AdminId) => store.inventory.users({ limit: 5, cursor: null, ownerId });
      expect((await owned(owner.id)).items.map(({ id }) => id)).toEqual([ada.id, bea.id]);
      expect((await owned(reseller.id)).items).toEqual([]);
    });
  });
}
