import type { SecretBox } from '../../core/identity/secret-box.ts';
import type { TwoFactorStore } from '../../core/identity/two-factor-store.ts';
import type { Clock } from '../../core/units/clock.ts';
import type { AdminId } from '../../core/units/ids.ts';
import type { Asked } from './reader/asked.ts';
import type { TwoFactorReader } from './reader/two-factor-reader.ts';
import type { WriterLink } from './writer-link.ts';

/** Second factors; their secrets are sealed at rest. */
export class SqlTwoFactorStore implements TwoFactorStore {
  readonly #reader: Asked<TwoFactorReader>;
  readonly #writer: WriterLink;
  readonly #clock: Clock;
  readonly #box: SecretBox;

  constructor(reader: Asked<TwoFactorReader>, writer: WriterLink, clock: Clock, box: SecretBox) {
    this.#reader = reader;
    this.#writer = writer;
    this.#clock = clock;
    this.#box = box;
  }

  async twoFactor(id: AdminId) {
    const stored = await this.#reader.twoFactor(id);
    return stored === null ? null : { ...stored, secret: this.#box.open(stored.secret) };
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
    return this.#reader.sessions(id, tokenHash, this.#clock.now().getTime());
  }

  endOtherSessions(id: AdminId, tokenHash: Uint8Array) {
    return this.#writer.run('endOtherSessions', id, tokenHash);
  }
}
