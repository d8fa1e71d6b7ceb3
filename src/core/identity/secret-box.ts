/** Port: keeps secrets unreadable in the store; whoever has the store alone learns nothing. */
export interface SecretBox {
  seal(secret: Uint8Array): Uint8Array;
  /** Digest of a text with the same key: tells texts apart, and nobody without the key can try out what they were. */
  digest(text: string): string;
  /** Null if it was sealed with another key, or changed since. */
  open(sealed: Uint8Array): Uint8Array | null;
}
