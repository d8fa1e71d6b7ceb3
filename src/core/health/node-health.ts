import type { PollState } from '../inventory/inventory-store.ts';
import type { NodeNotice, NodeState, Notice } from '../inventory/node-operations.ts';

/** A node that showed nothing complete for so many intervals is not online, and what it showed last is stale. */
const STALE_INTERVALS = 3;
const LEAST_STALE_MS = 15_000;
/** A peer counts as online while its last handshake is younger: WireGuard renews it every 2 minutes under traffic. */
export const ONLINE_HANDSHAKE_MS = 180_000;

/**
 * Codes of failures that mean silence; every other failure is ours: settings, permissions, a missing program. What refuses
 * a key, a password or a request has answered.
 */
const SILENT =
  /(?:^|-)(?:unreachable|timeout|closed)$|^(?:http|ssh|api|openvpn|manager)-refused$|^(?:no-interface|interface-missing|file-stale|agent-silent)$/;

export function staleAfterMs(pollIntervalMs: number): number {
  return Math.max(STALE_INTERVALS * pollIntervalMs, LEAST_STALE_MS);
}

/** True if the last complete reading is too old to say anything about now. */
export function isStale(lastCompleteAt: Date | null, pollIntervalMs: number, now: Date): boolean {
  return lastCompleteAt === null || now.getTime() - lastCompleteAt.getTime() > staleAfterMs(pollIntervalMs);
}

/** True if the handshake is younger than three minutes. Absent = never connected. */
export function isOnline(lastHandshakeAt: Date | null | undefined, now: Date): boolean {
  if (lastHandshakeAt === null || lastHandshakeAt === undefined) return false;
  return now.getTime() - lastHandshakeAt.getTime() < ONLINE_HANDSHAKE_MS;
}

export interface NodeHealth {
  readonly state: NodeState;
  /** Why it is not `up`; null when it is. */
  readonly reason: Notice | null;
}

interface NodeEvidence {
  readonly pollIntervalMs: number;
  /** Null = never polled. */
  readonly poll: PollState | null;
  /** From the last poll, from the ledger, from the node's clock. */
  readonly notices: readonly NodeNotice[];
  /** Names of VPN services that were seen before and are absent from the last complete poll. */
  readonly missingServices: readonly string[];
  readonly services: number;
  readonly now: Date;
}

/** Judges a node by its last polls. One failed poll degrades; silence for three intervals takes it down. */
export function judgeNode({ pollIntervalMs, poll, notices, missingServices, services, now }: NodeEvidence): NodeHealth {
  if (poll === null) return { state: 'unknown', reason: notice('not-polled-yet', 'It has not been read yet.') };
  const stale = isStale(poll.lastCompleteAt, pollIntervalMs, now);
  if (poll.outcome === 'failed') {
    const reason = failureOf(poll);
    if (!stale) return { state: 'degraded', reason };
    return { state: SILENT.test(reason.code) ? 'down' : 'error', reason };
  }
  if (isStale(poll.lastAttemptAt, pollIntervalMs, now))
    return {
      state: 'unknown',
      reason: notice('not-polled-since', `It was last read at ${poll.lastAttemptAt.toISOString()}.`),
    };
  if (poll.outcome === 'incomplete')
    return { state: 'degraded', reason: { ...failureOf(poll), code: poll.code ?? 'incomplete-reading' } };
  if (missingServices.length > 0) return judgeMissing(missingServices, services);
  const first = notices.find((one) => one.isInfo !== true);
  if (first !== undefined) return { state: 'degraded', reason: first };
  return { state: 'up', reason: null };
}

function judgeMissing(missing: readonly string[], services: number): NodeHealth {
  const names = missing.join(', ');
  const gone = `${names} ${missing.length === 1 ? 'is' : 'are'} gone from the node.`;
  const hint = `Start ${names} again; until then nobody can connect there.`;
  return { state: missing.length >= services ? 'down' : 'degraded', reason: notice('service-missing', gone, hint) };
}

function failureOf(poll: PollState): Notice {
  return {
    code: poll.code ?? 'poll-failed',
    message: poll.message ?? 'The last reading was not complete.',
    hint: poll.hint,
  };
}

function notice(code: string, message: string, hint: string | null = null): Notice {
  return { code, message, hint };
}
