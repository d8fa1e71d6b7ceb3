/**
 * Does work with a signal that ends with any of `parents`, or with a TimeoutError after `ms`. When the work is done nothing of it is
 * left: AbortSignal.any() of Node.js 20 leaves some hundred bytes on a signal that lives long, each time and for ever.
 */
export async function withDeadline<T>(
  parents: readonly AbortSignal[],
  ms: number,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const ending = new AbortController();
  const end = () => ending.abort(parents.find(({ aborted }) => aborted)?.reason);
  const timer = setTimeout(() => ending.abort(new DOMException(`no end within ${ms} ms`, 'TimeoutError')), ms);
  for (const parent of parents) parent.addEventListener('abort', end, { once: true });
  if (parents.some(({ aborted }) => aborted)) end();
  try {
    return await work(ending.signal);
  } finally {
    clearTimeout(timer);
    for (const parent of parents) parent.removeEventListener('abort', end);
  }
}
