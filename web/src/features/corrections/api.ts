import { queryOptions } from '@tanstack/react-query';
import { get } from '../../api/client.ts';
import type { Carrier, List } from '../../api/types.ts';

export type { Carrier };

/** Over what a user's bytes came so far: a correction has to say which of these it is about. */
export const carriersQuery = (user: string) =>
  queryOptions({
    queryKey: ['usage', 'carriers-of', user],
    queryFn: ({ signal }) => get<List<Carrier>>('api/v1/usage/carriers', { user, days: 400 }, signal),
    retry: false,
  });
