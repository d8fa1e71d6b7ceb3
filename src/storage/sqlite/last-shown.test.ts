import { deserialize, serialize } from 'node:v8';
import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import type { CounterSemantics, PeerReading } from '../../core/metering/collector.ts';
import type { ReadingColumns } from '../../core/metering/reading-columns.ts';
import { directed } from '../../core/units/bytes.ts';
import { columnsOf } from '../sql/reading-columns.ts';
import { movedBetween, type Shown, shownBy } from '../sql/writer/last-shown.ts';
import { MeterStates } from '../sql/writer/meter-states.ts';
import { ENDED, Ledger, MINUTE, type NewItem, poll, reading, SILENT, START, total } from './testing.ts';

describe('what moved', () => {
  const of = (absence: 'ended' | 'silent', ...peers: readonly [key: string, bytes: number][]) => {
    const columns = columnsOf(peers.map(([key, bytes]) => reading(key, bytes)));
    return shownBy(columns, { startEvidence: null, trackingPeriod: 0, absence }) as Shown;
  };

  it('is found in whatever order a source that does not show everybody tells its peers', () => {
    const before = of('silent', ['a', 1], ['b', 2], ['c', 3]);
    expect(movedBetween(before, of('silent', ['c', 3], ['a', 1], ['b', 2]))).toEqual([]);
    expect(movedBetween(before, of('silent', ['c', 3], ['a', 7], ['b', 2]))).toEqual([1]);
    // The values changed places, the peers did not.
    expect(movedBetween(before, of('silent', ['b', 1], ['a', 2], ['c', 3]))).toEqual([0, 1]);
  });

  it('is not told one by one where more than half of very many moved', () => {
    const many = (moved: number) =>
      of('ended', ...Array.from({ length: 1_200 }, (_, n) => [`k${n}`, n < moved ? n + 5_000 : n] as [string, number]));
    expect(movedBetween(many(0), many(600))).toHaveLength(600);
    expect(movedBetween(many(0), many(601))).toBeNull();
  });

  it('is unknown where other peers are there, or one is told twice', () => {
    const before = of('silent', ['a', 1], ['b', 2]);
    expect(movedBetween(before, of('silent', ['b', 2], ['c', 1]))).toBeNull();
    expect(movedBetween(before, of('silent', ['b', 2], ['b', 2]))).toBeNull();
    expect(movedBetween(of('silent', ['a', 1], ['a', 1]), before)).toBeNull();
    expect(movedBetween(before, of('silent', ['b', 2]))).toBeNull();
    expect(movedBetween(of('ended', ['a', 1], ['b', 2]), of('ended', ['b', 2], ['a', 1]))).toBeNull();
  });
});

it('what is kept of a reading does not keep the message that it came in', () => {
  const peers = Array.from({ length: 64 }, (_, n) => ({
    ...reading(`key ${n}`, n),
    lastHandshakeAt: new Date(n),
    isOff: false,
  }));
  // As from a process that stands by: columns lie in the memory of the whole message, some of them at any place.
  const columns = deserialize(serialize({ columns: columnsOf(peers), rest: 'x'.repeat(100_000) }))
    .columns as ReadingColumns;
  const shown = shownBy(columns, { startEvidence: null, trackingPeriod: 0, absence: 'silent' });
  const kept = [shown?.bytes, shown?.isDirected, shown?.isOff, shown?.handshakes, shown?.words, shown?.peers?.ends];
  expect(kept.map((column) => column?.buffer.byteLength)).toEqual([1_024, 64, 64, 512, 256, 256]);
  expect([...(shown?.bytes ?? [])].slice(-2)).toEqual([63n, 189n]);
});

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
  readonly #semantics: CounterSemantics;
  readonly #values = new Map<string, { rx: number; tx: number; greetedMs: number | null; boot: number }>();
  #boot = 1;

  constructor(semantics = ENDED) {
    this.#semantics = semantics;
  }

  after(step: Step): NewItem {
    if (step.restarts) this.#boot++;
    const { service: identity, complete, atMs } = step;
    const peers = step.peers.flatMap((peer, n) => this.#read(`${identity}${n}`, peer, atMs));
    const shown = step.reverses ? peers.toReversed() : peers;
    return poll({
      atMs,
      peers: shown,
      identity,
      complete,
      startEvidence: `boot-${this.#boot}`,
      semantics: this.#semantics,
    });
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

it('of a source that does not show everybody the same is booked, however few counters are kept', () => {
  fc.assert(
    fc.property(fc.array(stepArb, { minLength: 2, maxLength: 12 }), (steps) => {
      const [kept, little, nothing] = [new Ledger(), new Ledger(1), new Ledger()];
      const counters = new Counters(SILENT);
      steps.forEach((step, i) => {
        // Another quarter of an hour each time: what is spread over a longer interval shows.
        const atMs = START + (i + 1) * 20 * MINUTE;
        const item = counters.after({ ...step, atMs });
        for (const one of [kept, little, nothing]) {
          if (step.turnsOff) switchTracking(one, atMs);
          one.run(atMs, item);
        }
        nothing.startAgain(atMs);
      });
      // Over what time it is spread depends on what is remembered.
      expect(total(kept)).toBe(total(nothing));
      const booked = [kept, little].map((one) => one.booked());
      for (const one of [kept, little, nothing]) one.close();
      expect(booked[1]).toEqual(booked[0]);
    }),
    { numRuns: 15 },
  );
}, 60_000);

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

it('a poll that comes in part does not either', () => {
  const one = new Ledger(1);
  let atMs = START;
  const show = (identity: string, bytes: number, complete = true) => {
    one.run(atMs, poll({ atMs, peers: [reading(identity, bytes)], identity, semantics: SILENT, complete }));
  };
  for (let minute = 0; minute < 40; minute++, atMs += MINUTE) {
    show('a', 100);
    show('b', minute);
  }
  show('a', 100, false);
  atMs += MINUTE;
  show('b', 41);
  show('a', 5_100);
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

it('a service has room among those that are remembered as a whole once it differs much twice in a row', () => {
  const asked = vi.spyOn(MeterStates.prototype, 'ofService');
  const one = new Ledger();
  const orders = [
    ['a', 'b'],
    ['b', 'a'],
    ['b', 'a'],
    ['a', 'b'],
    ['b', 'a'],
    ['b', 'a'],
  ];
  orders.forEach((keys, minute) => {
    const atMs = START + minute * MINUTE;
    one.run(atMs, poll({ atMs, peers: keys.map((key) => reading(key, 100)) }));
  });
  expect(asked.mock.calls.map(([, , needsAll]) => needsAll)).toEqual([false, false, false, false, true, false]);
  asked.mockRestore();
  one.close();
});
