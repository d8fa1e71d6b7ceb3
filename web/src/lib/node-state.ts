import type { Node, NodeState, VpnService } from '../api/types.ts';

/** A service's state, as far as reading its counters tells: its node's, or unknown where it was not read with it. */
export function serviceState(node: Node, service: VpnService): NodeState {
  if (node.state !== 'up' && node.state !== 'degraded') return node.state;
  return service.lastCompleteAt === null ? 'unknown' : node.state;
}

/** Whether the panel could read the node's counters at its last try. */
export function isReadable(node: Node): boolean {
  return node.state === 'up' || node.state === 'degraded';
}

/** From when on nothing is known of a node; null while it is read. */
export function silentSince(node: Node): string | null {
  return isReadable(node) ? null : (node.openGap?.from ?? node.lastCompleteAt);
}
