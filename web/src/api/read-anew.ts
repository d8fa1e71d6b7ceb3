import { type Query, useQueryClient } from '@tanstack/react-query';

/**
 * Reads anew what stands below these keys, where it is shown. Of what was just deleted, by its id, nothing is asked:
 * its page stands for a moment yet, and would be told that there is nothing.
 */
export function useReadAnew(keys: readonly string[]): (gone?: string) => void {
  const client = useQueryClient();
  return (gone) => {
    const isOfGone = ({ queryKey }: Query) => gone !== undefined && JSON.stringify(queryKey).includes(gone);
    for (const key of keys) {
      void client.invalidateQueries({ queryKey: [key], predicate: isOfGone, refetchType: 'none' });
      void client.invalidateQueries({ queryKey: [key], predicate: (query) => !isOfGone(query) });
    }
  };
}
