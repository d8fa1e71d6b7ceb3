import type { Node } from '../api/types.ts';

/** Whether the panel could read the node's counters at its last try. */
export function isReadable(node: Node): boolean {
  return node.state === 'up' || node.state === 'degraded';
}

/** From when on nothing is known of a node; null while it is read. */
export function silentSince(node: Node): string | null {
  return isReadable(node) ? null : (node.openGap?.from ?? node.lastCompleteAt);
}
