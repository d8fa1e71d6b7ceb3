import { readFileSync } from 'node:fs';
import { uptime } from 'node:os';

/** Time since the node was started: goes on over restarts of the agent, and no setting of the wall clock moves it. */
export interface BootClock {
  /** Names this start of the node; empty where the system does not tell: ages are then told by the wall clock. */
  readonly bootId: string;
  uptimeMs(): number;
}

export function systemBootClock(): BootClock {
  let bootId = '';
  try {
    bootId = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
  } catch {
    // Not Linux.
  }
  return { bootId, uptimeMs: () => Math.round(uptime() * 1000) };
}
