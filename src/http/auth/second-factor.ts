import { randomBytes } from 'node:crypto';
import type { Admin } from '../../core/identity/identity-store.ts';
import type { TwoFactorStore } from '../../core/identity/two-factor-store.ts';
import type { Clock } from '../../core/units/clock.ts';
import type { AdminId } from '../../core/units/ids.ts';
import { problem } from '../problem.ts';
import type { LoginGuard } from './login-guard.ts';
import { hashSecret } from './secrets.ts';

/** RFC 6238 as every authenticator app has it: SHA-1, six digits, 30 seconds. */
const TOTP_RULES = { issuer: 'Xpert', algorithm: 'SHA1', digits: 6, period: 30 } as const;
/** RFC 4226, section 4: at least 128 bits, 160 recommended. */
const SECRET_BYTES = 20;
/** A clock that is half a minute off still finds its code. */
const WINDOW = 1;
const CODES = 10;
/** 16 of 32 letters are 80 bits: there is nothing to guess, so a plain hash is enough. */
const ALPHABET = 'ABCDEFGHJKLMNPQRSTUVWXYZ23456789';

/** Codes of authenticator apps, and codes for when the phone is gone. */
export class SecondFactor {
  readonly #store: TwoFactorStore;
  readonly #clock: Clock;

  constructor(store: TwoFactorStore, clock: Clock) {
    this.#store = store;
    this.#clock = clock;
  }

  /** A new secret, and the address that apps read from a QR code. Nothing is stored. */
  async propose(name: string): Promise<{ readonly secret: string; readonly uri: string }> {
    const { Secret } = await import('otpauth');
    const secret = new Secret({ buffer: new Uint8Array(randomBytes(SECRET_BYTES)).buffer });
    return { secret: secret.base32, uri: (await totpOf(secret.base32, name)).toString() };
  }

  /** From now on the code is asked for. @returns recovery codes; null: the code is not of that secret */
  async enable(id: AdminId, secret: string, code: string): Promise<readonly string[] | null> {
    const totp = await totpOf(secret, '');
    const bytes = new Uint8Array(totp.secret.buffer);
    const step = await this.#stepOf(secret, code);
    if (bytes.length < SECRET_BYTES || step === null) return null;
    const codes = newCodes();
    await this.#store.setTwoFactor(id, { secret: bytes, recoveryHashes: codes.map(hashOf), at: this.#clock.now() });
    await this.#store.spendStep(id, step);
    return codes;
  }

  async renewCodes(id: AdminId): Promise<readonly string[]> {
    const codes = newCodes();
    await this.#store.setRecoveryCodes(id, codes.map(hashOf));
    return codes;
  }

  /**
   * The step after the right password. A code counts as a failure until it turned out right, so that many sent at once
   * are not all tried.
   * @throws second-factor-needed, second-factor-lost, wrong-code, too-many-tries
   */
  async confirm(
    guard: LoginGuard,
    { id, name }: Pick<Admin, 'id' | 'name'>,
    address: string,
    code: string | undefined,
  ) {
    guard.check(name, address);
    if (code !== undefined && code !== '') guard.failed(name, address);
    if (!(await this.check(id, code))) throw problem('wrong-code', 'The code is wrong, or was used already.');
    guard.succeeded(name, address);
  }

  /** True if the account has none, or the code is right and was not used before. @throws second-factor-needed, second-factor-lost */
  async check(id: AdminId, code: string | undefined): Promise<boolean> {
    const factor = await this.#store.twoFactor(id);
    if (factor === null) return true;
    if (code === undefined || code === '') throw problem('second-factor-needed', 'This account asks for a code, too.');
    if (!/^\d{6}$/.test(code.replace(/\s/g, ''))) return await this.#store.spendRecoveryCode(id, hashOf(code));
    if (factor.secret === null)
      throw problem('second-factor-lost', 'The secret of the authenticator app cannot be opened with the key here.');
    const { Secret } = await import('otpauth');
    const secret = new Secret({ buffer: new Uint8Array(factor.secret).buffer }).base32;
    const step = await this.#stepOf(secret, code);
    return step !== null && (await this.#store.spendStep(id, step));
  }

  /** The time step that a code belongs to; null: none near now. */
  async #stepOf(secret: string, code: string): Promise<number | null> {
    const totp = await totpOf(secret, '');
    const timestamp = this.#clock.now().getTime();
    const delta = totp.validate({ token: code.replace(/\s/g, ''), timestamp, window: WINDOW });
    return delta === null ? null : totp.counter({ timestamp }) + delta;
  }
}

/** The package is loaded when it is first needed. */
async function totpOf(secret: string, label: string) {
  const { Secret, TOTP } = await import('otpauth');
  return new TOTP({ ...TOTP_RULES, label, secret: Secret.fromBase32(secret) });
}

function newCodes(): string[] {
  return Array.from({ length: CODES }, () => {
    const letters = [...randomBytes(16)].map((byte) => ALPHABET[byte % ALPHABET.length]).join('');
    return `${letters.slice(0, 4)}-${letters.slice(4, 8)}-${letters.slice(8, 12)}-${letters.slice(12, 16)}`;
  });
}

/** However it is typed. */
function hashOf(code: string): Uint8Array {
  return hashSecret(code.toUpperCase().replace(/[^A-Z0-9]/g, ''));
}
