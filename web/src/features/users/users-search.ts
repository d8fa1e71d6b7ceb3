import type { UsersFilter } from '../../api/resources.ts';
import { useChangeSearch } from '../../lib/search.ts';

/** Filters, order and what is open stand in the URL: a view can be shared. */
export interface UsersSearch extends Pick<UsersFilter, 'state' | 'plan' | 'tag' | 'owner' | 'sort' | 'order'> {
  readonly q?: string | undefined;
  readonly create?: boolean | undefined;
  readonly importing?: boolean | undefined;
}

export const useChangeUsersSearch = useChangeSearch<UsersSearch>;
