import { randomBytes } from 'node:crypto';

const alphabet = '0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ';

/** `length` characters of 0-9a-zA-Z from the system's generator; 22 of them are 131 bits. */
export function randomId(length: number): string {
  let id = '';
  while (id.length < length) {
    // 248 = 4 * 62: bytes above it would make the first letters likelier.
    for (const byte of randomBytes(length)) if (byte < 248 && id.length < length) id += alphabet[byte % 62];
  }
  return id;
}
