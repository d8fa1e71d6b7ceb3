import { describe, expect, it } from 'vitest';
import { directed, NOTHING, undirected } from '../units/bytes.ts';
import { advanceCounter } from './counter.ts';

const at = (rx: bigint, tx: bigint) => ({ epoch: 3, traffic: directed(rx, tx) });

describe('advanceCounter', () => {
  it('counts the growth of both directions', () => {
    expect(advanceCounter(at(10n, 100n), directed(15n, 130n), false, 'to-zero')).toEqual({
      epoch: 3,
      counted: directed(5n, 30n),
      move: 'grew',
    });
  });

  it('counts nothing for the same value', () => {
    const advance = advanceCounter(at(10n, 100n), directed(10n, 100n), false, 'to-zero');
    expect(advance).toEqual({ epoch: 3, counted: NOTHING, move: 'same' });
  });

  it.each([
    ['rx', directed(4n, 200n)],
    ['tx', directed(20n, 7n)],
    ['both', directed(1n, 2n)],
  ])('counts both new values whole when %s fell to zero', (_, reading) => {
    expect(advanceCounter(at(10n, 100n), reading, false, 'to-zero')).toEqual({
      epoch: 4,
      counted: reading,
      move: 'fell',
    });
  });

  it('counts the whole new value of a shown restart, even where it outgrew the old one', () => {
    const reading = directed(1000n, 2000n);
    expect(advanceCounter(at(10n, 100n), reading, true, 'rewound')).toEqual({
      epoch: 4,
      counted: reading,
      move: 'restarted',
    });
  });

  it('counts nothing when the counter was moved back', () => {
    expect(advanceCounter(at(10n, 100n), directed(9n, 100n), false, 'rewound')).toEqual({
      epoch: 4,
      counted: NOTHING,
      move: 'rewound',
    });
  });

  it('meters a total without directions', () => {
    const state = { epoch: 1, traffic: undirected(50n) };
    expect(advanceCounter(state, undirected(80n), false, 'to-zero').counted).toEqual(undirected(30n));
    expect(advanceCounter(state, undirected(20n), false, 'to-zero').counted).toEqual(undirected(20n));
  });

  it('keeps a direction unknown that the earlier reading did not know', () => {
    const advance = advanceCounter({ epoch: 1, traffic: undirected(50n) }, directed(20n, 60n), false, 'to-zero');
    expect(advance.counted).toEqual(undirected(30n));
  });

  it('is exact beyond 2^53', () => {
    const big = 2n ** 63n - 5n;
    expect(advanceCounter(at(big, 0n), directed(big + 3n, 1n), false, 'to-zero').counted).toEqual(directed(3n, 1n));
  });
});
