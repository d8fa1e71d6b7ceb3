import type { Notice } from '../inventory/node-operations.ts';

/** What is asked whether it answers. The owner typed the host, here or as the address of the node. */
export interface ProbeTarget {
  /** `tls`: a TCP connection and a TLS handshake; `tcp`: a connection; `ping`: one ICMP echo, which says least. */
  readonly kind: 'tls' | 'tcp' | 'ping';
  readonly host: string;
  /** 1 to 65535; null for `ping`. */
  readonly port: number | null;
  /** Name that is asked for in the handshake (SNI); null: the host, where that is a name. */
  readonly serverName: string | null;
  /** Whatever certificate is shown is right: self-signed ones, Reality. */
  readonly anyCertificate: boolean;
  /** The host may be in the owner's own network, or this machine. Link-local addresses never. */
  readonly privateAddresses: boolean;
}

/**
 * `answered`; `flawed`: it answers, and clients will have trouble all the same (an expired certificate); `silent`: it
 * does not answer as it should; `impossible`: we could not ask, which says nothing about it.
 */
export interface ProbeResult {
  readonly outcome: 'answered' | 'flawed' | 'silent' | 'impossible';
  /** From the first packet to the answer, name resolution excluded; null without an answer. */
  readonly latencyMs: number | null;
  /** Null when it answered. */
  readonly reason: Notice | null;
}

/** Port: asks a target once. Changes nothing there, and sends no credential. */
export interface Prober {
  /** Never rejects for a target in trouble; rejects with the signal's reason when aborted. */
  probe(target: ProbeTarget, signal: AbortSignal): Promise<ProbeResult>;
}
