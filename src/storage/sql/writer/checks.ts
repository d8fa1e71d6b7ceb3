import type { NodePoll } from '../../../core/ledger/usage-ledger.ts';
import {
  advanceCheck,
  type Checked,
  type CheckPoll,
  type CheckReading,
  type CheckState,
} from '../../../core/metering/reconcile.ts';
import { apportion } from '../../../core/metering/spread.ts';
import { addTraffic, NOTHING, type Traffic } from '../../../core/units/bytes.ts';
import type { Calendar, Day } from '../../../core/units/calendar.ts';
import { AMOUNT_PARTS, type CheckRow, toAmounts, toCheckState } from '../check-rows.ts';
import type { Database } from '../database.ts';
import type { ServicePoll } from './polled-services.ts';

/** Stands for the node's network card where a service's id would stand. */
export const CARD = '';

/** The ledger's integers have 63 bits. */
const MAX_STORED = 2n ** 63n - 1n;

/** Holds the peers of a poll against the own counters of their services and against the network card of the node. */
export class Checks {
  readonly #sql: ReturnType<typeof prepare>;
  readonly #calendar: Calendar;

  constructor(db: Database, calendar: Calendar) {
    this.#sql = prepare(db);
    this.#calendar = calendar;
  }

  /** After everything of the poll was metered. A poll that came late in the source's order says nothing. */
  take(poll: NodePoll, services: readonly ServicePoll[], trackingPeriod: number): void {
    if (services.some(({ isStale }) => isStale)) return;
    const { complete, host } = poll.poll;
    const read = { nodeId: poll.nodeId, at: poll.at, trackingPeriod };
    let all = NOTHING;
    for (const service of services) {
      all = addTraffic(all, service.metered);
      const checked = this.#advance(read, service.id, {
        reading: complete ? ownOf(service.reading) : null,
        peers: service.metered,
        peerCount: service.reading.peers.length,
      });
      service.ownRx = checked?.own.rx ?? checked?.own.total ?? 0n;
    }
    const peerCount = services.reduce((sum, { reading }) => sum + reading.peers.length, 0);
    const card = complete && host !== undefined ? readingOf(host.name, host.traffic, host.startEvidence) : null;
    this.#advance(read, CARD, { reading: card, peers: all, peerCount });
  }

  #advance(
    { nodeId, at, trackingPeriod }: Pick<NodePoll, 'nodeId' | 'at'> & { readonly trackingPeriod: number },
    serviceId: string,
    { peerCount, ...told }: Pick<CheckPoll, 'reading' | 'peers'> & { readonly peerCount: number },
  ): Checked | null {
    const row = this.#sql.find.get(nodeId, serviceId) as CheckRow | undefined;
    if (row === undefined && told.reading === null) return null;
    const before = row === undefined ? null : toCheckState(row);
    const rebase = row !== undefined && row.tracking_period < trackingPeriod;
    const { state, checked } = advanceCheck(before, { ...told, at, rebase });
    if (state === null) this.#sql.forget.run(nodeId, serviceId);
    else if (told.reading !== null || told.peers.total !== 0n) this.#save(nodeId, serviceId, state, trackingPeriod);
    if (checked !== null && state !== null) this.#book(nodeId, serviceId, state.name, checked, peerCount);
    return checked;
  }

  #save(nodeId: string, serviceId: string, state: CheckState, period: number): void {
    const { name, startEvidence, at, traffic, least, most, peers } = state;
    const amounts = [traffic, least, most, peers].flatMap(toAmounts);
    this.#sql.save.run(nodeId, serviceId, name, startEvidence, at.getTime(), period, ...amounts);
  }

  /** Over midnight both sides are split by time, in the same proportion. */
  #book(nodeId: string, serviceId: string, name: string, checked: Checked, peerCount: number): void {
    const { from, to, own, least, most, peers } = checked;
    const amounts = [own, least, most, peers].flatMap(toAmounts);
    const days = this.#daysOf(from.getTime(), to.getTime());
    const weights = days.map(({ ms }) => BigInt(ms));
    const shares = days.length === 1 ? null : amounts.map((amount) => apportion(amount, weights));
    for (const [i, { day, ms }] of days.entries()) {
      const values = shares === null ? amounts : shares.map((share) => share[i] ?? 0n);
      this.#sql.calendarDay.run(day.number, day.fromMs, day.toMs);
      this.#sql.book.run(day.number, nodeId, serviceId, name, ms, peerCount, ...values);
    }
  }

  #daysOf(fromMs: number, toMs: number): { readonly day: Day; readonly ms: number }[] {
    const days: { day: Day; ms: number }[] = [];
    let startMs = fromMs;
    do {
      const day = this.#calendar.dayOf(startMs);
      const endMs = Math.min(day.toMs, toMs);
      days.push({ day, ms: endMs - startMs });
      startMs = endMs;
    } while (startMs < toMs);
    return days;
  }
}

function ownOf({ name, own, ownHeaders, startEvidence }: ServicePoll['reading']): CheckReading | null {
  return own === undefined ? null : readingOf(name, own, startEvidence, ownHeaders);
}

/** Null if one of its numbers is not one that a counter of this world could show. */
function readingOf(
  name: string,
  traffic: Traffic,
  startEvidence = null as string | null | undefined,
  { least, most }: { readonly least: Traffic; readonly most: Traffic } = { least: NOTHING, most: NOTHING },
): CheckReading | null {
  const isSound = [traffic, least, most].every(({ rx, tx, total }) =>
    [rx ?? 0n, tx ?? 0n, total].every((bytes) => bytes >= 0n && bytes <= MAX_STORED),
  );
  return isSound ? { name, traffic, least, most, startEvidence: startEvidence ?? null } : null;
}

function prepare(db: Database) {
  const columns = ['own', 'least', 'most', 'peer'].flatMap((name) => AMOUNT_PARTS.map((part) => `${name}_${part}`));
  const places = columns.map(() => '?').join(', ');
  return {
    find: db.prepare('SELECT * FROM reconcile_state WHERE node_id = ? AND service_id = ?').safeIntegers(),
    forget: db.prepare('DELETE FROM reconcile_state WHERE node_id = ? AND service_id = ?'),
    save: db.prepare(
      `INSERT OR REPLACE INTO reconcile_state (node_id, service_id, name, start_evidence, at, tracking_period,
         ${columns.join(', ')}) VALUES (?, ?, ?, ?, ?, ?, ${places})`,
    ),
    calendarDay: db.prepare('INSERT OR IGNORE INTO calendar_day (day, from_at, to_at) VALUES (?, ?, ?)'),
    book: db.prepare(
      `INSERT INTO reconcile_day (day, node_id, service_id, name, checked_ms, peers, ${columns.join(', ')})
       VALUES (?, ?, ?, ?, ?, ?, ${places})
       ON CONFLICT DO UPDATE SET name = excluded.name, checked_ms = checked_ms + excluded.checked_ms,
         peers = max(peers, excluded.peers), ${columns.map((name) => `${name} = ${name} + excluded.${name}`).join(', ')}`,
    ),
  };
}
