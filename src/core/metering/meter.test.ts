import { describe, expect, it } from 'vitest';
import { directed, NOTHING, undirected } from '../units/bytes.ts';
import type { PeerReading } from './collector.ts';
import { FLAG } from './flags.ts';
import { type CounterState, type MeterContext, type Metered, meterReading } from './meter.ts';

const T0 = Date.parse('2026-03-01T12:00:00Z');
const at = (seconds: number) => new Date(T0 + seconds * 1000);

const reading = (rx: bigint, tx: bigint, more: Partial<PeerReading> = {}): PeerReading => ({
  key: 'K',
  traffic: directed(rx, tx),
  ...more,
});

/** A poll at `seconds` of a WireGuard interface that was polled completely 30 s before. */
const context = (seconds: number, more: Partial<MeterContext> = {}): MeterContext => ({
  semantics: { kind: 'cumulative', falls: 'to-zero', absence: 'ended' },
  at: at(seconds),
  order: { bootId: 'boot-1', uptimeMs: 1_000_000 + seconds * 1000 },
  startEvidence: 'boot-1:7',
  lastCompleteAt: at(seconds - 30),
  lastCompleteEvidence: 'boot-1:7',
  opening: 'baseline',
  clockSuspect: false,
  ...more,
});

const state = (rx: bigint, tx: bigint, more: Partial<CounterState> = {}): CounterState => ({
  epoch: 1,
  traffic: directed(rx, tx),
  startEvidence: 'boot-1:7',
  at: at(0),
  order: { bootId: 'boot-1', uptimeMs: 1_000_000 },
  ended: false,
  rebase: false,
  ...more,
});

function metered(...args: Parameters<typeof meterReading>): Metered {
  const result = meterReading(...args);
  if (typeof result === 'string') throw new Error(`expected a metered reading, got ${result}`);
  return result;
}

describe('first sight', () => {
  it('in the first complete poll is a baseline', () => {
    const result = metered(null, reading(5n, 70n), context(30, { lastCompleteAt: null, lastCompleteEvidence: null }));
    expect(result).toMatchObject({ counted: NOTHING, from: null, baseline: 'before-xpert', before: directed(5n, 70n) });
    expect(result.next).toMatchObject({ epoch: 1, traffic: directed(5n, 70n), at: at(30), ended: false });
  });

  it('in the first complete poll counts whole, without an interval, where the node opens with `count`', () => {
    const result = metered(null, reading(5n, 70n), context(30, { lastCompleteAt: null, opening: 'count' }));
    expect(result).toMatchObject({ counted: directed(5n, 70n), from: null, flags: 0, before: null });
  });

  it('later counts from 0 when absence from the last complete poll proves a new life', () => {
    const result = metered(null, reading(5n, 70n), context(60));
    expect(result).toMatchObject({ counted: directed(5n, 70n), from: at(30), flags: 0, baseline: null });
  });

  it('later is an unproven, flagged baseline for a source whose absence means nothing', () => {
    const silent = context(60, { semantics: { kind: 'cumulative', falls: 'to-zero', absence: 'silent' } });
    const result = metered(null, reading(5n, 70n), silent);
    expect(result).toMatchObject({ counted: NOTHING, from: at(30), flags: FLAG.possibleLoss, baseline: 'unproven' });
  });

  it.each([
    ['the series began later, since then', { startedAt: at(40) }, {}, 40],
    ['the service started again', {}, { startEvidence: 'boot-2:7' }, 30],
  ])('of a silent source counts from 0 when %s', (_, more, change, since) => {
    const silent = context(60, { semantics: { kind: 'cumulative', falls: 'to-zero', absence: 'silent' }, ...change });
    const result = metered(null, reading(5n, 70n, more), silent);
    expect(result).toMatchObject({ counted: directed(5n, 70n), from: at(since) });
  });

  it.each([
    ['before the last complete poll', 10],
    ['at this poll', 60],
    ['after it', 3000],
  ])('a start that its own clock puts %s moves no interval', (_, seconds) => {
    expect(metered(null, reading(5n, 70n, { startedAt: at(seconds) }), context(60)).from).toEqual(at(30));
  });
});

describe('a later reading', () => {
  it('counts the growth over the time since the last reading', () => {
    const result = metered(state(10n, 100n), reading(15n, 300n), context(30));
    expect(result).toMatchObject({ counted: directed(5n, 200n), from: at(0), flags: 0 });
    expect(result.next).toMatchObject({ epoch: 1, traffic: directed(15n, 300n), at: at(30) });
  });

  it('is unchanged for the same value', () => {
    expect(meterReading(state(10n, 100n), reading(10n, 100n), context(30))).toBe('unchanged');
  });

  it('starts its interval at the last complete poll where unchanged readings were not written down', () => {
    expect(metered(state(10n, 100n), reading(15n, 300n), context(900))).toMatchObject({ from: at(870) });
  });

  it('starts its interval at the last reading where only an incomplete poll had it', () => {
    const incomplete = context(30, { lastCompleteAt: at(-30) });
    expect(metered(state(10n, 100n), reading(15n, 300n), incomplete)).toMatchObject({ from: at(0) });
  });

  it('is stale when the source read it earlier, and when it is repeated', () => {
    expect(meterReading(state(10n, 100n), reading(15n, 300n), context(0))).toBe('stale');
    expect(meterReading(state(10n, 100n), reading(9n, 90n), context(-30))).toBe('stale');
  });

  it('of an earlier boot is stale', () => {
    const old = context(-30, { order: { bootId: 'boot-0', uptimeMs: 9_000_000 }, startEvidence: 'boot-0:7' });
    expect(meterReading(state(10n, 100n), reading(900n, 900n), old)).toBe('stale');
  });

  it('never has an interval that runs backwards', () => {
    const order = { bootId: 'boot-1', uptimeMs: 1_030_000 };
    expect(metered(state(10n, 100n), reading(11n, 100n), context(-500, { order })).from).toEqual(at(-500));
  });

  it('carries the suspicion of the clock', () => {
    const result = metered(state(10n, 100n), reading(11n, 100n), context(30, { clockSuspect: true }));
    expect(result.flags).toBe(FLAG.clockSuspect);
  });
});

describe('a restart', () => {
  it('shown by the source counts the whole value, also where it outgrew the old one', () => {
    const result = metered(state(10n, 100n), reading(500n, 700n), context(30, { startEvidence: 'boot-1:8' }));
    expect(result).toMatchObject({ counted: directed(500n, 700n), from: at(0), flags: FLAG.possibleLoss });
    expect(result.next).toMatchObject({ epoch: 2, startEvidence: 'boot-1:8' });
  });

  it('is shown by the start of the series itself', () => {
    const before = state(10n, 100n, { startEvidence: `boot-1:7@${at(-100).getTime()}` });
    expect(metered(before, reading(500n, 700n, { startedAt: at(20) }), context(30)).counted).toEqual(
      directed(500n, 700n),
    );
    expect(metered(before, reading(500n, 700n, { startedAt: at(-100) }), context(30)).counted).toEqual(
      directed(490n, 600n),
    );
  });

  it('that only the value shows is flagged as set back by something else when the service lived on', () => {
    const result = metered(state(10n, 100n), reading(3n, 700n), context(30));
    expect(result.counted).toEqual(directed(3n, 700n));
    expect(result.flags).toBe(FLAG.possibleLoss | FLAG.resetByOther);
  });

  it('that only the value shows is a possible loss when the source shows no starts', () => {
    const before = state(10n, 100n, { startEvidence: null });
    const result = metered(before, reading(3n, 700n), context(30, { startEvidence: null }));
    expect(result.flags).toBe(FLAG.possibleLoss);
  });

  it('without new bytes is recorded although nothing counts', () => {
    const result = metered(state(10n, 100n), reading(0n, 0n), context(30, { startEvidence: 'boot-1:8' }));
    expect(result).toMatchObject({ counted: directed(0n, 0n), from: at(0), flags: FLAG.possibleLoss });
  });

  it('of a source that can be moved back counts nothing', () => {
    const semantics = { kind: 'cumulative', falls: 'rewound', absence: 'silent' } as const;
    const result = metered(state(10n, 100n), reading(3n, 100n), context(30, { semantics }));
    expect(result).toMatchObject({ counted: NOTHING, baseline: 'rewound', before: directed(3n, 100n), from: at(0) });
    expect(result.flags).toBe(FLAG.rewound | FLAG.possibleLoss);
  });

  it('is not counted twice when its evidence shows only after growth without evidence', () => {
    const unseen = metered(state(10n, 10n), reading(50n, 50n), context(30, { startEvidence: null }));
    const shown = metered(unseen.next, reading(60n, 60n), context(60, { startEvidence: 'boot-1:8' }));
    expect(shown.counted).toEqual(directed(10n, 10n));
  });
});

describe('an ended series', () => {
  it('that is back is a new life from 0 since the last complete poll', () => {
    const result = metered(state(10n, 100n, { ended: true }), reading(900n, 900n), context(90));
    expect(result).toMatchObject({ counted: directed(900n, 900n), from: at(60), flags: 0 });
    expect(result.next).toMatchObject({ epoch: 2, ended: false });
  });
});

describe('a connection', () => {
  const semantics = { kind: 'session', falls: 'to-zero', absence: 'ended' } as const;
  const polled = (seconds: number, more: Partial<MeterContext> = {}) =>
    context(seconds, { semantics, order: null, startEvidence: 'pid 7', lastCompleteEvidence: 'pid 7', ...more });
  const seen = (rx: bigint, tx: bigint, more: Partial<PeerReading> = {}) =>
    reading(rx, tx, { connection: '4@1772366400', startedAt: at(-60), ...more });
  const known = (more: Partial<CounterState> = {}) =>
    state(10n, 100n, { order: null, startEvidence: 'pid 7', ...more });

  it('keeps no evidence of its own: its name holds its start', () => {
    const result = metered(known(), seen(15n, 300n), polled(30));
    expect(result).toMatchObject({ counted: directed(5n, 200n), flags: 0 });
    expect(result.next.startEvidence).toBe('pid 7');
  });

  it('that is shown again after it was absent is the same one: only growth counts', () => {
    expect(metered(known({ ended: true }), seen(15n, 300n), polled(90))).toMatchObject({
      counted: directed(5n, 200n),
      next: { epoch: 1, ended: false },
    });
    expect(meterReading(known({ ended: true }), seen(10n, 100n), polled(90))).toBe('unchanged');
  });

  it('counts whole when it begins between two polls, and when the daemon itself began anew', () => {
    const begun = seen(5n, 70n, { startedAt: at(45) });
    expect(metered(null, begun, polled(60))).toMatchObject({ counted: directed(5n, 70n), from: at(45), flags: 0 });
    const result = metered(known(), seen(900n, 900n), polled(30, { startEvidence: 'pid 8' }));
    expect(result).toMatchObject({ counted: directed(900n, 900n), from: at(0), flags: FLAG.possibleLoss });
  });

  it('that is over and told again when the daemon began anew is of the daemon before: only growth counts', () => {
    const anew = polled(30, { startEvidence: 'pid 8' });
    const result = metered(known(), seen(11n, 100n, { isOver: true }), anew);
    expect(result).toMatchObject({ counted: directed(1n, 0n), next: { epoch: 1 } });
    expect(metered(known({ ended: true }), seen(10n, 100n, { isOver: true }), anew).counted).toEqual(NOTHING);
  });
});

describe('after tracking was off', () => {
  const paused = state(10n, 100n, { rebase: true });

  it('the first reading is a new baseline, whatever it shows', () => {
    const first = context(300, { lastCompleteAt: null, lastCompleteEvidence: null, opening: 'count' });
    for (const shown of [reading(10n, 100n), reading(900n, 900n), reading(1n, 1n)]) {
      expect(metered(paused, shown, first)).toMatchObject({ counted: NOTHING, from: null, baseline: 'tracking-off' });
    }
  });

  it('a series that was absent from a complete poll since then is a new life', () => {
    const result = metered(state(10n, 100n, { rebase: true, ended: true }), reading(40n, 40n), context(330));
    expect(result).toMatchObject({ counted: directed(40n, 40n), from: at(300), flags: 0 });
  });

  it('a connection that such a poll left out, and a later one shows, is still the one from before', () => {
    const shown = reading(40n, 140n, { connection: '4@1772366400' });
    const result = metered(state(10n, 100n, { rebase: true, ended: true }), shown, context(330));
    expect(result).toMatchObject({ counted: NOTHING, from: at(300), flags: FLAG.possibleLoss, baseline: 'unproven' });
  });
});

describe('a panel that may be set back from a backup', () => {
  const semantics = { kind: 'cumulative', falls: 'rewound', absence: 'silent' } as const;
  const panel = { semantics, order: null, startEvidence: null, lastCompleteEvidence: null };
  const madeAt = (seconds: number) => ({ startedAt: at(seconds), traffic: undirected(4_000n) });
  const before = state(0n, 0n, { traffic: undirected(100n), startEvidence: `@${at(-60).getTime()}`, order: null });

  it('counts a user made anew whole', () => {
    const result = metered(before, { key: 'K', ...madeAt(10) }, context(30, panel));
    expect(result).toMatchObject({ counted: undirected(4_000n), baseline: null });
  });

  // SQLite keeps microseconds, MySQL seconds (rounded); and a panel may begin to tell another time zone.
  it.each([
    ['a second later', -59],
    ['a second earlier', -61],
    ['hours later, but before it was read last', -1],
  ])('counts the growth alone where the same life is told to have begun %s', (_, seconds) => {
    const moved = { key: 'K', startedAt: at(seconds), traffic: undirected(107n) };
    const result = metered(before, moved, context(30, panel));
    expect(result).toMatchObject({ counted: undirected(7n), baseline: null, flags: 0 });
    expect(result.next.epoch).toBe(1);
    expect(metered(result.next, { ...moved, traffic: undirected(109n) }, context(60, panel)).counted.total).toBe(2n);
  });

  it('counts a user made anew whole also where the clock of the panel is behind, if its value shows that it is new', () => {
    const result = metered(before, { key: 'K', startedAt: at(-1), traffic: undirected(40n) }, context(30, panel));
    expect(result).toMatchObject({ counted: undirected(40n), flags: FLAG.possibleLoss });
  });

  it('counts nothing of a user whose life is an earlier one again', () => {
    const result = metered(before, { key: 'K', ...madeAt(-3600) }, context(30, panel));
    expect(result).toMatchObject({ counted: NOTHING, baseline: 'rewound', before: undirected(4_000n), from: at(0) });
    expect(result.flags & FLAG.rewound).toBe(FLAG.rewound);
    expect(result.next).toMatchObject({ epoch: 2, traffic: undirected(4_000n) });
    const later = metered(
      result.next,
      { key: 'K', startedAt: at(-3600), traffic: undirected(4_010n) },
      context(60, panel),
    );
    expect(later.counted).toEqual(undirected(10n));
  });
});
