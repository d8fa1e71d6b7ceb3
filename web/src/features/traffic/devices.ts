import type { Bytes } from '../../api/exact-json.ts';
import type { Peer, Traffic } from '../../api/types.ts';

export interface DeviceGroup {
  /** Null: peers that nobody owns. */
  readonly userId: string | null;
  readonly userName: string | null;
  readonly peers: readonly Peer[];
  readonly traffic: Traffic;
}

/** Peers under their users, the busiest user first, what nobody owns last. */
export function groupByUser(peers: readonly Peer[]): DeviceGroup[] {
  const groups = new Map<string | null, Peer[]>();
  for (const peer of peers) groups.set(peer.userId, [...(groups.get(peer.userId) ?? []), peer]);
  return [...groups.entries()]
    .map(([userId, members]) => ({
      userId,
      userName: members[0]?.userName ?? null,
      peers: members.toSorted((a, b) => compare(b.traffic.totalBytes, a.traffic.totalBytes)),
      traffic: sum(members.map((peer) => peer.traffic)),
    }))
    .toSorted((a, b) => {
      if ((a.userId === null) !== (b.userId === null)) return a.userId === null ? 1 : -1;
      return compare(b.traffic.totalBytes, a.traffic.totalBytes);
    });
}

function sum(parts: readonly Traffic[]): Traffic {
  return {
    rxBytes: addUp(parts.map((part) => part.rxBytes)),
    txBytes: addUp(parts.map((part) => part.txBytes)),
    totalBytes: addUp(parts.map((part) => part.totalBytes)) ?? 0,
    billedBytes: addUp(parts.map((part) => part.billedBytes)) ?? 0,
  };
}

/** Exact; null when any part has no such direction. */
function addUp(values: readonly (Bytes | null)[]): Bytes | null {
  let total = 0n;
  for (const value of values) {
    if (value === null) return null;
    total += BigInt(value);
  }
  return total;
}

function compare(a: Bytes, b: Bytes): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
