import { Type } from '@sinclair/typebox';
import type { Admin, ApiToken } from '../../core/identity/identity-store.ts';
import { Instant, MaybeInstant, MaybeString, Nullable } from './common.ts';

export const RoleJson = Type.Union([Type.Literal('owner'), Type.Literal('reseller'), Type.Literal('viewer')]);
export const ScopeJson = Type.Union([
  Type.Literal('read'),
  Type.Literal('write'),
  Type.Literal('ingest'),
  Type.Literal('metrics'),
  Type.Literal('admin'),
]);

/** Names of admins and users share one name space; a colon or slash in one would break addresses of the seeds. */
export const NameJson = Type.String({ minLength: 1, maxLength: 64, pattern: '^[^\\s/][^/\\u0000-\\u001f\\u007f]*$' });
export const PasswordJson = Type.String({ minLength: 8, maxLength: 512 });

export const WhoJson = Type.Object({ id: Type.String(), name: Type.String(), role: RoleJson }, { $id: 'Who' });
export const LoggedInJson = Type.Object({ admin: WhoJson });

export function whoJson({ id, name, role }: Admin) {
  return { id, name, role };
}

export const SessionJson = Type.Object(
  {
    admin: Nullable(WhoJson),
    setupNeeded: Type.Boolean(),
    version: Type.String(),
    timeZone: Type.String(),
    trackingEnabled: Type.Boolean(),
    publicSummary: Type.Boolean({ description: 'States of nodes and services are shown without login.' }),
  },
  { $id: 'Session' },
);

export const AdminJson = Type.Object(
  {
    id: Type.String(),
    name: Type.String(),
    role: RoleJson,
    createdAt: Instant,
    disabled: Type.Boolean(),
    twoFactor: Type.Boolean({ description: 'The account asks for a code, too.' }),
  },
  { $id: 'Admin' },
);

export function adminJson(admin: Admin, twoFactor: boolean) {
  return { ...whoJson(admin), createdAt: admin.createdAt, disabled: admin.disabledAt !== null, twoFactor };
}

const tokenMembers = {
  id: Type.String(),
  name: Type.String(),
  scopes: Type.Array(ScopeJson),
  admin: Nullable(Type.Object({ id: Type.String(), name: Type.String() })),
  nodeId: MaybeString,
  servers: Type.Array(Type.String()),
  createdAt: Instant,
  lastUsedAt: MaybeInstant,
  revokedAt: MaybeInstant,
};
export const TokenJson = Type.Object(tokenMembers);
export const NewTokenJson = Type.Object({
  ...tokenMembers,
  token: Type.String({ description: 'Shown this once.' }),
  signingSecret: Nullable(Type.String({ description: 'Standard Webhooks secret (whsec_…); shown this once.' })),
});

export function tokenJson(token: ApiToken, admins: ReadonlyMap<string, Admin>) {
  const admin = token.adminId === null ? undefined : admins.get(token.adminId);
  return {
    id: token.id,
    name: token.name,
    scopes: [...token.scopes],
    admin: admin === undefined ? null : { id: admin.id, name: admin.name },
    nodeId: token.nodeId,
    servers: [...token.servers],
    createdAt: token.createdAt,
    lastUsedAt: token.lastUsedAt,
    revokedAt: token.revokedAt,
  };
}
