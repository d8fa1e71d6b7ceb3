import { SourceFailure } from '../errors.ts';
import type { AccessChange, Outcome } from './enforcer.ts';

/** Changes peers one after another: one that cannot be changed does not keep the others from it. */
export async function oneByOne(
  changes: readonly AccessChange[],
  change: (one: AccessChange) => Promise<Outcome>,
): Promise<readonly Outcome[]> {
  const outcomes: Outcome[] = [];
  for (const one of changes) outcomes.push(await change(one).catch(asProblem));
  return outcomes;
}

/** What a system says of one peer is that peer's problem. @throws everything else */
export function asProblem(error: unknown): Outcome {
  if (!(error instanceof SourceFailure)) throw error;
  return { problem: { code: error.code, message: error.message, hint: error.hint ?? null } };
}
