import { Type } from '@sinclair/typebox';
import { isStale } from '../../core/health/node-health.ts';
import { visibilityOf } from '../../core/identity/authorize.ts';
import type { NodeView } from '../../core/inventory/node-operations.ts';
import type { Peer, User } from '../../core/inventory/peer.ts';
import type { PeerTotal, Visibility } from '../../core/ledger/usage-history.ts';
import { addTraffic, NOTHING, type Traffic } from '../../core/units/bytes.ts';
import type { UserId } from '../../core/units/ids.ts';
import { actorOf } from '../auth/access.ts';
import type { HttpApp } from '../http-app.ts';
import type { HttpParts } from '../parts.ts';
import type { HttpPorts } from '../ports.ts';
import { Instant, MaybeBytes, MaybeInteger, MaybeString } from '../schemas/common.ts';
import { allPeers, allUsers, groupBy } from './everything.ts';

const UsersJson = Type.Array(
  Type.Object({
    telegram_id: MaybeInteger,
    username: Type.String(),
    role: Type.String(),
    active: Type.Boolean(),
    peers_count: Type.Integer(),
    active_peers: Type.Array(Type.String({ description: 'Node of each living peer.' })),
  }),
);
const TrafficJson = Type.Object({
  rows: Type.Array(
    Type.Object({
      telegram_id: MaybeInteger,
      username: MaybeString,
      server_id: Type.String(),
      wg_ip: MaybeString,
      public_key: Type.String(),
      rx_bytes: MaybeBytes,
      tx_bytes: MaybeBytes,
      stale: Type.Optional(Type.Literal(true, { description: 'The node is silent: these are the last known totals.' })),
    }),
  ),
  by_user: Type.Array(
    Type.Object({ telegram_id: MaybeInteger, username: Type.String(), rx_bytes: MaybeBytes, tx_bytes: MaybeBytes }),
  ),
  last_update: Instant,
});

/** Seed B's users and traffic, as the bot and its scripts read them. */
export function botRoutes(app: HttpApp, { ports }: HttpParts): void {
  const tags = ['bot'];
  const config = { access: 'view' } as const;

  app.get(
    '/api/users',
    { config, schema: { tags, summary: 'Users with their peers', response: { 200: UsersJson } } },
    async (request) => usersJson(ports, visibilityOf(actorOf(request))),
  );

  app.get(
    '/api/traffic',
    {
      config,
      schema: { tags, summary: 'Totals metered since we watch, per peer and per user', response: { 200: TrafficJson } },
    },
    async (request) => trafficJson(ports, visibilityOf(actorOf(request))),
  );
}

async function usersJson({ inventory }: HttpPorts, who: Visibility) {
  const [users, peers, nodes] = await Promise.all([
    allUsers(inventory, who),
    allPeers(inventory, who, { withEnded: false }),
    inventory.nodes(),
  ]);
  const slugs = new Map(nodes.map(({ id, slug }) => [id, slug]));
  const byUser = groupBy(peers, ({ userId }) => userId);
  return users.map((user) => {
    const own = byUser.get(user.id) ?? [];
    return {
      telegram_id: user.telegramId,
      username: user.name,
      role: user.role,
      active: user.active,
      peers_count: own.length,
      active_peers: own.map(({ nodeId }) => slugs.get(nodeId) ?? nodeId),
    };
  });
}

async function trafficJson({ inventory, history, nodes, clock }: HttpPorts, who: Visibility) {
  const [users, peers, totals, views, services] = await Promise.all([
    allUsers(inventory, who),
    allPeers(inventory, who, { withEnded: true }),
    history.peerTotals(who),
    nodes.views(),
    inventory.services(),
  ]);
  const now = clock.now();
  const scene: Scene = {
    users: new Map(users.map((user) => [user.id, user])),
    views: new Map(views.map((view) => [view.node.id, view])),
    lastCompleteAt: new Map(services.map(({ id, lastCompleteAt }) => [id, lastCompleteAt])),
    now,
  };
  const byPeer = groupBy(totals, ({ peerId }) => peerId);
  const rows = peers.flatMap((peer) => {
    const none = [{ userId: peer.userId, traffic: NOTHING }];
    return (byPeer.get(peer.id) ?? none).map((total) => rowJson(peer, total, scene));
  });
  return { rows, by_user: byUserJson(totals, scene.users), last_update: now };
}

interface Scene {
  readonly users: ReadonlyMap<UserId, User>;
  readonly views: ReadonlyMap<string, NodeView>;
  readonly lastCompleteAt: ReadonlyMap<string, Date | null>;
  readonly now: Date;
}

function rowJson(peer: Peer, { userId, traffic }: Pick<PeerTotal, 'userId' | 'traffic'>, scene: Scene) {
  const user = userId === null ? undefined : scene.users.get(userId);
  const node = scene.views.get(peer.nodeId)?.node;
  const lastCompleteAt = scene.lastCompleteAt.get(peer.serviceId) ?? null;
  const stale = node === undefined || isStale(lastCompleteAt, node.pollIntervalMs, scene.now);
  return {
    telegram_id: user?.telegramId ?? null,
    username: user?.name ?? null,
    server_id: node?.slug ?? peer.nodeId,
    wg_ip: peer.allowedIps[0] ?? null,
    public_key: peer.key,
    rx_bytes: traffic.rx,
    tx_bytes: traffic.tx,
    ...(stale ? { stale: true as const } : {}),
  };
}

function byUserJson(totals: readonly PeerTotal[], users: ReadonlyMap<UserId, User>) {
  const sums = new Map<UserId, Traffic>();
  for (const { userId, traffic } of totals) {
    if (userId !== null) sums.set(userId, addTraffic(sums.get(userId) ?? NOTHING, traffic));
  }
  return [...sums].flatMap(([id, { rx, tx }]) => {
    const user = users.get(id);
    if (user === undefined) return [];
    return [{ telegram_id: user.telegramId, username: user.name, rx_bytes: rx, tx_bytes: tx }];
  });
}
