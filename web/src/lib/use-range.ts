import { useNavigate, useSearch } from '@tanstack/react-router';
import { useSession } from '../api/session.ts';
import { periodOf, type Range, type RangeName, type RangeSearch, rangeKey, rangeOf } from './range.ts';

export interface CurrentRange {
  readonly range: Range;
  /** For cache keys. */
  readonly key: string;
  /** Made when it is asked, as named ranges end now. */
  readonly period: () => ReturnType<typeof periodOf>;
  readonly setRange: (search: RangeSearch) => void;
}

/** The range in the URL, the same on every page; `fallback` is the page's own when the URL has none. */
export function useRange(fallback: RangeName): CurrentRange {
  const search: RangeSearch = useSearch({ strict: false });
  const navigate = useNavigate();
  const timeZone = useSession()?.timeZone ?? 'UTC';
  const range = rangeOf(search, fallback);
  return {
    range,
    key: rangeKey(range),
    period: () => periodOf(range, timeZone, new Date()),
    setRange: (next) =>
      void navigate({
        to: '.',
        search: (previous: Record<string, unknown>) => ({
          ...previous,
          range: next.range,
          from: next.from,
          to: next.to,
        }),
        replace: true,
      }),
  };
}
