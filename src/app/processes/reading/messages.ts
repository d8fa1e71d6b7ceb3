import { deserialize, serialize } from 'node:v8';
import type { SecretBox } from '../../../core/identity/secret-box.ts';
import type { NodeSource } from '../../../core/inventory/node.ts';
import type { CounterSemantics, Poll } from '../../../core/metering/collector.ts';
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
    return Buffer.from(this.#box.seal(serialize(message)));
  }

  /** Null: it comes from nobody who has the key, or is something else. */
  read<Kind extends (FreeHand | NextJob)['kind']>(
    kind: Kind,
    sealed: Uint8Array,
  ): Extract<FreeHand | NextJob, { kind: Kind }> | null {
    const opened = this.#box.open(sealed);
    if (opened === null) return null;
    try {
      const message: unknown = deserialize(opened);
      const isMeant = typeof message === 'object' && message !== null && 'kind' in message && message.kind === kind;
      return isMeant ? revived(message as Extract<FreeHand | NextJob, { kind: Kind }>) : null;
    } catch {
      return null;
    }
  }
}

/** Readings in columns come as their columns alone: what makes them one by one again is no part of a message. */
function revived<Message extends FreeHand | NextJob>(message: Message): Message {
  const done = 'done' in message ? message.done : null;
  if (done === null || done.read === null) return message;
  const { poll } = done.read;
  const services = poll.services.map(({ peers, ...service }) => ({
    ...service,
    peers: peers.columns === undefined ? peers : new ColumnReadings(ownMemory(peers.columns)),
  }));
  return { ...message, done: { ...done, read: { ...done.read, poll: { ...poll, services } } } };
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
