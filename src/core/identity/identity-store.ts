import type { AdminId, ApiTokenId } from '../units/ids.ts';

export type Role = 'owner' | 'reseller' | 'viewer';
export type Scope = 'read' | 'write' | 'ingest' | 'metrics' | 'admin';

/** Who logs in to the panel. */
export interface Admin {
  readonly id: AdminId;
  readonly name: string;
  readonly role: Role;
  readonly createdAt: Date;
  readonly disabledAt: Date | null;
}

export interface ApiToken {
  readonly id: ApiTokenId;
  readonly name: string;
  readonly scopes: readonly Scope[];
  /** Whose rights it can never exceed; null: made over the owner's socket, with the owner's rights. */
  readonly adminId: AdminId | null;
  /** Ingest tokens may be bound to a node or to named servers; empty = any. */
  readonly nodeId: string | null;
  readonly servers: readonly string[];
  readonly createdAt: Date;
  readonly lastUsedAt: Date | null;
  readonly revokedAt: Date | null;
}

/** Port: admins, sessions and API tokens. Secrets come in hashed; only hashes are stored. */
export interface IdentityStore {
  admins(): Promise<Admin[]>;
  adminByName(name: string): Promise<(Admin & { readonly passwordHash: string }) | null>;
  admin(id: AdminId): Promise<Admin | null>;
  /**
   * An owner takes over the users that have no owner yet (made before there was one).
   * @throws NameTaken: admins and users share one name space.
   */
  addAdmin(admin: {
    readonly name: string;
    readonly role: Role;
    readonly passwordHash: string;
    readonly createdAt: Date;
  }): Promise<Admin>;
  /** Ends all sessions of the admin. */
  setPassword(id: AdminId, passwordHash: string): Promise<void>;
  setAdminDisabled(id: AdminId, at: Date | null): Promise<void>;

  addSession(session: {
    readonly tokenHash: Uint8Array;
    readonly adminId: AdminId;
    readonly createdAt: Date;
    readonly expiresAt: Date;
  }): Promise<void>;
  /** Not expired, of an admin who is not disabled; else null. */
  session(tokenHash: Uint8Array): Promise<{ readonly admin: Admin; readonly expiresAt: Date } | null>;
  /** Sliding expiry. */
  extendSession(tokenHash: Uint8Array, expiresAt: Date): Promise<void>;
  endSession(tokenHash: Uint8Array): Promise<void>;

  tokens(adminId?: AdminId): Promise<ApiToken[]>;
  addToken(
    token: Omit<ApiToken, 'id' | 'lastUsedAt' | 'revokedAt'> & {
      readonly tokenHash: Uint8Array;
      readonly signingSecret: Uint8Array | null;
    },
  ): Promise<ApiToken>;
  /** Not revoked, of an admin who is not disabled; else null. */
  token(tokenHash: Uint8Array): Promise<(ApiToken & { readonly admin: Admin | null }) | null>;
  signingSecrets(): Promise<{ readonly token: ApiToken; readonly secret: Uint8Array }[]>;
  revokeToken(id: ApiTokenId, at: Date): Promise<void>;
  /** Notes that the token was used; called at most once a minute per token. */
  touchToken(id: ApiTokenId, at: Date): Promise<void>;

  /** The one-time link that creates the owner; null once there is one. */
  setSetupHash(hash: Uint8Array | null): Promise<void>;
  setupHash(): Promise<Uint8Array | null>;
}
