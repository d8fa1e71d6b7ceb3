import type { NodePoll } from '../../core/ledger/usage-ledger.ts';
import type { CounterSemantics, PeerReading, SourceOrder } from '../../core/metering/collector.ts';
import { directed } from '../../core/units/bytes.ts';
import { Calendar } from '../../core/units/calendar.ts';
import type { NodeId } from '../../core/units/ids.ts';
import { LedgerWriter } from '../sql/writer/ledger-writer.ts';
import type { WriterSizes } from '../sql/writer/operations.ts';
import type { WriterItem } from '../sql/writer/writer-items.ts';
import { writeConnection } from './connections.ts';
import { openForWriting } from './database.ts';

export const START = Date.parse('2026-03-01T12:00:00Z');
export const MINUTE = 60_000;
export const ENDED: CounterSemantics = { kind: 'cumulative', falls: 'to-zero', absence: 'ended' };
export const SILENT: CounterSemantics = { ...ENDED, absence: 'silent' };

export type NewItem<I extends WriterItem = WriterItem> = I extends WriterItem ? Omit<I, 'id'> : never;

/** A ledger with one node, and the writer that polls are given to. */
export class Ledger {
  readonly #db = openForWriting(':memory:');
  readonly #sizes: WriterSizes;
  #writer: LedgerWriter;
  #lastId = 0;
  #madeIds = 0;

  constructor(countersKept = 1_000, sizes: WriterSizes = {}) {
    this.#sizes = { countersKept, ...sizes };
    this.#writer = this.#newWriter(START);
    this.addNode('n');
  }

  #newWriter(nowMs: number): LedgerWriter {
    const newId = () => `id-${++this.#madeIds}`;
    const options = { calendar: Calendar.of('UTC'), newId, nowMs, sizes: this.#sizes };
    return new LedgerWriter(writeConnection(this.#db), options);
  }

  addNode(id: string): void {
    this.#db.exec(`INSERT INTO node (id, name, slug, description, kind, options, poll_interval_ms, opening, users_policy,
      created_at) VALUES ('${id}', '${id}', '${id}', '', 'wireguard', '{}', 30000, 'baseline', 'none', 0)`);
  }

  addUser(id: string): void {
    this.#db.exec(`INSERT INTO user (id, name, link_token, role, note, active, created_at)
      VALUES ('${id}', '${id}', 'link of ${id}', 'user', '', 1, 0)`);
  }

  /** Nothing is remembered any more. */
  startAgain(nowMs: number): void {
    this.#writer = this.#newWriter(nowMs);
  }

  run(nowMs: number, item: NewItem): void {
    this.#finish(nowMs, [item]);
  }

  #finish(nowMs: number, items: readonly NewItem[]): void {
    this.#writer.enqueue(
      items.map((item) => ({ ...item, id: ++this.#lastId }) as WriterItem),
      nowMs,
    );
    while (this.#writer.hasWork) {
      for (const answer of this.#writer.turn().answers) if (!answer.ok) throw answer.error;
    }
  }

  /** The others are called when the first part of `first` is written. */
  runWithin(nowMs: number, first: NewItem, ...others: readonly NewItem[]): void {
    this.#writer.enqueue([{ ...first, id: ++this.#lastId } as WriterItem], nowMs);
    if (this.#writer.turn().answers.length > 0) throw new Error('it was done in one part');
    this.#finish(nowMs, others);
  }

  /** What is done to the tables outside of the writer. */
  exec(sql: string): void {
    this.#db.exec(sql);
  }

  rows(sql: string): unknown[] {
    return this.#db.prepare(sql).all();
  }

  /** Everything that polls write about peers. */
  booked(): unknown {
    return {
      peers: this.rows('SELECT key, name, allowed_ips, ended_at, last_seen_at FROM peer ORDER BY service_id, key'),
      counters:
        this.rows(`SELECT p.key, c.epoch, c.rx, c.tx, c.ended, c.endpoint, c.last_handshake_at, c.tracking_period
        FROM counter c JOIN peer p ON p.id = c.peer_id ORDER BY p.service_id, p.key`),
      records: this.rows(`SELECT r.quarter, p.key, r.flags, r.rx, r.tx FROM record r JOIN tally t ON t.id = r.tally_id
        JOIN series s ON s.id = t.series_id JOIN peer p ON p.id = s.peer_id ORDER BY 1, p.service_id, 2, 3`),
      totals: this.rows('SELECT rx, tx, first_at, last_at FROM tally ORDER BY id'),
      losses: this.rows('SELECT peer_id, from_at, to_at, flags FROM loss ORDER BY 1, 2, 3, 4'),
      baselines: this.rows('SELECT peer_id, at, reason, rx, tx FROM baseline ORDER BY 1, 2'),
      services: this.rows('SELECT identity, last_complete_at, last_complete_evidence FROM vpn_service ORDER BY 1'),
    };
  }

  close(): void {
    this.#writer.close();
  }
}

export interface Shape {
  readonly atMs: number;
  readonly peers: readonly PeerReading[];
  readonly identity?: string;
  readonly complete?: boolean;
  readonly startEvidence?: string;
  readonly semantics?: CounterSemantics;
  readonly nodeId?: string;
  readonly order?: SourceOrder;
}

export function poll(shape: Shape): NewItem {
  const { atMs, peers, identity = 'wg0', complete = true, startEvidence = 'boot-1', semantics = ENDED } = shape;
  const { nodeId = 'n', order } = shape;
  const service = { identity, kind: 'wireguard', name: 'wg0', startEvidence, peers };
  const given: NodePoll = {
    ...{
      nodeId: nodeId as NodeId,
      semantics,
      opening: 'baseline',
      at: new Date(atMs),
      durationMs: 5,
      clockSuspect: false,
    },
    poll: { complete, services: [service], notices: [], ...(order === undefined ? {} : { order }) },
  };
  return { kind: 'poll', poll: given as never };
}

/** Another service in the same poll. */
export function alsoShowing(item: NewItem, shape: Shape): NewItem {
  const [one, other] = [item, poll(shape)].map((each) => (each as unknown as { poll: NodePoll }).poll) as [
    NodePoll,
    NodePoll,
  ];
  const services = [...one.poll.services, ...other.poll.services];
  return { kind: 'poll', poll: { ...one, poll: { ...one.poll, services } } as never };
}

export const reading = (key: string, bytes: number): PeerReading => ({
  ...{ key, traffic: directed(BigInt(bytes), BigInt(3 * bytes)), endpoint: '192.0.2.1:1' },
});

/** Received bytes of all that was counted. */
export const total = (one: Ledger): number | undefined =>
  (one.rows('SELECT ifnull(sum(rx), 0) AS rx FROM tally') as { rx: number }[])[0]?.rx;
