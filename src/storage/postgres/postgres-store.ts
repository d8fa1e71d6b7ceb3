import type { ResourceLimits } from 'node:worker_threads';
import type { SecretBox } from '../../core/identity/secret-box.ts';
import { Calendar } from '../../core/units/calendar.ts';
import type { Clock } from '../../core/units/clock.ts';
import { ThreadedSlowReader } from '../sql/slow-reader.ts';
import { type Mirror, type MirroredLedger, makeStores, type Stores } from '../sql/stores.ts';
import { WriterLink } from '../sql/writer-link.ts';
import { CommitMark } from './commit-mark.ts';
import type { PostgresAddress } from './connections.ts';
import { type Election, KeptWriter, type KeptWriterOptions } from './kept-writer.ts';

export interface PostgresStoreOptions extends Pick<KeptWriterOptions, 'onLost' | 'onRegained'> {
  readonly address: PostgresAddress;
  readonly clock: Clock;
  /** IANA zone for day borders; another than saved holds from the next midnight. Null: as saved, at first the system's. */
  readonly timeZone: string | null;
  /** Built files of the threads. */
  readonly workers: { readonly writer: URL; readonly reader: URL };
  /** What remembers the last commit, or its file. */
  readonly mark: CommitMark | string;
  /** Among several processes: opens when this one leads. Null: it is the only one, and refused beside another. */
  readonly election?: Election | null;
  /** Seals signing secrets; without it they are kept as they are (tests). */
  readonly secretBox?: SecretBox;
  /** Opens a mirror of the ledger's days. */
  readonly openMirror?: (ledger: MirroredLedger) => Mirror;
}

/**
 * Opens the ledger. The main thread never waits for a server: what SQLite answers on it in a moment comes from a thread here.
 * @throws LedgerFailure if it cannot be opened, another Xpert writes to it, or it is newer than this
 */
export async function openPostgresStore(options: PostgresStoreOptions): Promise<Stores> {
  const { address, clock, timeZone, workers, secretBox = null, onLost, onRegained, election, openMirror } = options;
  const link = new WriterLink(clock);
  const mark = markOf(options.mark, clock);
  const kept = { worker: workers.writer, link, clock, address, mark, onLost, onRegained, election: election ?? null };
  const { writer, found } = await KeptWriter.start(kept, timeZone);
  const { zones, lastInstant } = found;
  const reader = (limits?: ResourceLimits) => new ThreadedSlowReader(workers.reader, { address, zones }, limits);
  const quick = reader();
  const slow = reader();
  const calendar = new Calendar(zones);
  return makeStores({
    ...{ clock, secretBox, lastInstant, writer: link, quick, readers: quick.readers(), calendar },
    ...{ slow, worker: reader(), exporter: reader(EXPORT_MEMORY), background: reader() },
    mirror: openMirror?.({ slow, calendar, clock }) ?? null,
    incarnation: () => writer.incarnation,
  });
}

/** Lines that live for a moment need little memory; without a word V8 lets 100 MB of them pile up. */
const EXPORT_MEMORY: ResourceLimits = { maxYoungGenerationSizeMb: 4, maxOldGenerationSizeMb: 192 };

function markOf(mark: CommitMark | string, clock: Clock): CommitMark {
  return typeof mark === 'string' ? new CommitMark(mark, () => clock.monotonicMs()) : mark;
}
