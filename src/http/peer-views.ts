import { isOnline, isStale } from '../core/health/node-health.ts';
import type { Succession } from '../core/inventory/inventory-store.ts';
import type { Peer } from '../core/inventory/peer.ts';
import type { Visibility } from '../core/ledger/usage-history.ts';
import { addTraffic, NOTHING, type Traffic } from '../core/units/bytes.ts';
import type { PeerId, UserId } from '../core/units/ids.ts';
import type { HttpPorts } from './ports.ts';
import { trafficJson } from './schemas/common.ts';
import type { PeerBody, SuccessionBody } from './schemas/people.ts';

type PeerPorts = Pick<HttpPorts, 'inventory' | 'history' | 'clock'>;

/** Peers as people look at them: with the names around them, what they moved, and how fresh that is. */
export async function peerBodies(ports: PeerPorts, peers: readonly Peer[], who: Visibility): Promise<PeerBody[]> {
  const { inventory, history, clock } = ports;
  const [nodes, services, totals, users] = await Promise.all([
    inventory.nodes(),
    inventory.services(),
    history.peerTotals(
      who,
      peers.map(({ id }) => id),
    ),
    userNames(ports, peers),
  ]);
  const nodeOf = new Map(nodes.map((node) => [node.id, node]));
  const serviceOf = new Map(services.map((service) => [service.id, service]));
  const traffic = new Map<PeerId, Traffic>();
  for (const total of totals)
    traffic.set(total.peerId, addTraffic(traffic.get(total.peerId) ?? NOTHING, total.traffic));
  const now = clock.now();
  return peers.map((peer) => {
    const node = nodeOf.get(peer.nodeId);
    const service = serviceOf.get(peer.serviceId);
    return {
      id: peer.id,
      key: peer.key,
      name: peer.name,
      nodeId: peer.nodeId,
      nodeName: node?.name ?? null,
      serviceId: peer.serviceId,
      serviceName: service?.name ?? null,
      protocol: service?.kind ?? null,
      allowedIps: [...peer.allowedIps],
      endpoint: peer.endpoint,
      lastHandshakeAt: peer.lastHandshakeAt,
      online: peer.endedAt === null && isOnline(peer.lastHandshakeAt, now),
      userId: peer.userId,
      userName: peer.userId === null ? null : (users.get(peer.userId) ?? null),
      traffic: trafficJson(traffic.get(peer.id) ?? NOTHING),
      stale: node === undefined || isStale(service?.lastCompleteAt ?? null, node.pollIntervalMs, now),
      beforeXpert: peer.beforeXpert === null ? null : trafficJson(peer.beforeXpert),
      firstSeenAt: peer.firstSeenAt,
      endedAt: peer.endedAt,
    };
  });
}

async function userNames({ inventory }: PeerPorts, peers: readonly Peer[]): Promise<ReadonlyMap<UserId, string>> {
  const ids = new Set(peers.flatMap(({ userId }) => (userId === null ? [] : [userId])));
  const users = await Promise.all([...ids].map((id) => inventory.user(id)));
  return new Map(users.flatMap((user) => (user === null ? [] : [[user.id, user.name] as const])));
}

/** A suggestion as people look at it; none if one of the two is gone in the meantime. */
export async function successionBody(
  { inventory }: Pick<HttpPorts, 'inventory'>,
  { userId, endedId, successorId, sameName, sameAllowedIps }: Succession,
  all: readonly Succession[],
): Promise<SuccessionBody[]> {
  const [user, ended, successor] = await Promise.all([
    inventory.user(userId),
    inventory.peer(endedId),
    inventory.peer(successorId),
  ]);
  if (user === null || ended === null || ended.endedAt === null || successor === null) return [];
  const rivals = all.filter((each) => each.endedId === endedId || each.successorId === successorId);
  const node = await inventory.node(successor.nodeId);
  return [
    {
      userId,
      userName: user.name,
      nodeName: node?.name ?? null,
      ended: { peerId: endedId, key: ended.key, name: ended.name, endedAt: ended.endedAt },
      successor: {
        peerId: successorId,
        key: successor.key,
        name: successor.name,
        firstSeenAt: successor.firstSeenAt,
      },
      because: [...(sameName ? (['name'] as const) : []), ...(sameAllowedIps ? (['allowed-ips'] as const) : [])],
      only: rivals.length === 1,
    },
  ];
}
