import { useNavigate, useSearch } from '@tanstack/react-router';
import { useSession } from '../api/session.tsx';
import { instantsOf, periodOf, type Range, type RangeName, type RangeSearch, rangeKey, rangeOf } from './range.ts';

export interface CurrentRange {
  readonly range: Range;
  /** For cache keys. */
  readonly key: string;
  /** Made when it is asked, as named ranges end now. */
  readonly period: () => ReturnType<typeof periodOf>;
  readonly setRange: (search: RangeSearch) => void;
  /** Shows a part of what is shown, from and to in seconds; the way back leads to what was shown before. */
  readonly zoom: (fromSeconds: number, toSeconds: number) => void;
  /** Shows the page's own range again; null where no part is shown. */
  readonly unzoom: (() => void) | null;
}

/** The range in the URL, the same on every page; `fallback` is the page's own when the URL has none. */
export function useRange(fallback: RangeName): CurrentRange {
  const search: RangeSearch = useSearch({ strict: false });
  const navigate = useNavigate();
  const timeZone = useSession()?.timeZone ?? 'UTC';
  const range = rangeOf(search, fallback);
  const show = (next: RangeSearch, replace: boolean) =>
    void navigate({
      to: '.',
      search: (previous: Record<string, unknown>) => ({
        ...previous,
        range: next.range,
        from: next.from,
        to: next.to,
      }),
      replace,
    });
  return {
    range,
    key: rangeKey(range),
    period: () => periodOf(range, timeZone, new Date()),
    setRange: (next) => show(next, true),
    zoom: (fromSeconds, toSeconds) => show(instantsOf(fromSeconds, toSeconds), false),
    unzoom: range.kind === 'instants' ? () => show({ range: fallback }, false) : null,
  };
}
