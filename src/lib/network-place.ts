import { readFileSync, readlinkSync } from 'node:fs';
import { randomId } from './random-id.ts';

/**
 * Names what this process sees as its own machine: for two processes it is the same only if `localhost` and a file's path mean
 * the same to both (one boot of one kernel, one namespace of network and of mounts). Where that cannot be told, it is unlike
 * any other.
 */
export function networkPlace(): string {
  try {
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'latin1').trim();
    return `${boot} ${readlinkSync('/proc/self/ns/net')} ${readlinkSync('/proc/self/ns/mnt')}`;
  } catch {
    return randomId(22);
  }
}
