import type { Traffic } from '../api/types.ts';
import { directionsOf } from '../lib/direction.ts';

/** Download, then upload, as long as their share of `longest` (the first row). A total without direction is grey. */
export function ShareBar({ traffic, longest }: { readonly traffic: Traffic; readonly longest: number }) {
  const { download, upload } = directionsOf(traffic);
  const width = (value: number) => ({ inlineSize: `${longest > 0 ? Math.max(0, (value / longest) * 100) : 0}%` });
  const rest = Number(traffic.totalBytes) - Number(download ?? 0) - Number(upload ?? 0);
  return (
    <span className="share" aria-hidden="true">
      {download === null ? null : <i className="d" style={width(Number(download))} />}
      {upload === null ? null : <i className="up" style={width(Number(upload))} />}
      {rest > 0 ? <i className="n" style={width(rest)} /> : null}
    </span>
  );
}

/** A part of a whole, with the percent beside it. */
export function PartBar({ part, percent }: { readonly part: number; readonly percent: string }) {
  return (
    <span className="quota">
      <span className="use">
        <i style={{ inlineSize: `${Math.min(100, part * 100)}%` }} />
      </span>
      <span className="num">
        {percent}
        <span className="u">%</span>
      </span>
    </span>
  );
}
