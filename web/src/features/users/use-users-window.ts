import { useQueries } from '@tanstack/react-query';
import { useState } from 'react';
import { type UsersFilter, usersQuery } from '../../api/resources.ts';
import type { User } from '../../api/types.ts';

const PAGE = 200;

/** Where each page begins. */
type Cursors = readonly (string | undefined)[];
const FIRST: Cursors = [undefined];

export interface UsersWindow {
  /** Undefined: not here yet. */
  readonly at: (index: number) => User | undefined;
  /** How many match; undefined until the first answer. */
  readonly total: number | undefined;
  readonly error: Error | null;
  readonly retry: () => void;
  readonly updatedAt: number;
}

/**
 * The rows from `first` to `end` of a list of any length. A page is reached by the end of the one before it, so a jump
 * reads the pages in between once; what is out of sight is not read again when something changes.
 */
export function useUsersWindow(filter: Omit<UsersFilter, 'limit' | 'cursor'>, first: number, end: number): UsersWindow {
  const key = JSON.stringify(filter);
  const [known, setKnown] = useState<{ readonly key: string; readonly cursors: Cursors }>({ key, cursors: FIRST });
  // Cursors lead through one order alone.
  const cursors = known.key === key ? known.cursors : FIRST;
  const last = Math.min(Math.floor(Math.max(0, end - 1) / PAGE), cursors.length - 1);
  const start = Math.min(Math.floor(first / PAGE), last);
  const numbers = [...new Set([0, ...Array.from({ length: last - start + 1 }, (_, index) => start + index)])];
  const results = useQueries({
    queries: numbers.map((number) => usersQuery({ ...filter, limit: PAGE, cursor: cursors[number] })),
  });
  const found = results.map(({ data }, index) => ({
    number: numbers[index] ?? 0,
    next: data?.nextCursor ?? undefined,
  }));
  const moved = found.find(({ number, next }) => next !== undefined && cursors[number + 1] !== next);
  if (moved) setKnown({ key, cursors: [...cursors.slice(0, moved.number + 1), moved.next] });
  const head = results[0];
  const pages = new Map(numbers.map((number, index) => [number, results[index]?.data?.items]));
  return {
    at: (index) => pages.get(Math.floor(index / PAGE))?.[index % PAGE],
    total: head?.data ? (head.data.total ?? head.data.items.length) : undefined,
    error: results.find(({ error }) => error !== null)?.error ?? null,
    retry: () => {
      for (const result of results) void result.refetch();
    },
    updatedAt: head?.dataUpdatedAt ?? 0,
  };
}
