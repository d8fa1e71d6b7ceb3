import type { Readers } from './readers.ts';

/** Readers that are asked for by name, also from another thread. */
export type ReaderPart = Exclude<keyof Readers, 'connection' | 'sql'>;

/** A reader as stores ask it: SQLite's answers at once, one in another thread later. */
export type Asked<R> = {
  readonly [M in keyof R as R[M] extends (...args: never[]) => unknown ? M : never]: R[M] extends (
    ...args: infer A
  ) => infer V
    ? (...args: A) => V | Promise<V>
    : never;
};

export type AskedReaders = { readonly [P in ReaderPart]: Asked<Readers[P]> };
