import { queryOptions, useQuery } from '@tanstack/react-query';
import { createContext, type ReactNode, useContext } from 'react';
import { get } from './client.ts';
import type { Session } from './types.ts';

/** Who is logged in, and what every page needs to know of the panel. Never answers 401. */
export const sessionQuery = queryOptions({
  queryKey: ['session'],
  queryFn: ({ signal }) => get<Session>('api/v1/session', {}, signal),
  staleTime: 60_000,
});

const Context = createContext<Session | undefined>(undefined);

/** For all that is below. Each number of a page is written in the session's zone: only this follows the query. */
export function SessionProvider({ children }: { readonly children: ReactNode }) {
  return <Context.Provider value={useQuery(sessionQuery).data}>{children}</Context.Provider>;
}

export function useSession(): Session | undefined {
  return useContext(Context);
}

/** Only the owner may reset all, clean up, and see the database and settings. */
export function useIsOwner(): boolean {
  return useSession()?.admin?.role === 'owner';
}

/** The owner and viewers see the fleet; a reseller only own users. */
export function useSeesAll(): boolean {
  const role = useSession()?.admin?.role;
  return role === 'owner' || role === 'viewer';
}

/** Viewers read; everybody else changes something. */
export function useMayWrite(): boolean {
  const role = useSession()?.admin?.role;
  return role === 'owner' || role === 'reseller';
}
