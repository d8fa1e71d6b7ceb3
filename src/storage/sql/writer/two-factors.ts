import { NotFound } from '../../../core/errors.ts';
import type { AdminId } from '../../../core/units/ids.ts';
import type { Database } from '../database.ts';
import { operation } from './operation.ts';

export interface SealedFactor {
  readonly sealed: Uint8Array;
  readonly recoveryHashes: readonly Uint8Array[];
  readonly at: Date;
}

/** Writes of second factors. */
export class TwoFactors {
  readonly #sql: ReturnType<typeof prepare>;

  constructor(db: Database) {
    this.#sql = prepare(db);
  }

  set(id: AdminId, factor: SealedFactor | null): void {
    this.#sql.remove.run(id);
    if (factor === null) return;
    this.#sql.add.run(id, Buffer.from(factor.sealed), factor.at.getTime());
    this.setRecoveryCodes(id, factor.recoveryHashes);
  }

  setRecoveryCodes(id: AdminId, hashes: readonly Uint8Array[]): void {
    if (this.#sql.has.get(id) === undefined) throw new NotFound('second factor of', id);
    this.#sql.removeCodes.run(id);
    for (const hash of hashes) this.#sql.addCode.run(id, Buffer.from(hash));
  }

  spendStep(id: AdminId, step: number): boolean {
    return this.#sql.spendStep.run(step, id, step).changes > 0;
  }

  spendRecoveryCode(id: AdminId, hash: Uint8Array): boolean {
    return this.#sql.useCode.run(id, Buffer.from(hash)).changes > 0;
  }

  endOtherSessions(id: AdminId, tokenHash: Uint8Array): number {
    return this.#sql.endOthers.run(id, Buffer.from(tokenHash)).changes;
  }
}

export function twoFactorOperations({ twoFactors }: { readonly twoFactors: TwoFactors }) {
  return {
    setTwoFactor: operation('none', (_now, id: AdminId, factor: SealedFactor | null) => twoFactors.set(id, factor)),
    setRecoveryCodes: operation('none', (_now, id: AdminId, hashes: readonly Uint8Array[]) =>
      twoFactors.setRecoveryCodes(id, hashes),
    ),
    spendStep: operation('none', (_now, id: AdminId, step: number) => twoFactors.spendStep(id, step)),
    spendRecoveryCode: operation('none', (_now, id: AdminId, hash: Uint8Array) =>
      twoFactors.spendRecoveryCode(id, hash),
    ),
    endOtherSessions: operation('none', (_now, id: AdminId, hash: Uint8Array) => twoFactors.endOtherSessions(id, hash)),
  };
}

function prepare(db: Database) {
  return {
    has: db.prepare('SELECT 1 FROM two_factor WHERE admin_id = ?'),
    remove: db.prepare('DELETE FROM two_factor WHERE admin_id = ?'),
    add: db.prepare('INSERT INTO two_factor (admin_id, secret, since) VALUES (?, ?, ?)'),
    removeCodes: db.prepare('DELETE FROM recovery_code WHERE admin_id = ?'),
    addCode: db.prepare('INSERT INTO recovery_code (admin_id, hash) VALUES (?, ?)'),
    spendStep: db.prepare('UPDATE two_factor SET step = ? WHERE admin_id = ? AND step < ?'),
    useCode: db.prepare('DELETE FROM recovery_code WHERE admin_id = ? AND hash = ?'),
    endOthers: db.prepare('DELETE FROM session WHERE admin_id = ? AND token_hash <> ?'),
  };
}
