import { createCipheriv, createDecipheriv, createHmac, randomBytes } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';

const KEY_BYTES = 32;
/** NIST SP 800-38D, 8.2: 96-bit nonces, drawn at random, serve 2^32 secrets with one key. */
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
/** 64 bits: two of a million texts are the same once in 10^7 times. */
const DIGEST_CHARACTERS = 16;

/** Seals with AES-256-GCM and a key that lies in a file of its own (0600), made when it is first needed. */
export class KeyFileBox {
  readonly #path: string;
  #key: Buffer | null = null;

  constructor(path: string) {
    this.#path = path;
  }

  seal(secret: Uint8Array): Uint8Array {
    const nonce = randomBytes(NONCE_BYTES);
    const cipher = createCipheriv('aes-256-gcm', this.#readKey(), nonce);
    return Buffer.concat([nonce, cipher.update(secret), cipher.final(), cipher.getAuthTag()]);
  }

  /** Null if it was sealed with another key, or changed since. */
  open(sealed: Uint8Array): Uint8Array | null {
    if (sealed.length < NONCE_BYTES + TAG_BYTES) return null;
    try {
      const tagAt = sealed.length - TAG_BYTES;
      const decipher = createDecipheriv('aes-256-gcm', this.#readKey(), sealed.subarray(0, NONCE_BYTES));
      decipher.setAuthTag(sealed.subarray(tagAt));
      return Buffer.concat([decipher.update(sealed.subarray(NONCE_BYTES, tagAt)), decipher.final()]);
    } catch {
      return null;
    }
  }

  /** The key, to be sealed and kept elsewhere; null if none was ever needed. */
  exportKey(): Uint8Array | null {
    return this.#key ?? this.#existingKey();
  }

  digest(text: string): string {
    return createHmac('sha256', this.#readKey()).update(text).digest('hex').slice(0, DIGEST_CHARACTERS);
  }

  #readKey(): Buffer {
    this.#key ??= this.#existingKey() ?? this.#newKey();
    return this.#key;
  }

  #existingKey(): Buffer | null {
    try {
      const key = readFileSync(this.#path);
      if (key.length !== KEY_BYTES) throw new Error(`${this.#path} is not a key of ${KEY_BYTES} bytes.`);
      return key;
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
      throw error;
    }
  }

  /** Fails rather than write over a key that somebody else has just made. */
  #newKey(): Buffer {
    const key = randomBytes(KEY_BYTES);
    writeFileSync(this.#path, key, { mode: 0o600, flag: 'wx', flush: true });
    return key;
  }
}
