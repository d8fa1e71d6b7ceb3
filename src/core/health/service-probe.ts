import { InvalidInput } from '../errors.ts';
import type { VpnService } from '../inventory/node.ts';
import type { ProbeTarget } from './prober.ts';

/** How the health of a service is known. `polls`: nothing is sent, what is read of its node says it. */
export interface ServiceProbe {
  readonly target: ProbeTarget | null;
  /** Ignored without a target: polls have their own beat. */
  readonly intervalMs: number;
}

/** What the owner may set; `automatic` goes back to the guess. */
export type ProbeSetting =
  | { readonly kind: 'automatic' }
  | { readonly kind: 'polls' }
  | (Pick<ProbeTarget, 'kind'> & Partial<Omit<ProbeTarget, 'kind'>> & { readonly intervalMs?: number });

export const DEFAULT_PROBE_MS = 60_000;
const LEAST_PROBE_MS = 10_000;
const MOST_PROBE_MS = 3_600_000;

/** Where the owner told us to read a node, and whether its kind of service takes TCP connections on its port. */
export interface KnownPlace {
  /** '' where none was typed: nothing is probed then. */
  readonly host: string;
  readonly answersTcp: boolean;
}

/** The probe of a service that nobody set one for. Nothing is asked that the owner did not add as a node. */
export function guessProbe(
  { listenPort }: Pick<VpnService, 'listenPort'>,
  { host, answersTcp }: KnownPlace,
): ServiceProbe {
  if (host === '' || !answersTcp || listenPort === null) return { target: null, intervalMs: DEFAULT_PROBE_MS };
  return { target: ownTarget('tcp', host, listenPort), intervalMs: DEFAULT_PROBE_MS };
}

/** The ping of a node; null for this very machine, and where no host was typed. */
export function pingOf(host: string): ProbeTarget | null {
  return host === '' || host === 'localhost' ? null : ownTarget('ping', host, null);
}

/** @throws InvalidInput */
export function completeProbe(
  setting: Exclude<ProbeSetting, { readonly kind: 'automatic' }>,
  { listenPort }: Pick<VpnService, 'listenPort'>,
  { host: known }: KnownPlace,
): ServiceProbe {
  if (setting.kind === 'polls') return { target: null, intervalMs: DEFAULT_PROBE_MS };
  const { kind, host = known, intervalMs = DEFAULT_PROBE_MS } = setting;
  if (host === '' || !/^[A-Za-z0-9._:-]{1,253}$/.test(host) || host.startsWith('-'))
    throw new InvalidInput('/host', 'A host to probe is needed.', 'A name or an IP address, without a port.');
  const port = kind === 'ping' ? null : (setting.port ?? listenPort);
  if (kind !== 'ping' && (port === null || !Number.isInteger(port) || port < 1 || port > 65_535))
    throw new InvalidInput('/port', 'A port to probe is needed.', '1 to 65535; the source does not tell it.');
  if (intervalMs < LEAST_PROBE_MS || intervalMs > MOST_PROBE_MS)
    throw new InvalidInput('/intervalSeconds', 'A probe every 10 to 3600 seconds is possible.');
  const { serverName = null, anyCertificate = false, privateAddresses = host === known } = setting;
  return { target: { kind, host, port, serverName, anyCertificate, privateAddresses }, intervalMs };
}

function ownTarget(kind: 'tcp' | 'ping', host: string, port: number | null): ProbeTarget {
  return { kind, host, port, serverName: null, anyCertificate: false, privateAddresses: true };
}
