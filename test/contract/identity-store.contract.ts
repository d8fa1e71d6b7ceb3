import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Role } from '../../src/core/identity/identity-store.ts';
import type { AdminId, ApiTokenId } from '../../src/core/units/ids.ts';
import type { MakeStore, StoreFixture, StorePorts } from './store-fixture.ts';

/** The meaning of IdentityStore, SettingsStore and AuditLog. Every engine passes it. */
export function identityStoreContract(make: MakeStore): void {
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
  const inMinutes = (n: number) => new Date(now().getTime() + n * 60_000);
  const hash = (n: number) => new Uint8Array(32).fill(n);
  const addAdmin = (name: string, role: Role = 'owner') =>
    store.identity.addAdmin({ name, role, passwordHash: `hash of ${name}`, createdAt: now() });

  it('admins are stored with their password’s hash, and outlive a restart', async () => {
    const olga = await addAdmin('olga');
    const rita = await addAdmin('rita', 'reseller');
    await reopen();
    expect(await store.identity.admins()).toEqual([olga, rita]);
    expect(await store.identity.admin(olga.id)).toEqual(olga);
    expect(await store.identity.adminByName('rita')).toEqual({ ...rita, passwordHash: 'hash of rita' });
    expect(await store.identity.adminByName('nobody')).toBeNull();
    await expect(addAdmin('olga')).rejects.toMatchObject({ code: 'name-taken' });
    await expect(store.identity.setPassword('none' as AdminId, 'x')).rejects.toMatchObject({ code: 'not-found' });
  });

  describe('sessions', () => {
    const login = async (adminId: AdminId, n: number) =>
      store.identity.addSession({ tokenHash: hash(n), adminId, createdAt: now(), expiresAt: inMinutes(30) });

    it('last until they expire, and longer if extended', async () => {
      const olga = await addAdmin('olga');
      await login(olga.id, 1);
      expect(await store.identity.session(hash(1))).toEqual({ admin: olga, expiresAt: inMinutes(30) });
      expect(await store.identity.session(hash(2))).toBeNull();
      fixture.clock.advance(29 * 60_000);
      await store.identity.extendSession(hash(1), inMinutes(30));
      fixture.clock.advance(29 * 60_000);
      await reopen();
      expect(await store.identity.session(hash(1))).toMatchObject({ admin: { name: 'olga' } });
      fixture.clock.advance(60_000);
      expect(await store.identity.session(hash(1))).toBeNull();
    });

    it('end by themselves, with a new password, and with the account', async () => {
      const [olga, rita] = [await addAdmin('olga'), await addAdmin('rita', 'reseller')];
      await login(olga.id, 1);
      await login(olga.id, 2);
      await login(rita.id, 3);
      await store.identity.endSession(hash(1));
      expect(await store.identity.session(hash(1))).toBeNull();
      expect(await store.identity.session(hash(2))).not.toBeNull();
      await store.identity.setPassword(olga.id, 'new');
      expect(await store.identity.session(hash(2))).toBeNull();
      expect(await store.identity.adminByName('olga')).toMatchObject({ passwordHash: 'new' });
      await store.identity.setAdminDisabled(rita.id, now());
      expect(await store.identity.session(hash(3))).toBeNull();
      await store.identity.setAdminDisabled(rita.id, null);
      expect(await store.identity.session(hash(3))).toBeNull();
      await login(rita.id, 4);
      expect(await store.identity.session(hash(4))).not.toBeNull();
    });
  });

  describe('API tokens', () => {
    const token = (adminId: AdminId | null, n: number, fields = {}) =>
      store.identity.addToken({
        ...{ name: `token ${n}`, scopes: ['ingest', 'read'], adminId, nodeId: null, servers: ['a.example.com'] },
        ...{ createdAt: now(), tokenHash: hash(n), signingSecret: null },
        ...fields,
      });

    it('are found by their hash, until revoked or their admin is disabled', async () => {
      const olga = await addAdmin('olga');
      const made = await token(olga.id, 1);
      expect(made).toMatchObject({ scopes: ['ingest', 'read'], servers: ['a.example.com'], lastUsedAt: null });
      await reopen();
      expect(await store.identity.token(hash(1))).toEqual({ ...made, admin: olga });
      expect(await store.identity.token(hash(2))).toBeNull();
      await store.identity.setAdminDisabled(olga.id, now());
      expect(await store.identity.token(hash(1))).toBeNull();
      await store.identity.setAdminDisabled(olga.id, null);
      await store.identity.revokeToken(made.id, now());
      expect(await store.identity.token(hash(1))).toBeNull();
      expect(await store.identity.tokens()).toMatchObject([{ id: made.id, revokedAt: now() }]);
      const none = 'none' as ApiTokenId;
      await expect(store.identity.revokeToken(none, now())).rejects.toMatchObject({ code: 'not-found' });
    });

    it('made over the owner’s socket have no admin', async () => {
      const made = await token(null, 1);
      expect(await store.identity.token(hash(1))).toEqual({ ...made, admin: null });
    });

    it('are listed by admin, and tell when they were used', async () => {
      const [olga, rita] = [await addAdmin('olga'), await addAdmin('rita', 'reseller')];
      const first = await token(olga.id, 1);
      await token(rita.id, 2);
      fixture.clock.advance(60_000);
      await store.identity.touchToken(first.id, now());
      expect(await store.identity.tokens(olga.id)).toEqual([{ ...first, lastUsedAt: now() }]);
      expect(await store.identity.tokens()).toHaveLength(2);
    });

    it('may sign; only the secrets of valid ones are handed out', async () => {
      const olga = await addAdmin('olga');
      const first = await token(olga.id, 1, { signingSecret: hash(7) });
      await token(olga.id, 2);
      expect(await store.identity.signingSecrets()).toEqual([{ token: first, secret: hash(7) }]);
      await store.identity.revokeToken(first.id, now());
      expect(await store.identity.signingSecrets()).toEqual([]);
    });
  });

  it('the setup hash is there until it is taken away', async () => {
    expect(await store.identity.setupHash()).toBeNull();
    await store.identity.setSetupHash(hash(9));
    await reopen();
    expect(await store.identity.setupHash()).toEqual(hash(9));
    await store.identity.setSetupHash(null);
    expect(await store.identity.setupHash()).toBeNull();
  });

  it('settings are JSON values; one never set is undefined', async () => {
    expect(await store.settings.get('retention')).toBeUndefined();
    await store.settings.set('retention', { days: 30, list: [1, 'two', null] }, null);
    await store.settings.set('empty', null, null);
    await reopen();
    expect(await store.settings.get('retention')).toEqual({ days: 30, list: [1, 'two', null] });
    expect(await store.settings.get('empty')).toBeNull();
  });

  it('the audit log keeps its entries, newest first, page by page', async () => {
    const entry = (n: number) => ({
      ...{ at: inMinutes(n), by: null, via: 'cli', action: 'user.add', subject: `user ${n}`, detail: { n } },
    });
    for (const n of [1, 2, 3]) await store.audit.write(entry(n));
    await reopen();
    const first = await store.audit.read(2, null);
    expect(first.items).toEqual([entry(3), entry(2)]);
    expect(await store.audit.read(2, first.nextCursor)).toEqual({ items: [entry(1)], nextCursor: null, total: null });
  });
}
