import type { AccessStore } from '../../core/access/access-store.ts';
import { type AccessTarget, isNewCut, type Step, wantedOf } from '../../core/access/decide.ts';
import type { AccessChange, Outcome } from '../../core/access/enforcer.ts';
import { allowedCuts, type BlownFuse, type FuseLimits } from '../../core/access/fuse.ts';
import { retryAt } from '../../core/access/retry.ts';
import { ExpectedError } from '../../core/errors.ts';
import type { Notice } from '../../core/inventory/node-operations.ts';
import type { NodeId, PeerId } from '../../core/units/ids.ts';
import { batches, type Planned, type PlanRequest, planSteps, type StepOf } from './plan.ts';

/** One pass over one node. */
export interface PassRequest extends PlanRequest {
  readonly nodeId: NodeId;
  readonly limits: FuseLimits;
}

export interface PassReport {
  readonly suspended: readonly AccessTarget[];
  readonly restored: readonly AccessTarget[];
  readonly failed: readonly AccessTarget[];
  /** Peers that were not cut because there were too many. */
  readonly blown: BlownFuse | null;
}

type Store = Pick<AccessStore, 'targets' | 'counts' | 'want' | 'clear' | 'begin' | 'suspended' | 'forget' | 'fail'>;
type Change = Planned<StepOf<'suspend'> | StepOf<'restore'>>;

/** Peers changed at once: a process that ends on the way leaves at most so many to be looked at. */
const BATCH = 100;
/** A waiting peer counts for the fuse of all nodes for so long; then its own node has held it, or is down. */
const RECENT_MS = 600_000;

/**
 * Brings the peers of one node where they are wanted. Whatever it does to the node is written before, so that a process
 * that ends anywhere on the way leaves a store from which the next pass gets there. @throws SourceFailure if the node could
 * not be looked at; nothing was done then
 */
export async function runPass(store: Store, request: PassRequest, signal: AbortSignal): Promise<PassReport> {
  const { planned, unseen } = await planSteps(await targetsOf(store, request), request, signal);
  const cuts = request.giveBack === true ? [] : kindOf(planned, 'suspend');
  const blown = await blownFuse(store, request, planned, unseen.filter(mayBeCut).length);
  const over = idsOf(kindOf(planned, 'forget'));
  if (over.length > 0) await store.forget(over);
  const offAlready = idsOf(kindOf(planned, 'note-suspended'));
  if (offAlready.length > 0) await store.suspended(offAlready, request.now());
  const failed = kindOf(planned, 'fail').map(({ target, step }) => ({ target, problem: step.problem }));
  const restored = await restoreAll(store, request, kindOf(planned, 'restore'), failed, signal);
  const held = blown === null ? [] : cuts.filter(({ target, step }) => isNewCut(target, step));
  if (held.length > 0) await store.clear(idsOf(held), 'held');
  const allowed = cuts.filter((cut) => !held.includes(cut));
  const suspended = await suspendAll(store, request, allowed, failed, signal);
  await noteFailures(store, request.now(), failed);
  return { suspended, restored, failed: failed.map(({ target }) => target), blown };
}

/** Of one that was not looked at: it has access, as far as anybody knows, and is to have none. */
function mayBeCut(target: AccessTarget): boolean {
  const { mark } = target;
  return wantedOf(target) === 'off' && (mark === null || (mark.phase === 'wanted' && mark.clearance === 'none'));
}

async function targetsOf(store: Store, request: PassRequest): Promise<AccessTarget[]> {
  const targets = await store.targets(request.nodeId);
  if (request.giveBack === true)
    return targets
      .filter(({ mark }) => mark !== null)
      .map((target) => ({ ...target, reason: null, userId: target.userId ?? NOBODY, isEnded: false }));
  const fresh = targets.filter((target) => target.mark === null && wantedOf(target) === 'off');
  if (fresh.length === 0) return targets;
  await store.want(
    fresh.map(({ peerId }) => peerId),
    request.now(),
  );
  return await store.targets(request.nodeId);
}

/** Stands for a user where what a peer has to get back does not depend on one. */
const NOBODY = '' as NonNullable<AccessTarget['userId']>;

/** Too many on this node at once, or too many on all of them together. */
async function blownFuse(
  store: Store,
  request: PassRequest,
  planned: readonly Planned[],
  unseen: number,
): Promise<BlownFuse | null> {
  const seen = planned.filter(({ target, step }) => isNewCut(target, step)).length;
  // Who was not looked at may have access still.
  const cuts = seen + unseen;
  if (seen === 0 || request.giveBack === true) return null;
  const { limits, now } = request;
  const since = new Date(now().getTime() - RECENT_MS);
  const here = allowedCuts(limits, (await store.counts(request.nodeId, since)).owned);
  if (cuts > here) return { cuts, allowed: here, since: now() };
  const all = await store.counts(null, since);
  const everywhere = allowedCuts(limits, all.owned);
  return all.waiting > everywhere ? { cuts: all.waiting, allowed: everywhere, since: now() } : null;
}

type Failures = { target: AccessTarget; problem: Notice }[];

async function suspendAll(
  store: Store,
  { enforcer, abilities, now }: PassRequest,
  cuts: readonly Change[],
  failed: Failures,
  signal: AbortSignal,
): Promise<AccessTarget[]> {
  const done: AccessTarget[] = [];
  for (const batch of batches(cuts, BATCH)) {
    const { countsDropped, keepsSecrets } = abilities;
    const begun = batch.map(({ target: { peerId }, step: { kept } }) => {
      return { peerId, kept, isSecret: keepsSecrets, countsDropped };
    });
    await store.begin(begun, now());
    const outcomes = await attempt(enforcer.suspend.bind(enforcer), changesOf(batch), signal);
    const cut = batch.filter((_, n) => outcomes[n] === 'done').map(({ target }) => target);
    // From now on what is counted was dropped: the instant must not lie before the cut.
    if (cut.length > 0) await store.suspended(idsOfTargets(cut), now());
    done.push(...cut);
    failed.push(...problemsOf(batch, outcomes));
  }
  return done;
}

async function restoreAll(
  store: Store,
  { enforcer, giveBack }: PassRequest,
  restores: readonly Change[],
  failed: Failures,
  signal: AbortSignal,
): Promise<AccessTarget[]> {
  const done: AccessTarget[] = [];
  for (const batch of batches(restores, BATCH)) {
    const outcomes = await attempt(enforcer.restore.bind(enforcer), changesOf(batch), signal);
    const endedAs = (outcome: Outcome) => batch.filter((_, n) => outcomes[n] === outcome).map(({ target }) => target);
    const back = endedAs('done');
    // With no pass to come after it, what somebody else changed meanwhile is theirs from now on.
    const theirs = giveBack === true ? endedAs('changed') : [];
    if (back.length + theirs.length > 0) await store.forget(idsOfTargets([...back, ...theirs]));
    done.push(...back);
    failed.push(...problemsOf(batch, outcomes));
  }
  return done;
}

/** A source that broke off may have done anything: all of it is looked at again. */
async function attempt(
  change: (changes: readonly AccessChange[], signal: AbortSignal) => Promise<readonly Outcome[]>,
  changes: readonly AccessChange[],
  signal: AbortSignal,
): Promise<readonly Outcome[]> {
  try {
    return await change(changes, signal);
  } catch (error) {
    if (!(error instanceof ExpectedError)) throw error;
    const problem = { code: error.code, message: error.message, hint: error.hint ?? null };
    return changes.map(() => ({ problem }));
  }
}

async function noteFailures(store: Store, now: Date, failed: Failures): Promise<void> {
  if (failed.length === 0) return;
  await store.fail(
    failed.map(({ target, problem }) => {
      return { peerId: target.peerId, problem, retryAt: retryAt(now, (target.mark?.failures ?? 0) + 1) };
    }),
  );
}

function kindOf<K extends Step['kind']>(planned: readonly Planned[], kind: K): Planned<StepOf<K>>[] {
  return planned.filter((one) => one.step.kind === kind) as Planned<StepOf<K>>[];
}

function idsOf(planned: readonly Planned[]): PeerId[] {
  return planned.map(({ target }) => target.peerId);
}

function idsOfTargets(targets: readonly AccessTarget[]): PeerId[] {
  return targets.map(({ peerId }) => peerId);
}

function changesOf(batch: readonly Change[]): AccessChange<AccessTarget>[] {
  return batch.map(({ target, step }) => ({ target, kept: step.kept }));
}

function problemsOf(batch: readonly Planned[], outcomes: readonly Outcome[]): Failures {
  return batch.flatMap(({ target }, n) => {
    const outcome = outcomes[n];
    return typeof outcome === 'object' ? [{ target, problem: outcome.problem }] : [];
  });
}
