import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { NodePoll } from '../../core/ledger/usage-ledger.ts';
import type { CounterSemantics, PeerReading, SourceOrder } from '../../core/metering/collector.ts';
import { directed } from '../../core/units/bytes.ts';
import { Calendar } from '../../core/units/calendar.ts';
import type { NodeId } from '../../core/units/ids.ts';
import { LedgerWriter } from '../sql/writer/ledger-writer.ts';
import type { WriterItem } from '../sql/writer/writer-items.ts';
import { writeConnection } from './connections.ts';
import { openForWriting } from './database.ts';

const START = Date.parse('2026-03-01T12:00:00Z');
const MINUTE = 60_000;
const ENDED: CounterSemantics = { kind: 'cumulative', falls: 'to-zero', absence: 'ended' };
const SILENT: CounterSemantics = { ...ENDED, absence: 'silent' };

type NewItem<I extends WriterItem = WriterItem> = I extends WriterItem ? Omit<I, 'id'> : never;

/** A ledger with one node, and the writer that polls are given to. */
class Ledger {
  readonly #db = openForWriting(':memory:');
  readonly #countersKept: number;
  #writer: LedgerWriter;
  #lastId = 0;
  #madeIds = 0;

  constructor(countersKept = 1_000) {
    this.#countersKept = countersKept;
    this.#writer = this.#newWriter(START);
    this.addNode('n');
  }

  #newWriter(nowMs: number): LedgerWriter {
    const newId = () => `id-${++this.#madeIds}`;
    const options = { calendar: Calendar.of('UTC'), newId, nowMs, countersKept: this.#countersKept };
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

interface Shape {
  readonly atMs: number;
  readonly peers: readonly PeerReading[];
  readonly identity?: string;
  readonly complete?: boolean;
  readonly startEvidence?: string;
  readonly semantics?: CounterSemantics;
  readonly nodeId?: string;
  readonly order?: SourceOrder;
}

function poll(shape: Shape): NewItem {
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
function alsoShowing(item: NewItem, shape: Shape): NewItem {
  const [one, other] = [item, poll(shape)].map((each) => (each as unknown as { poll: NodePoll }).poll) as [
    NodePoll,
    NodePoll,
  ];
  const services = [...one.poll.services, ...other.poll.services];
  return { kind: 'poll', poll: { ...one, poll: { ...one.poll, services } } as never };
}

const peerArb = fc.record({
  grown: fc.oneof(
    { weight: 3, arbitrary: fc.constant(0) },
    { weight: 3, arbitrary: fc.integer({ min: 1, max: 9_000 }) },
    // The counter began anew.
    { weight: 1, arbitrary: fc.constant(-1) },
  ),
  isThere: fc.integer({ min: 0, max: 9 }).map((n) => n > 0),
  port: fc.constantFrom(1, 1, 1, 2),
  name: fc.constantFrom(undefined, undefined, 'ann'),
  greets: fc.boolean(),
  isOff: fc.constantFrom(undefined, false, false, true),
});
const stepArb = fc.record({
  service: fc.constantFrom('a', 'b'),
  peers: fc.array(peerArb, { minLength: 4, maxLength: 4 }),
  complete: fc.integer({ min: 0, max: 9 }).map((n) => n > 0),
  restarts: fc.integer({ min: 0, max: 2 }).map((n) => n === 0),
  turnsOff: fc.integer({ min: 0, max: 9 }).map((n) => n === 0),
  reverses: fc.integer({ min: 0, max: 9 }).map((n) => n === 0),
});

type Step = (typeof stepArb extends fc.Arbitrary<infer T> ? T : never) & { readonly atMs: number };
type StepPeer = Step['peers'][number];

/** What the counters of two services show, step by step. */
class Counters {
  readonly #values = new Map<string, { rx: number; tx: number; greetedMs: number | null; boot: number }>();
  #boot = 1;

  after(step: Step): NewItem {
    if (step.restarts) this.#boot++;
    const { service: identity, complete, atMs } = step;
    const peers = step.peers.flatMap((peer, n) => this.#read(`${identity}${n}`, peer, atMs));
    const shown = step.reverses ? peers.toReversed() : peers;
    return poll({ atMs, peers: shown, identity, complete, startEvidence: `boot-${this.#boot}` });
  }

  #read(id: string, { grown, isThere, port, name, greets, isOff }: StepPeer, atMs: number): PeerReading[] {
    const before = this.#values.get(id);
    const isNew = before === undefined || grown < 0 || before.boot !== this.#boot;
    const [rx, tx] = isNew ? [7, 11] : [before.rx + grown, before.tx + 3 * grown];
    const greetedMs = greets ? atMs : (before?.greetedMs ?? null);
    this.#values.set(id, { rx, tx, greetedMs, boot: this.#boot });
    if (!isThere) return [];
    return [
      {
        ...{ key: `key ${id}`, traffic: directed(BigInt(rx), BigInt(tx)), endpoint: `192.0.2.1:${port}` },
        ...(greetedMs === null ? {} : { lastHandshakeAt: new Date(greetedMs) }),
        ...(name === undefined ? {} : { name }),
        ...(isOff === undefined ? {} : { isOff }),
      },
    ];
  }
}

function switchTracking(one: Ledger, atMs: number): void {
  one.run(atMs - MINUTE, { kind: 'operation', name: 'setTracking', args: [false] } as never);
  one.run(atMs - MINUTE / 2, { kind: 'operation', name: 'setTracking', args: [true] } as never);
}

it('peers that did not move are passed over, and everything is booked as if each had been looked at', () => {
  fc.assert(
    fc.property(fc.array(stepArb, { minLength: 2, maxLength: 12 }), (steps) => {
      const [kept, little, nothing] = [new Ledger(), new Ledger(1), new Ledger()];
      const counters = new Counters();
      steps.forEach((step, i) => {
        const atMs = START + (i + 1) * 2 * MINUTE;
        const item = counters.after({ ...step, atMs });
        for (const one of [kept, little, nothing]) {
          if (step.turnsOff) switchTracking(one, atMs);
          one.run(atMs, item);
        }
        nothing.startAgain(atMs);
      });
      const booked = [kept, little, nothing].map((one) => one.booked());
      for (const one of [kept, little, nothing]) one.close();
      expect(booked[0]).toEqual(booked[2]);
      expect(booked[1]).toEqual(booked[2]);
    }),
    { numRuns: 15 },
  );
}, 60_000);

const reading = (key: string, bytes: number): PeerReading => ({
  ...{ key, traffic: directed(BigInt(bytes), BigInt(3 * bytes)), endpoint: '192.0.2.1:1' },
});

it.each([1_000, 1])(
  'what flows after a time of standing still is spread over its last minute, with %i counters kept',
  (countersKept) => {
    const one = new Ledger(countersKept);
    let atMs = START;
    const show = (identity: string, ...peers: readonly PeerReading[]) =>
      one.run(atMs, poll({ atMs, peers, identity, semantics: SILENT }));
    for (let minute = 0; minute < 40; minute++, atMs += MINUTE) {
      show('a', reading('still', 100), reading('busy', 100 + minute));
      show('b', reading('other', minute));
    }
    show('a', reading('still', 5_100), reading('busy', 140));
    const [quarters] = one.rows(`SELECT count(DISTINCT r.quarter) AS n FROM record r
      JOIN tally t ON t.id = r.tally_id JOIN series s ON s.id = t.series_id JOIN peer p ON p.id = s.peer_id
      WHERE p.key = 'still'`) as { n: number }[];
    one.close();
    expect(quarters).toEqual({ n: 1 });
  },
);

/** Into how many quarters of an hour the bytes of a peer went. */
function quartersOf(one: Ledger, key: string): number {
  const [counted] = one.rows(`SELECT count(DISTINCT r.quarter) AS n FROM record r
    JOIN tally t ON t.id = r.tally_id JOIN series s ON s.id = t.series_id JOIN peer p ON p.id = s.peer_id
    WHERE p.key = '${key}'`) as { n: number }[];
  return counted?.n ?? 0;
}

it.each([1_000, 1])(
  'what flowed while another peer was added is spread over the last minute, too, with %i counters kept',
  (countersKept) => {
    const one = new Ledger(countersKept);
    let atMs = START;
    const show = (identity: string, ...peers: readonly PeerReading[]) =>
      one.run(atMs, poll({ atMs, peers, identity, semantics: SILENT }));
    for (let minute = 0; minute < 40; minute++, atMs += MINUTE) {
      show('a', reading('still', 100));
      show('b', reading('other', minute));
    }
    show('a', reading('new', 0), reading('still', 5_100));
    expect(quartersOf(one, 'still')).toBe(1);
    one.close();
  },
);

it('a poll that comes late does not make what flows later be spread over the time of standing still', () => {
  const one = new Ledger(1);
  const show = (identity: string, minute: number, bytes: number) => {
    const order = { bootId: 'boot-1', uptimeMs: minute * MINUTE };
    one.run(
      START + minute * MINUTE,
      poll({ atMs: START + minute * MINUTE, peers: [reading(identity, bytes)], identity, semantics: SILENT, order }),
    );
  };
  for (let minute = 1; minute < 40; minute++) {
    show('a', minute, 100);
    show('b', minute, minute);
  }
  show('a', 38, 100);
  show('a', 40, 5_100);
  expect(quartersOf(one, 'a')).toBe(1);
  one.close();
});

it('a poll of a node that is refused does not either', () => {
  const one = new Ledger();
  one.addNode('second');
  let atMs = START;
  const show = (bytes: number, nodeId = 'n') =>
    one.run(atMs, poll({ atMs, peers: [reading('still', bytes)], semantics: SILENT, nodeId }));
  for (let minute = 0; minute < 40; minute++, atMs += MINUTE) show(100);
  expect(() => show(100, 'second')).toThrow('already read');
  show(5_100);
  expect(quartersOf(one, 'still')).toBe(1);
  one.close();
});

it('tracking that is switched off and on while a large poll is booked makes nothing count twice', () => {
  const one = new Ledger();
  const keys = Array.from({ length: 2_500 }, (_, n) => `key ${n}`);
  const show = (minute: number, bytes: number) =>
    poll({ atMs: START + minute * MINUTE, peers: keys.map((key) => reading(key, bytes)) });
  one.run(START, show(0, 100));
  const track = (enabled: boolean) => ({ kind: 'operation', name: 'setTracking', args: [enabled] }) as never;
  one.runWithin(START + MINUTE, show(1, 107), track(false), track(true));
  expect(total(one)).toBe(2_500 * 7);
  // What flowed since may be from the time in which it was off.
  one.run(START + 2 * MINUTE, show(2, 111));
  expect(total(one)).toBe(2_500 * 7);
  one.run(START + 3 * MINUTE, show(3, 112));
  expect(total(one)).toBe(2_500 * 8);
  one.close();
});

it('an owner who is named while a large poll is booked gets what is booked after that', () => {
  const one = new Ledger(1_000);
  const keys = Array.from({ length: 2_500 }, (_, n) => `key ${n}`);
  const show = (minute: number, bytes: number) => {
    const atMs = START + minute * MINUTE;
    const large = poll({ atMs, peers: keys.map((key) => reading(key, bytes)), identity: 'large' });
    return alsoShowing(large, { atMs, peers: [reading('other', bytes)], identity: 'small' });
  };
  one.run(START, show(0, 100));
  one.addUser('ann');
  const [peer] = one.rows(`SELECT id FROM peer WHERE key = 'key 2400'`) as { id: string }[];
  const assignment = { peerId: peer?.id, userId: 'ann', from: new Date(START), countInCycle: true };
  one.runWithin(START + MINUTE, show(1, 107), {
    kind: 'operation',
    name: 'assignPeers',
    args: [[assignment]],
  } as never);
  expect(
    one.rows('SELECT t.rx, t.tx FROM tally t JOIN segment g ON g.id = t.segment_id WHERE g.user_id IS NOT NULL'),
  ).toEqual([{ rx: 7, tx: 21 }]);
  one.close();
});

const total = (one: Ledger) => (one.rows('SELECT ifnull(sum(rx), 0) AS rx FROM tally') as { rx: number }[])[0]?.rx;

it('the same bytes after another start count again', () => {
  const one = new Ledger();
  const show = (minute: number, startEvidence: string) => {
    const atMs = START + minute * MINUTE;
    one.run(atMs, poll({ atMs, peers: [reading('a', 100)], startEvidence }));
  };
  show(0, 'boot-1');
  show(1, 'boot-1');
  show(2, 'boot-2');
  expect(total(one)).toBe(100);
  show(3, 'boot-2');
  expect(total(one)).toBe(100);
  one.close();
});

it('a peer that is gone ends, although the others stand still', () => {
  const one = new Ledger();
  const show = (minute: number, ...keys: readonly string[]) => {
    const atMs = START + minute * MINUTE;
    one.run(atMs, poll({ atMs, peers: keys.map((key) => reading(key, 100)) }));
  };
  show(0, 'a', 'b');
  show(1, 'a', 'b');
  show(2, 'a');
  expect(one.rows('SELECT key FROM peer WHERE ended_at IS NOT NULL')).toEqual([{ key: 'b' }]);
  show(3, 'a', 'b');
  // A new life, all of which flowed since it was gone.
  expect(total(one)).toBe(100);
  one.close();
});
