import type { WireError } from './failures.ts';
import type { SlowReadName } from './reader/readers.ts';
import type { WriterItem, WriterTurn } from './writer/ledger-writer.ts';

/** What the main thread and its workers say to each other. */
export type ToWriter =
  | { readonly kind: 'items'; readonly items: readonly WriterItem[]; readonly nowMs: number }
  | { readonly kind: 'close' };

/** In a `turn`, errors are `WireError`s. */
export type FromWriter =
  | { readonly kind: 'ready' }
  | { readonly kind: 'failed'; readonly error: WireError }
  | { readonly kind: 'turn'; readonly turn: WriterTurn };

/** Ids made in a worker: 16 of 62 characters are 95 bits. */
export const ID_LENGTH = 16;

export interface ToReader {
  readonly id: number;
  readonly name: SlowReadName;
  readonly args: readonly unknown[];
}

export type FromReader =
  | { readonly id: number; readonly ok: true; readonly value: unknown }
  | { readonly id: number; readonly ok: false; readonly error: WireError };
