import { createHmac } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';

/**
 * Names this machine, whatever its addresses: for sources that have no name of their own. The id itself is not to be shown
 * to others (machine-id(5)), so that it is hashed with a key of ours. Without one the host's name has to do.
 */
export function machineId(path = '/etc/machine-id'): string {
  try {
    const id = /^([0-9a-f]{32})\s*$/.exec(readFileSync(path, 'latin1'))?.[1];
    if (id !== undefined) return createHmac('sha256', 'xpert service identity').update(id).digest('hex').slice(0, 16);
  } catch {
    // Not a system with systemd, or a container.
  }
  return hostname();
}
