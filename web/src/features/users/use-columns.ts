import { useMemo, useState } from 'react';

/** In the order in which they stand; the name is always there. */
export const COLUMNS = [
  ...(['state', 'quota', 'used', 'plan', 'expires', 'tags', 'owner', 'devices'] as const),
  ...(['download', 'upload', 'total', 'seen', 'since'] as const),
] as const;
export type Column = (typeof COLUMNS)[number];

const SHOWN: readonly Column[] = ['state', 'quota', 'devices', 'download', 'upload', 'total', 'seen', 'since'];
const KEY = 'xpert.users.columns';

export interface UsersColumns {
  readonly shown: readonly Column[];
  readonly toggle: (column: Column) => void;
  readonly reset: () => void;
}

/** The columns that somebody chose, kept in this browser. */
export function useColumns(): UsersColumns {
  const [chosen, setChosen] = useState(read);
  const keep = (next: readonly Column[]) => {
    setChosen(next);
    try {
      localStorage.setItem(KEY, next.join(' '));
    } catch {
      // A browser that keeps nothing shows them until the page is left.
    }
  };
  // One list as long as nothing changes: each row would be drawn anew for another.
  const shown = useMemo(() => COLUMNS.filter((column) => chosen.includes(column)), [chosen]);
  return {
    shown,
    toggle: (column) => keep(chosen.includes(column) ? chosen.filter((each) => each !== column) : [...chosen, column]),
    reset: () => keep(SHOWN),
  };
}

function read(): readonly Column[] {
  try {
    const kept = localStorage.getItem(KEY)?.split(' ');
    return kept ? COLUMNS.filter((column) => kept.includes(column)) : SHOWN;
  } catch {
    return SHOWN;
  }
}
