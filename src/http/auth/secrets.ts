import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';

/** 256 bits: sessions, API tokens and setup links. Only their hashes are stored, so that a copy of the database opens nothing. */
export function newSecret(prefix = ''): string {
  return prefix + randomBytes(32).toString('base64url');
}

/** SHA-256 is enough: the secrets are random, there is nothing to guess. */
export function hashSecret(secret: string): Uint8Array {
  return createHash('sha256').update(secret).digest();
}

export function sameHash(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && timingSafeEqual(a, b);
}

/** 96 bits; hexadecimal, because people copy it into configurations. */
export function newUserToken(): string {
  return randomBytes(12).toString('hex');
}
