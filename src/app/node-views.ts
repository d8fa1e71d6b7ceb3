import type { Finding } from '../core/health/findings.ts';
import { isStale, judgeNode } from '../core/health/node-health.ts';
import type { AgentState, InventoryStore, PeerSums, PollState } from '../core/inventory/inventory-store.ts';
import type { Node, VpnService } from '../core/inventory/node.ts';
import type { AgentView, NodeView, ServiceView } from '../core/inventory/node-operations.ts';
import type { ReconciliationStore } from '../core/ledger/reconciliation-store.ts';
import type { Gap, UsageHistory } from '../core/ledger/usage-history.ts';
import type { Traffic } from '../core/units/bytes.ts';
import type { Clock } from '../core/units/clock.ts';
import type { NodeId } from '../core/units/ids.ts';
import type { Credentials } from './credentials.ts';
import type { LiveRates } from './live-rates.ts';
import { noticesOfNode } from './node-notices.ts';
import type { Presence } from './presence.ts';

interface Dependencies {
  readonly inventory: Pick<InventoryStore, 'nodes' | 'services' | 'pollStates' | 'peerSums' | 'agents'>;
  readonly history: Pick<UsageHistory, 'carriedToday' | 'gaps'>;
  readonly clock: Clock;
  readonly rates: LiveRates;
  readonly presence: Presence;
  readonly findings: ReconciliationStore['findings'];
  /** How far a node's clock is ahead of ours, ms; null while it is not known. */
  readonly clockSkew: (id: NodeId) => number | null;
  readonly pollCounts: (id: NodeId) => NodeView['polls'];
  /** Host that is read; never a user name or a key. */
  readonly endpointOf: (node: Node, agent: AgentState | null) => string;
  /** The node's options without secrets, and which secrets there are. */
  readonly shown: Credentials['shown'];
}

/** What a view is made of besides the node itself, read once for all nodes. */
interface Scene {
  readonly now: Date;
  readonly polls: ReadonlyMap<NodeId, PollState>;
  readonly services: ReadonlyMap<NodeId, VpnService[]>;
  readonly gaps: ReadonlyMap<NodeId, Gap>;
  readonly agents: ReadonlyMap<NodeId, AgentState>;
  readonly today: ReadonlyMap<NodeId, Traffic>;
  readonly findings: readonly Finding[];
}

const NOTHING: Traffic = { rx: 0n, tx: 0n, total: 0n };

/** Nodes as people look at them: what is stored, how reading them goes, what flows now. */
export class NodeViews {
  readonly #use: Dependencies;
  /** Of each node; read again when a poll finds new peers. */
  readonly #sums = new Map<NodeId, PeerSums>();
  readonly #changed = new Set<NodeId>();
  #isReadingAnew = false;

  constructor(dependencies: Dependencies) {
    this.#use = dependencies;
  }

  async all(): Promise<NodeView[]> {
    return await this.#viewsOf((await this.#use.inventory.nodes()).filter((node) => node.deletedAt === null));
  }

  async one(id: NodeId): Promise<NodeView | null> {
    const nodes = (await this.#use.inventory.nodes()).filter((node) => node.id === id && node.deletedAt === null);
    return (await this.#viewsOf(nodes))[0] ?? null;
  }

  /** The next view counts anew what was there before Xpert. */
  baselinesChanged(id: NodeId): void {
    this.#changed.add(id);
  }

  async #viewsOf(nodes: readonly Node[]): Promise<NodeView[]> {
    // What flowed through nodes is read in a thread of its own, which need not begin for none.
    if (nodes.length === 0) return [];
    const [scene] = await Promise.all([this.#scene(), this.#provideSums(nodes)]);
    return nodes.map((node) => this.#view(node, scene));
  }

  /** Sums stand in a queue with long statements: only where there are none yet somebody waits for them. */
  async #provideSums(nodes: readonly Node[]): Promise<void> {
    const ids = nodes.map(({ id }) => id);
    const missing = ids.filter((id) => !this.#sums.has(id) || (this.#changed.has(id) && this.#sumsOf(id).peers === 0));
    const old = ids.filter((id) => this.#changed.has(id) && !missing.includes(id));
    if (old.length > 0 && !this.#isReadingAnew) void this.#readAnew(old);
    if (missing.length > 0) await this.#readSums(missing);
  }

  async #readAnew(old: readonly NodeId[]): Promise<void> {
    this.#isReadingAnew = true;
    try {
      await this.#readSums(old);
    } catch {
      // What is shown stays old; the next view tries again.
    } finally {
      this.#isReadingAnew = false;
    }
  }

  /** What a poll changes meanwhile is read with the next view. */
  async #readSums(due: readonly NodeId[]): Promise<void> {
    for (const id of due) this.#changed.delete(id);
    try {
      const read = new Map((await this.#use.inventory.peerSums(due)).map((sums) => [sums.nodeId, sums]));
      for (const id of due) this.#sums.set(id, read.get(id) ?? nothingOf(id));
    } catch (error) {
      for (const id of due) this.#changed.add(id);
      throw error;
    }
  }

  async #scene(): Promise<Scene> {
    const { inventory, history, clock } = this.#use;
    const now = clock.now();
    const lastMoment = { from: new Date(now.getTime() - 1), to: now };
    const [states, services, agents, gaps, today, findings] = await Promise.all([
      inventory.pollStates(),
      inventory.services(),
      inventory.agents(),
      history.gaps(lastMoment),
      history.carriedToday(),
      this.#use.findings(),
    ]);
    return {
      now,
      polls: new Map(states.map((state) => [state.nodeId, state])),
      services: byNode(services),
      // The latest first: of several the one that was heard of last stays.
      agents: new Map([...agents].reverse().map((agent) => [agent.nodeId, agent])),
      gaps: new Map(gaps.filter((gap) => gap.to === null).map((gap) => [gap.nodeId, gap])),
      findings,
      today: new Map(today.map(({ nodeId, traffic }) => [nodeId, traffic])),
    };
  }

  #view(node: Node, scene: Scene): NodeView {
    const { rates, presence, pollCounts, endpointOf, shown: show } = this.#use;
    const { source, secrets } = show(node.source);
    const poll = scene.polls.get(node.id) ?? null;
    const services = scene.services.get(node.id) ?? [];
    const shown = services.filter((service) => wasThereLately(service, poll) || this.#isThere(service));
    const gone = shown.filter((service) => !this.#isThere(service));
    const skewMs = this.#use.clockSkew(node.id);
    const findings = scene.findings.filter(({ nodeId }) => nodeId === node.id);
    const notices = noticesOfNode(poll, findings, skewMs, scene.now);
    const health = judgeNode({
      pollIntervalMs: node.pollIntervalMs,
      poll,
      notices,
      missingServices: gone.map((service) => service.name),
      services: shown.length,
      now: scene.now,
    });
    const agent = scene.agents.get(node.id) ?? null;
    const gap = scene.gaps.get(node.id);
    const stale = isStale(poll?.lastCompleteAt ?? null, node.pollIntervalMs, scene.now);
    return {
      node: { ...node, source },
      secrets,
      endpoint: endpointOf({ ...node, source }, agent),
      ...health,
      notices,
      clockSkewMs: skewMs,
      silentSince: stale ? (poll?.lastCompleteAt ?? null) : null,
      lastPollAt: poll?.lastAttemptAt ?? null,
      lastCompleteAt: poll?.lastCompleteAt ?? null,
      lastPollDurationMs: poll?.lastDurationMs ?? null,
      failures: poll?.failures ?? 0,
      polls: pollCounts(node.id),
      peers: presence.node(node.id) ?? { total: this.#sumsOf(node.id).peers, online: 0 },
      rate: stale ? null : rates.node(node.id),
      today: scene.today.get(node.id) ?? NOTHING,
      beforeXpert: this.#sumsOf(node.id).beforeXpert,
      countingSince: node.createdAt,
      services: shown.map((service) => this.#serviceView(service, stale)),
      agent: agent === null ? null : agentView(agent),
      openGap: gap === undefined ? null : { from: gap.from, reason: gap.reason, message: gap.message },
    };
  }

  #sumsOf(nodeId: NodeId): PeerSums {
    const sums = this.#sums.get(nodeId);
    if (sums === undefined) return nothingOf(nodeId);
    return sums.beforeXpert?.total === 0n ? { ...sums, beforeXpert: null } : sums;
  }

  /** Not known to be absent: before the first poll of this process nothing is. */
  #isThere({ nodeId, identity }: VpnService): boolean {
    const { presence } = this.#use;
    return presence.node(nodeId) === null || presence.service(nodeId, identity) !== null;
  }

  #serviceView(service: VpnService, isNodeSilent: boolean): ServiceView {
    const { id, kind, name, listenPort, identity, lastCompleteAt } = service;
    const isThere = this.#isThere(service);
    const seen = this.#use.presence.service(service.nodeId, identity);
    return {
      id,
      kind,
      name,
      listenPort,
      publicKey: identity,
      // Not read yet by this process: those that are known, as of the node.
      peers: seen?.peers ?? (isThere ? (this.#sumsOf(service.nodeId).peersOfServices[id] ?? 0) : 0),
      online: seen?.online ?? 0,
      lastCompleteAt,
      silentSince: isNodeSilent || !isThere ? lastCompleteAt : null,
    };
  }
}

function nothingOf(nodeId: NodeId): PeerSums {
  return { nodeId, peers: 0, peersOfServices: {}, beforeXpert: null };
}

function agentView({ state, seenAt, address, version }: AgentState): AgentView {
  return { state, seenAt, address, version };
}

function byNode(services: readonly VpnService[]): Map<NodeId, VpnService[]> {
  const groups = new Map<NodeId, VpnService[]>();
  for (const service of services) {
    const group = groups.get(service.nodeId);
    if (group === undefined) groups.set(service.nodeId, [service]);
    else group.push(service);
  }
  return groups;
}

/** A service that is away for a month was taken down on purpose and is no news any more. */
function wasThereLately(service: VpnService, poll: PollState | null): boolean {
  if (!poll?.lastCompleteAt || service.lastCompleteAt === null) return true;
  return poll.lastCompleteAt.getTime() - service.lastCompleteAt.getTime() < 30 * 86_400_000;
}
