import type { InventoryStore } from '../../core/inventory/inventory-store.ts';
import type { Node, NodeSource } from '../../core/inventory/node.ts';
import type { Peer } from '../../core/inventory/peer.ts';
import type { ConfigCopy, ConfigSource } from '../../core/links/config-source.ts';
import type { ForeignSubscriptions, SourceStanding } from '../../core/links/foreign-subscription.ts';
import type { LinkJoiner, LinkPart, UserLinks } from '../../core/links/joined.ts';
import { type LinkStore, MOST_ADDRESSES_OF_ONE } from '../../core/links/link-store.ts';
import { parseShareLink } from '../../core/links/share-link.ts';
import { parseSubscriptionAddress, type SubscriptionAddress } from '../../core/links/subscription-text.ts';
import type { AdminId, NodeId } from '../../core/units/ids.ts';
import type { ConfigCache, Known } from './config-cache.ts';

interface Dependencies {
  readonly links: Pick<LinkStore, 'linksOf'>;
  readonly inventory: Pick<InventoryStore, 'peers' | 'node'>;
  readonly cache: ConfigCache;
  /** Whether sources of that kind tell the configurations of their peers. */
  readonly tells: (kind: string) => boolean;
  /** Opens the credentials. @throws SourceFailure */
  readonly openNode: (source: NodeSource) => ConfigSource;
  /** Somebody else's subscription. */
  readonly openLink: (link: string) => ConfigSource;
  /** Tells links apart without keeping them. */
  readonly digest: (text: string) => string;
}

type Read = Parameters<ConfigCache['get']>[3];

/** More devices of one user are not asked about. */
const MOST_PEERS = 100;
/** What may be given to one user by their admin and by the owner, and to all users by each of them. */
const MOST_ADDRESSES = 4 * MOST_ADDRESSES_OF_ONE;

/** Joins what is given out here, what the nodes have for a user's peers, and what others' subscriptions hold. */
export class JoinedLinks implements LinkJoiner, ForeignSubscriptions {
  readonly #use: Dependencies;
  /** Logins are worth keeping. */
  readonly #nodes = new Map<NodeId, { readonly source: string; readonly configs: ConfigSource }>();

  constructor(dependencies: Dependencies) {
    this.#use = dependencies;
  }

  async linksOf({ id, ownerId }: Parameters<LinkJoiner['linksOf']>[0]): Promise<UserLinks> {
    const { links, inventory } = this.#use;
    const [given, peers] = await Promise.all([
      links.linksOf(id, ownerId),
      inventory.peers({ userId: id, limit: MOST_PEERS, cursor: null }),
    ]);
    const direct = given.filter((text) => parseShareLink(text) !== null);
    const addresses = given.map(parseSubscriptionAddress).filter((address) => address !== null);
    const nodes = await this.#nodesOf(peers.items);
    // All at once: together they take no longer than the slowest is waited for.
    const parts = await Promise.all([
      ...nodes.map(({ node, peer }) => this.#ofPeer(node, peer)),
      ...addresses.slice(0, MOST_ADDRESSES).map((address) => this.#ofAddress(address, ownerId)),
    ]);
    return { direct, parts };
  }

  async standing(address: SubscriptionAddress): Promise<SourceStanding> {
    return standingOf(await this.#use.cache.known(this.#sourceOf(address)));
  }

  async ask(address: SubscriptionAddress, ownerId: AdminId | null): Promise<SourceStanding> {
    const source = this.#sourceOf(address);
    return standingOf(await this.#use.cache.ask('subscription', source, ownerId ?? '', this.#reading(address)));
  }

  async look(address: SubscriptionAddress, ownerId: AdminId | null): Promise<ConfigCopy> {
    return await this.#use.cache.once('subscription', ownerId ?? '', this.#reading(address));
  }

  async close(): Promise<void> {
    await this.#use.cache.close();
    await Promise.allSettled([...this.#nodes.values()].map(({ configs }) => configs.close()));
  }

  /** Peers on nodes that tell, in an order that stays. */
  async #nodesOf(peers: readonly Peer[]): Promise<{ readonly node: Node; readonly peer: Peer }[]> {
    const ids = [...new Set(peers.map(({ nodeId }) => nodeId))];
    const nodes = new Map(
      (await Promise.all(ids.map((id) => this.#use.inventory.node(id)))).map((node) => [node?.id, node]),
    );
    const found = peers.flatMap((peer) => {
      const node = nodes.get(peer.nodeId) ?? null;
      const tells = node !== null && node.deletedAt === null && this.#use.tells(node.source.kind);
      return tells ? [{ node, peer }] : [];
    });
    const order = ({ node, peer }: (typeof found)[number]) => `${node.name}\n${peer.key}`;
    return found.sort((a, b) => (order(a) < order(b) ? -1 : 1));
  }

  #ofPeer(node: Node, { key }: Peer): Promise<LinkPart> {
    return this.#part('node', node.name, `node ${node.id} ${this.#use.digest(key)}`, node.id, async (etag, signal) => {
      return await this.#configsOf(node).read(key, etag, signal);
    });
  }

  /** Whoever has the user has the users who are kept waiting by what is given to them. */
  #ofAddress(address: SubscriptionAddress, ownerId: AdminId | null): Promise<LinkPart> {
    const { name, host } = address;
    const source = this.#sourceOf(address);
    return this.#part('subscription', name === '' ? host : name, source, ownerId ?? '', this.#reading(address));
  }

  #sourceOf(address: SubscriptionAddress): string {
    return `link ${this.#use.digest(urlOf(address))}`;
  }

  #reading(address: SubscriptionAddress): Read {
    return async (etag, signal) => {
      const configs = this.#use.openLink(urlOf(address));
      try {
        return await configs.read('', etag, signal);
      } finally {
        await configs.close();
      }
    };
  }

  async #part(kind: LinkPart['kind'], name: string, source: string, group: string, read: Read): Promise<LinkPart> {
    const { copy, isOld, problem } = await this.#use.cache.get(kind, source, group, read);
    return {
      kind,
      name,
      texts: copy?.texts ?? [],
      unreadable: copy?.unreadable ?? 0,
      at: copy?.at ?? null,
      isOld,
      problem,
    };
  }

  #configsOf({ id, source }: Node): ConfigSource {
    const text = JSON.stringify(source);
    const held = this.#nodes.get(id);
    if (held?.source === text) return held.configs;
    void held?.configs.close();
    const configs = this.#use.openNode(source);
    this.#nodes.set(id, { source: text, configs });
    return configs;
  }
}

/** Without the name that it has for people. */
function urlOf({ text }: SubscriptionAddress): string {
  return text.replace(/#.*$/, '');
}

function standingOf({ copy, triedAt, problem }: Known): SourceStanding {
  const { texts = [], unreadable = 0, at = null } = copy ?? {};
  return { entries: texts.length, unreadable, at, triedAt, problem };
}
