import { getEventListeners } from 'node:events';

/** How much hangs on a signal: listeners, and what AbortSignal.any() leaves there for ever in Node.js 20. */
export function leftOnSignal(signal: AbortSignal): number {
  const sizes = Object.getOwnPropertySymbols(signal)
    .filter((name) => String(name) === 'Symbol(kDependantSignals)')
    .map((name) => (signal as unknown as Record<symbol, { readonly size: number } | null>)[name]?.size ?? 0);
  return getEventListeners(signal, 'abort').length + sizes.reduce((sum, size) => sum + size, 0);
}
