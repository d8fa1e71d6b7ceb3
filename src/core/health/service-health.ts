import type { NodeView, Notice, ServiceView } from '../inventory/node-operations.ts';
import type { ProbeResult } from './prober.ts';

/** `unknown`: nobody asked for three intervals, or we cannot ask. */
export type ServiceState = 'up' | 'degraded' | 'down' | 'unknown';

export interface ServiceHealth {
  readonly state: ServiceState;
  /** Why it is not `up`; null when it is. */
  readonly reason: Notice | null;
  /** When it was last asked; null = never. */
  readonly checkedAt: Date | null;
  /** Of the last answer to a probe; null where none is sent, or none came. */
  readonly latencyMs: number | null;
}

/** What probes of one target have shown so far. */
export interface ProbeTrack {
  /** Probes in a row that were not answered. */
  readonly failures: number;
  readonly last: ProbeResult;
  readonly at: Date;
}

/** When clients were last heard, for sources that tell it. */
export interface ClientSigns {
  readonly latestAt: Date | null;
  /** Peers with a sign of life in the hour before the poll. */
  readonly inLastHour: number;
}

/** So many probes in a row without an answer are no accident. */
const FAILURES_UNTIL_DOWN = 3;
/** While it is not decided whether a target is down, it is asked this often. */
const CONFIRM_MS = 10_000;
/** Probes that were missed until nothing is known any more. */
const STALE_PROBES = 3;
/** The longest that a probe itself takes. */
const PROBE_MS = 30_000;
/** Slower answers make clients give up or complain. */
const SLOW_MS = 1_000;
/** A WireGuard client in use shakes hands every two minutes; many that fall silent together were cut off. */
const CLIENTS_TOGETHER = 3;
const CLIENTS_SILENT_MS = 600_000;

/** A probe that could not be made leaves the count of failures as it is. */
export function trackProbe(before: ProbeTrack | null, last: ProbeResult, at: Date): ProbeTrack {
  const failed = before?.failures ?? 0;
  const failures = last.outcome === 'silent' ? failed + 1 : last.outcome === 'impossible' ? failed : 0;
  return { failures, last, at };
}

/** Time until the next probe: shorter while a failure waits to be confirmed. */
export function nextProbeMs(intervalMs: number, track: ProbeTrack | null): number {
  const isOpen = track !== null && track.failures > 0 && track.failures < FAILURES_UNTIL_DOWN;
  return isOpen ? Math.min(intervalMs, CONFIRM_MS) : intervalMs;
}

/** Judges by probes alone: one that failed degrades, three in a row are down, one answer is up again. */
export function judgeProbes(track: ProbeTrack | null, intervalMs: number, now: Date): ServiceHealth {
  if (track === null) return unknown(null, 'not-probed-yet', 'It has not been probed yet.');
  const { last, at, failures } = track;
  if (now.getTime() - at.getTime() > STALE_PROBES * intervalMs + PROBE_MS)
    return unknown(at, 'not-probed-since', `It was last probed at ${at.toISOString()}.`);
  const seen = { checkedAt: at, latencyMs: last.latencyMs };
  if (last.outcome === 'impossible') return { state: 'unknown', reason: last.reason, ...seen };
  if (failures >= FAILURES_UNTIL_DOWN) return { state: 'down', reason: last.reason, ...seen };
  if (last.outcome !== 'answered') return { state: 'degraded', reason: last.reason, ...seen };
  if (last.latencyMs === null || last.latencyMs < SLOW_MS) return { state: 'up', reason: null, ...seen };
  const reason = notice('slow-answer', `It answers after ${(last.latencyMs / 1000).toFixed(1)} s only.`);
  return { state: 'degraded', reason, ...seen };
}

/** Judges by what polls of the node show of the service: whether it is there, and whether clients reach it. */
export function judgeByPolls(view: NodeView, service: ServiceView, signs: ClientSigns | null): ServiceHealth {
  const at = view.lastCompleteAt;
  if (at === null) return unknown(null, 'not-polled-yet', 'Its node has not been read yet.');
  const seen = { checkedAt: at, latencyMs: null };
  // Its node does not answer us; it may well answer its clients.
  if (view.silentSince !== null) return { state: 'unknown', reason: view.reason, ...seen };
  if (service.silentSince !== null) return { state: 'down', reason: missing(service), ...seen };
  if (view.failures > 0) return { state: 'degraded', reason: view.reason, ...seen };
  if (signs !== null && fellSilent(signs, at)) return { state: 'degraded', reason: silentClients(signs), ...seen };
  return { state: 'up', reason: null, ...seen };
}

/** Both together: what is gone from its node is down whatever answers in its place; else the probe is the better witness. */
export function judgeService(byPolls: ServiceHealth, byProbes: ServiceHealth | null): ServiceHealth {
  if (byProbes === null || byPolls.reason?.code === 'service-missing') return byPolls;
  return byProbes;
}

function fellSilent({ latestAt, inLastHour }: ClientSigns, at: Date): boolean {
  return latestAt !== null && inLastHour >= CLIENTS_TOGETHER && at.getTime() - latestAt.getTime() >= CLIENTS_SILENT_MS;
}

function silentClients({ latestAt, inLastHour }: ClientSigns): Notice {
  return notice(
    'clients-silent',
    `All ${inLastHour} clients of the last hour are silent since ${latestAt?.toISOString()}.`,
    'It runs, but nobody gets through: a firewall, a blocked port or protocol, a broken route. Try it with a client.',
  );
}

function missing({ name }: ServiceView): Notice {
  return notice('service-missing', `${name} is gone from the node.`, `Start ${name} again.`);
}

function unknown(checkedAt: Date | null, code: string, message: string): ServiceHealth {
  return { state: 'unknown', reason: notice(code, message), checkedAt, latencyMs: null };
}

function notice(code: string, message: string, hint: string | null = null): Notice {
  return { code, message, hint };
}
