import { createHmac } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';

/** Names this machine, whatever its addresses: for sources that have no name of their own. Without an id its name has to do. */
export function machineId(path = '/etc/machine-id'): string {
  try {
    return machineIdOf(readFileSync(path, 'latin1')) ?? hostname();
  } catch {
    // Not a system with systemd, or a container.
    return hostname();
  }
}

/**
 * From the text of /etc/machine-id; null if it holds no id. The id itself is not to be shown to others (machine-id(5)), so
 * that it is hashed with a key of ours.
 */
export function machineIdOf(text: string): string | null {
  const id = /^([0-9a-f]{32})\s*$/.exec(text)?.[1];
  return id === undefined ? null : createHmac('sha256', 'xpert service identity').update(id).digest('hex').slice(0, 16);
}
