import { MutationCache, QueryCache, QueryClient } from '@tanstack/react-query';
import { Offline, Problem } from './client.ts';
import { sessionQuery } from './session.tsx';

/** Reads are refreshed by the server's events; `staleTime` only keeps page changes from asking twice. */
export function createQueryClient(): QueryClient {
  const onError = (error: unknown) => {
    if (error instanceof Problem && error.status === 401) void client.invalidateQueries(sessionQuery);
  };
  const client = new QueryClient({
    queryCache: new QueryCache({ onError }),
    mutationCache: new MutationCache({ onError }),
    defaultOptions: {
      queries: {
        staleTime: 5_000,
        retry: (count, error) => count < 2 && (error instanceof Offline || isServerFault(error)),
        refetchOnWindowFocus: true,
      },
      mutations: { retry: false },
    },
  });
  return client;
}

function isServerFault(error: unknown): boolean {
  return error instanceof Problem && error.status >= 502 && error.status <= 504;
}
