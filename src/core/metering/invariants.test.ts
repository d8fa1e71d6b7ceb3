/**
 * The invariants of ARCHITECTURE.md over a small world: a node whose peers move bytes, restart, go and come back, read
 * by polls that get lost, cut short, repeated and late, and a ledger that knows only what the polls showed.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { addTraffic, directed, NOTHING, type Traffic } from '../units/bytes.ts';
import { quarterOf } from '../units/quarter.ts';
import type { CounterSemantics, PeerReading, SourceOrder } from './collector.ts';
import { FLAG } from './flags.ts';
import { type CounterState, lastReadAt, type MeterContext, type Metered, meterReading } from './meter.ts';
import { isLater } from './order.ts';
import { cutInterval, spread } from './spread.ts';
import { type Life, type Move, type Snapshot, START, World } from './testing.ts';

const WIREGUARD: CounterSemantics = { kind: 'cumulative', falls: 'to-zero', absence: 'ended' };
/** Panels keep counters for ever: one that is lower than before was put back, with all of them, from a backup. */
const PANEL: CounterSemantics = { kind: 'cumulative', falls: 'rewound', absence: 'silent' };
/** Every way in which a source may say what a fall, and what absence means. */
const ALL_KINDS: readonly CounterSemantics[] = [
  WIREGUARD,
  PANEL,
  { ...WIREGUARD, absence: 'silent' },
  { ...PANEL, absence: 'ended' },
];

/** What a store does with the meter; it never writes down unchanged readings. */
class Ledger {
  readonly booked = new Map<string, Traffic>();
  readonly quarters = new Map<number, Traffic>();
  readonly doubtful = new Map<string, { fromMs: number; toMs: number }[]>();
  /** Series of which a new life was taken for growth of the old one: nothing in the readings tells them apart. */
  readonly fooled = new Set<string>();
  readonly #states = new Map<string, CounterState & { life: Life }>();
  /** What this story had in it: a rule about something that never happens would hold by itself. */
  readonly happened = new Set<Happening>();
  readonly #opening: 'baseline' | 'count';
  readonly #semantics: CounterSemantics;
  #last: { readonly order: SourceOrder; readonly at: Date } | null = null;
  #complete: { readonly at: Date; readonly evidence: string | null } | null = null;

  constructor(opening: 'baseline' | 'count', semantics: CounterSemantics) {
    this.#opening = opening;
    this.#semantics = semantics;
  }

  poll(snapshot: Snapshot): void {
    const at = new Date(snapshot.atMs);
    if (this.#last !== null && !isLater(snapshot.order, at, this.#last.order, this.#last.at)) {
      this.happened.add('a stale poll');
      return;
    }
    const context: MeterContext = {
      semantics: this.#semantics,
      at,
      order: snapshot.order,
      startEvidence: snapshot.evidence,
      lastCompleteAt: this.#complete?.at ?? null,
      lastCompleteEvidence: this.#complete?.evidence ?? null,
      opening: this.#complete === null ? this.#opening : 'baseline',
      clockSuspect: false,
    };
    for (const { reading, life } of snapshot.peers) this.#meter(reading, life, context);
    this.#last = { order: snapshot.order, at };
    if (!snapshot.complete) this.happened.add('a poll cut short');
    if (!snapshot.complete) return;
    if (this.#semantics.absence === 'ended')
      this.#endAbsent(new Set(snapshot.peers.map(({ reading }) => reading.key)), context);
    this.#complete = { at, evidence: snapshot.evidence };
  }

  #meter(reading: PeerReading, life: Life, context: MeterContext): void {
    const state = this.#states.get(reading.key) ?? null;
    const metered = meterReading(state, reading, context);
    if (metered === 'stale') throw new Error('the poll was not stale as a whole');
    const isFirst = state === null && context.lastCompleteAt === null;
    if (isFirst && this.#opening === 'baseline') life.base = reading.traffic;
    life.read = reading.traffic;
    const known = state === null || state.life === life ? null : this.#newLife(state, life, metered, context);
    for (const each of [known, whatIsRare(metered)]) if (each !== null) this.happened.add(each);
    if (metered === 'unchanged') return;
    expect(isAtMost(NOTHING, metered.counted)).toBe(true);
    this.#states.set(reading.key, { ...metered.next, life });
    this.#book(reading.key, metered.counted, metered.from?.getTime() ?? null, context.at.getTime());
    if ((metered.flags & FLAG.possibleLoss) !== 0 && metered.from !== null) {
      this.#doubt(reading.key, metered.from, context.at);
    }
  }

  /** How the old life gave way to this one; null: that cannot be told. */
  #newLife(
    state: CounterState & { life: Life },
    life: Life,
    metered: Metered | 'unchanged',
    { startEvidence }: MeterContext,
  ): Happening | null {
    if (state.ended) return 'a removal that was seen';
    if (metered === 'unchanged' || metered.next.epoch === state.epoch) {
      this.fooled.add(life.key);
      return 'a new life that had overtaken the old one';
    }
    if (state.startEvidence !== null && startEvidence !== state.startEvidence)
      return 'a restart that the source showed';
    return life.value.total < state.traffic.total ? 'a new life that only the fall gave away' : null;
  }

  #endAbsent(shown: ReadonlySet<string>, context: MeterContext): void {
    for (const [key, state] of this.#states) {
      if (shown.has(key) || state.ended) continue;
      this.#doubt(key, lastReadAt(state, context), context.at);
      this.#states.set(key, { ...state, ended: true });
    }
  }

  #book(key: string, traffic: Traffic, fromMs: number | null, toMs: number): void {
    this.booked.set(key, addTraffic(this.booked.get(key) ?? NOTHING, traffic));
    for (const slice of spread(traffic, cutInterval({ fromMs, toMs, bookedAtMs: toMs, flags: 0 }))) {
      this.quarters.set(slice.quarter, addTraffic(this.quarters.get(slice.quarter) ?? NOTHING, slice.traffic));
    }
  }

  #doubt(key: string, from: Date, to: Date): void {
    const intervals = this.doubtful.get(key) ?? [];
    intervals.push({ fromMs: from.getTime(), toMs: to.getTime() });
    this.doubtful.set(key, intervals);
  }
}

type Happening =
  | 'a stale poll'
  | 'a poll cut short'
  | 'a removal that was seen'
  | 'a restart that the source showed'
  | 'a new life that only the fall gave away'
  | 'a new life that had overtaken the old one'
  | 'a counter that was put back'
  | 'a value beyond what a float can hold';

function whatIsRare(metered: Metered | 'unchanged'): Happening | null {
  if (metered === 'unchanged') return null;
  if (metered.baseline === 'rewound') return 'a counter that was put back';
  return metered.counted.total > Number.MAX_SAFE_INTEGER ? 'a value beyond what a float can hold' : null;
}

const keys = fc.constantFrom('a', 'b', 'c', 'd');
const amount = fc.oneof(
  { weight: 4, arbitrary: fc.bigInt({ min: 0n, max: 5000n }) },
  { weight: 1, arbitrary: fc.bigInt({ min: 0n, max: 2n ** 61n }) },
);
const traffic = fc.tuple(amount, amount).map(([rx, tx]) => directed(rx, tx));
const event = fc.oneof(
  { weight: 6, arbitrary: fc.record({ do: fc.constant('move' as const), key: keys, bytes: traffic }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('poll' as const), lost: fc.boolean() }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('cut-short' as const), peers: fc.nat(4) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('deliver-again' as const), which: fc.nat() }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('restart' as const), boot: fc.boolean() }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('remove' as const), key: keys }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('add' as const), key: keys }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('put-back' as const), which: fc.nat() }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('wait' as const), ms: fc.integer({ min: 0, max: 7_200_000 }) }) },
);
const story = fc.record({
  before: fc.array(fc.tuple(keys, traffic), { maxLength: 3 }),
  opening: fc.constantFrom<'baseline' | 'count'>('baseline', 'count'),
  showsStarts: fc.boolean(),
  semantics: fc.constant(WIREGUARD),
  events: fc.array(event, { maxLength: 80, size: 'max' }),
});
type Story = typeof story extends fc.Arbitrary<infer T> ? T : never;
const storyOfAnyKind = fc
  .tuple(story, fc.constantFrom(...ALL_KINDS))
  .map(([told, semantics]) => ({ ...told, semantics }));

function happen(world: World, ledger: Ledger, taken: Snapshot[], action: Story['events'][number]): void {
  world.nowMs += action.do === 'wait' ? action.ms : 1000;
  switch (action.do) {
    case 'move':
      world.move(action.key, action.bytes);
      break;
    case 'restart':
      world.restart(action.boot);
      break;
    case 'remove':
      world.remove(action.key);
      break;
    case 'add':
      world.add(action.key);
      break;
    case 'poll':
    case 'cut-short': {
      const snapshot = world.snapshot(action.do === 'poll' ? null : action.peers);
      taken.push(snapshot);
      if (action.do === 'cut-short' || !action.lost) ledger.poll(snapshot);
      break;
    }
    case 'put-back':
    case 'deliver-again': {
      const old = taken[action.which % Math.max(1, taken.length)];
      if (old === undefined) break;
      if (action.do === 'put-back') world.putBack(old);
      else ledger.poll(old);
    }
  }
}

/** Lives the story and checks after each event that nothing was booked that was not carried. */
function tell({ before, opening, showsStarts, semantics, events }: Story): { world: World; ledger: Ledger } {
  const world = new World(showsStarts);
  const ledger = new Ledger(opening, semantics);
  const taken: Snapshot[] = [];
  for (const [key, value] of before) world.add(key, value);
  for (const action of events) {
    if (action.do === 'put-back' && semantics.falls === 'to-zero') continue;
    happen(world, ledger, taken, action);
    for (const [key, booked] of ledger.booked) {
      const carried = sum(world.lives.filter((life) => life.key === key).map(carriedBy));
      expect(isAtMost(booked, carried)).toBe(true);
    }
  }
  world.nowMs += 1000;
  ledger.poll(world.snapshot(null));
  return { world, ledger };
}

const carriedBy = ({ moves }: Life) => sum(moves.map(({ bytes }) => bytes));
const sum = (parts: readonly Traffic[]) => parts.reduce(addTraffic, NOTHING);
const isAtMost = (a: Traffic, b: Traffic) =>
  (a.rx ?? 0n) <= (b.rx ?? 0n) && (a.tx ?? 0n) <= (b.tx ?? 0n) && a.total <= b.total;
const minus = (a: Traffic, b: Traffic) => directed((a.rx ?? 0n) - (b.rx ?? 0n), (a.tx ?? 0n) - (b.tx ?? 0n));

/** Moves after the last reading of a life. */
function unread(life: Life): Move[] {
  let seen = NOTHING;
  return life.moves.filter(({ bytes }) => {
    const isRead = life.read !== null && isAtMost(addTraffic(seen, bytes), life.read);
    if (isRead) seen = addTraffic(seen, bytes);
    return !isRead && bytes.total > 0n;
  });
}

describe('whatever happens to nodes and polls', () => {
  const runs = { numRuns: 300 };

  it('never more is booked than was carried, whatever a fall and absence mean', () => {
    fc.assert(
      fc.property(storyOfAnyKind, (told) => void tell(told)),
      runs,
    );
  });

  it('all of it does happen in these stories', () => {
    const happened = new Set(fc.sample(storyOfAnyKind, 400).flatMap((told) => [...tell(told).ledger.happened]));
    const wanted: Happening[] = [
      ...(['a stale poll', 'a poll cut short', 'a removal that was seen'] as const),
      ...(['a restart that the source showed', 'a new life that only the fall gave away'] as const),
      ...(['a new life that had overtaken the old one', 'a counter that was put back'] as const),
      'a value beyond what a float can hold',
    ];
    expect([...happened].sort()).toEqual(wanted.sort());
  });

  it('of every life exactly what was read of it is booked, however its readings came in', () => {
    fc.assert(
      fc.property(story, (told) => {
        const { world, ledger } = tell(told);
        for (const [key, booked] of ledger.booked) {
          if (ledger.fooled.has(key)) continue;
          const read = world.lives.filter((life) => life.key === key && life.read !== null);
          expect(booked).toEqual(sum(read.map((life) => minus(life.read ?? NOTHING, life.base))));
        }
      }),
      runs,
    );
  });

  it('bytes of a life that was not read at its end lie in intervals flagged as possible loss', () => {
    fc.assert(
      fc.property(story, (told) => {
        const { world, ledger } = tell(told);
        for (const life of world.lives) {
          if (life.read === null || ledger.fooled.has(life.key)) continue;
          const intervals = ledger.doubtful.get(life.key) ?? [];
          for (const { atMs } of unread(life)) {
            expect(intervals.some(({ fromMs, toMs }) => fromMs < atMs && atMs <= toMs)).toBe(true);
          }
        }
      }),
      runs,
    );
  });

  it('a restart is never taken for growth where the source shows its starts', () => {
    const restarts = story.map((told): Story => {
      const events = told.events.filter(({ do: what }) => what !== 'remove' && what !== 'add');
      return { ...told, before: [['a', directed(5n, 5n)]], showsStarts: true, events };
    });
    fc.assert(
      fc.property(restarts, (told) => {
        expect(tell(told).ledger.fooled.size).toBe(0);
      }),
      runs,
    );
  });

  it('everything is booked where every change of life was polled right before and after', () => {
    fc.assert(
      fc.property(story, (told) => {
        const careful = told.events.flatMap((action): Story['events'] => {
          if (action.do === 'cut-short' || action.do === 'poll') return [POLL];
          return action.do === 'restart' || action.do === 'remove' ? [POLL, action, POLL] : [action];
        });
        const { world, ledger } = tell({ ...told, opening: 'count', showsStarts: true, events: careful });
        for (const life of world.lives) expect(unread(life)).toEqual([]);
        for (const [key, booked] of ledger.booked) {
          expect(booked).toEqual(sum(world.lives.filter((life) => life.key === key).map((life) => life.value)));
        }
      }),
      runs,
    );
  });

  it('the quarters sum to what was booked', () => {
    fc.assert(
      fc.property(storyOfAnyKind, (told) => {
        const { world, ledger } = tell(told);
        expect(sum([...ledger.quarters.values()])).toEqual(sum([...ledger.booked.values()]));
        for (const quarter of ledger.quarters.keys()) {
          expect(quarter).toBeGreaterThanOrEqual(quarterOf(START));
          expect(quarter).toBeLessThanOrEqual(quarterOf(world.nowMs));
        }
      }),
      runs,
    );
  });
});

const POLL = { do: 'poll' as const, lost: false };
