import type { Poll } from '../metering/collector.ts';
import type { NodeId } from '../units/ids.ts';

/** A node whose users are those of another: what they carry is counted twice. */
export interface SameBytes {
  /** The node to be removed, and the one that shows the same bytes. */
  readonly nodeId: NodeId;
  readonly otherId: NodeId;
  /** How they are related: a core that the panel itself reads, or one panel under two addresses. */
  readonly relation: 'core-below-panel' | 'same-panel';
  /** Names that were looked for in the other node, and how many of them it has. */
  readonly names: number;
  readonly shared: number;
}

interface SeenNode {
  readonly id: NodeId;
  /** `NodeSource.kind` */
  readonly kind: string;
  /** Host that is read. */
  readonly endpoint: string;
}

type Relation = SameBytes['relation'];
type Mark = readonly [relation: Relation, name: string];

/** Names of one node to look for in the others: a few are enough, and need no memory. */
const SAMPLE = 200;
const SHARE = 0.8;
/** Fewer alike may be chance. */
const LEAST = 3;

/**
 * Finds nodes that show the same bytes, by the names of their users: an Xray that Marzban reads names them `{id}.{username}`
 * (app/xray/operations.py), one below 3x-ui on the same host by the same emails; a panel added twice has users of the same
 * names that began at the same instants. Pure bookkeeping over polls; what was counted is not touched.
 */
export class SameBytesWatch {
  readonly #samples = new Map<NodeId, ReadonlyMap<Relation, ReadonlySet<string>>>();
  readonly #found = new Map<string, SameBytes>();

  seen(node: SeenNode, { complete, services }: Poll): void {
    if (!complete || !(PANELS.has(node.kind) || CORES.has(node.kind))) return;
    const sought = new Map<Relation, Set<string>>();
    const hits = new Map<string, number>();
    for (const { peers } of services) {
      for (const { key, startedAt } of peers) {
        for (const [relation, name] of marksToSeek(node, key, startedAt)) addTo(sought, relation, name);
        for (const [relation, name] of marksToFind(node, key, startedAt)) this.#count(node.id, relation, name, hits);
      }
    }
    this.#samples.set(node.id, sought);
    this.#judge(node.id, hits);
  }

  forget(id: NodeId): void {
    this.#samples.delete(id);
    for (const [pair, { nodeId, otherId }] of this.#found)
      if (nodeId === id || otherId === id) this.#found.delete(pair);
  }

  found(): readonly SameBytes[] {
    return [...this.#found.values()];
  }

  /** Counts the nodes that look for this name. */
  #count(id: NodeId, relation: Relation, name: string, hits: Map<string, number>): void {
    for (const [other, sample] of this.#samples) {
      if (other === id || !sample.get(relation)?.has(name)) continue;
      const pair = `${relation} ${other}`;
      hits.set(pair, (hits.get(pair) ?? 0) + 1);
    }
  }

  #judge(id: NodeId, hits: ReadonlyMap<string, number>): void {
    for (const [otherId, sample] of this.#samples) {
      if (otherId === id) continue;
      for (const [relation, { size: names }] of sample) {
        const shared = hits.get(`${relation} ${otherId}`) ?? 0;
        this.#judgePair({ nodeId: otherId, otherId: id, relation, names, shared });
      }
    }
  }

  #judgePair(pair: SameBytes): void {
    const { nodeId, otherId, relation, names, shared } = pair;
    // One panel twice is one finding, whichever was polled last.
    const key = relation === 'same-panel' ? [nodeId, otherId].sort().join(' ') : `${nodeId} ${otherId}`;
    const known = this.#found.get(key);
    if (names >= LEAST && shared >= LEAST && shared >= names * SHARE) this.#found.set(key, known ?? pair);
    else if (known?.nodeId === nodeId && known.relation === relation) this.#found.delete(key);
  }
}

const PANELS: ReadonlySet<string> = new Set(['marzban', 'remnawave', '3x-ui']);
const CORES: ReadonlySet<string> = new Set(['xray', 'v2ray', 'sing-box']);

/** What to look for in other nodes. */
function marksToSeek(node: SeenNode, key: string, startedAt: Date | undefined): Mark[] {
  if (PANELS.has(node.kind)) return panelMarks(node, key, startedAt);
  const user = /^\d+\.(.+)$/.exec(key)?.[1];
  return [['core-below-panel', user === undefined ? `mail ${node.endpoint} ${key}` : `user ${user}`]];
}

/** What others may look for in this one. */
function marksToFind(node: SeenNode, key: string, startedAt: Date | undefined): Mark[] {
  if (node.kind === 'marzban') return [['core-below-panel', `user ${key}`], ...panelMarks(node, key, startedAt)];
  if (node.kind === '3x-ui') return [['core-below-panel', `mail ${node.endpoint} ${key}`]];
  return PANELS.has(node.kind) ? panelMarks(node, key, startedAt) : [];
}

function panelMarks({ kind }: SeenNode, key: string, startedAt: Date | undefined): Mark[] {
  return startedAt === undefined ? [] : [['same-panel', `${kind} ${key} ${startedAt.getTime()}`]];
}

function addTo(sample: Map<Relation, Set<string>>, relation: Relation, name: string): void {
  const names = sample.get(relation) ?? new Set();
  if (names.size < SAMPLE) sample.set(relation, names.add(name));
}
