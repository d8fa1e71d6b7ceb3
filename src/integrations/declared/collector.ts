import { SourceFailure } from '../../core/errors.ts';
import type { Collector, CounterAge, CounterSemantics, Poll, SourceNotice } from '../../core/metering/collector.ts';
import type { Clock } from '../../core/units/clock.ts';
import { counted } from '../../core/units/counted.ts';
import { machineId } from '../../lib/machine-id.ts';
import { CommandOrigin } from './command-origin.ts';
import { aborted, timedOut } from './failures.ts';
import { FileOrigin } from './file-origin.ts';
import type { Found } from './found.ts';
import { HttpOrigin } from './http-origin.ts';
import { JsonReader } from './json-reader.ts';
import { MetricsReader, type SampleCounts } from './metrics-reader.ts';
import type { DeclaredOptions } from './options.ts';
import type { Origin, Received } from './origin.ts';

/** So often in a row a file is not met half written: the source shows fewer samples by now. */
const CUTS_IN_A_ROW = 3;

/** Reads what the owner declared: where numbers are, and what they mean. */
export class DeclaredCollector implements Collector {
  readonly semantics: CounterSemantics;
  readonly #options: DeclaredOptions;
  readonly #origin: Origin;
  readonly #clock: Clock;
  #samples: SampleCounts = new Map();
  /** Readings in a row that showed less of a key than the one before them. */
  #lesser = 0;

  constructor(options: DeclaredOptions, origin: Origin, clock: Clock) {
    const { kind, falls, absence, basis = 'raw' } = options;
    this.semantics = { kind, falls, absence, basis };
    this.#options = options;
    this.#origin = origin;
    this.#clock = clock;
  }

  async collect(signal: AbortSignal): Promise<Poll> {
    try {
      signal.throwIfAborted();
      return await this.#collect(signal);
    } catch (error) {
      if (error instanceof SourceFailure || !signal.aborted) throw error;
      throw signal.reason instanceof Error && signal.reason.name === 'TimeoutError' ? timedOut() : aborted();
    }
  }

  async close(): Promise<void> {
    this.#origin.close();
  }

  async #collect(signal: AbortSignal): Promise<Poll> {
    const askedMs = this.#clock.monotonicMs();
    const { found, received } = await this.#read(signal);
    const { service = 'declared', protocol = 'declared' } = this.#options;
    const reading = {
      identity: identityOf(this.#options),
      kind: protocol,
      name: service,
      peers: found.peers,
      ...(found.start === undefined ? {} : { startEvidence: found.start }),
      ...this.#ageOf(found, received, askedMs),
    };
    return {
      complete: found.isWhole && found.withoutValue === 0,
      services: [reading],
      notices: noticesOf(found),
      ...(received.takenAt === undefined ? {} : { takenAt: received.takenAt }),
    };
  }

  async #read(signal: AbortSignal): Promise<{ readonly found: Found; readonly received: Received }> {
    if (this.#options.format === 'prometheus') {
      const reader = new MetricsReader(this.#options, this.#samples);
      const received = await this.#origin.read(signal, (chunk) => reader.push(chunk));
      const found = reader.finish(received.isWhole);
      this.#lesser = found.isWhole || found.peers.length === reader.samples.size ? 0 : this.#lesser + 1;
      if (this.#lesser % CUTS_IN_A_ROW === 0) this.#samples = reader.samples;
      return { found, received };
    }
    const reader = new JsonReader(this.#options);
    const received = await this.#origin.read(signal, (chunk) => reader.push(chunk));
    return { found: await reader.finish(signal), received };
  }

  /** Of values that were taken now, or when a file was written. */
  #ageOf({ uptimeSeconds }: Found, { takenAt }: Received, askedMs: number): { readonly age?: CounterAge } {
    if (uptimeSeconds === undefined) return {};
    const tookMs = takenAt === undefined ? this.#clock.monotonicMs() - askedMs : 0;
    return { age: { minMs: uptimeSeconds * 1000, maxMs: (uptimeSeconds + 1) * 1000 + tookMs } };
  }
}

/** `commandFolder`: where programs that may be run are. */
export function originOf(options: DeclaredOptions, clock: Clock, commandFolder: string): Origin {
  if (options.transport === 'file') return new FileOrigin(options, clock);
  if (options.transport === 'command') return new CommandOrigin(commandFolder, options.command ?? '');
  return new HttpOrigin(options);
}

/** Where it is, unless it has a name: the query of an address may change. */
function identityOf({ identity, transport, url = '', path, command }: DeclaredOptions): string {
  if (identity !== undefined) return identity;
  if (transport !== 'http') return `${machineId()}:${path ?? command}`;
  const { host, pathname } = new URL(url);
  return `${host}${pathname}`;
}

function noticesOf({ isWhole, withoutValue }: Found): SourceNotice[] {
  const notices: SourceNotice[] = [];
  if (!isWhole) {
    notices.push({
      code: 'end-unknown',
      message: 'Nothing shows where the answer ends, so that a series which is missing may only be cut off.',
      hint: 'Let it end with "# EOF"; for a file that is replaced in one step, declare "atomic": true.',
    });
  }
  if (withoutValue > 0) {
    notices.push({
      code: 'values-missing',
      message: `${counted(withoutValue, 'item has', 'items have')} no value where it was declared to be.`,
      hint: 'Compare the source with "rx", "tx" or "total" of the node.',
    });
  }
  return notices;
}
