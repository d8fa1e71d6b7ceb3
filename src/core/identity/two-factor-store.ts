import type { AdminId } from '../units/ids.ts';

/** The second factor of an admin. */
export interface TwoFactor {
  /** Shared with the authenticator app; null: sealed with a key that is not here. */
  readonly secret: Uint8Array | null;
  readonly since: Date;
  /** Recovery codes that were not used. */
  readonly recoveryCodes: number;
}

/** A session of an admin, as they look at it. */
export interface SessionView {
  readonly createdAt: Date;
  readonly expiresAt: Date;
  readonly isThis: boolean;
}

/** Port: second factors, and sessions beside the one that asks. Codes come in hashed. */
export interface TwoFactorStore {
  /** Null: the password is enough. */
  twoFactor(id: AdminId): Promise<TwoFactor | null>;
  /** Null takes it away, with its recovery codes. */
  setTwoFactor(
    id: AdminId,
    factor: { readonly secret: Uint8Array; readonly recoveryHashes: readonly Uint8Array[]; readonly at: Date } | null,
  ): Promise<void>;
  /** Instead of all before. @throws NotFound without a second factor */
  setRecoveryCodes(id: AdminId, hashes: readonly Uint8Array[]): Promise<void>;
  /** A code counts once: false if this time step or a later one was used already. */
  spendStep(id: AdminId, step: number): Promise<boolean>;
  /** False if there is no such code, or not any more. */
  spendRecoveryCode(id: AdminId, hash: Uint8Array): Promise<boolean>;
  /** The latest first. */
  sessions(id: AdminId, tokenHash: Uint8Array | null): Promise<SessionView[]>;
  /** @returns how many were ended */
  endOtherSessions(id: AdminId, tokenHash: Uint8Array): Promise<number>;
}
