import { ExpectedError } from '../errors.ts';
import type { Visibility } from '../ledger/usage-history.ts';
import type { AdminId } from '../units/ids.ts';
import type { Admin, ApiToken, Role, Scope } from './identity-store.ts';

/** Who asks: an admin logged in to the panel, an API token, or the owner's socket on the machine itself. */
export type Actor =
  | { readonly kind: 'admin'; readonly admin: Admin }
  | { readonly kind: 'token'; readonly token: ApiToken; readonly admin: Admin | null }
  | { readonly kind: 'cli' };

/**
 * What somebody wants to do. `view`: usage, users and nodes as far as they are theirs. `view-all`: what belongs to
 * nobody in particular (unclaimed usage, gaps, quarantine). `inspect`: the database, the product's own state.
 * `change-users`: own users and their peers. `change-all`: nodes, resets, cleanup, settings. `manage-tokens`: own
 * tokens. `manage-admins`: accounts of others.
 */
export type Permission =
  | 'view'
  | 'view-all'
  | 'inspect'
  | 'change-users'
  | 'change-all'
  | 'manage-tokens'
  | 'manage-admins'
  | 'own-account'
  | 'report'
  | 'backfill'
  | 'metrics'
  | 'local';

interface Rule {
  readonly roles: readonly Role[];
  /** A token needs one of these (or `admin`, which includes all its creator may); empty: never with a token. */
  readonly scopes: readonly Scope[];
}

const EVERYONE: readonly Role[] = ['owner', 'reseller', 'viewer'];

/** The only place where roles and scopes become rights. */
const RULES: Readonly<Record<Permission, Rule>> = {
  view: { roles: EVERYONE, scopes: ['read'] },
  'view-all': { roles: ['owner', 'viewer'], scopes: ['read'] },
  inspect: { roles: ['owner'], scopes: ['read'] },
  'change-users': { roles: ['owner', 'reseller'], scopes: ['write'] },
  'change-all': { roles: ['owner'], scopes: ['write'] },
  'manage-tokens': { roles: ['owner', 'reseller'], scopes: ['admin'] },
  'manage-admins': { roles: ['owner'], scopes: ['admin'] },
  'own-account': { roles: EVERYONE, scopes: [] },
  report: { roles: ['owner'], scopes: ['ingest', 'write'] },
  backfill: { roles: ['owner'], scopes: ['write'] },
  metrics: { roles: ['owner', 'viewer'], scopes: ['metrics'] },
  local: { roles: [], scopes: [] },
};

/** Scopes that a token made by this role may carry: a token never exceeds its creator. */
const GRANTABLE: Readonly<Record<Role, readonly Scope[]>> = {
  owner: ['read', 'write', 'ingest', 'metrics', 'admin'],
  reseller: ['read', 'write', 'admin'],
  viewer: [],
};

export function isAllowed(actor: Actor, permission: Permission): boolean {
  if (actor.kind === 'cli') return permission !== 'own-account';
  const rule = RULES[permission];
  if (!rule.roles.includes(roleOf(actor))) return false;
  if (actor.kind === 'admin') return true;
  if (rule.scopes.length === 0) return false;
  return actor.token.scopes.includes('admin') || rule.scopes.some((scope) => actor.token.scopes.includes(scope));
}

/** @throws Forbidden, naming what is missing. */
export function authorize(actor: Actor, permission: Permission): void {
  if (isAllowed(actor, permission)) return;
  const { roles, scopes } = RULES[permission];
  if (permission === 'local') {
    throw new ExpectedError('cli-only', 'This is possible only on the machine of the server, with the xpert command.');
  }
  if (!roles.includes(roleOf(actor))) {
    throw new ExpectedError('forbidden', `A ${roleOf(actor)} may not do this.`, {
      hint: `It takes: ${roles.join(', ')}.`,
    });
  }
  throw new ExpectedError('forbidden', 'The API token lacks the scope for this.', {
    hint: scopes.length === 0 ? 'Log in to the panel instead.' : `It takes the scope ${scopes.join(' or ')}.`,
  });
}

/** @throws Forbidden if a token made by the actor would exceed the actor. */
export function authorizeScopes(actor: Actor, scopes: readonly Scope[]): void {
  const excess = scopes.filter((scope) => !GRANTABLE[roleOf(actor)].includes(scope));
  if (excess.length === 0) return;
  throw new ExpectedError('forbidden', `A ${roleOf(actor)} cannot give the scope ${excess.join(', ')}.`, {
    hint: 'A token can never do more than the person who makes it.',
  });
}

export function roleOf(actor: Actor): Role {
  if (actor.kind === 'cli') return 'owner';
  return actor.admin?.role ?? 'owner';
}

/** The account behind the actor; null for the socket and for tokens made over it. */
export function adminIdOf(actor: Actor): AdminId | null {
  return actor.kind === 'cli' ? null : (actor.admin?.id ?? null);
}

/** Resellers see their own users, everybody else sees all. */
export function visibilityOf(actor: Actor): Visibility {
  if (actor.kind === 'cli' || actor.admin === null || actor.admin.role !== 'reseller') return { kind: 'all' };
  return { kind: 'owner', adminId: actor.admin.id };
}

/** True if the actor may see and change a user of this owner (null: the owner's). */
export function ownsUser(actor: Actor, ownerId: AdminId | null): boolean {
  const visible = visibilityOf(actor);
  return visible.kind === 'all' || visible.adminId === ownerId;
}
