import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { addTraffic, directed, NOTHING, type Traffic, undirected } from '../units/bytes.ts';
import {
  addCheckSums,
  advanceCheck,
  type CheckPoll,
  type CheckReading,
  type CheckState,
  type CheckSum,
  judgeCard,
  judgeProvider,
  judgeService,
} from './reconcile.ts';

const MIB = 1024n * 1024n;
const second = (n: number) => new Date(1_795_220_000_000 + n * 1000);

function reading(rx: bigint, tx: bigint, fields: Partial<CheckReading> = {}): CheckReading {
  return {
    name: 'wg0',
    traffic: directed(rx, tx),
    least: directed(rx / 50n, tx / 50n),
    most: directed(rx / 20n, tx / 20n),
    startEvidence: 'boot-1:7',
    ...fields,
  };
}

/** Plays polls one second apart. */
function play(polls: readonly Partial<CheckPoll>[]) {
  let state: CheckState | null = null;
  return polls.map((poll, n) => {
    const step = advanceCheck(state, { reading: null, peers: NOTHING, at: second(n), rebase: false, ...poll });
    state = step.state;
    return step.checked;
  });
}

describe('a check', () => {
  test('begins with a baseline, and holds the growth of both sides against each other', () => {
    const checked = play([
      { reading: reading(1_000n, 2_000n), peers: directed(77n, 78n) },
      { reading: reading(2_000n, 4_000n), peers: directed(1_030n, 2_060n) },
    ]);
    expect(checked).toEqual([
      null,
      {
        from: second(0),
        to: second(1),
        own: directed(1_000n, 2_000n),
        least: directed(20n, 40n),
        most: directed(50n, 100n),
        peers: directed(1_030n, 2_060n),
      },
    ]);
  });

  test('polls that do not tell the counter are held against it later, of the same time on both sides', () => {
    const [, , third] = play([
      { reading: reading(0n, 0n) },
      { peers: directed(100n, 7n) },
      { reading: reading(150n, 9n), peers: directed(50n, 2n) },
    ]);
    expect(third).toMatchObject({ from: second(0), to: second(2), peers: directed(150n, 9n) });
  });

  test('a restart, shown or seen by a fall, counts the whole new value and its headers', () => {
    for (const evidence of ['boot-2:3', 'boot-1:7']) {
      const [, checked] = play([
        { reading: reading(9_000n, 9_000n) },
        { reading: reading(500n, 600n, { startEvidence: evidence }), peers: directed(505n, 606n) },
      ]);
      expect(checked).toMatchObject({ own: directed(500n, 600n), least: directed(10n, 12n), most: directed(25n, 30n) });
    }
  });

  test('another card, and tracking switched on again, are new beginnings', () => {
    expect(
      play([
        { reading: reading(5n, 6n) },
        { reading: reading(900n, 800n, { name: 'eth1', startEvidence: 'boot-1:9' }) },
      ]),
    ).toEqual([null, null]);
    expect(play([{ reading: reading(5n, 6n) }, { reading: reading(50n, 61n), rebase: true }])).toEqual([null, null]);
    expect(play([{ reading: reading(5n, 6n) }, { rebase: true }, { reading: reading(50n, 61n) }])).toEqual([
      null,
      null,
      null,
    ]);
  });

  test('whatever is lost or restarts: both sums are of the same time, and no byte is in two intervals', () => {
    const step = fc.record({
      rx: fc.bigInt({ min: 0n, max: 10n ** 9n }),
      tx: fc.bigInt({ min: 0n, max: 10n ** 9n }),
      isTold: fc.boolean(),
      restarts: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(step, { minLength: 1, maxLength: 30, size: 'max' }), (steps) => {
        const { polls, truth } = carry(steps);
        const checked = play(polls).filter((one) => one !== null);
        const sum = (pick: (one: (typeof checked)[number]) => Traffic) =>
          checked.reduce((total, one) => addTraffic(total, pick(one)), NOTHING);
        expect(sum(({ peers }) => peers)).toEqual(truth);
        expect(sum(({ own }) => own).total <= truth.total).toBe(true);
        for (const [i, one] of checked.entries()) if (i > 0) expect(one.from).toEqual(checked[i - 1]?.to);
        // Nothing restarted between two that tell it: the counter shows exactly what its peers moved.
        if (steps.every(({ restarts }) => !restarts)) expect(sum(({ own }) => own)).toEqual(truth);
      }),
    );
  });
});

/** What a source shows of these steps, and what its peers moved between two polls that told the counter. */
function carry(
  steps: readonly { readonly rx: bigint; readonly tx: bigint; readonly isTold: boolean; readonly restarts: boolean }[],
) {
  let value = NOTHING;
  let boot = 1;
  const polls = steps.map(({ rx, tx, isTold, restarts }) => {
    const peers = directed(rx, tx);
    boot += Number(restarts);
    value = restarts ? peers : addTraffic(value, peers);
    const shown = { name: 'wg0', traffic: value, least: NOTHING, most: NOTHING, startEvidence: `boot-${boot}:1` };
    return { reading: isTold ? shown : null, peers };
  });
  const first = polls.findIndex(({ reading: told }) => told !== null);
  const last = polls.findLastIndex(({ reading: told }) => told !== null);
  const between = first < 0 ? [] : polls.slice(first + 1, last + 1);
  return { polls, truth: between.reduce((total, { peers }) => addTraffic(total, peers), NOTHING) };
}

function sum(own: Traffic, peers: Traffic, fields: Partial<CheckSum> = {}): CheckSum {
  return { own, peers, least: NOTHING, most: NOTHING, seconds: 3_600, peerCount: 0, ...fields };
}

describe('Σ peers against the own counter of the service', () => {
  const headers = { least: directed(2n * MIB, 4n * MIB), most: directed(6n * MIB, 12n * MIB) };

  test('is explained by headers, from the least to the most', () => {
    for (const peers of [directed(102n * MIB, 204n * MIB), directed(106n * MIB, 212n * MIB)]) {
      const verdict = judgeService(sum(directed(100n * MIB, 200n * MIB), peers, headers));
      expect(verdict).toMatchObject({
        status: 'ok',
        unattributed: NOTHING,
        surplus: NOTHING,
        toleranceBytes: 6n * MIB,
      });
    }
  });

  test('shows what no peer accounts for, each direction by itself', () => {
    const peers = directed(82n * MIB, 208n * MIB);
    const verdict = judgeService(sum(directed(100n * MIB, 200n * MIB), peers, headers));
    expect(verdict).toMatchObject({ status: 'off', unattributed: directed(20n * MIB, 0n), surplus: NOTHING });
  });

  test('shows what peers count too much', () => {
    const peers = directed(104n * MIB, 312n * MIB);
    const verdict = judgeService(sum(directed(100n * MIB, 200n * MIB), peers, headers));
    expect(verdict).toMatchObject({ status: 'off', unattributed: NOTHING, surplus: directed(0n, 100n * MIB) });
  });

  test('handshakes and keepalives of many idle peers are no surplus', () => {
    const idle = directed(4_000n * 3_600n, 4_500n * 3_600n);
    expect(judgeService(sum(NOTHING, idle, { peerCount: 1_000 })).status).toBe('ok');
    expect(judgeService(sum(NOTHING, idle, { peerCount: 10 })).status).toBe('off');
  });

  test('without directions the totals decide; without a reading nothing is known, and that is not 0', () => {
    expect(judgeService(sum(undirected(9n * MIB), directed(3n * MIB, 2n * MIB)))).toMatchObject({
      status: 'off',
      unattributed: undirected(4n * MIB),
    });
    expect(judgeService(null)).toMatchObject({ status: 'unknown', unattributed: null, surplus: null });
    expect(judgeService(sum(NOTHING, NOTHING, { seconds: 0 })).status).toBe('unknown');
  });

  test('sums of days are judged as days are', () => {
    const day = sum(directed(10n, 20n), directed(11n, 22n), { peerCount: 3 });
    expect(addCheckSums(day, { ...day, peerCount: 5 })).toEqual({
      ...sum(directed(20n, 40n), directed(22n, 44n)),
      seconds: 7_200,
      peerCount: 5,
    });
  });
});

describe('Σ peers against the network card', () => {
  const peers = directed(100n * MIB, 900n * MIB);

  test('each byte passes it once or twice', () => {
    expect(judgeCard(sum(directed(100n * MIB, 900n * MIB), peers)).status).toBe('ok');
    expect(judgeCard(sum(directed(1_040n * MIB, 1_050n * MIB), peers))).toMatchObject({
      status: 'ok',
      unattributed: NOTHING,
      surplus: NOTHING,
    });
  });

  test('what it carried beyond that is shown', () => {
    expect(judgeCard(sum(directed(1_150n * MIB, 3_150n * MIB), peers))).toMatchObject({
      status: 'off',
      unattributed: directed(0n, 2_000n * MIB),
    });
  });

  test('peers cannot have moved more than it', () => {
    expect(judgeCard(sum(directed(100n * MIB, 500n * MIB), peers))).toMatchObject({
      status: 'off',
      surplus: directed(0n, 400n * MIB),
    });
    expect(judgeCard(null).status).toBe('unknown');
  });
});

describe("a provider's figure against the card", () => {
  const period = { from: second(0), to: second(3_600) };
  const card = sum(directed(1_000n * MIB, 2_000n * MIB), NOTHING);
  const judge = (direction: 'in' | 'out' | 'both', mib: bigint, known: CheckSum | null = card) =>
    judgeProvider({ ...period, direction, bytes: mib * MIB }, known);

  test('by its direction, up to 5 % off', () => {
    expect(judge('in', 1_050n)).toMatchObject({ status: 'ok', differenceBytes: 50n * MIB, coverage: 1 });
    expect(judge('out', 2_200n)).toMatchObject({ status: 'off', differenceBytes: 200n * MIB });
    expect(judge('both', 2_500n)).toMatchObject({ status: 'off', differenceBytes: -500n * MIB });
  });

  test('is not judged where the card is not known for nearly all of the time', () => {
    expect(judge('in', 9n, null)).toMatchObject({ status: 'unknown', cardBytes: null, differenceBytes: null });
    expect(judge('in', 500n, { ...card, seconds: 1_800 })).toMatchObject({
      status: 'unknown',
      cardBytes: 1_000n * MIB,
      differenceBytes: null,
      coverage: 0.5,
    });
  });
});
