import type { AccessStore } from '../../core/access/access-store.ts';
import type { AccessTarget } from '../../core/access/decide.ts';
import type { CannotEnforce, Enforcer, EnforcerAbilities } from '../../core/access/enforcer.ts';
import type { FuseLimits } from '../../core/access/fuse.ts';
import type { AccessPreview } from '../../core/access/operations.ts';
import { retryAt } from '../../core/access/retry.ts';
import { ExpectedError } from '../../core/errors.ts';
import type { Node } from '../../core/inventory/node.ts';
import type { Notice } from '../../core/inventory/node-operations.ts';
import type { Poll } from '../../core/metering/collector.ts';
import type { AuditLog } from '../../core/settings/settings-store.ts';
import { counted } from '../../core/units/counted.ts';
import type { NodeId } from '../../core/units/ids.ts';
import { withDeadline } from '../../lib/with-deadline.ts';
import type { Changes } from '../changes.ts';
import type { PollLog } from '../node-polling.ts';
import { asNotice } from './notices.ts';
import { type PassReport, runPass } from './pass.ts';
import { previewOf } from './preview.ts';

interface Dependencies {
  readonly store: AccessStore;
  readonly audit: Pick<AuditLog, 'write'>;
  readonly abilitiesOf: (node: Node) => EnforcerAbilities | CannotEnforce;
  readonly createEnforcer: (node: Node) => Enforcer;
  readonly pollNow: (id: NodeId) => Promise<unknown>;
  readonly limits: () => Promise<FuseLimits>;
  readonly now: () => Date;
  readonly changes: Changes;
  readonly log: PollLog;
}

/** Longest time that one pass over a node may take, and that looking at peers one by one may take of it. */
export const PASS_TIMEOUT_MS = 60_000;
const LOOK_TIMEOUT_MS = 30_000;

/** What is wanted of a node: access as it is to be, or back everything that was taken. */
export type PassKind = 'enforce' | 'give-back';

/** What follows a reading of a node, in the node's own turn. */
export interface TurnOfNode {
  /** What is to be known before; does not throw. */
  readonly before: () => Promise<void>;
  /** Null: nothing is to be done. */
  readonly wanted: () => Promise<PassKind | null>;
  readonly after: () => Promise<void>;
}

/** Whether a poll showed a peer off, by service and key. Absent: not shown, or the source does not tell. */
type Shown = ReadonlyMap<string, ReadonlyMap<string, boolean>>;

interface NodeTrouble {
  readonly failures: number;
  readonly problem: Notice;
  readonly retryAt: Date;
}

/** Passes over nodes, one at a time per node, with the enforcers that they need and what went wrong with them. */
export class AccessPasses {
  readonly #use: Dependencies;
  readonly #enforcers = new Map<NodeId, { readonly source: string; readonly enforcer: Enforcer }>();
  readonly #lanes = new Map<NodeId, Promise<unknown>>();
  readonly #trouble = new Map<NodeId, NodeTrouble>();
  /** By the last poll of each node. */
  readonly #shown = new Map<NodeId, Shown>();
  readonly #stop = new AbortController();

  constructor(dependencies: Dependencies) {
    this.#use = dependencies;
  }

  get isStopped(): boolean {
    return this.#stop.signal.aborted;
  }

  /** Nodes that could not be looked at. */
  get troubles(): ReadonlyMap<NodeId, NodeTrouble> {
    return this.#trouble;
  }

  clearTrouble(id: NodeId): void {
    this.#trouble.delete(id);
  }

  #inTime<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
    return withDeadline([this.#stop.signal], PASS_TIMEOUT_MS, work);
  }

  /** What a pass would do now; changes nothing, whatever the node's mode. @throws SourceFailure */
  async preview(node: Node, abilities: EnforcerAbilities): Promise<Omit<AccessPreview, 'allowed'>> {
    const shown = this.#shown.get(node.id) ?? NOTHING_SHOWN;
    const request = {
      ...{ enforcer: this.enforcerOf(node), abilities, now: this.#use.now },
      isOff: isOffIn(shown),
      looking: AbortSignal.timeout(LOOK_TIMEOUT_MS),
    };
    const targets = await this.#use.store.targets(node.id);
    return await this.#inTime((signal) => previewOf(targets, request, signal));
  }

  /** One turn of the node, unless one runs: what a reading showed while one runs is left to the next reading. */
  async run(node: Node, poll: Poll, { before, wanted, after }: TurnOfNode): Promise<void> {
    const shown = shownBy(poll);
    this.#shown.set(node.id, shown);
    if (this.isStopped || this.#lanes.has(node.id)) return;
    await this.#inLane(node.id, async () => {
      await before();
      await this.#tryPass(node, wanted, isOffIn(shown));
      await after();
    });
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
    this.#shown.delete(id);
    await held?.enforcer.close();
  }

  enforcerOf(node: Node): Enforcer {
    const source = JSON.stringify(node.source);
    const held = this.#enforcers.get(node.id);
    if (held?.source === source) return held.enforcer;
    void held?.enforcer.close();
    const enforcer = this.#use.createEnforcer(node);
    this.#enforcers.set(node.id, { source, enforcer });
    return enforcer;
  }

  async #tryPass(
    node: Node,
    wanted: () => Promise<PassKind | null>,
    isOff: (target: AccessTarget) => boolean | undefined,
  ): Promise<void> {
    const now = this.#use.now();
    const trouble = this.#trouble.get(node.id);
    if (trouble !== undefined && trouble.retryAt > now) return;
    const kind = await wanted();
    if (kind === null) return;
    const abilities = this.#use.abilitiesOf(node);
    if ('cannot' in abilities) return this.#noteTrouble(node, abilities.cannot);
    try {
      const report = await this.#run(node, abilities, isOff, kind === 'give-back');
      this.#trouble.delete(node.id);
      await this.#tell(node, report);
    } catch (error) {
      if (this.isStopped) return;
      if (!(error instanceof ExpectedError))
        this.#use.log.error({ err: error, node: node.name }, 'a pass over access failed');
      this.#noteTrouble(node, asNotice(error));
    }
  }

  async #run(
    node: Node,
    abilities: EnforcerAbilities,
    isOff: (target: AccessTarget) => boolean | undefined,
    giveBack: boolean,
  ) {
    const looking = AbortSignal.timeout(LOOK_TIMEOUT_MS);
    const enforcer = this.enforcerOf(node);
    return await this.#inTime(async (signal) => {
      const limits = await this.#use.limits();
      const request = { nodeId: node.id, enforcer, abilities, limits, now: this.#use.now, isOff, looking, giveBack };
      return await runPass(this.#use.store, request, signal);
    });
  }

  /** @throws ExpectedError `access-not-given-back` */
  async giveBack(node: Node, abilities: EnforcerAbilities): Promise<void> {
    // A pass that runs may still take: nothing may begin after this.
    await this.#lanes.get(node.id);
    const report = await this.#inLane(node.id, async () => {
      await this.#use.store.setMode(node.id, 'read-only', this.#use.now());
      return await this.#run(node, abilities, () => undefined, true);
    });
    await this.#tell(node, report);
    if (report.failed.length > 0)
      throw new ExpectedError(
        'access-not-given-back',
        `On ${node.name} ${counted(report.failed.length, 'peer is', 'peers are')} still suspended.`,
        {
          hint: 'xpert access list --failing says why. The node is read-only now; it is tried again with its readings.',
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
      await audit.write({ at: this.#use.now(), by: null, via: 'system', action, subject: node.name, detail });
    }
    if (blown !== null || failed.length > 0) changes.tell('notices');
    if (suspended.length + restored.length === 0) return;
    changes.tell('peers', 'users');
    // What was carried until now is separated from what comes after.
    if (!this.isStopped) void this.#use.pollNow(node.id);
  }

  #noteTrouble(node: Node, problem: Notice): void {
    const failures = (this.#trouble.get(node.id)?.failures ?? 0) + 1;
    this.#trouble.set(node.id, { failures, problem, retryAt: retryAt(this.#use.now(), failures) });
    if (failures > 1) return;
    this.#use.log.warn({ node: node.name, code: problem.code }, `access on ${node.name}: ${problem.message}`);
    this.#use.changes.tell('notices');
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
}

const NOTHING_SHOWN: Shown = new Map();

function isOffIn(shown: Shown): (target: AccessTarget) => boolean | undefined {
  return ({ identity, key }) => shown.get(identity)?.get(key);
}

function shownBy({ services }: Poll): Shown {
  const shown = new Map<string, Map<string, boolean>>();
  for (const { identity, peers } of services) {
    const ofService = shown.get(identity) ?? new Map<string, boolean>();
    for (const { key, isOff } of peers) if (isOff !== undefined) ofService.set(key, isOff);
    if (ofService.size > 0) shown.set(identity, ofService);
  }
  return shown.size === 0 ? NOTHING_SHOWN : shown;
}
