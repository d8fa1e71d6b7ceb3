import type { Gap } from '../api/types.ts';

/** Xpert itself did not look: every node has a gap then, and none of them is to blame. */
export function isPause({ reason }: Pick<Gap, 'reason'>): boolean {
  return reason === 'not-running' || reason === 'tracking-off';
}

/** Of the gaps of one pause only the first, so that one line says it. */
export function oncePerPause(gaps: readonly Gap[]): Gap[] {
  const seen = new Set<string>();
  return gaps.filter((gap) => {
    if (!isPause(gap)) return true;
    const minute = `${gap.reason} ${(gap.to ?? 'still').slice(0, 16)}`;
    return !seen.has(minute) && seen.add(minute);
  });
}
