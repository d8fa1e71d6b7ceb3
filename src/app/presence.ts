import { isOnline } from '../core/health/node-health.ts';
import type { ClientSigns } from '../core/health/service-health.ts';
import { countPeers, type PeerReading, type Poll } from '../core/metering/collector.ts';
import type { NodeId } from '../core/units/ids.ts';

interface ServicePresence {
  readonly identity: string;
  readonly peers: number;
  /** Peers with a handshake younger than three minutes at that poll. */
  readonly online: number;
  readonly signs: ClientSigns;
}

const HOUR_MS = 3_600_000;

/** Who was connected at the last complete poll of each node. */
export class Presence {
  readonly #nodes = new Map<NodeId, readonly ServicePresence[]>();

  seen(nodeId: NodeId, poll: Poll, now: Date): void {
    if (!poll.complete) return;
    const services = poll.services.map(({ identity, peers }) => ({
      identity,
      peers: countPeers(peers),
      online: countPeers(peers.filter(({ lastHandshakeAt }) => isOnline(lastHandshakeAt, now))),
      signs: signsOf(peers, now),
    }));
    this.#nodes.set(nodeId, services);
  }

  /** Null when the node was not read completely since this process started. */
  node(nodeId: NodeId): { readonly total: number; readonly online: number } | null {
    const services = this.#nodes.get(nodeId);
    if (services === undefined) return null;
    return {
      total: services.reduce((sum, service) => sum + service.peers, 0),
      online: services.reduce((sum, service) => sum + service.online, 0),
    };
  }

  service(nodeId: NodeId, identity: string): ServicePresence | null {
    return this.#nodes.get(nodeId)?.find((service) => service.identity === identity) ?? null;
  }

  forget(nodeId: NodeId): void {
    this.#nodes.delete(nodeId);
  }
}

function signsOf(peers: readonly PeerReading[], now: Date): ClientSigns {
  let latestAt: Date | null = null;
  let inLastHour = 0;
  for (const { lastHandshakeAt } of peers) {
    if (lastHandshakeAt === undefined) continue;
    if (latestAt === null || lastHandshakeAt > latestAt) latestAt = lastHandshakeAt;
    if (now.getTime() - lastHandshakeAt.getTime() < HOUR_MS) inLastHour += 1;
  }
  return { latestAt, inLastHour };
}
