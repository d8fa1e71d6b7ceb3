import { realpathSync } from 'node:fs';
import { SourceFailure } from '../../core/errors.ts';
import type { Collector, CounterSemantics, Poll } from '../../core/metering/collector.ts';
import type { IntegrationTools } from '../../core/metering/integration.ts';
import { machineId } from '../../lib/machine-id.ts';
import { assemble } from './assemble.ts';
import { notInTime } from './failures.ts';
import { shareManagement } from './management-source.ts';
import { addressOf, type OpenvpnOptions } from './options.ts';
import { readStatusFile } from './status-file.ts';

/** Bytes count from 0 in each connection, and a list shows all connections there are. */
export const SEMANTICS: CounterSemantics = { kind: 'session', falls: 'to-zero', absence: 'ended' };

/** Reads the connections of one OpenVPN server. */
export class OpenvpnCollector implements Collector {
  readonly semantics = SEMANTICS;
  readonly #options: OpenvpnOptions;
  readonly #tools: IntegrationTools;
  #management: ReturnType<typeof shareManagement> | null = null;

  constructor(options: OpenvpnOptions, tools: IntegrationTools) {
    this.#options = options;
    this.#tools = tools;
  }

  async collect(signal: AbortSignal): Promise<Poll> {
    try {
      signal.throwIfAborted();
      return this.#options.transport === 'management' ? await this.#ask(signal) : await this.#readFile(signal);
    } catch (error) {
      if (error instanceof SourceFailure || !signal.aborted) throw error;
      throw notInTime(signal.reason);
    }
  }

  async close(): Promise<void> {
    this.#management?.release();
    this.#management = null;
  }

  async #ask(signal: AbortSignal): Promise<Poll> {
    this.#management ??= shareManagement(this.#options, this.#tools);
    const { status, pid, over } = await this.#management.source.read(signal);
    const { at } = status;
    const poll = this.#poll({ status, pid, over, seenAt: at ?? this.#tools.clock.now() });
    return at === null ? poll : { ...poll, sourceClock: at };
  }

  async #readFile(signal: AbortSignal): Promise<Poll> {
    const { path = '', maxAgeSeconds } = this.#options;
    const { status, takenAt } = await readStatusFile(path, maxAgeSeconds, this.#tools.clock, signal);
    const poll = this.#poll({ status, pid: '', over: [], seenAt: takenAt });
    // An older file, copied late, shows connections again that are over: only a later one counts.
    return { ...poll, takenAt, order: { bootId: 'status-file', uptimeMs: takenAt.getTime() } };
  }

  #poll(source: Parameters<typeof assemble>[0]): Poll {
    const { peers, isWhole, notices } = assemble(source, this.#options.peers);
    const { port } = this.#options;
    const service = { identity: identityOf(this.#options), kind: 'openvpn', name: 'openvpn', peers };
    return {
      complete: isWhole,
      services: [port === undefined ? service : { ...service, listenPort: port }],
      notices,
    };
  }
}

/** What OpenVPN is there, whoever reads it: it has no name of its own, so the place where it is read stands for it. */
function identityOf(options: OpenvpnOptions): string {
  if (options.transport === 'status-file') return `${machineId()}:${realPath(options.path ?? '')}`;
  const address = addressOf(options);
  if ('path' in address) return `${machineId()}:${realPath(address.path)}`;
  return address.isLoopback ? `${machineId()}:${address.port}` : `${address.host}:${address.port}`;
}

function realPath(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
}
