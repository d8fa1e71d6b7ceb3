import { useNavigate } from '@tanstack/react-router';
import type { UsersFilter } from '../../api/resources.ts';

/** Filters, order and what is open stand in the URL: a view can be shared. */
export interface UsersSearch extends Pick<UsersFilter, 'state' | 'plan' | 'tag' | 'owner' | 'sort' | 'order'> {
  readonly q?: string | undefined;
  readonly create?: boolean | undefined;
  readonly importing?: boolean | undefined;
}

export function useChangeSearch(): (change: UsersSearch) => void {
  const navigate = useNavigate();
  return (change) =>
    void navigate({
      to: '.',
      search: (previous: Record<string, unknown>) => ({ ...previous, ...change }),
      replace: true,
      resetScroll: false,
    });
}
