import { createCipheriv, createDecipheriv, randomBytes, type ScryptOptions, scrypt } from 'node:crypto';
import { promisify } from 'node:util';

/** OWASP's first choice of scrypt: 128 MiB and some 0.3 s per guess. */
const COST = { N: 2 ** 17, r: 8, p: 1 } as const;
const KEY_BYTES = 32;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

const derive = promisify<string, Buffer, number, ScryptOptions, Buffer>(scrypt);

/** How it was sealed, so that stronger costs can be chosen later. */
interface Sealed {
  readonly kdf: 'scrypt';
  readonly N: number;
  readonly r: number;
  readonly p: number;
  readonly salt: string;
  /** Nonce, AES-256-GCM, tag; base64. */
  readonly box: string;
}

/** Seals a secret so that only who knows the passphrase can open it. @returns text that may lie anywhere */
export async function sealWithPassphrase(secret: Uint8Array, passphrase: string): Promise<string> {
  const salt = randomBytes(16);
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv('aes-256-gcm', await keyOf(passphrase, salt, COST), nonce);
  const box = Buffer.concat([nonce, cipher.update(secret), cipher.final(), cipher.getAuthTag()]);
  return JSON.stringify({ kdf: 'scrypt', ...COST, salt: salt.toString('base64'), box: box.toString('base64') });
}

/** Null: the passphrase is wrong, or the text is not what was sealed. */
export async function openWithPassphrase(sealed: string, passphrase: string): Promise<Uint8Array | null> {
  try {
    const { kdf, N, r, p, salt, box } = JSON.parse(sealed) as Sealed;
    // Costs come from a file: no more memory than 1 GiB, whatever it says.
    if (kdf !== 'scrypt' || 128 * N * r > 2 ** 30) return null;
    const bytes = Buffer.from(box, 'base64');
    const key = await keyOf(passphrase, Buffer.from(salt, 'base64'), { N, r, p });
    const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, NONCE_BYTES));
    decipher.setAuthTag(bytes.subarray(bytes.length - TAG_BYTES));
    return Buffer.concat([decipher.update(bytes.subarray(NONCE_BYTES, -TAG_BYTES)), decipher.final()]);
  } catch {
    return null;
  }
}

function keyOf(passphrase: string, salt: Buffer, cost: { N: number; r: number; p: number }): Promise<Buffer> {
  return derive(passphrase.normalize('NFKC'), salt, KEY_BYTES, { ...cost, maxmem: 2 * 128 * cost.N * cost.r });
}
