import type { AdminId } from '../../../core/units/ids.ts';
import type { Statements } from './statements.ts';

/** A second factor as it is stored: its secret sealed. */
export interface StoredTwoFactor {
  readonly secret: Uint8Array;
  readonly since: Date;
  readonly recoveryCodes: number;
}

export class TwoFactorReader {
  readonly #sql: Statements;

  constructor(sql: Statements) {
    this.#sql = sql;
  }

  twoFactor(id: AdminId): StoredTwoFactor | null {
    const row = this.#sql.get<{ secret: Buffer; since: number; codes: number }>(
      `SELECT secret, since, (SELECT count(*) FROM recovery_code r WHERE r.admin_id = f.admin_id) AS codes
       FROM two_factor f WHERE admin_id = @id`,
      { id },
    );
    return row === undefined ? null : { secret: row.secret, since: new Date(row.since), recoveryCodes: row.codes };
  }

  /** Sessions that have not expired, newest first. `isThis`: its token is the given one. */
  sessions(id: AdminId, tokenHash: Uint8Array | null, nowMs: number) {
    const rows = this.#sql.all<{ createdAt: number; expiresAt: number; isThis: number }>(
      `SELECT created_at AS createdAt, expires_at AS expiresAt, token_hash IS @hash AS isThis FROM session
       WHERE admin_id = @id AND expires_at > @nowMs ORDER BY created_at DESC`,
      { id, nowMs, hash: tokenHash === null ? null : Buffer.from(tokenHash) },
    );
    return rows.map(({ createdAt, expiresAt, isThis }) => {
      return { createdAt: new Date(createdAt), expiresAt: new Date(expiresAt), isThis: isThis === 1 };
    });
  }
}
