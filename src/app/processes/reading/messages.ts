import { setImmediate as turn } from 'node:timers/promises';
import { deserialize, serialize } from 'node:v8';
import type { SecretBox } from '../../../core/identity/secret-box.ts';
import type { NodeSource } from '../../../core/inventory/node.ts';
import type { CounterSemantics, PeerReading, PeerReadings, Poll } from '../../../core/metering/collector.ts';
import { ColumnReadings } from '../../../core/metering/column-readings.ts';
import type { ReadingColumns } from '../../../core/metering/reading-columns.ts';
import type { NodeId } from '../../../core/units/ids.ts';

/** What a source showed to a process that read it for the one that leads. */
export interface ReadElsewhere {
  readonly semantics: CounterSemantics;
  readonly poll: Poll;
}

/** One poll that a process is to make. */
export interface ReadingJob {
  /** Named once, by a process while it leads: an answer to another one's job means nothing. */
  readonly id: string;
  readonly nodeId: NodeId;
  /** As it is stored: its secrets are sealed. */
  readonly source: NodeSource;
}

export interface JobDone {
  readonly id: string;
  /** Null: it could not be read from there, or not all of it. */
  readonly read: ReadElsewhere | null;
  /** How long that took: the rest of the time the job was on its way. */
  readonly tookMs: number;
}

/** What a process that stands by says when it has a hand free. */
export interface FreeHand {
  readonly kind: 'free-hand';
  /** Of this message, for its answer. */
  readonly nonce: string;
  readonly sentAtMs: number;
  readonly process: string;
  readonly version: string;
  /** networkPlace() of that process. */
  readonly place: string;
  /** What came of the job before; null: there was none. */
  readonly done: JobDone | null;
}

/** What the one that leads answers, at once or when there is something to do. */
export interface NextJob {
  readonly kind: 'next-job';
  readonly nonce: string;
  /** Null: nothing for now, ask again. */
  readonly job: ReadingJob | null;
}

/** Between two machines of one owner, whose clocks differ by less. */
export const VALID_MS = 120_000;

/**
 * Messages between processes, sealed with the key that they share: only they can read and write them. In the engine's own
 * form, which keeps exact integers and dates; both sides have one version of Xpert.
 */
export class ReadingMessages {
  readonly #box: Pick<SecretBox, 'seal' | 'open'>;

  constructor(box: Pick<SecretBox, 'seal' | 'open'>) {
    this.#box = box;
  }

  /** Very many readings take several turns of the event loop. */
  async write(message: FreeHand | NextJob): Promise<Buffer> {
    const pieces = await changed(peersOf(message), inPieces);
    return Buffer.from(this.#box.seal(serialize(withPeers(message, pieces))));
  }

  /** Null: it comes from nobody who has the key, or is something else. Very many readings take several turns of the event loop. */
  async read<Kind extends (FreeHand | NextJob)['kind']>(
    kind: Kind,
    sealed: Uint8Array,
  ): Promise<Extract<FreeHand | NextJob, { kind: Kind }> | null> {
    const opened = this.#box.open(sealed);
    if (opened === null) return null;
    try {
      const message: unknown = deserialize(opened);
      const isMeant = typeof message === 'object' && message !== null && 'kind' in message && message.kind === kind;
      return isMeant ? await revived(message as Extract<FreeHand | NextJob, { kind: Kind }>) : null;
    } catch {
      return null;
    }
  }
}

type Message = FreeHand | NextJob;

/** Readings in a message, service by service. */
function peersOf(message: Message): readonly PeerReadings[] {
  const services = 'done' in message ? message.done?.read?.poll.services : null;
  return services?.map(({ peers }) => peers) ?? [];
}

/** The same message, with these readings in it. */
function withPeers<M extends Message>(message: M, peers: readonly unknown[]): M {
  const done = 'done' in message ? message.done : null;
  if (done === null || done.read === null) return message;
  const { poll } = done.read;
  const services = poll.services.map((service, n) => ({ ...service, peers: peers[n] as PeerReadings }));
  return { ...message, done: { ...done, read: { ...done.read, poll: { ...poll, services } } } };
}

async function changed(all: readonly PeerReadings[], change: (peers: PeerReadings) => unknown): Promise<unknown[]> {
  const result: unknown[] = [];
  for (const peers of all) result.push(await change(peers));
  return result;
}

/** Of a piece, some ten milliseconds; the process does other things between two of them. */
const PIECE = 2_000;

interface Pieces {
  readonly pieces: readonly Uint8Array[];
}

async function inPieces(peers: PeerReadings): Promise<PeerReadings | Pieces> {
  if (peers.columns !== undefined || peers.length <= PIECE) return peers;
  const all = [...peers];
  const pieces: Uint8Array[] = [];
  for (let begin = 0; begin < all.length; begin += PIECE) {
    pieces.push(serialize(all.slice(begin, begin + PIECE)));
    await turn();
  }
  return { pieces };
}

/** Readings in columns come as their columns alone: what makes them one by one again is no part of a message. */
async function revived<M extends Message>(message: M): Promise<M> {
  return withPeers(message, await changed(peersOf(message), joined));
}

async function joined(peers: PeerReadings | Pieces): Promise<PeerReadings> {
  if (!('pieces' in peers)) return peers.columns === undefined ? peers : new ColumnReadings(ownMemory(peers.columns));
  const all: PeerReading[] = [];
  for (const piece of peers.pieces) {
    all.push(...(deserialize(piece) as PeerReading[]));
    await turn();
  }
  return all;
}

/** What was unpacked lies in one piece of memory with all of its message, which whoever keeps a column would keep. */
function ownMemory(columns: ReadingColumns): ReadingColumns {
  const own = (column: unknown) => {
    if (ArrayBuffer.isView(column)) return (column as Uint8Array).slice();
    const isText = typeof column === 'object' && column !== null && 'ends' in column;
    return isText ? { ...column, ends: (column.ends as Int32Array).slice() } : column;
  };
  return Object.fromEntries(
    Object.entries(columns).map(([name, column]) => [name, own(column)]),
  ) as unknown as ReadingColumns;
}
