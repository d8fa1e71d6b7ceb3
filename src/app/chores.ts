import type { Logger } from '../lib/logger.ts';
import type { RunningAgents } from './agent-desk.ts';
import type { Chore } from './maintenance.ts';
import type { WallTime } from './node-polling.ts';
import type { Store } from './store.ts';

/** A time without Xpert is known this exactly afterwards. */
const HEARTBEAT_MS = 5_000;
const LIMITS_MS = 60_000;
const TIDY_MS = 300_000;

export function beatOf(store: Store): Chore {
  return { name: 'heartbeat', everyMs: HEARTBEAT_MS, run: () => store.heartbeat().then(() => false) };
}

/** Users whom the clock alone limits, expires or lets go on; a clock that jumped is not asked, and with tracking off nothing is. */
export function judgingOf(store: Store, wallTime: WallTime): Chore {
  return { name: 'quotas that are due', everyMs: HEARTBEAT_MS, run: () => judge(store, wallTime) };
}

/** All users of a reseller are summed up for it: seldom enough to cost nothing. */
export function limitsOf(store: Store, wallTime: WallTime): Chore {
  const run = async () => {
    if (!wallTime.read().suspect && (await store.trackingState()).enabled) await store.adminLimits.judge();
    return false;
  };
  return { name: 'limits of resellers', everyMs: LIMITS_MS, run };
}

export async function judge(store: Store, wallTime: WallTime): Promise<boolean> {
  if (wallTime.read().suspect || !(await store.trackingState()).enabled) return false;
  return await store.quotas.judge();
}

export function silenceOf(agents: RunningAgents): Chore {
  return { name: 'silent agents', everyMs: HEARTBEAT_MS, run: () => agents.noteSilence() };
}

/** Never waited for: the other chores go on while a long list is read. */
export function orderingOf(store: Pick<Store, 'keepOrders'>, onFailure: (error: unknown) => void): Chore {
  const run = async () => {
    store.keepOrders().catch(onFailure);
    return false;
  };
  return { name: 'orders of users', everyMs: HEARTBEAT_MS, run };
}

/** Sums that nobody looked at for a while are made anew when somebody does. */
export function tidyingOf(store: Store): Chore {
  return { name: 'memory', everyMs: TIDY_MS, run: () => store.tidy().then(() => false) };
}

/** Keeps the reserve on the ledger's disk, and says when it had to be given up and when it is there again. */
export function reserveOf(store: Pick<Store, 'keepReserve'>, log: Pick<Logger, 'error' | 'info'>): Chore {
  let wasHeld = true;
  const run = async () => {
    const isHeld = await store.keepReserve();
    if (wasHeld && !isHeld) {
      log.error({}, 'the disk of the ledger is full or nearly so: there is no reserve on it; free some space');
    }
    if (!wasHeld && isHeld) log.info({}, 'the disk of the ledger has room again');
    wasHeld = isHeld;
    return false;
  };
  return { name: 'room for a full disk', everyMs: HEARTBEAT_MS, run };
}
