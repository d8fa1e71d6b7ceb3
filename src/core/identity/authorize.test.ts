import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ExpectedError } from '../errors.ts';
import type { AdminId, ApiTokenId } from '../units/ids.ts';
import {
  type Actor,
  authorize,
  authorizeScopes,
  isAllowed,
  ownsUser,
  type Permission,
  visibilityOf,
} from './authorize.ts';
import type { Admin, Role, Scope } from './identity-store.ts';

const createdAt = new Date('2026-03-01T12:00:00Z');
const adminOf = (role: Role): Admin => ({
  id: `${role}-id` as AdminId,
  name: role,
  role,
  createdAt,
  disabledAt: null,
});
const person = (role: Role): Actor => ({ kind: 'admin', admin: adminOf(role) });
const tokenOf = (role: Role | null, ...scopes: Scope[]): Actor => ({
  kind: 'token',
  admin: role === null ? null : adminOf(role),
  token: {
    id: 'token-id' as ApiTokenId,
    name: 'script',
    scopes,
    adminId: role === null ? null : adminOf(role).id,
    nodeId: null,
    servers: [],
    createdAt,
    lastUsedAt: null,
    revokedAt: null,
  },
});

const ROLES: readonly Role[] = ['owner', 'reseller', 'viewer'];
const SCOPES: readonly Scope[] = ['read', 'write', 'ingest', 'metrics', 'admin'];
const PERMISSIONS: readonly Permission[] = [
  ...(['view', 'view-all', 'inspect', 'change-users', 'change-all', 'manage-tokens', 'manage-admins'] as const),
  ...(['own-account', 'report', 'backfill', 'metrics', 'local'] as const),
];

const rightsOf = (actor: Actor) => PERMISSIONS.filter((permission) => isAllowed(actor, permission));

describe('who may do what', () => {
  it('the owner everything but what takes the machine itself', () => {
    expect(rightsOf(person('owner'))).toEqual(PERMISSIONS.filter((permission) => permission !== 'local'));
  });

  it('a reseller sees and changes their own users', () => {
    expect(rightsOf(person('reseller'))).toEqual(['view', 'change-users', 'manage-tokens', 'own-account']);
    expect(visibilityOf(person('reseller'))).toEqual({ kind: 'owner', adminId: 'reseller-id' });
    expect(ownsUser(person('reseller'), 'reseller-id' as AdminId)).toBe(true);
    expect(ownsUser(person('reseller'), 'somebody-else' as AdminId)).toBe(false);
    expect(ownsUser(person('reseller'), null)).toBe(false);
  });

  it('a viewer reads', () => {
    expect(rightsOf(person('viewer'))).toEqual(['view', 'view-all', 'own-account', 'metrics']);
    expect(visibilityOf(person('viewer'))).toEqual({ kind: 'all' });
  });

  it('the socket on the machine everything but an account of its own', () => {
    expect(rightsOf({ kind: 'cli' })).toEqual(PERMISSIONS.filter((permission) => permission !== 'own-account'));
  });

  it.each<[Scope, Permission[]]>([
    ['read', ['view', 'view-all', 'inspect']],
    ['write', ['change-users', 'change-all', 'report', 'backfill']],
    ['ingest', ['report']],
    ['metrics', ['metrics']],
  ])('a token of the owner with scope %s', (scope, rights) => {
    expect(rightsOf(tokenOf('owner', scope))).toEqual(rights);
    expect(rightsOf(tokenOf(null, scope))).toEqual(rights);
  });

  it('a token of scope admin may all that its creator may, but for their own account', () => {
    for (const role of ROLES) {
      const rights = rightsOf(person(role)).filter((permission) => permission !== 'own-account');
      expect(rightsOf(tokenOf(role, 'admin'))).toEqual(rights);
    }
  });

  it('a token never exceeds its creator, and more scopes never take a right away', () => {
    const scopes = fc.subarray([...SCOPES]);
    fc.assert(
      fc.property(fc.constantFrom(...ROLES), scopes, scopes, (role, some, more) => {
        const rights = rightsOf(tokenOf(role, ...some));
        expect(rightsOf(person(role))).toEqual(expect.arrayContaining(rights));
        expect(rightsOf(tokenOf(role, ...some, ...more))).toEqual(expect.arrayContaining(rights));
        expect(visibilityOf(tokenOf(role, ...some))).toEqual(visibilityOf(person(role)));
      }),
    );
  });
});

describe('a refusal', () => {
  const refusal = (act: () => void): ExpectedError => {
    try {
      act();
    } catch (error) {
      if (error instanceof ExpectedError) return error;
    }
    throw new Error('was allowed');
  };

  it('names the scope or the role that is missing', () => {
    const lacksScope = refusal(() => authorize(tokenOf('owner', 'read'), 'report'));
    expect([lacksScope.code, lacksScope.hint]).toEqual(['forbidden', 'It takes the scope ingest or write.']);
    expect(refusal(() => authorize(person('viewer'), 'change-users')).hint).toBe('It takes: owner, reseller.');
    expect(refusal(() => authorize(person('owner'), 'local')).code).toBe('cli-only');
  });

  it('meets a token that would exceed the person who makes it', () => {
    expect(refusal(() => authorizeScopes(person('reseller'), ['read', 'ingest'])).message).toContain('ingest');
    expect(refusal(() => authorizeScopes(person('viewer'), ['read'])).code).toBe('forbidden');
    expect(() => authorizeScopes(person('owner'), SCOPES)).not.toThrow();
    expect(() => authorizeScopes({ kind: 'cli' }, SCOPES)).not.toThrow();
  });
});
