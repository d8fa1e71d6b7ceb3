import { deflateRawSync, inflateRawSync } from 'node:zlib';
import type { WirePeer, WireReading, WireService } from '../../core/agents/agent-reading.ts';

/**
 * A reading as it lies in the spool: whole in the first record of a segment, afterwards only the peers that differ from
 * the reading before. What is kept are still readings (values of counters), the rest is just not written twice: most
 * peers stand still, and their keys are two thirds of the text.
 */
interface Record extends Omit<WireReading, 'services'> {
  readonly services?: readonly ServiceRecord[];
}

interface ServiceRecord extends Omit<WireService, 'peers'> {
  /** Peers that are new or differ, in their order. */
  readonly set: readonly WirePeer[];
  /** Ids of peers that are no longer there. */
  readonly gone?: readonly string[];
}

/** The id of a peer within its service. */
const idOf = ({ key, connection }: Pick<WirePeer, 'key' | 'connection'>) => `${connection ?? ''} ${key}`;

const KIND_AND_IDENTITY = ({ kind, identity }: Pick<WireService, 'kind' | 'identity'>) => `${kind} ${identity}`;

/** Turns readings into records, each relative to the one before. */
export class ReadingEncoder {
  /** Per service: each peer's JSON at the last reading. */
  #last = new Map<string, Map<string, string>>();

  /** The next record stands by itself. */
  restart(): void {
    this.#last = new Map();
  }

  encode({ services, ...reading }: WireReading): Buffer {
    // A failed reading says nothing about the services: the next one is relative to the last that did.
    const record: Record =
      services === undefined ? reading : { ...reading, services: services.map((service) => this.#service(service)) };
    if (services !== undefined) this.#forgetAllBut(new Set(services.map(KIND_AND_IDENTITY)));
    return deflateRawSync(JSON.stringify(record), { level: 3, memLevel: 6 });
  }

  #service({ peers, ...service }: WireService): ServiceRecord {
    const before = this.#last.get(KIND_AND_IDENTITY(service)) ?? new Map<string, string>();
    const now = new Map<string, string>();
    const set = peers.filter((peer) => {
      const id = idOf(peer);
      const text = JSON.stringify(peer);
      const known = before.get(id);
      now.set(id, known === text ? known : text);
      return known !== text;
    });
    const gone = [...before.keys()].filter((id) => !now.has(id));
    this.#last.set(KIND_AND_IDENTITY(service), now);
    return { ...service, set, ...(gone.length === 0 ? {} : { gone }) };
  }

  #forgetAllBut(services: ReadonlySet<string>): void {
    for (const service of this.#last.keys()) if (!services.has(service)) this.#last.delete(service);
  }
}

/** Turns the records of one segment, from its first, back into readings. */
export class ReadingDecoder {
  #last = new Map<string, Map<string, WirePeer>>();

  decode(payload: Buffer): WireReading {
    const { services, ...reading } = JSON.parse(inflateRawSync(payload).toString('utf8')) as Record;
    if (services === undefined) return reading;
    const now = new Map<string, Map<string, WirePeer>>();
    const whole = services.map(({ set, gone = [], ...service }) => {
      const peers = new Map(this.#last.get(KIND_AND_IDENTITY(service)));
      for (const peer of set) peers.set(idOf(peer), peer);
      for (const id of gone) peers.delete(id);
      now.set(KIND_AND_IDENTITY(service), peers);
      return { ...service, peers: [...peers.values()] };
    });
    this.#last = now;
    return { ...reading, services: whole };
  }
}
