import type { Node, NodeState, VpnService } from '../api/types.ts';

/**
 * A service's state, as far as reading its counters tells. Where the node cannot be read, nothing is known of its
 * services: they may work.
 */
export function serviceState(node: Node, service: VpnService): NodeState {
  return isReadable(node) && service.lastCompleteAt !== null ? node.state : 'unknown';
}

/** Whether the panel could read the node's counters at its last try. */
export function isReadable(node: Node): boolean {
  return node.state === 'up' || node.state === 'degraded';
}

/** From when on nothing is known of a node; null while it is read. */
export function silentSince(node: Node): string | null {
  return isReadable(node) ? null : (node.openGap?.from ?? node.lastCompleteAt);
}
