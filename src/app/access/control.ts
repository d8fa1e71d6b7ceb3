import type { AccessMode, AccessQuery, AccessStore } from '../../core/access/access-store.ts';
import { type AccessTarget, decide, wantedOf } from '../../core/access/decide.ts';
import type { CannotEnforce, Enforcer, EnforcerAbilities } from '../../core/access/enforcer.ts';
import { allowedCuts, DEFAULT_FUSE, type FuseLimits } from '../../core/access/fuse.ts';
import type {
  AccessOperations,
  AccessPreview,
  AccessState,
  NodeAccess,
  Standstill,
} from '../../core/access/operations.ts';
import { retryAt } from '../../core/access/retry.ts';
import { ExpectedError, NotFound } from '../../core/errors.ts';
import type { InventoryStore } from '../../core/inventory/inventory-store.ts';
import type { Node } from '../../core/inventory/node.ts';
import type { Notice } from '../../core/inventory/node-operations.ts';
import type { TrackingState } from '../../core/ledger/usage-ledger.ts';
import type { Poll } from '../../core/metering/collector.ts';
import type { AuditLog, SettingsStore } from '../../core/settings/settings-store.ts';
import type { AdminId, NodeId, UserId } from '../../core/units/ids.ts';
import type { Changes } from '../changes.ts';
import type { PollLog, WallTime } from '../node-polling.ts';
import { ABSENT, asNotice, fuseNotice, OFF, pauseNotice } from './notices.ts';
import { type PassReport, runPass } from './pass.ts';
import { mustHoldNothing, staying } from './questions.ts';

interface Dependencies {
  readonly store: AccessStore;
  readonly inventory: Pick<InventoryStore, 'node' | 'nodes'>;
  readonly settings: SettingsStore;
  readonly audit: Pick<AuditLog, 'write'>;
  readonly abilitiesOf: (node: Node) => EnforcerAbilities | CannotEnforce;
  readonly createEnforcer: (node: Node) => Enforcer;
  /** Reads and counts a node now; a pass follows. */
  readonly pollNow: (id: NodeId) => Promise<unknown>;
  readonly trackingState: () => Promise<TrackingState>;
  readonly wallTime: WallTime;
  readonly changes: Changes;
  readonly log: PollLog;
}

/** Longest time that one pass over a node may take. */
const PASS_TIMEOUT_MS = 60_000;
const SETTING = 'access.fuse';

interface AccessNotice extends Notice {
  /** Under what it is told as an alert. */
  readonly topic: string;
  readonly nodeId: NodeId | null;
  readonly since: Date | null;
}

interface NodeTrouble {
  readonly failures: number;
  readonly problem: Notice;
  readonly retryAt: Date;
}

/** Keeps the access of all nodes as it is wanted: a pass after every poll of a node, one at a time per node. */
export class AccessControl implements AccessOperations {
  readonly #use: Dependencies;
  readonly #enforcers = new Map<NodeId, { readonly source: string; readonly enforcer: Enforcer }>();
  readonly #lanes = new Map<NodeId, Promise<unknown>>();
  readonly #trouble = new Map<NodeId, NodeTrouble>();
  readonly #stop = new AbortController();
  #isDue = false;
  #isReading = false;

  constructor(dependencies: Dependencies) {
    this.#use = dependencies;
  }

  /** Not waited for by the poll; @returns when the pass is over, for tests. */
  async afterPoll(node: Node, poll: Poll): Promise<void> {
    if (this.#stop.signal.aborted || this.#lanes.has(node.id)) return;
    let shown: ReadonlyMap<string, boolean> | null = null;
    await this.#inLane(node.id, () =>
      this.#tryPass(node, (target) => {
        shown ??= shownBy(poll);
        return shown.get(keyOf(target));
      }),
    );
  }

  /** States of users changed: nodes that may be changed are read soon, and a pass follows each reading. */
  usersChanged(): void {
    this.#isDue = true;
    if (!this.#isReading) void this.#readConcerned();
  }

  async state(): Promise<AccessState> {
    const limits = await this.#limits();
    const held = (await this.#use.store.summaries()).filter((one) => one.held > 0);
    const fuses = held.map(async ({ nodeId, held: cuts, heldSince }) => {
      const { owned } = await this.#use.store.counts(nodeId, this.#now());
      return { nodeId, cuts, allowed: allowedCuts(limits, owned), since: heldSince ?? this.#now() };
    });
    return { standstill: await this.#standstill(), limits, fuses: await Promise.all(fuses) };
  }

  list(query: AccessQuery) {
    return this.#use.store.list(query);
  }

  async staying(userId: UserId) {
    return await staying(this.#use, userId, (await this.#standstill()) !== null);
  }

  async mustHoldNothing(id: NodeId): Promise<void> {
    await mustHoldNothing(this.#use, await this.#must(id));
  }

  async node(id: NodeId): Promise<NodeAccess> {
    const node = await this.#must(id);
    const mode = await this.#use.store.mode(id);
    const { fuses } = await this.state();
    const summary = (await this.#use.store.summaries()).find((one) => one.nodeId === id);
    const trouble = this.#trouble.get(id);
    return {
      nodeId: id,
      mode,
      can: this.#use.abilitiesOf(node),
      waiting: summary?.waiting ?? 0,
      suspended: summary?.suspended ?? 0,
      failing: summary?.failing ?? 0,
      problem: trouble === undefined ? null : { ...trouble.problem, retryAt: trouble.retryAt },
      fuse: fuses.find((one) => one.nodeId === id) ?? null,
    };
  }

  async setMode(id: NodeId, mode: AccessMode, giveBack: boolean): Promise<NodeAccess> {
    const node = await this.#must(id);
    if (mode === 'enforce') this.#mustBeAble(node);
    else if (giveBack) await this.#giveBack(node);
    await this.#use.store.setMode(id, mode, this.#now());
    this.#trouble.delete(id);
    this.#use.changes.tell('nodes');
    if (mode === 'enforce') void this.#use.pollNow(id);
    return await this.node(id);
  }

  async preview(id: NodeId): Promise<AccessPreview> {
    const node = await this.#must(id);
    this.#mustBeAble(node);
    const targets = (await this.#use.store.targets(id)).filter((target) => wantedOf(target) !== 'as-it-is');
    const signal = AbortSignal.any([this.#stop.signal, AbortSignal.timeout(PASS_TIMEOUT_MS)]);
    const seen = targets.length === 0 ? [] : await this.#enforcerOf(node).look(targets, signal);
    const suspend: AccessTarget[] = [];
    const restore: AccessTarget[] = [];
    const left: { target: AccessTarget; why: Notice }[] = [];
    targets.forEach((target, n) => {
      const state = seen[n] ?? { state: 'absent' };
      const step = decide(target, state);
      if (step.kind === 'suspend') suspend.push(target);
      else if (step.kind === 'restore') restore.push(target);
      else if (step.kind === 'fail') left.push({ target, why: step.problem });
      else if (state.state === 'absent') left.push({ target, why: ABSENT });
      else if (step.kind === 'note-suspended' && target.mark?.phase !== 'suspending') left.push({ target, why: OFF });
    });
    const { owned } = await this.#use.store.counts(id, this.#now());
    return { suspend, restore, left, allowed: allowedCuts(await this.#limits(), owned) };
  }

  async confirm(id: NodeId, expected: number): Promise<void> {
    await this.#must(id);
    const held = (await this.#use.store.targets(id)).filter(
      ({ mark }) => mark?.phase === 'wanted' && mark.clearance === 'held',
    );
    if (held.length !== expected || held.length === 0) throw new AccessPlanChanged(held.length);
    await this.#use.store.clear(
      held.map(({ peerId }) => peerId),
      'confirmed',
    );
    this.#use.changes.tell('notices', 'nodes');
    void this.#use.pollNow(id);
  }

  async pause(_by: AdminId | null): Promise<void> {
    if ((await this.#use.store.pause()) !== null) return;
    await this.#use.store.setPause({ reason: 'by-hand', since: this.#now() });
    this.#use.changes.tell('notices');
  }

  async resume(_by: AdminId | null): Promise<void> {
    await this.#use.store.setPause(null);
    this.#use.changes.tell('notices');
    this.usersChanged();
  }

  async setLimits(limits: FuseLimits, by: AdminId | null): Promise<void> {
    await this.#use.settings.set(SETTING, limits, by);
  }

  /** What the owner should look at. */
  async notices(): Promise<readonly AccessNotice[]> {
    const { standstill, fuses } = await this.state();
    const enforced = await this.#use.store.enforced();
    const paused = standstill === null || enforced.length === 0 ? [] : [pauseNotice(standstill)];
    const blown = fuses.map(({ nodeId, cuts, allowed, since }) => ({ ...fuseNotice(cuts, allowed), nodeId, since }));
    const failing = [...this.#trouble].map(([nodeId, { problem }]) => ({ ...problem, nodeId, since: null }));
    return [
      ...[...paused, ...blown].map((one) => ({ ...one, topic: one.code })),
      ...failing.map((one) => ({ ...one, topic: 'access-failing' })),
    ];
  }

  async sums(): Promise<{ readonly nodes: number; readonly suspended: number }> {
    const summaries = await this.#use.store.summaries();
    const suspended = summaries.reduce((sum, one) => sum + one.suspended, 0);
    return { nodes: (await this.#use.store.enforced()).length, suspended };
  }

  /** Waits for what runs. */
  async close(): Promise<void> {
    this.#stop.abort(new DOMException('Xpert stops.', 'AbortError'));
    await Promise.allSettled(this.#lanes.values());
    await Promise.allSettled([...this.#enforcers.values()].map(({ enforcer }) => enforcer.close()));
  }

  async forget(id: NodeId): Promise<void> {
    const held = this.#enforcers.get(id);
    this.#enforcers.delete(id);
    this.#trouble.delete(id);
    await held?.enforcer.close();
  }

  /** Changes that come while nodes are read are seen to by one more round. */
  async #readConcerned(): Promise<void> {
    this.#isReading = true;
    try {
      while (this.#isDue && !this.#stop.signal.aborted) {
        this.#isDue = false;
        if ((await this.#standstill()) !== null) return;
        const summaries = await this.#use.store.summaries();
        const due = summaries.filter(({ waiting, held, regaining }) => waiting > held || regaining > 0);
        const concerned = new Set(due.map(({ nodeId }) => nodeId));
        const enforced = (await this.#use.store.enforced()).filter((id) => concerned.has(id));
        await Promise.allSettled(enforced.map((id) => this.#use.pollNow(id)));
      }
    } catch (error) {
      this.#use.log.error({ err: error }, 'looking for nodes whose access is to change failed');
    } finally {
      this.#isReading = false;
    }
  }

  async #tryPass(node: Node, isOff: (target: AccessTarget) => boolean | undefined): Promise<void> {
    const now = this.#now();
    const trouble = this.#trouble.get(node.id);
    if (trouble !== undefined && trouble.retryAt > now) return;
    if ((await this.#use.store.mode(node.id)) !== 'enforce' || (await this.#standstill()) !== null) return;
    const abilities = this.#use.abilitiesOf(node);
    if ('cannot' in abilities) return this.#noteTrouble(node, abilities.cannot);
    try {
      const report = await this.#run(node, abilities, isOff, false);
      this.#trouble.delete(node.id);
      await this.#tell(node, report);
    } catch (error) {
      if (this.#stop.signal.aborted) return;
      if (!(error instanceof ExpectedError))
        this.#use.log.error({ err: error, node: node.name }, 'a pass over access failed');
      this.#noteTrouble(node, asNotice(error));
    }
  }

  #run(
    node: Node,
    abilities: EnforcerAbilities,
    isOff: (target: AccessTarget) => boolean | undefined,
    giveBack: boolean,
  ) {
    const signal = AbortSignal.any([this.#stop.signal, AbortSignal.timeout(PASS_TIMEOUT_MS)]);
    const enforcer = this.#enforcerOf(node);
    return this.#limits().then((limits) =>
      runPass(
        this.#use.store,
        { nodeId: node.id, enforcer, abilities, limits, now: () => this.#now(), isOff, giveBack },
        signal,
      ),
    );
  }

  async #giveBack(node: Node): Promise<void> {
    const abilities = this.#mustBeAble(node);
    // A pass that runs may still take: nothing may begin after this.
    await this.#lanes.get(node.id);
    const report = await this.#inLane(node.id, async () => {
      await this.#use.store.setMode(node.id, 'read-only', this.#now());
      return await this.#run(node, abilities, () => undefined, true);
    });
    await this.#tell(node, report);
    if (report.failed.length > 0)
      throw new ExpectedError(
        'access-not-given-back',
        `${report.failed.length} peers of ${node.name} are still suspended.`,
        {
          hint: 'xpert access list --failing says why. The node is read-only now; try again.',
        },
      );
  }

  async #tell(node: Node, { suspended, restored, failed, blown }: PassReport): Promise<void> {
    const { log, changes, audit } = this.#use;
    if (blown !== null) log.warn({ node: node.name, ...blown }, `access on ${node.name}: the fuse blew`);
    if (failed.length > 0)
      log.warn({ node: node.name, peers: failed.length }, `access on ${node.name}: changes failed`);
    for (const [action, targets] of [
      ['access.suspended', suspended],
      ['access.restored', restored],
    ] as const) {
      if (targets.length === 0) continue;
      log.info({ node: node.name, peers: targets.length }, action);
      const users = [...new Set(targets.map(({ userName, key }) => userName ?? key))].slice(0, 100);
      const detail = { peers: targets.length, users };
      await audit.write({ at: this.#now(), by: null, via: 'system', action, subject: node.name, detail });
    }
    if (blown !== null || failed.length > 0) changes.tell('notices');
    if (suspended.length + restored.length === 0) return;
    changes.tell('peers', 'users');
    // What was carried until now is separated from what comes after.
    if (!this.#stop.signal.aborted) void this.#use.pollNow(node.id);
  }

  #noteTrouble(node: Node, problem: Notice): void {
    const failures = (this.#trouble.get(node.id)?.failures ?? 0) + 1;
    this.#trouble.set(node.id, { failures, problem, retryAt: retryAt(this.#now(), failures) });
    if (failures > 1) return;
    this.#use.log.warn({ node: node.name, code: problem.code }, `access on ${node.name}: ${problem.message}`);
    this.#use.changes.tell('notices');
  }

  async #standstill(): Promise<Standstill | null> {
    const pause = await this.#use.store.pause();
    if (pause !== null) return pause;
    const tracking = await this.#use.trackingState();
    if (!tracking.enabled) return { reason: 'tracking-off', since: tracking.since };
    return this.#use.wallTime.read().suspect ? { reason: 'clock-suspect', since: null } : null;
  }

  #enforcerOf(node: Node): Enforcer {
    const source = JSON.stringify(node.source);
    const held = this.#enforcers.get(node.id);
    if (held?.source === source) return held.enforcer;
    void held?.enforcer.close();
    const enforcer = this.#use.createEnforcer(node);
    this.#enforcers.set(node.id, { source, enforcer });
    return enforcer;
  }

  #mustBeAble(node: Node): EnforcerAbilities {
    const abilities = this.#use.abilitiesOf(node);
    if (!('cannot' in abilities)) return abilities;
    const { message, hint } = abilities.cannot;
    throw new ExpectedError('cannot-enforce', message, hint === null ? {} : { hint });
  }

  async #limits(): Promise<FuseLimits> {
    const saved = (await this.#use.settings.get(SETTING)) as FuseLimits | null | undefined;
    return saved ?? DEFAULT_FUSE;
  }

  async #inLane<T>(id: NodeId, work: () => Promise<T>): Promise<T> {
    const running = work();
    this.#lanes.set(id, running);
    try {
      return await running;
    } finally {
      this.#lanes.delete(id);
    }
  }

  async #must(id: NodeId): Promise<Node> {
    const node = await this.#use.inventory.node(id);
    if (node === null || node.deletedAt !== null) throw new NotFound('node', id);
    return node;
  }

  #now(): Date {
    return this.#use.wallTime.read().at;
  }
}

class AccessPlanChanged extends ExpectedError {
  constructor(held: number) {
    super('access-plan-changed', held === 0 ? 'No fuse is blown there.' : `${held} peers are held by now.`, {
      hint: 'Look again (xpert access list), and confirm that number.',
    });
  }
}

function keyOf({ identity, key }: Pick<AccessTarget, 'identity' | 'key'>): string {
  return `${identity}\n${key}`;
}

function shownBy({ services }: Poll): ReadonlyMap<string, boolean> {
  const shown = new Map<string, boolean>();
  for (const { identity, peers } of services)
    for (const { key, isOff } of peers) if (isOff !== undefined) shown.set(keyOf({ identity, key }), isOff);
  return shown;
}
