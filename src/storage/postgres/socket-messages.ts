import type { MessagePort } from 'node:worker_threads';

/** Asks the thread of sockets for a connection. */
export interface NewSocket {
  readonly url: string;
  readonly port: MessagePort;
  /** Counts what was said to the thread that waits, and wakes it. */
  readonly signal: Int32Array;
}

/** Code of a connection that could not even be tried: the address, or a file that it names. */
export const ADDRESS_UNUSABLE = 'address-unusable';
/** Of several servers none takes writes; those that can be reached are standbys. */
export const NO_PRIMARY = 'no-primary';

/** From the thread of the socket to the one that waits. */
export type FromSocket =
  | { readonly kind: 'open' }
  | { readonly kind: 'refused'; readonly code: string; readonly message: string }
  | { readonly kind: 'bytes'; readonly bytes: Uint8Array }
  /** `isAway`: another connection could not be made either. */
  | { readonly kind: 'lost'; readonly message: string; readonly isAway?: boolean };

/** The other way: bytes for the server; null ends the connection. */
export type ToSocket = Uint8Array | null;
