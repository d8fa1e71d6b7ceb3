import { type Query, type QueryClient, useQueryClient } from '@tanstack/react-query';

/** Ids of what is being deleted, or was. */
const leaving = new Set<string>();

/**
 * To be called before it is deleted: its page stands for a moment yet, and would be told that there is nothing, also by the
 * live events of its end. Whoever opens that page later is answered all the same.
 */
export function leave(id: string): void {
  leaving.add(id);
}

/** It was not deleted after all. */
export function stay(id: string): void {
  leaving.delete(id);
}

/** Reads anew what stands below these keys, where it is shown; nothing of what leaves. */
export function readAnew(client: QueryClient, keys: Iterable<string>): void {
  const isOfGone = ({ queryKey }: Query) => {
    const key = JSON.stringify(queryKey);
    return [...leaving].some((id) => key.includes(id));
  };
  for (const key of keys) {
    void client.invalidateQueries({ queryKey: [key], predicate: isOfGone, refetchType: 'none' });
    void client.invalidateQueries({ queryKey: [key], predicate: (query) => !isOfGone(query) });
  }
}

export function useReadAnew(keys: readonly string[]): () => void {
  const client = useQueryClient();
  return () => readAnew(client, keys);
}
