import { type AccessTarget, wantedOf } from '../../core/access/decide.ts';
import type { AccessPreview } from '../../core/access/operations.ts';
import type { Notice } from '../../core/inventory/node-operations.ts';
import { ABSENT, NO_TIME, OFF } from './notices.ts';
import { type Planned, type PlanRequest, planSteps } from './plan.ts';

/**
 * What a pass would do with these peers. Shows as well what waits for a person's word or for its next try: a preview is
 * what people look at before they give it. Changes nothing. @throws SourceFailure
 */
export async function previewOf(
  targets: readonly AccessTarget[],
  request: PlanRequest,
  signal: AbortSignal,
): Promise<Omit<AccessPreview, 'allowed'>> {
  const wanted = targets.filter((target) => wantedOf(target) !== 'as-it-is');
  const { planned, unseen } = await planSteps(wanted.map(released), request, signal);
  const suspend = planned.filter(({ step }) => step.kind === 'suspend').map(({ target }) => target);
  const restore = planned.filter(({ step }) => step.kind === 'restore').map(({ target }) => target);
  const left = planned.flatMap((one) => {
    const why = whyLeft(one);
    return why === null ? [] : [{ target: one.target, why }];
  });
  const looked = new Set([...planned.map(({ target }) => target.peerId), ...unseen.map(({ peerId }) => peerId)]);
  const gone = wanted.filter(({ peerId, isEnded }) => isEnded && !looked.has(peerId));
  return {
    suspend,
    restore,
    left: [
      ...left,
      ...gone.map((target) => ({ target, why: ABSENT })),
      ...unseen.map((target) => ({ target, why: NO_TIME })),
    ],
  };
}

/** As if nothing held it. */
function released(target: AccessTarget): AccessTarget {
  const { mark } = target;
  if (mark === null || (mark.clearance !== 'held' && mark.retryAt === null)) return target;
  return {
    ...target,
    mark: { ...mark, clearance: mark.clearance === 'held' ? 'none' : mark.clearance, retryAt: null },
  };
}

function whyLeft({ target, seen, step }: Planned): Notice | null {
  if (step.kind === 'fail') return step.problem;
  if (step.kind === 'suspend' || step.kind === 'restore') return null;
  if (seen.state === 'absent') return ABSENT;
  return step.kind === 'note-suspended' && target.mark?.phase !== 'suspending' ? OFF : null;
}
