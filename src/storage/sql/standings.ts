import type { HolderQuery, HolderUsage, Page, UsageSummary } from '../../core/ledger/usage-history.ts';
import type { Traffic } from '../../core/units/bytes.ts';
import type { PeerId, UserId } from '../../core/units/ids.ts';
import { leading, type RankedBy } from './leading.ts';
import type { Asked } from './reader/asked.ts';
import type { HolderReader, SegmentSums } from './reader/holder-reader.ts';
import { decodeCursor, encodeCursor } from './reader/statements.ts';
import { toTraffic } from './rows.ts';
import type { SlowReader } from './slow-reader.ts';
import type { DayDelta } from './writer/booking.ts';
import type { TablesChange } from './writer/writer-items.ts';
import type { WriterLink } from './writer-link.ts';

/** What one holder used in the days of a standing. */
interface Standing {
  readonly userId: UserId | null;
  readonly userToken: string | null;
  readonly peerId: PeerId | null;
  rx: bigint;
  tx: bigint;
  undirected: bigint;
  markup: bigint;
  connections: number;
  lastMs: number;
  /** Name and number of servers, looked up when first shown; null after every change. */
  shown: HolderUsage | null;
  /** Changes so far: what was looked up meanwhile is of before. */
  changes: number;
}

/** The standings of some days in a row, up to a state of the tables. */
interface Window {
  readonly first: number;
  readonly last: number;
  sequence: number;
  readonly holders: Map<string, Standing>;
  /** Null: a reset mark hides the segment. */
  readonly segments: Map<number, Standing | null>;
  /** What was added to segments that nobody looked up yet. */
  readonly unknown: Map<number, DayDelta[]>;
  lastAskedMs: number;
}

/** Windows kept: the last 30 days, the last 7, today. */
const WINDOWS_KEPT = 3;
/** Nobody looked for so long: the memory (some 300 bytes per holder) is given back. */
const UNUSED_MS = 10 * 60_000;

/**
 * Who used how much in the last days, kept in memory beside the tables: read from the day rows once (in the reader's
 * thread), and moved on by what each commit adds to them before its callers are answered. So it is never behind, and
 * asking for the top twenty costs a walk over the holders instead of one over the days. Thrown away when owners or marks
 * change, at midnight (another window) and when nobody asks.
 */
export class Standings {
  readonly #writer: WriterLink;
  readonly #slow: SlowReader;
  readonly #reader: Asked<HolderReader>;
  readonly #nowMs: () => number;
  readonly #windows: Window[] = [];
  /** Windows being read, and what changed in the meantime. */
  readonly #reading = new Map<string, Promise<void>>();
  #changes: TablesChange[] | null = null;
  /** Settled once the writer tells what it adds. */
  #watching: Promise<void> | null = null;
  /** Of the writer. */
  #life = 0;

  constructor(writer: WriterLink, slow: SlowReader, reader: Asked<HolderReader>, nowMs: () => number) {
    this.#writer = writer;
    this.#slow = slow;
    this.#reader = reader;
    this.#nowMs = nowMs;
    writer.onTables((change) => this.#follow(change));
    writer.onAnew(() => this.#startAnew());
  }

  async presence(first: number, last: number): Promise<Pick<UsageSummary, 'users' | 'unclaimed'>> {
    const { holders } = await this.#window(first, last);
    const unclaimed = { rx: 0n, tx: 0n, undirected: 0n, markup: 0n };
    let users = 0;
    for (const standing of holders.values()) {
      users++;
      if (standing.userId !== null) continue;
      unclaimed.rx += standing.rx;
      unclaimed.tx += standing.tx;
      unclaimed.undirected += standing.undirected;
      unclaimed.markup += standing.markup;
    }
    return { users, unclaimed: toTraffic(unclaimed) };
  }

  async top(first: number, last: number, limit: number): Promise<HolderUsage[]> {
    const window = await this.#window(first, last);
    return await this.#show(leading(window.holders.values(), { sort: 'total', descending: true }, limit), window);
  }

  /** One page of all holders, in any order but by name. */
  async page(
    first: number,
    last: number,
    query: HolderQuery & { readonly sort: RankedBy },
  ): Promise<Page<HolderUsage>> {
    const window = await this.#window(first, last);
    const { holders } = window;
    const start = Number(decodeCursor(query.cursor)?.[0] ?? 0);
    const end = start + query.limit;
    return {
      items: await this.#show(leading(holders.values(), query, end).slice(start), window),
      nextCursor: end < holders.size ? encodeCursor([end]) : null,
      total: holders.size,
    };
  }

  async #window(first: number, last: number): Promise<Window> {
    await this.#writer.settle();
    this.#dropUnused();
    for (;;) {
      const window = this.#windows.find((each) => each.first === first && each.last === last);
      if (window === undefined) {
        await this.#read(first, last);
        continue;
      }
      window.lastAskedMs = this.#nowMs();
      await this.#lookUp(window);
      if (this.#windows.includes(window)) return window;
    }
  }

  /** Whose the segments are that came since. What is added to them meanwhile waits with the rest. */
  async #lookUp({ unknown, ...window }: Window): Promise<void> {
    const ids = [...unknown.keys()];
    const holders = await Promise.all(ids.map((id) => this.#reader.visibleHolder(id)));
    ids.forEach((id, i) => {
      const [holder, deltas] = [holders[i] ?? null, unknown.get(id)];
      if (deltas === undefined) return;
      unknown.delete(id);
      const nothing = { segmentId: id, rx: 0n, tx: 0n, undirected: 0n, markup: 0n, connections: 0, lastMs: 0 };
      const standing = holder === null ? null : addSegment(window, { ...holder, ...nothing });
      window.segments.set(id, standing);
      if (standing !== null) for (const delta of deltas) addDelta(standing, delta);
    });
  }

  /** Into the windows, unless owners changed in the meantime: then it is to be read once more. */
  #read(first: number, last: number): Promise<void> {
    const key = `${first} ${last}`;
    let reading = this.#reading.get(key);
    if (reading === undefined) {
      reading = this.#readAnew(first, last).finally(() => {
        this.#reading.delete(key);
        if (this.#reading.size === 0) this.#changes = null;
      });
      this.#reading.set(key, reading);
    }
    return reading;
  }

  async #readAnew(first: number, last: number): Promise<void> {
    const life = this.#life;
    this.#changes ??= [];
    this.#watching ??= this.#writer.run('watch', true);
    await this.#watching;
    const { sequence, sums } = await this.#slow.read('segmentSums', first, last);
    const window: Window = {
      first,
      last,
      sequence,
      holders: new Map(),
      segments: new Map(),
      unknown: new Map(),
      lastAskedMs: this.#nowMs(),
    };
    for (const row of sums) window.segments.set(row.segmentId, addSegment(window, row));
    const changes = this.#changes ?? [];
    // Changes that the reader did not see yet; owners that changed after it looked make all of it worthless.
    if (life !== this.#life || changes.some((change) => change.ownersChanged && change.sequence > sequence)) return;
    for (const change of changes) this.#moveOn(window, change);
    while (this.#windows.length >= WINDOWS_KEPT) this.#windows.shift();
    this.#windows.push(window);
  }

  #follow(change: TablesChange): void {
    if (change.deltas.length === 0 && !change.ownersChanged) return;
    this.#changes?.push(change);
    if (change.ownersChanged) this.#windows.length = 0;
    for (const window of this.#windows) this.#moveOn(window, change);
  }

  #moveOn(window: Window, { sequence, deltas }: TablesChange): void {
    if (sequence <= window.sequence) return;
    window.sequence = sequence;
    for (const delta of deltas) {
      if (delta.day < window.first || delta.day > window.last) continue;
      const standing = window.segments.get(delta.segmentId);
      if (standing !== undefined && standing !== null) addDelta(standing, delta);
      if (standing === undefined) addTo(window.unknown, delta);
    }
  }

  /** Another writer began: nobody told what the last one added before it ended, and nobody watches. */
  #startAnew(): void {
    this.#life++;
    this.#windows.length = 0;
    this.#watching = null;
  }

  async #show(standings: readonly Standing[], window: Window): Promise<HolderUsage[]> {
    const seen = standings.map((standing) => ({ standing, shown: standing.shown, changes: standing.changes }));
    const unknown = seen.filter(({ shown }) => shown === null);
    const named = await this.#reader.named(unknown.map(({ standing }) => toUsage(standing)));
    const servers = await Promise.all(named.map((usage) => this.#reader.countServers(usage, window.first)));
    unknown.forEach((one, i) => {
      const usage = named[i];
      if (usage === undefined) return;
      one.shown = { ...usage, servers: servers[i] ?? 0 };
      if (one.standing.changes === one.changes) one.standing.shown = one.shown;
    });
    return await this.#markGone(seen.flatMap(({ shown }) => shown ?? []));
  }

  /** Peers go, and nodes are deleted, without a change of what was used: nobody tells it to the windows. */
  async #markGone(shown: readonly HolderUsage[]): Promise<HolderUsage[]> {
    const peers = shown.filter(({ peerId }) => peerId !== null);
    const deleted = new Map((await this.#reader.named(peers)).map((peer) => [peer.peerId, peer.deleted]));
    return shown.map((one) => (one.peerId === null ? one : { ...one, deleted: deleted.get(one.peerId) ?? false }));
  }

  #dropUnused(): void {
    const now = this.#nowMs();
    const used = this.#windows.filter(({ lastAskedMs }) => now - lastAskedMs < UNUSED_MS);
    if (used.length < this.#windows.length) this.#windows.splice(0, this.#windows.length, ...used);
  }

  /** To be called now and then: gives back what nobody asked for. */
  async tidy(): Promise<void> {
    this.#dropUnused();
    if (this.#watching === null || this.#windows.length > 0 || this.#reading.size > 0) return;
    this.#watching = null;
    await this.#writer.run('watch', false);
  }
}

function addSegment(window: Pick<Window, 'holders'>, row: SegmentSums): Standing {
  const key = row.userId ?? (row.userToken === null ? `p${row.peerId}` : `t${row.userToken}`);
  let standing = window.holders.get(key);
  if (standing === undefined) {
    const { userId, userToken, peerId } = row;
    const sums = { rx: 0n, tx: 0n, undirected: 0n, markup: 0n, connections: 0, lastMs: 0 };
    standing = { userId, userToken, peerId, ...sums, shown: null, changes: 0 };
    window.holders.set(key, standing);
  }
  addDelta(standing, row);
  return standing;
}

function addDelta(standing: Standing, delta: Omit<DayDelta, 'segmentId' | 'day'>): void {
  standing.rx += delta.rx;
  standing.tx += delta.tx;
  standing.undirected += delta.undirected;
  standing.markup += delta.markup;
  standing.connections += delta.connections;
  if (delta.lastMs > standing.lastMs) standing.lastMs = delta.lastMs;
  standing.shown = null;
  standing.changes++;
}

function addTo(unknown: Window['unknown'], delta: DayDelta): void {
  const deltas = unknown.get(delta.segmentId);
  if (deltas === undefined) unknown.set(delta.segmentId, [delta]);
  else deltas.push(delta);
}

function toUsage(standing: Standing): HolderUsage {
  const { userId, userToken, peerId, connections, lastMs } = standing;
  const traffic: Traffic = toTraffic(standing);
  return {
    userId,
    userToken,
    peerId,
    name: '',
    deleted: false,
    traffic,
    connections,
    servers: 0,
    lastUsedAt: new Date(lastMs),
  };
}
