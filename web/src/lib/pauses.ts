import type { Gap } from '../api/types.ts';
import type { Said } from './use-said.ts';

/** Xpert itself did not look: every node has a gap then, and none of them is to blame. */
export function isPause({ reason }: Pick<Gap, 'reason'>): boolean {
  return reason === 'not-running' || reason === 'tracking-off';
}

/** Words of the server that say no more than the gap's reason does. */
const SAID_BY_REASON = new Set(['gap-stopped', 'gap-tracking-off', 'gap-tracking-cut']);

/** What came back instead of a reading; null where nothing was asked, so that the reason says it all. */
export function answerIn({ code, message }: Pick<Gap, 'code' | 'message'>): Said | null {
  if (code !== null && SAID_BY_REASON.has(code)) return null;
  return { code: code ?? 'as-it-came', message };
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
