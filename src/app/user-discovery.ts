import { NotFound, Taken } from '../core/errors.ts';
import type { IdentityStore } from '../core/identity/identity-store.ts';
import { userNameOf, usersFromComments } from '../core/inventory/from-comments.ts';
import type { InventoryStore, PeerQuery } from '../core/inventory/inventory-store.ts';
import type { Node, UsersPolicy } from '../core/inventory/node.ts';
import type { AutomaticAssignment } from '../core/inventory/node-operations.ts';
import type { Peer, User } from '../core/inventory/peer.ts';
import type { PollBooked } from '../core/ledger/usage-ledger.ts';
import type { Clock } from '../core/units/clock.ts';
import type { AdminId, NodeId, UserId } from '../core/units/ids.ts';
import { randomId } from '../lib/random-id.ts';

type Policy = Exclude<UsersPolicy, 'none'>;

interface PlannedUser {
  readonly name: string;
  readonly existing: User | null;
  readonly peers: readonly Peer[];
}

interface Dependencies {
  readonly inventory: InventoryStore;
  readonly identity: Pick<IdentityStore, 'admins'>;
  readonly clock: Pick<Clock, 'now'>;
}

const PAGE = 500;
/** New peers whose comment may still come are looked at again with each poll, at most so many. */
const MOST_WAITING = 1000;

/** Gives peers that nobody owns to users: one user per peer, or one user per name found in comments. */
export class UserDiscovery {
  readonly #use: Dependencies;
  /** Peers of a `from-comments` node that had no name yet when they appeared. */
  readonly #waiting = new Map<NodeId, Set<Peer['id']>>();

  constructor(dependencies: Dependencies) {
    this.#use = dependencies;
  }

  /** @throws NotFound */
  async assign(request: { nodeId: NodeId; policy: Policy; preview: boolean }): Promise<AutomaticAssignment> {
    const node = await this.#use.inventory.node(request.nodeId);
    if (node === null || node.deletedAt !== null) throw new NotFound('node', request.nodeId);
    const peers = await this.#unowned({ nodeId: node.id });
    const plan = await this.#plan(node, request.policy, peers);
    const assigned = request.preview ? 0 : await this.#carryOut(plan);
    return {
      users: plan.map(({ name, existing, peers: theirs }) => ({
        name,
        existing: existing?.id ?? null,
        peers: theirs.map(({ id, key, name: peerName }) => ({ peerId: id, key, name: peerName })),
      })),
      assigned,
    };
  }

  /**
   * Applies the node's policy to the peers that a poll found new. Peers that an admin took from their user stay as they
   * are: only new ones are given away by themselves.
   */
  async afterPoll(node: Node, booked: PollBooked): Promise<void> {
    if (node.usersPolicy === 'none') return;
    const ids = new Set([
      ...booked.services.flatMap((service) => service.newPeers),
      ...(await this.#stillWaiting(node)),
    ]);
    if (ids.size === 0) return;
    const peers = (await this.#unowned({ nodeId: node.id })).filter((peer) => ids.has(peer.id));
    const plan = await this.#plan(node, node.usersPolicy, peers);
    await this.#carryOut(plan);
    if (node.usersPolicy !== 'from-comments') return;
    const nameless = peers.filter((peer) => userNameOf(peer.name) === null).slice(0, MOST_WAITING);
    this.#waiting.set(node.id, new Set(nameless.map((peer) => peer.id)));
  }

  /** After a start nobody is known to wait: every nameless peer may still get its comment. */
  async #stillWaiting(node: Node): Promise<Iterable<Peer['id']>> {
    const waiting = this.#waiting.get(node.id);
    if (waiting !== undefined || node.usersPolicy !== 'from-comments') return waiting ?? [];
    return (await this.#unowned({ nodeId: node.id })).filter((peer) => peer.name === null).map((peer) => peer.id);
  }

  async #unowned(query: Pick<PeerQuery, 'nodeId'>): Promise<Peer[]> {
    const peers: Peer[] = [];
    let cursor: string | null = null;
    do {
      const page = await this.#use.inventory.peers({ ...query, unassigned: true, limit: PAGE, cursor });
      peers.push(...page.items);
      cursor = page.nextCursor;
    } while (cursor !== null);
    return peers;
  }

  async #plan(node: Node, policy: Policy, peers: readonly Peer[]): Promise<PlannedUser[]> {
    if (policy === 'per-peer') {
      return peers.map((peer) => {
        return { name: userNameOf(peer.name) ?? fallbackName(node, peer), existing: null, peers: [peer] };
      });
    }
    return await Promise.all(
      usersFromComments(peers).map(async ({ name, peers: theirs }) => {
        const user = await this.#use.inventory.findUser(name);
        return { name, existing: user?.name === name ? user : null, peers: theirs };
      }),
    );
  }

  async #carryOut(plan: readonly PlannedUser[]): Promise<number> {
    if (plan.length === 0) return 0;
    const owner = (await this.#use.identity.admins()).find((admin) => admin.role === 'owner');
    // Before there is an owner nobody could own the users; the peers stay unclaimed and can be given later.
    if (owner === undefined) return 0;
    let assigned = 0;
    for (let start = 0; start < plan.length; start += PAGE) {
      const part = plan.slice(start, start + PAGE);
      const users = await Promise.all(
        part.map((planned) => planned.existing?.id ?? this.#create(planned.name, owner.id)),
      );
      const assignments = part.flatMap((planned, index) =>
        planned.peers.map((peer) => ({
          peerId: peer.id,
          userId: users[index] ?? null,
          from: peer.firstSeenAt,
          // What a peer carried since we saw it first is its user's, not somebody's history.
          countInCycle: true,
        })),
      );
      await this.#use.inventory.assignPeers(assignments);
      assigned += assignments.length;
    }
    return assigned;
  }

  /** Creates a user; a name that is taken gets a number behind it. */
  async #create(name: string, ownerId: AdminId): Promise<UserId> {
    for (let number = 1; ; number += 1) {
      try {
        const user = await this.#use.inventory.addUser({
          name: number === 1 ? name : `${name}-${number}`,
          userToken: randomId(22),
          linkToken: randomId(32),
          telegramId: null,
          role: 'user',
          note: '',
          ownerId,
          active: true,
          createdAt: this.#use.clock.now(),
          countInCycle: true,
        });
        return user.id;
      } catch (error) {
        if (!(error instanceof Taken) || error.code !== 'name-taken' || number > 1000) throw error;
      }
    }
  }
}

function fallbackName(node: Node, peer: Peer): string {
  const address = peer.allowedIps[0]?.replace(/\/(32|128)$/, '');
  return `${node.slug}-${address ?? peer.key.slice(0, 8)}`;
}
