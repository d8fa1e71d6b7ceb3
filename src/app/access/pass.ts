import type { AccessStore } from '../../core/access/access-store.ts';
import { type AccessTarget, decide, isNewCut, needsLook, type Step, wantedOf } from '../../core/access/decide.ts';
import type { AccessChange, Enforcer, EnforcerAbilities, Outcome, Seen } from '../../core/access/enforcer.ts';
import { allowedCuts, type BlownFuse, type FuseLimits } from '../../core/access/fuse.ts';
import { retryAt } from '../../core/access/retry.ts';
import { ExpectedError } from '../../core/errors.ts';
import type { Notice } from '../../core/inventory/node-operations.ts';
import type { NodeId, PeerId } from '../../core/units/ids.ts';

/** One pass over one node. */
export interface PassRequest {
  readonly nodeId: NodeId;
  readonly enforcer: Enforcer;
  readonly abilities: EnforcerAbilities;
  readonly limits: FuseLimits;
  readonly now: () => Date;
  /** What the poll before this pass showed of a peer; undefined where it does not tell. */
  readonly isOff: (target: AccessTarget) => boolean | undefined;
  /** No part of the peers is looked at any more once it is aborted; what was seen by then is seen to. */
  readonly looking?: AbortSignal;
  /** Everything that Xpert suspended is given back, whatever is wanted. */
  readonly giveBack?: boolean;
}

export interface PassReport {
  readonly suspended: readonly AccessTarget[];
  readonly restored: readonly AccessTarget[];
  readonly failed: readonly AccessTarget[];
  /** Peers that were not cut because there were too many. */
  readonly blown: BlownFuse | null;
}

type Store = Pick<AccessStore, 'targets' | 'counts' | 'want' | 'clear' | 'begin' | 'suspended' | 'forget' | 'fail'>;
interface Planned<S extends Step = Step> {
  readonly target: AccessTarget;
  readonly step: S;
}
type StepOf<K extends Step['kind']> = Extract<Step, { readonly kind: K }>;
type Change = Planned<StepOf<'suspend'> | StepOf<'restore'>>;

/** Peers changed at once: a process that ends on the way leaves at most so many to be looked at. */
const BATCH = 100;
/** Peers looked at together where each costs a request: some seconds. */
const LOOKED_AT_ONCE = 50;
/** A waiting peer counts for the fuse of all nodes for so long; then its own node has held it, or is down. */
const RECENT_MS = 600_000;

/**
 * Brings the peers of one node where they are wanted. Whatever it does to the node is written before, so that a process
 * that ends anywhere on the way leaves a store from which the next pass gets there. @throws SourceFailure if the node could
 * not be looked at; nothing was done then
 */
export async function runPass(store: Store, request: PassRequest, signal: AbortSignal): Promise<PassReport> {
  const { planned, unseen } = await plan(store, request, signal);
  const cuts = request.giveBack === true ? [] : kindOf(planned, 'suspend');
  const blown = await blownFuse(store, request, planned, unseen);
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

/** Steps, and how many peers who have access were not looked at for want of time: they are for the passes to come. */
interface Plan {
  readonly planned: readonly Planned[];
  readonly unseen: number;
}

/** What would be done, by how the node is now. Notes since when access is to be off, and touches nothing. */
async function plan(store: Store, request: PassRequest, signal: AbortSignal): Promise<Plan> {
  const targets = await targetsOf(store, request);
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
    return [{ target, step: decide(target, wholeOf(target, state, request.enforcer)) }];
  });
  const unseen = due.filter((target) => !seen.has(target) && wantedOf(target) === 'off' && isUntouched(target)).length;
  return { planned, unseen };
}

/** Those who are to get access back come first: whoever is cut a little later has lost nothing. */
async function lookAt(
  { enforcer, looking }: PassRequest,
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

function isUntouched({ mark }: AccessTarget): boolean {
  return mark === null || (mark.phase === 'wanted' && mark.clearance === 'none');
}

const ABSENT: Seen = { state: 'absent' };
const OFF: Seen = { state: 'suspended' };

function isShownOff(target: AccessTarget, { abilities, isOff, giveBack }: PassRequest): boolean {
  return giveBack !== true && abilities.isShownInPolls && wantedOf(target) === 'off' && isOff(target) === true;
}

/** A peer of which we took a part is neither on nor off: it is taken, or given back, as a whole. */
function wholeOf({ mark }: AccessTarget, seen: Seen, { join }: Enforcer): Seen {
  if (seen.state !== 'active' || join === undefined || mark === null) return seen;
  if (mark.kept === null || mark.phase === 'wanted') return seen;
  const kept = join(mark.kept, seen.kept);
  return kept === seen.kept ? seen : { state: 'untold', kept };
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
  for (const batch of batches(cuts)) {
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
  for (const batch of batches(restores)) {
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

function batches<T>(items: readonly T[], size = BATCH): T[][] {
  const all: T[][] = [];
  for (let at = 0; at < items.length; at += size) all.push(items.slice(at, at + size));
  return all;
}
