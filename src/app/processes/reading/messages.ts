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

  write(message: FreeHand | NextJob): Buffer {
    return Buffer.from(this.#box.seal(serialize(changedPeers(message, inPieces))));
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

/** The same message, with other readings in it. */
function changedPeers<M extends Message>(message: M, change: (peers: PeerReadings) => unknown): M {
  const done = 'done' in message ? message.done : null;
  if (done === null || done.read === null) return message;
  const { poll } = done.read;
  const services = poll.services.map((service) => ({ ...service, peers: change(service.peers) as PeerReadings }));
  return { ...message, done: { ...done, read: { ...done.read, poll: { ...poll, services } } } };
}

/** Of a piece, some ten milliseconds; whoever leads does other things between two of them. */
const PIECE = 2_000;

interface Pieces {
  readonly pieces: readonly Uint8Array[];
}

function inPieces(peers: PeerReadings): PeerReadings | Pieces {
  if (peers.columns !== undefined || peers.length <= PIECE) return peers;
  const all = [...peers];
  const count = Math.ceil(all.length / PIECE);
  return { pieces: Array.from({ length: count }, (_, n) => serialize(all.slice(n * PIECE, (n + 1) * PIECE))) };
}

/** Readings in columns come as their columns alone: what makes them one by one again is no part of a message. */
async function revived<M extends Message>(message: M): Promise<M> {
  const whole = new Map<PeerReadings, PeerReadings>();
  const services = ('done' in message ? message.done?.read?.poll.services : null) ?? [];
  for (const { peers } of services) if ('pieces' in peers) whole.set(peers, await joined(peers as unknown as Pieces));
  return changedPeers(message, (peers) => {
    if (peers.columns !== undefined) return new ColumnReadings(ownMemory(peers.columns));
    return whole.get(peers) ?? peers;
  });
}

async function joined({ pieces }: Pieces): Promise<PeerReading[]> {
  const peers: PeerReading[] = [];
  for (const piece of pieces) {
    peers.push(...(deserialize(piece) as PeerReading[]));
    await turn();
  }
  return peers;
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
