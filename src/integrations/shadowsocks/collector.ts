import { realpathSync } from 'node:fs';
import { SourceFailure } from '../../core/errors.ts';
import type { Collector, CounterSemantics, Poll, SourceNotice } from '../../core/metering/collector.ts';
import type { IntegrationTools } from '../../core/metering/integration.ts';
import { undirected } from '../../core/units/bytes.ts';
import { machineId } from '../../lib/machine-id.ts';
import { garbled, notInTime } from './failures.ts';
import { askManager, COUNTERS } from './manager-client.ts';
import { managerOf, type ShadowsocksOptions } from './options.ts';
import { PortNames } from './port-names.ts';

/** A port counts from 0 since its server was started; one that a whole answer does not show was removed. */
export const SEMANTICS: CounterSemantics = { kind: 'cumulative', falls: 'to-zero', absence: 'ended' };

/** Reads the counters of one Shadowsocks manager: one peer per port, both directions together. */
export class ShadowsocksCollector implements Collector {
  readonly semantics = SEMANTICS;
  readonly #options: ShadowsocksOptions;
  readonly #tools: IntegrationTools;
  readonly #names: PortNames;

  constructor(options: ShadowsocksOptions, tools: IntegrationTools) {
    this.#options = options;
    this.#tools = tools;
    this.#names = new PortNames(options.names);
  }

  async collect(signal: AbortSignal): Promise<Poll> {
    try {
      return await this.#collect(signal);
    } catch (error) {
      if (error instanceof SourceFailure || !signal.aborted) throw error;
      throw notInTime(signal.reason);
    }
  }

  async close(): Promise<void> {}

  async #collect(signal: AbortSignal): Promise<Poll> {
    const { manager, replyFolder = this.#tools.runDirectory } = this.#options;
    const address = managerOf(this.#options);
    const { ports, isWhole, borders } = await askManager({ address, where: manager, replyFolder }, COUNTERS, signal);
    if (new Set(ports.map(({ port }) => port)).size < ports.length) throw garbled('it has a port twice');
    const { names, notices } = await this.#names.read();
    const peers = ports.map(({ port, bytes }) => {
      const name = names.get(port);
      return { key: port, traffic: undirected(bytes), ...(name === undefined ? {} : { name }) };
    });
    return {
      complete: isWhole,
      services: [{ identity: identityOf(this.#options), kind: 'shadowsocks', name: 'shadowsocks', peers }],
      notices: [...notices, ...(isWhole ? [] : [incomplete(borders)])],
    };
  }
}

function incomplete(borders: number): SourceNotice {
  if (borders === 0) return { code: 'output-cut', message: 'The answer of the manager ended early.' };
  return {
    code: 'ports-dropped',
    message: `The manager's answer came in pieces; at each of ${borders} borders it drops a port.`,
    hint: 'shadowsocks-libev does so with some 2,000 ports. Spread them over several managers, or use shadowsocks-rust.',
  };
}

/** A manager has no name of its own: the place where it listens stands for it. */
function identityOf(options: ShadowsocksOptions): string {
  const address = managerOf(options);
  if (!('path' in address)) {
    return address.isLoopback ? `${machineId()}:${address.port}` : `${address.host}:${address.port}`;
  }
  try {
    return `${machineId()}:${realpathSync(address.path)}`;
  } catch {
    return `${machineId()}:${address.path}`;
  }
}
