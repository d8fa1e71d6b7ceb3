/** What a commit changed, besides usage, for those who look on. */
type Changes = 'usage' | 'inventory' | 'none';

interface Operation<A extends readonly unknown[], R> {
  readonly changes: Changes;
  /** Owners or marks change: what is remembered of them must be looked up anew. */
  readonly forgets: boolean;
  readonly run: (nowMs: number, ...args: A) => R;
  /** With these arguments it is done and taken back at once: to show what it would do. */
  readonly isPreview?: (args: readonly unknown[]) => boolean;
}

/** Whatever it takes and gives. */
export type AnyOperation = Operation<never, unknown>;

export function operation<A extends readonly unknown[], R>(
  changes: Changes,
  run: (nowMs: number, ...args: A) => R,
  forgets = changes !== 'none',
): Operation<A, R> {
  return { changes, forgets, run };
}

/** Done and taken back at once. */
export function preview<A extends readonly unknown[], R>(run: (nowMs: number, ...args: A) => R) {
  return { ...operation('usage', run), isPreview: () => true };
}
