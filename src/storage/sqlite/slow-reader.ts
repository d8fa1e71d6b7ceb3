import type { SlowReadName, SlowReads } from './reader/readers.ts';

/** Runs reads that may take long where they disturb nobody. */
export interface SlowReader {
  read<N extends SlowReadName>(name: N, ...args: Parameters<SlowReads[N]>): Promise<ReturnType<SlowReads[N]>>;
  close(): Promise<void>;
}

/** In this very thread: for tests, and for `:memory:`. */
export function localSlowReader(reads: SlowReads): SlowReader {
  return {
    async read(name, ...args) {
      const run = reads[name] as (...args: unknown[]) => unknown;
      return run(...args) as ReturnType<SlowReads[typeof name]>;
    },
    async close() {},
  };
}
