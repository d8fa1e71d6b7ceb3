import type { QueryClient, QueryKey } from '@tanstack/react-query';

/**
 * Shows a change at once in everything that was read under this key; answers what takes it back if the server says no.
 * Reads that are under way are stopped, as they would bring what was before.
 */
export async function showAtOnce<T>(
  client: QueryClient,
  queryKey: QueryKey,
  change: (before: T) => T,
): Promise<() => void> {
  await client.cancelQueries({ queryKey });
  const before = client.getQueriesData<T>({ queryKey });
  client.setQueriesData<T>({ queryKey }, (data) => (data === undefined ? undefined : change(data)));
  return () => {
    for (const [key, data] of before) client.setQueryData(key, data);
  };
}
