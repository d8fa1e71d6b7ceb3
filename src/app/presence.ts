import { ONLINE_HANDSHAKE_MS } from '../core/health/node-health.ts';
import type { ClientSigns } from '../core/health/service-health.ts';
import { countPeers, type PeerReadings, type Poll } from '../core/metering/collector.ts';
import { handshakesMs } from '../core/metering/column-readings.ts';
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
    const services = poll.services.map(({ identity, peers }) => {
      const handshakes = handshakesMs(peers);
      return {
        identity,
        peers: countPeers(peers),
        online: countOnline(peers, handshakes, now),
        signs: signsOf(handshakes, now),
      };
    });
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

/** Of several connections of one peer one counts, so that readings with connections have to be looked at each. */
function countOnline(peers: PeerReadings, handshakes: Float64Array, now: Date): number {
  const isOnline = (handshakeMs: number | undefined) =>
    now.getTime() - (handshakeMs ?? Number.NaN) < ONLINE_HANDSHAKE_MS;
  if (peers.columns?.connections === null) return handshakes.filter(isOnline).length;
  return countPeers([...peers].filter((_, place) => isOnline(handshakes[place])));
}

function signsOf(handshakes: Float64Array, now: Date): ClientSigns {
  let latestMs = Number.NaN;
  let inLastHour = 0;
  for (const handshakeMs of handshakes) {
    if (Number.isNaN(handshakeMs)) continue;
    if (!(handshakeMs <= latestMs)) latestMs = handshakeMs;
    if (now.getTime() - handshakeMs < HOUR_MS) inLastHour += 1;
  }
  return { latestAt: Number.isNaN(latestMs) ? null : new Date(latestMs), inLastHour };
}
