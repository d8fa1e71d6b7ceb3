import type { CSSProperties } from 'react';
import { useFormat } from '../lib/use-format.ts';

/** The track runs a tenth past the quota, so that "over" has room. */
const TRACK = 1.1;
const NEAR = 0.8;

interface UsageBarProps {
  /** Used and expected, as parts of what is allowed. */
  readonly part: number;
  readonly expected?: number | undefined;
  /** On a user's page; there the numbers stand beside it. */
  readonly thick?: boolean;
}

/** Usage against a quota: grey, amber from 80 %, red from 100 %; the mark is the quota, the hatching what is expected. */
export function UsageBar({ part, expected, thick = false }: UsageBarProps) {
  const at = (value: number) => `${(Math.min(TRACK, value) / TRACK) * 100}%`;
  const look = part >= 1 ? 'over' : part >= NEAR ? 'near' : '';
  const style = { '--v': at(part), '--q': at(1), '--p': at(Math.max(part, expected ?? 0)) } as CSSProperties;
  return (
    <span className={`use ${look} ${thick ? 'thick' : ''}`} style={style} aria-hidden="true">
      <i />
      {expected !== undefined && expected > part ? <s /> : null}
      <b />
    </span>
  );
}

/** The bar with its percent beside it, for a table. */
export function UsageCell({ part }: { readonly part: number }) {
  const format = useFormat();
  return (
    <span className="quota">
      <UsageBar part={part} />
      <span className="num">
        {format.percent(part)}
        <span className="u">%</span>
      </span>
    </span>
  );
}
