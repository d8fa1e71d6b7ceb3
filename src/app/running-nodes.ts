import { setTimeout as delay } from 'node:timers/promises';
import { ExpectedError, NotFound } from '../core/errors.ts';
import type { Prober } from '../core/health/prober.ts';
import type { SameBytes, SameBytesWatch } from '../core/health/same-bytes.ts';
import type { InventoryStore } from '../core/inventory/inventory-store.ts';
import type { Node, NodeSource } from '../core/inventory/node.ts';
import type {
  AutomaticAssignment,
  Beat,
  NodeDraft,
  NodeOperations,
  NodeSetup,
  NodeView,
  PollReport,
  SystemNotice,
  TestedNode,
} from '../core/inventory/node-operations.ts';
import type { Integration, IntegrationTools } from '../core/metering/integration.ts';
import type { Clock } from '../core/units/clock.ts';
import type { NodeId } from '../core/units/ids.ts';
import type { AccessControl } from './access/control.ts';
import type { Changes } from './changes.ts';
import type { Credentials } from './credentials.ts';
import type { Gateways } from './gateways.ts';
import type { LiveRates } from './live-rates.ts';
import { systemNoticesOf } from './node-notices.ts';
import type { NodePolling, PollRun } from './node-polling.ts';
import type { NodeViews } from './node-views.ts';
import type { Presence } from './presence.ts';
import { POLL_TIMEOUT_MS, type Scheduler } from './scheduler.ts';
import { testInSteps } from './test-steps.ts';
import type { UserDiscovery } from './user-discovery.ts';

interface Dependencies {
  readonly inventory: InventoryStore;
  readonly integrationOf: (kind: string) => Integration;
  readonly tools: IntegrationTools;
  readonly prober: Prober;
  readonly credentials: Credentials;
  readonly clock: Clock;
  readonly polling: NodePolling;
  readonly scheduler: Scheduler<PollRun>;
  readonly views: NodeViews;
  readonly rates: LiveRates;
  readonly presence: Presence;
  readonly discovery: UserDiscovery;
  readonly sameBytes: SameBytesWatch;
  readonly changes: Changes;
  readonly access: Pick<AccessControl, 'notices' | 'forget'>;
  readonly gateways: Pick<Gateways, 'update' | 'notices'>;
  /** Notices about the product itself: open webhook, disk, clock. */
  readonly productNotices: () => Promise<readonly SystemNotice[]>;
}

/** A node with an agent was to be polled. */
class BringsReadings extends ExpectedError {
  constructor(name: string) {
    super('agent-brings-readings', `The agent of ${name} brings its readings by itself; it cannot be asked.`, {
      hint: 'Look at its log on the node: journalctl -u xpert-agent',
    });
  }
}

/** How long adding a node waits for its first reading. */
const FIRST_POLL_MS = 8_000;
/** Polls that "poll all" runs at once: some that hang should not keep the others waiting. */
const POLLED_AT_ONCE = 32;

/** The nodes of the running product: stored, polled, and shown. */
export class RunningNodes implements NodeOperations {
  readonly #use: Dependencies;

  constructor(dependencies: Dependencies) {
    this.#use = dependencies;
  }

  /** Begins polling; also after nodes were written by somebody else (an import). */
  async refresh(): Promise<void> {
    this.#use.scheduler.update(await this.#polled());
    await this.#use.gateways.update(await this.#use.inventory.nodes());
  }

  async views(): Promise<NodeView[]> {
    return await this.#use.views.all();
  }

  async view(id: NodeId): Promise<NodeView | null> {
    return await this.#use.views.one(id);
  }

  /** `slug`: wanted by an import; else it is made from the name. */
  async add(draft: NodeDraft & { readonly slug?: string }): Promise<NodeView> {
    const { inventory, scheduler, changes, clock } = this.#use;
    const source = this.#use.credentials.seal(await this.#contacted(this.#checked(draft.source)));
    const node = await inventory.addNode({ ...draft, source, createdAt: clock.now() });
    await this.refresh();
    // A node that hangs is polled on in the background; its view says that it was not read yet.
    const first = await Promise.race([scheduler.pollNow(node.id), delay(FIRST_POLL_MS, undefined, { ref: false })]);
    if (first?.outcome === 'failed' && first.error.code === 'source-identity-taken') {
      await this.#drop(node.id);
      throw first.error;
    }
    if (draft.usersPolicy !== 'none')
      await this.assignAutomatically({ nodeId: node.id, policy: draft.usersPolicy, preview: false });
    changes.tell('nodes', 'peers', 'users');
    return await this.#mustView(node.id);
  }

  async change(
    id: NodeId,
    change: Partial<
      Pick<NodeDraft, 'name' | 'description' | 'source' | 'pollIntervalMs' | 'usersPolicy' | 'linkMbit' | 'tags'>
    >,
  ): Promise<NodeView> {
    const { inventory, scheduler, changes } = this.#use;
    const before = await this.#must(id);
    const source = change.source === undefined ? {} : { source: await this.#completed(change.source, before) };
    const node = await inventory.updateNode(id, { ...change, ...source });
    await this.refresh();
    if (change.source !== undefined && this.#bringsReadings(node.source)) await this.#use.polling.forget(id);
    else if (change.source !== undefined) void scheduler.pollNow(id);
    if (node.usersPolicy !== 'none' && node.usersPolicy !== before.usersPolicy)
      await this.assignAutomatically({ nodeId: id, policy: node.usersPolicy, preview: false });
    changes.tell('nodes', ...(change.tags === undefined ? [] : (['users'] as const)));
    return await this.#mustView(id);
  }

  async remove(id: NodeId): Promise<void> {
    await this.#must(id);
    await this.#drop(id);
    this.#use.changes.tell('nodes', 'peers', 'notices');
  }

  async poll(id: NodeId): Promise<PollReport> {
    const { source, name } = await this.#must(id);
    if (this.#bringsReadings(source)) throw new BringsReadings(name);
    const run = await this.#use.scheduler.pollNow(id);
    if (run === undefined) throw new NotFound('node', id);
    if (run.outcome === 'failed') throw run.error;
    return run.report;
  }

  async pollAll(): ReturnType<NodeOperations['pollAll']> {
    const { scheduler } = this.#use;
    return await inTurns(POLLED_AT_ONCE, await this.#polled(), async ({ id }) => {
      const run = await scheduler.pollNow(id);
      const error: ExpectedError | null = run?.outcome === 'failed' ? run.error : null;
      return {
        nodeId: id,
        outcome: run?.outcome ?? 'failed',
        code: error?.code ?? null,
        message: error?.message ?? null,
      };
    });
  }

  beat(): Beat {
    return this.#use.scheduler.beat();
  }

  async test(source: NodeSource, stored?: NodeId): Promise<TestedNode> {
    const { kind, options } = this.#checked(await this.#withSecrets(source, stored));
    const { integrationOf, tools, prober } = this.#use;
    const signal = AbortSignal.timeout(POLL_TIMEOUT_MS);
    const read = () => integrationOf(kind).test(options, tools, signal);
    const { test, steps } = await testInSteps(options, { prober }, read, signal);
    return { ...test, steps };
  }

  async setup(source: NodeSource, stored?: NodeId, access = false): Promise<NodeSetup | null> {
    const { kind, options } = this.#checked(await this.#withSecrets(source, stored));
    return await this.#use.integrationOf(kind).setup(options, access);
  }

  async flow(): ReturnType<NodeOperations['flow']> {
    const { inventory, rates } = this.#use;
    const living = (await inventory.nodes()).filter((node) => node.deletedAt === null);
    const reports = rates.reports();
    if (living.length === 0 && reports === null) return null;
    const sum = { rxBitsPerSecond: reports?.rxBitsPerSecond ?? 0, txBitsPerSecond: reports?.txBitsPerSecond ?? 0 };
    const missing: string[] = [];
    for (const node of living) {
      const rate = rates.node(node.id);
      if (rate === null) missing.push(node.name);
      sum.rxBitsPerSecond += rate?.rxBitsPerSecond ?? 0;
      sum.txBitsPerSecond += rate?.txBitsPerSecond ?? 0;
    }
    if (missing.length === living.length && reports === null) return null;
    return { rate: sum, missing };
  }

  async notices(): Promise<readonly SystemNotice[]> {
    const [views, product, access] = await Promise.all([
      this.views(),
      this.#use.productNotices(),
      this.#use.access.notices(),
    ]);
    const nameOf = (id: NodeId | null) => views.find(({ node }) => node.id === id)?.node.name ?? null;
    const others = [...access, ...this.#use.gateways.notices()];
    const ofNodes = others.map((one) => {
      const key = `${one.topic}:${one.nodeId ?? ''}`;
      return { ...one, key, severity: 'warning' as const, nodeName: nameOf(one.nodeId) };
    });
    return [
      ...product,
      ...ofNodes,
      ...twiceCounted(views, this.#use.sameBytes.found()),
      ...views.flatMap(systemNoticesOf),
    ];
  }

  async assignAutomatically(
    request: Parameters<NodeOperations['assignAutomatically']>[0],
  ): Promise<AutomaticAssignment> {
    const assignment = await this.#use.discovery.assign(request);
    if (assignment.assigned > 0) this.#use.changes.tell('peers', 'users', 'usage');
    return assignment;
  }

  /** The options as the integration understands them, with its defaults. */
  #checked(source: NodeSource): NodeSource {
    return { kind: source.kind, options: this.#use.integrationOf(source.kind).parseOptions(source.options) };
  }

  async #withSecrets(source: NodeSource, stored: NodeId | undefined): Promise<NodeSource> {
    if (stored === undefined) return source;
    return this.#use.credentials.complete(source, (await this.#must(stored)).source);
  }

  /** New options of a stored node, for the store. */
  async #completed(source: NodeSource, before: Node): Promise<NodeSource> {
    const { credentials } = this.#use;
    const checked = this.#checked(credentials.complete(source, before.source));
    return credentials.seal(source.kind === before.source.kind ? checked : await this.#contacted(checked));
  }

  /** A host key that nobody knows yet is pinned with the node. */
  async #contacted({ kind, options }: NodeSource): Promise<NodeSource> {
    const signal = AbortSignal.timeout(FIRST_POLL_MS);
    return { kind, options: await this.#use.integrationOf(kind).firstContact(options, this.#use.tools, signal) };
  }

  /** Living nodes that we have to ask. */
  async #polled(): Promise<Node[]> {
    const nodes = await this.#use.inventory.nodes();
    return nodes.filter((node) => node.deletedAt === null && !this.#bringsReadings(node.source));
  }

  #bringsReadings({ kind }: NodeSource): boolean {
    return this.#use.integrationOf(kind).bringsReadings === true;
  }

  async #drop(id: NodeId): Promise<void> {
    const { inventory, polling, rates, presence, sameBytes, clock } = this.#use;
    await inventory.deleteNode(id, clock.now());
    await this.refresh();
    await polling.forget(id);
    await this.#use.access.forget(id);
    rates.forget(id);
    presence.forget(id);
    sameBytes.forget(id);
  }

  async #must(id: NodeId): Promise<Node> {
    const node = await this.#use.inventory.node(id);
    if (node === null || node.deletedAt !== null) throw new NotFound('node', id);
    return node;
  }

  async #mustView(id: NodeId): Promise<NodeView> {
    const view = await this.view(id);
    if (view === null) throw new NotFound('node', id);
    return view;
  }
}

/** Works on all items, at most `most` at once. @returns the results in the order of the items */
async function inTurns<T, R>(most: number, items: readonly T[], work: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  const rest = items.entries();
  const worker = async () => {
    for (const [index, item] of rest) results[index] = await work(item);
  };
  await Promise.all(Array.from({ length: Math.min(most, items.length) }, worker));
  return results;
}

function twiceCounted(views: readonly NodeView[], found: readonly SameBytes[]): SystemNotice[] {
  const nameOf = (id: NodeId) => views.find(({ node }) => node.id === id)?.node.name;
  return found.flatMap(({ nodeId, otherId, relation, names, shared }) => {
    const [nodeName, otherName] = [nameOf(nodeId), nameOf(otherId)];
    if (nodeName === undefined || otherName === undefined) return [];
    const what = relation === 'same-panel' ? 'They are one panel.' : 'The panel reads that core itself.';
    return [
      {
        key: `counted-twice:${nodeId}:${otherId}`,
        topic: 'counted-twice',
        code: 'counted-twice',
        severity: 'warning' as const,
        message: `"${nodeName}" and "${otherName}" show the same bytes: ${shared} of ${names} users are the same. ${what}`,
        hint: `Remove the node "${nodeName}": its users are counted with the other.`,
        nodeId,
        nodeName,
        since: null,
      },
    ];
  });
}
