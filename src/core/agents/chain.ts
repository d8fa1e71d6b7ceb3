import type { AgentReading } from './agent-reading.ts';

/** Where a reading stands against what is counted already. */
export type ChainPlace =
  /** It is the next one. */
  | 'next'
  /** It is counted already. */
  | 'repeated'
  /** Readings before it are missing, and the agent still has them: it has to send from the position on. */
  | 'missing-before'
  /** Readings before it are missing, and the agent has lost them: it counts, after a gap. */
  | 'lost-before';

/** @param position last sequence counted of this incarnation; 0 = none. */
export function placeInChain(
  { sequence, after, lostBefore }: Pick<AgentReading, 'sequence' | 'after' | 'lostBefore'>,
  position: number,
): ChainPlace {
  if (sequence <= position) return 'repeated';
  if (after <= position) return 'next';
  return lostBefore ? 'lost-before' : 'missing-before';
}
