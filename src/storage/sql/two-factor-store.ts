import type { SecretBox } from '../../core/identity/secret-box.ts';
import type { TwoFactorStore } from '../../core/identity/two-factor-store.ts';
import type { Clock } from '../../core/units/clock.ts';
import type { AdminId } from '../../core/units/ids.ts';
import type { Statements } from './reader/statements.ts';
import type { WriterLink } from './writer-link.ts';

/** Second factors; their secrets are sealed at rest. */
export class SqlTwoFactorStore implements TwoFactorStore {
  readonly #sql: Statements;
  readonly #writer: WriterLink;
  readonly #clock: Clock;
  readonly #box: SecretBox;

  constructor(sql: Statements, writer: WriterLink, clock: Clock, box: SecretBox) {
    this.#sql = sql;
    this.#writer = writer;
    this.#clock = clock;
    this.#box = box;
  }

  async twoFactor(id: AdminId) {
    const row = this.#sql.get<{ secret: Buffer; since: number; codes: number }>(
      `SELECT secret, since, (SELECT count(*) FROM recovery_code r WHERE r.admin_id = f.admin_id) AS codes
       FROM two_factor f WHERE admin_id = @id`,
      { id },
    );
    if (row === undefined) return null;
    return { secret: this.#box.open(row.secret), since: new Date(row.since), recoveryCodes: row.codes };
  }

  setTwoFactor(id: AdminId, factor: Parameters<TwoFactorStore['setTwoFactor']>[1]) {
    if (factor === null) return this.#writer.run('setTwoFactor', id, null);
    const { secret, ...rest } = factor;
    return this.#writer.run('setTwoFactor', id, { ...rest, sealed: this.#box.seal(secret) });
  }

  setRecoveryCodes(id: AdminId, hashes: readonly Uint8Array[]) {
    return this.#writer.run('setRecoveryCodes', id, hashes);
  }

  spendStep(id: AdminId, step: number) {
    return this.#writer.run('spendStep', id, step);
  }

  spendRecoveryCode(id: AdminId, hash: Uint8Array) {
    return this.#writer.run('spendRecoveryCode', id, hash);
  }

  async sessions(id: AdminId, tokenHash: Uint8Array | null) {
    const rows = this.#sql.all<{ createdAt: number; expiresAt: number; isThis: number }>(
      `SELECT created_at AS createdAt, expires_at AS expiresAt, token_hash IS @hash AS isThis FROM session
       WHERE admin_id = @id AND expires_at > @nowMs ORDER BY created_at DESC`,
      { id, nowMs: this.#clock.now().getTime(), hash: tokenHash === null ? null : Buffer.from(tokenHash) },
    );
    return rows.map(({ createdAt, expiresAt, isThis }) => {
      return { createdAt: new Date(createdAt), expiresAt: new Date(expiresAt), isThis: isThis === 1 };
    });
  }

  endOtherSessions(id: AdminId, tokenHash: Uint8Array) {
    return this.#writer.run('endOtherSessions', id, tokenHash);
  }
}
