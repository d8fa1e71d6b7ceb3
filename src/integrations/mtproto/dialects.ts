import type { MtprotoOptions } from './options.ts';

/** How one proxy names what it counts. */
export interface Dialect {
  readonly prefix: string;
  /** Bytes from a client and to it; `direction` where one metric has both. */
  readonly rx: { readonly metric: string; readonly direction?: string };
  readonly tx: { readonly metric: string; readonly direction?: string };
  /** Label that names the user; null: all clients are one peer, their bytes are summed. */
  readonly userLabel: string | null;
  /** Connections of a user that are open now. */
  readonly connections: string | null;
  /** Seconds for which the counters have been running, on a clock that nobody sets. */
  readonly uptime: string | null;
  /** 0 while the proxy keeps its users to itself. */
  readonly userSwitch: string | null;
}

/** The one peer of a proxy that does not tell its users apart. */
export const EVERYBODY = 'all';

/**
 * - telemt 3 (src/metrics.rs): the running time is of a monotonic clock.
 * - mtprotoproxy (mtprotoproxy.py handle_metrics()): its `uptime` is of the wall clock, whose steps would look like restarts.
 * - mtg 2 (stats/prometheus.go): one secret for everybody; a series per server of Telegram.
 */
const DIALECTS: Readonly<Record<Exclude<MtprotoOptions['proxy'], 'official'>, Dialect>> = {
  telemt: {
    prefix: 'telemt_',
    rx: { metric: 'user_octets_from_client' },
    tx: { metric: 'user_octets_to_client' },
    userLabel: 'user',
    connections: 'user_connections_current',
    uptime: 'uptime_seconds',
    userSwitch: 'telemetry_user_enabled',
  },
  mtprotoproxy: {
    prefix: 'mtprotoproxy_',
    rx: { metric: 'user_octets_from' },
    tx: { metric: 'user_octets_to' },
    userLabel: 'user',
    connections: 'user_connects_curr',
    uptime: null,
    userSwitch: null,
  },
  mtg: {
    prefix: 'mtg_',
    rx: { metric: 'telegram_traffic', direction: 'from_client' },
    tx: { metric: 'telegram_traffic', direction: 'to_client' },
    userLabel: null,
    connections: 'client_connections',
    uptime: null,
    userSwitch: null,
  },
};

export function dialectOf({ proxy, prefix }: MtprotoOptions): Dialect | null {
  if (proxy === 'official') return null;
  const dialect = DIALECTS[proxy];
  if (prefix === undefined) return dialect;
  return { ...dialect, prefix: prefix.endsWith('_') ? prefix : `${prefix}_` };
}
