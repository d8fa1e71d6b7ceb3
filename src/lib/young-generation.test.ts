import { getHeapSpaceStatistics } from 'node:v8';
import { Worker } from 'node:worker_threads';
import { expect, it } from 'vitest';
import { holdAgain, holdYoungGeneration } from './young-generation.ts';

it('stays about as small as it is while it is held, also where a thread begins meanwhile', async () => {
  const letGrow = holdYoungGeneration();
  try {
    // Memory is taken up to what is held already.
    work();
    const before = sizeOfYoung();
    await new Promise((resolve) => new Worker('', { eval: true }).once('exit', resolve));
    work();
    // It may shrink while nothing is done, and grow once between the beginning of the thread and the next piece.
    expect(sizeOfYoung()).toBeLessThanOrEqual(2 * before);
  } finally {
    letGrow();
  }
});

/** Holds again with each piece of work; much of what a piece makes outlives some more of them. */
function work(): void {
  const kept: unknown[] = [];
  for (let piece = 0; piece < 400; piece++) {
    holdAgain();
    kept.push(Array.from({ length: 2_000 }, (_, n) => ({ n, text: `text ${n}` })));
    if (kept.length > 20) kept.shift();
  }
}

/** Bytes. */
function sizeOfYoung(): number {
  return getHeapSpaceStatistics().find(({ space_name: name }) => name === 'new_space')?.space_size ?? 0;
}
