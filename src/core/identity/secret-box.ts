/** Port: keeps secrets unreadable in the store; whoever has the store alone learns nothing. */
export interface SecretBox {
  seal(secret: Uint8Array): Uint8Array;
  /** Null if it was sealed with another key, or changed since. */
  open(sealed: Uint8Array): Uint8Array | null;
}
