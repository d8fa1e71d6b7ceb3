import type { AccessMode, AccessQuery, AccessStore } from '../../core/access/access-store.ts';
import type { CannotEnforce, Enforcer, EnforcerAbilities } from '../../core/access/enforcer.ts';
import { allowedCuts, DEFAULT_FUSE, type FuseLimits } from '../../core/access/fuse.ts';
import type {
  AccessOperations,
  AccessPreview,
  AccessState,
  NodeAccess,
  Standstill,
} from '../../core/access/operations.ts';
import { ExpectedError, NotFound } from '../../core/errors.ts';
import type { InventoryStore } from '../../core/inventory/inventory-store.ts';
import type { Node } from '../../core/inventory/node.ts';
import type { Notice } from '../../core/inventory/node-operations.ts';
import type { UsageHistory } from '../../core/ledger/usage-history.ts';
import type { TrackingState } from '../../core/ledger/usage-ledger.ts';
import type { Poll } from '../../core/metering/collector.ts';
import type { AuditLog, SettingsStore } from '../../core/settings/settings-store.ts';
import { counted } from '../../core/units/counted.ts';
import type { AdminId, NodeId, UserId } from '../../core/units/ids.ts';
import type { Changes } from '../changes.ts';
import type { PollLog, WallTime } from '../node-polling.ts';
import { GivingBack } from './giving-back.ts';
import { fuseNotice, pauseNotice } from './notices.ts';
import { AccessPasses } from './passes.ts';
import { heldOn, mustHoldNothing, staying } from './questions.ts';
import { judgeSourceLimits } from './source-limits.ts';

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
  readonly history: Pick<UsageHistory, 'movedElsewhere' | 'doubtedSince'>;
  readonly changes: Changes;
  readonly log: PollLog;
}

const SETTING = 'access.fuse';

interface AccessNotice extends Notice {
  /** Under what it is told as an alert. */
  readonly topic: string;
  readonly nodeId: NodeId | null;
  readonly since: Date | null;
}

/** Keeps the access of all nodes as it is wanted: a pass after every poll of a node, one at a time per node. */
export class AccessControl implements AccessOperations {
  readonly #use: Dependencies;
  readonly #passes: AccessPasses;
  readonly #givingBack: GivingBack;
  #isDue = false;
  #isReading = false;

  constructor(dependencies: Dependencies) {
    this.#use = dependencies;
    this.#givingBack = new GivingBack(dependencies.settings);
    const { store, audit, abilitiesOf, createEnforcer, pollNow, changes, log } = dependencies;
    this.#passes = new AccessPasses({
      ...{ store, audit, abilitiesOf, createEnforcer, pollNow, changes, log },
      limits: () => this.#limits(),
      now: () => this.#now(),
    });
  }

  /** Not waited for by the poll; @returns when the pass is over, for tests. */
  async afterPoll(node: Node, poll: Poll): Promise<void> {
    await this.#passes.run(node, poll, {
      before: () => this.#judgeLimits(node, poll),
      wanted: async () => {
        const isEnforced = (await this.#use.store.mode(node.id)) === 'enforce';
        if (!isEnforced && !(await this.#givingBack.has(node.id))) return null;
        if ((await this.#standstill()) !== null) return null;
        return isEnforced ? 'enforce' : 'give-back';
      },
      after: () => this.#noteGivenBack(node.id),
    });
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
    const trouble = this.#passes.troubles.get(id);
    return {
      nodeId: id,
      mode,
      givingBack: mode === 'read-only' && (await this.#givingBack.has(id)),
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
    if (mode === 'enforce' || giveBack) this.#mustBeAble(node);
    const isGivingBack = giveBack && mode === 'read-only';
    await this.#givingBack.set(id, isGivingBack);
    if (isGivingBack) {
      await this.#passes.giveBack(node, this.#mustBeAble(node));
      await this.#noteGivenBack(id);
    }
    await this.#use.store.setMode(id, mode, this.#now());
    this.#passes.clearTrouble(id);
    this.#use.changes.tell('nodes');
    if (mode === 'enforce') void this.#use.pollNow(id);
    return await this.node(id);
  }

  async preview(id: NodeId): Promise<AccessPreview> {
    const node = await this.#must(id);
    const abilities = this.#mustBeAble(node);
    const preview = await this.#passes.preview(node, abilities);
    const { owned } = await this.#use.store.counts(id, this.#now());
    return { ...preview, allowed: allowedCuts(await this.#limits(), owned) };
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
    const failing = [...this.#passes.troubles].map(([nodeId, { problem }]) => ({ ...problem, nodeId, since: null }));
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
  close(): Promise<void> {
    return this.#passes.close();
  }

  /** The node was removed. */
  async forget(id: NodeId): Promise<void> {
    await this.#passes.forget(id);
    await this.#givingBack.set(id, false);
  }

  /** Changes that come while nodes are read are seen to by one more round. */
  async #readConcerned(): Promise<void> {
    this.#isReading = true;
    try {
      while (this.#isDue && !this.#passes.isStopped) {
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

  async #standstill(): Promise<Standstill | null> {
    const pause = await this.#use.store.pause();
    if (pause !== null) return pause;
    const tracking = await this.#use.trackingState();
    if (!tracking.enabled) return { reason: 'tracking-off', since: tracking.since };
    return this.#use.wallTime.read().suspect ? { reason: 'clock-suspect', since: null } : null;
  }

  #mustBeAble(node: Node): EnforcerAbilities {
    const abilities = this.#use.abilitiesOf(node);
    if (!('cannot' in abilities)) return abilities;
    const { message, hint } = abilities.cannot;
    throw new ExpectedError('cannot-enforce', message, hint === null ? {} : { hint });
  }

  /** What fails here is judged with the next reading. */
  async #judgeLimits(node: Node, poll: Poll): Promise<void> {
    try {
      const judged = await judgeSourceLimits({ ...this.#use, now: () => this.#now() }, node.id, poll);
      if (judged > 0) this.#use.changes.tell('nodes', 'peers');
    } catch (error) {
      this.#use.log.error({ err: error, node: node.name }, 'judging the limits of a source failed');
    }
  }

  /** Where access is enforced nothing is given back for good: whoever is cut there later is none of those. */
  async #noteGivenBack(id: NodeId): Promise<void> {
    if (!(await this.#givingBack.has(id)) || (await this.#use.store.mode(id)) !== 'read-only') return;
    if ((await heldOn(this.#use.store, id)).length === 0) await this.#givingBack.set(id, false);
  }

  async #limits(): Promise<FuseLimits> {
    const saved = (await this.#use.settings.get(SETTING)) as FuseLimits | null | undefined;
    return saved ?? DEFAULT_FUSE;
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
    super(
      'access-plan-changed',
      held === 0 ? 'No fuse is blown there.' : `${counted(held, 'peer is', 'peers are')} held by now.`,
      {
        hint: 'Look again (xpert access list), and confirm that number.',
      },
    );
  }
}
