import type { UsageReport } from '../../src/core/ledger/report.ts';
import type { UserId } from '../../src/core/units/ids.ts';
import type { Database } from '../../src/lib/sqlite.ts';
import type { Stores } from '../../src/storage/sql/stores.ts';
import type { Model } from './model.ts';
import type { Bytes } from './model-state.ts';
import type { ReportAction } from './senders.ts';
import { statementOf, tablesOf } from './statements.ts';
import type { Life, ShownPeer, SimulatedNode } from './world.ts';

interface Look {
  readonly look: Database;
  changes(tables: readonly string[]): number;
}

/** What really happened, against which ledger and model are both held: neither of the two is asked. */
export class Truth {
  readonly #nodes: readonly SimulatedNode[];
  /** Bytes per token: of everything sent with ids once, of everything else as often as it was sent. */
  readonly #sent = new Map<string, bigint>();
  readonly #acked = new Map<string, bigint>();
  readonly #sentIds = new Set<string>();
  readonly #ackedIds = new Set<string>();
  readonly #booked = new Map<string, bigint>();
  readonly #read = new Map<Life, Bytes>();
  readonly #untracked = new Map<Life, bigint>();
  readonly #opening: 'baseline' | 'count';
  #raw: { readonly changes: number; readonly rows: readonly RawRow[] } | null = null;

  constructor(nodes: readonly SimulatedNode[], opening: 'baseline' | 'count') {
    this.#nodes = nodes;
    this.#opening = opening;
  }

  /** What a ledger that is restored from here knows: what was answered and read later may be missing in it. */
  checkpoint(): Checkpoint {
    return {
      acked: new Map(this.#acked),
      ackedIds: new Set(this.#ackedIds),
      booked: new Map(this.#booked),
      read: new Map(this.#read),
    };
  }

  restored({ acked, ackedIds, booked, read }: Checkpoint): void {
    replaceMap(this.#acked, acked);
    replaceMap(this.#booked, booked);
    replaceMap(this.#read, read);
    this.#ackedIds.clear();
    for (const id of ackedIds) this.#ackedIds.add(id);
    // It may not know that tracking was off.
    this.#untracked.clear();
  }

  /** While tracking was off: none of it may ever be booked. Where all that counters show at first is to count, some may. */
  carriedUntracked(life: Life, bytes: bigint): void {
    if (this.#opening === 'baseline') this.#untracked.set(life, (this.#untracked.get(life) ?? 0n) + bytes);
  }

  sent(request: ReportAction): void {
    this.#add(this.#sent, this.#sentIds, request, true);
  }

  acknowledged(request: ReportAction): void {
    this.#add(this.#acked, this.#ackedIds, request, false);
  }

  #add(sums: Map<string, bigint>, ids: Set<string>, { sender, reports }: ReportAction, isUpperBound: boolean): void {
    for (const report of reports) {
      const { eventId, userToken, rx, tx } = report;
      if (!isUpperBound && !mustCountWhole(report)) continue;
      const id = eventId === null ? null : `${sender.credential ?? userToken} ${eventId} ${rx}`;
      if (id !== null && ids.has(id)) continue;
      if (id !== null) ids.add(id);
      sums.set(userToken, (sums.get(userToken) ?? 0n) + rx + tx);
    }
  }

  /** What the ledger took of a poll: what came before it in the lives it shows is not lost. */
  read(peers: readonly ShownPeer[]): void {
    for (const { life, rx, tx } of peers) {
      const before = this.#read.get(life);
      if (before === undefined || rx + tx > before.rx + before.tx) this.#read.set(life, { rx, tx });
    }
  }

  /** Acked <= booked <= sent, booked <= carried while tracking was on, and raw totals never shrink. */
  checkBooked(machine: Look): void {
    const carried = this.#carried();
    const at = machine.changes(tablesOf(RAW));
    if (this.#raw?.changes !== at)
      this.#raw = { changes: at, rows: statementOf(machine.look, RAW, 'big').all() as RawRow[] };
    for (const { token, peer, total } of this.#raw.rows) {
      const most = (token === null ? carried.get(peer ?? '') : this.#sent.get(token)) ?? 0n;
      this.#bound(token ?? `peer ${peer}`, total, most);
    }
    for (const [token, acked] of this.#acked) {
      const booked = this.#booked.get(token) ?? 0n;
      if (booked < acked) throw new Error(`${token}: ${acked} bytes were acknowledged, ${booked} are booked`);
    }
  }

  #carried(): Map<string, bigint> {
    const carried = new Map<string, bigint>();
    for (const life of this.#lives) {
      const { key, rx, tx } = life;
      carried.set(key, (carried.get(key) ?? 0n) + rx + tx - (this.#untracked.get(life) ?? 0n));
    }
    return carried;
  }

  get #lives(): Life[] {
    return this.#nodes.flatMap(({ lives }) => lives);
  }

  #bound(name: string, total: bigint, most: bigint): void {
    if (total > most) throw new Error(`${name}: ${total} bytes are booked, ${most} were there`);
    if (total < (this.#booked.get(name) ?? 0n)) throw new Error(`${name}: what was booked has shrunk to ${total}`);
    this.#booked.set(name, total);
  }

  /** What people see: shown usage of every user, of everything and of what nobody owns. */
  async checkShown(model: Model, store: Stores, idOf: (name: string) => UserId): Promise<void> {
    const names = [...model.state.users.keys()];
    const ids = names.map(idOf);
    const totals = await store.history.userTotals(ids);
    let everybody = 0n;
    names.forEach((name, i) => {
      const shown = model.shown(name);
      everybody += shown.rx + shown.tx;
      same(`shown usage of ${name}`, totals.get(ids[i] as UserId), shown);
    });
    const nobody = model.shown(null);
    const summary = await store.history.summary(null, { kind: 'all' });
    same('what nobody owns', summary.unclaimed, nobody);
    const { unclaimed, traffic } = { unclaimed: await store.history.unclaimed(), traffic: summary.traffic };
    same('the list of what nobody owns', unclaimed.traffic, nobody);
    if (traffic.total !== everybody + nobody.rx + nobody.tx) {
      throw new Error(
        `statistics show ${traffic.total}, users and unclaimed together ${everybody + nobody.rx + nobody.tx}`,
      );
    }
  }

  /**
   * What moved after the last poll that showed a life lies in an interval that is flagged: some of it may be missing.
   * Records from before `cleanedMs` are gone, and with them their flags. Not where a peer was removed and made anew unseen and has outgrown its old value: no reading tells those apart.
   */
  checkLosses(db: Database, cleanedMs: number): void {
    const flagged = statementOf(db, FLAGGED).all() as { peer: string; fromMs: number; toMs: number }[];
    for (const life of this.#lives) {
      const read = this.#read.get(life);
      if (read === undefined || this.#isOutgrown(life, read)) continue;
      const intervals = flagged.filter(({ peer }) => peer === life.key || peer === '');
      for (const { atMs, rx, tx } of unread(life, read)) {
        if (atMs < cleanedMs || intervals.some(({ fromMs, toMs }) => fromMs <= atMs && atMs <= toMs)) continue;
        throw new Error(
          `${life.key}: ${rx} and ${tx} bytes at ${new Date(atMs).toISOString()} are lost without a word`,
        );
      }
    }
  }

  #isOutgrown(life: Life, read: Bytes): boolean {
    const later = this.#lives.slice(this.#lives.indexOf(life) + 1).filter(({ key }) => key === life.key);
    return later.some(({ rx, tx }) => rx >= read.rx && tx >= read.tx);
  }
}

interface Checkpoint {
  readonly acked: ReadonlyMap<string, bigint>;
  readonly ackedIds: ReadonlySet<string>;
  readonly booked: ReadonlyMap<string, bigint>;
  readonly read: ReadonlyMap<Life, Bytes>;
}

function replaceMap<K, V>(map: Map<K, V>, by: ReadonlyMap<K, V>): void {
  map.clear();
  for (const [key, value] of by) map.set(key, value);
}

/** Moves of a life after what was last read of it. */
function unread({ moves }: Life, read: Bytes): Life['moves'] {
  let rx = 0n;
  let tx = 0n;
  return moves.filter((move) => {
    rx += move.rx;
    tx += move.tx;
    return (rx > read.rx || tx > read.tx) && move.rx + move.tx > 0n;
  });
}

/** Intervals in which bytes of a peer (of any, where it is '') may be missing. Flag 4: possible loss. */
const FLAGGED = `
  SELECT p.key AS peer, l.from_at AS fromMs, l.to_at AS toMs FROM loss l JOIN peer p ON p.id = l.peer_id
  UNION ALL
  SELECT p.key, r.quarter * 900000, (r.quarter + 1) * 900000 FROM record r JOIN tally t ON t.id = r.tally_id
  JOIN series s ON s.id = t.series_id JOIN peer p ON p.id = s.peer_id WHERE r.flags & 4
  UNION ALL
  SELECT p.key, 0, b.at FROM baseline b JOIN peer p ON p.id = b.peer_id
  UNION ALL
  SELECT p.key, 0, q.at FROM quarantine q JOIN peer p ON p.id = q.peer_id
  UNION ALL
  SELECT '', from_at, ifnull(to_at, 1e15) FROM gap WHERE reason = 'tracking-off'`;

/** A stream adds at most its value; a huge report is kept aside. */
function mustCountWhole({ mode, rx, tx }: UsageReport): boolean {
  return mode === 'delta' && rx + tx <= 10n * 1024n ** 4n;
}

interface RawRow {
  readonly token: string | null;
  readonly peer: string | null;
  readonly total: bigint;
}

/** What was counted, without what admins entered. */
const RAW = `SELECT v.token, p.key AS peer, sum(v.total) AS total FROM (
    SELECT s.token, s.peer_id, t.total FROM tally t JOIN series s ON s.id = t.series_id
    UNION ALL
    SELECT s.token, s.peer_id, -(o.rx + o.tx + o.undirected) FROM posting o JOIN tally t ON t.id = o.tally_id
    JOIN series s ON s.id = t.series_id) v
  LEFT JOIN peer p ON p.id = v.peer_id GROUP BY v.token, v.peer_id`;

function same(what: string, shown: { rx: bigint | null; tx: bigint | null } | undefined, wanted: Bytes): void {
  if ((shown?.rx ?? 0n) === wanted.rx && (shown?.tx ?? 0n) === wanted.tx) return;
  throw new Error(`${what} is ${shown?.rx} up and ${shown?.tx} down, not ${wanted.rx} and ${wanted.tx}`);
}
