import { type AccessTarget, decide, needsLook, type Step, wantedOf } from '../../core/access/decide.ts';
import type { Enforcer, EnforcerAbilities, Seen } from '../../core/access/enforcer.ts';

/** How the peers of one node are looked at. */
export interface PlanRequest {
  readonly enforcer: Enforcer;
  readonly abilities: EnforcerAbilities;
  readonly now: () => Date;
  /** What the poll before this showed of a peer; undefined where it does not tell. */
  readonly isOff: (target: AccessTarget) => boolean | undefined;
  /** No part of the peers is looked at any more once it is aborted; what was seen by then is seen to. */
  readonly looking?: AbortSignal;
  /** Everything that Xpert suspended is given back, whatever is wanted. */
  readonly giveBack?: boolean;
}

/** The next step for one peer, by how it was seen. */
export interface Planned<S extends Step = Step> {
  readonly target: AccessTarget;
  readonly seen: Seen;
  readonly step: S;
}
export type StepOf<K extends Step['kind']> = Extract<Step, { readonly kind: K }>;

/** Steps of those who were looked at; those for whom there was no time are for the passes to come. */
export interface Plan {
  readonly planned: readonly Planned[];
  readonly unseen: readonly AccessTarget[];
}

/** Peers looked at together where each costs a request: some seconds. */
const LOOKED_AT_ONCE = 50;

/** What would be done with these peers, by how the node is now; touches nothing. @throws SourceFailure */
export async function planSteps(
  targets: readonly AccessTarget[],
  request: PlanRequest,
  signal: AbortSignal,
): Promise<Plan> {
  const due = targets.filter(
    (target) => request.giveBack === true || needsLook(target, request.isOff(target), request.abilities, request.now()),
  );
  // Those whom the poll showed off need no look: a panel may have thousands whom it has limited itself.
  const shownOff = due.filter((target) => isShownOff(target, request));
  const seen = await lookAt(
    request,
    due.filter((target) => !isShownOff(target, request)),
    signal,
  );
  for (const target of shownOff) seen.set(target, OFF);
  const planned = due.flatMap((target) => {
    const state = seen.get(target);
    if (state === undefined) return [];
    return [{ target, seen: state, step: decide(target, wholeOf(target, state, request.enforcer)) }];
  });
  return { planned, unseen: due.filter((target) => !seen.has(target)) };
}

/** Those who are to get access back come first: whoever is cut a little later has lost nothing. */
async function lookAt(
  { enforcer, looking }: PlanRequest,
  targets: readonly AccessTarget[],
  signal: AbortSignal,
): Promise<Map<AccessTarget, Seen>> {
  const seen = new Map<AccessTarget, Seen>();
  const ordered = [...targets].sort((a, b) => Number(wantedOf(b) === 'on') - Number(wantedOf(a) === 'on'));
  const inTime = looking === undefined ? signal : AbortSignal.any([signal, looking]);
  for (const part of batches(ordered, enforcer.looksOneByOne === true ? LOOKED_AT_ONCE : Math.max(1, ordered.length))) {
    try {
      const states = await enforcer.look(part, inTime);
      part.forEach((target, n) => void seen.set(target, states[n] ?? ABSENT));
    } catch (error) {
      if (seen.size === 0 || looking?.aborted !== true || signal.aborted) throw error;
    }
    if (looking?.aborted === true) break;
  }
  return seen;
}

const ABSENT: Seen = { state: 'absent' };
const OFF: Seen = { state: 'suspended' };

function isShownOff(target: AccessTarget, { abilities, isOff, giveBack }: PlanRequest): boolean {
  return giveBack !== true && abilities.isShownInPolls && wantedOf(target) === 'off' && isOff(target) === true;
}

/** A peer of which we took a part is neither on nor off: it is taken, or given back, as a whole. */
function wholeOf({ mark }: AccessTarget, seen: Seen, { join }: Enforcer): Seen {
  if (seen.state !== 'active' || join === undefined || mark === null) return seen;
  if (mark.kept === null || mark.phase === 'wanted') return seen;
  const kept = join(mark.kept, seen.kept);
  return kept === seen.kept ? seen : { state: 'untold', kept };
}

export function batches<T>(items: readonly T[], size: number): T[][] {
  const all: T[][] = [];
  for (let at = 0; at < items.length; at += size) all.push(items.slice(at, at + size));
  return all;
}
