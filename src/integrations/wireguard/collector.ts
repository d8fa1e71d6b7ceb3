import { SourceFailure } from '../../core/errors.ts';
import type { Collector, CounterSemantics, Poll } from '../../core/metering/collector.ts';
import type { IntegrationTools } from '../../core/metering/integration.ts';
import { sshHostOptionsOf } from '../../lib/ssh-fields.ts';
import { failure } from './failures.ts';
import { FileTransport } from './file-transport.ts';
import { LocalTransport } from './local-transport.ts';
import type { WireguardOptions } from './options.ts';
import type { NodeOutput } from './output-reader.ts';
import { SshTransport } from './ssh-transport.ts';
import type { AccessTransport, Transport } from './transport.ts';

/**
 * Counters of `wg` count from 0 since the peer was added and are zeroed only by adding the peer or making the interface
 * anew; a peer that a whole list does not show is gone.
 */
export const SEMANTICS: CounterSemantics = { kind: 'cumulative', falls: 'to-zero', absence: 'ended' };

/** Reads the WireGuard and AmneziaWG interfaces of one node. */
export class WireguardCollector implements Collector {
  readonly semantics = SEMANTICS;
  readonly #transport: Transport;

  constructor(transport: Transport) {
    this.#transport = transport;
  }

  async collect(signal: AbortSignal): Promise<Poll> {
    return (await this.read(signal)).poll;
  }

  /** As `collect`, with what only a person wants to know. */
  async read(signal: AbortSignal): Promise<NodeOutput> {
    try {
      return await this.#transport.read(signal);
    } catch (error) {
      if (error instanceof SourceFailure || !signal.aborted) throw error;
      throw notInTime(signal.reason);
    }
  }

  async close(): Promise<void> {
    await this.#transport.close();
  }
}

export function createTransport(options: WireguardOptions, tools: IntegrationTools): Transport {
  const { interface: wanted, containers = [] } = options;
  switch (options.transport) {
    case 'local':
      return new LocalTransport(['sh'], wanted, containers);
    case 'file':
      return new FileTransport(options.path ?? '', wanted, options.maxAgeSeconds, tools.clock);
    case 'ssh':
      return new SshTransport(sshHostOptionsOf(options, tools.runDirectory), wanted, containers);
  }
}

/** Not for transport `file`. */
export function createAccessTransport(options: WireguardOptions, tools: IntegrationTools): AccessTransport {
  if (options.transport === 'ssh')
    return new SshTransport(sshHostOptionsOf(options, tools.runDirectory), undefined, []);
  return new LocalTransport(['sh'], undefined, []);
}

function notInTime(reason: unknown): SourceFailure {
  if (reason instanceof Error && reason.name === 'TimeoutError') {
    return failure(
      'timeout',
      'The node did not answer in time.',
      'It is overloaded, hangs, or a firewall drops packets of the open connection. On the node:',
      ['uptime', 'time wg show all transfer | wc -l'],
    );
  }
  return failure('aborted', 'Reading was broken off.', 'It will be read again with the next poll.');
}
