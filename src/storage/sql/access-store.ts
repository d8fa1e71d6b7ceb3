import type {
  AccessMode,
  AccessPause,
  AccessQuery,
  AccessStore,
  BegunSuspension,
} from '../../core/access/access-store.ts';
import type { AccessTarget, Clearance } from '../../core/access/decide.ts';
import type { SecretBox } from '../../core/identity/secret-box.ts';
import type { NodeId, PeerId } from '../../core/units/ids.ts';
import type { AccessReader, Stored, StoredKept, StoredPause } from './reader/access-reader.ts';
import type { Asked } from './reader/asked.ts';
import type { WriterLink } from './writer-link.ts';

const PAUSE = 'enforcement-paused';

/** Access that is wanted and applied. What is kept for restoring is sealed where it holds a credential. */
export class SqlAccessStore implements AccessStore {
  readonly #reader: Asked<AccessReader>;
  readonly #writer: WriterLink;
  readonly #box: SecretBox;

  constructor(reader: Asked<AccessReader>, writer: WriterLink, box: SecretBox) {
    this.#reader = reader;
    this.#writer = writer;
    this.#box = box;
  }

  async mode(nodeId: NodeId) {
    return this.#reader.mode(nodeId);
  }

  setMode(nodeId: NodeId, mode: AccessMode, at: Date) {
    return this.#writer.run('setAccessMode', nodeId, mode, at);
  }

  async enforced() {
    return this.#reader.enforced();
  }

  async targets(nodeId: NodeId) {
    return (await this.#reader.targets(nodeId)).map(this.#opened);
  }

  async list(query: AccessQuery) {
    const page = await this.#reader.list(query);
    return { ...page, items: page.items.map(this.#opened) };
  }

  async summaries() {
    return this.#reader.summaries();
  }

  async counts(nodeId: NodeId | null, since: Date) {
    return this.#reader.counts(nodeId, since);
  }

  want(peerIds: readonly PeerId[], at: Date) {
    return this.#writer.run('wantOff', peerIds, at);
  }

  clear(peerIds: readonly PeerId[], clearance: Clearance) {
    return this.#writer.run('clearAccess', peerIds, clearance);
  }

  begin(suspensions: readonly BegunSuspension[], at: Date) {
    const stored = suspensions.map(({ kept, ...rest }) => {
      const bytes = new TextEncoder().encode(kept);
      return { ...rest, kept: rest.isSecret ? this.#box.seal(bytes) : bytes };
    });
    return this.#writer.run('beginSuspensions', stored, at);
  }

  suspended(peerIds: readonly PeerId[], at: Date) {
    return this.#writer.run('noteSuspended', peerIds, at);
  }

  forget(peerIds: readonly PeerId[]) {
    return this.#writer.run('forgetAccess', peerIds);
  }

  fail(failures: Parameters<AccessStore['fail']>[0]) {
    return this.#writer.run('failAccess', failures);
  }

  async sourceLimits(nodeId: NodeId) {
    return this.#reader.sourceLimits(nodeId);
  }

  noteSourceLimits(limits: Parameters<AccessStore['noteSourceLimits']>[0]) {
    return this.#writer.run('noteSourceLimits', limits);
  }

  async pause() {
    return this.#reader.pause();
  }

  setPause(pause: AccessPause | null) {
    const stored: StoredPause | null = pause === null ? null : { reason: pause.reason, sinceMs: pause.since.getTime() };
    return this.#writer.run('setMeta', PAUSE, stored);
  }

  readonly #opened = <T extends AccessTarget>({ mark, ...rest }: Stored<T>): T => {
    const kept = mark === null || mark.kept === null ? null : this.#open(mark.kept);
    const opened = mark === null ? null : { ...mark, kept, isKeptLost: mark.kept !== null && kept === null };
    return { ...rest, mark: opened } as unknown as T;
  };

  /** Null: the key that sealed it is lost. */
  readonly #open = ({ bytes, isSealed }: StoredKept): string | null => {
    const opened = isSealed ? this.#box.open(bytes) : bytes;
    return opened === null ? null : new TextDecoder().decode(opened);
  };
}
