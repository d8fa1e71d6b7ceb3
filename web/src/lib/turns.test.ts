import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { fitsAnother, takeTurn } from './turns.ts';

let now = 0;
let tasks: (() => void)[] = [];

beforeEach(() => {
  now = 0;
  tasks = [];
  vi.stubGlobal('document', { hidden: true });
  vi.stubGlobal('performance', { now: () => now });
  vi.stubGlobal('setTimeout', (task: () => void) => tasks.push(task));
});

afterEach(() => vi.unstubAllGlobals());

/** The next task, and all that it leaves to be done before another may run. */
async function runTask(): Promise<void> {
  tasks.shift()?.();
  await new Promise((done) => setImmediate(done));
}

/** Draws as the renderer does: what is asked for takes its time in the next microtask. @returns how many each turn drew. */
async function turnsOf(costsMs: readonly number[]): Promise<number[]> {
  let drawn = 0;
  for (const cost of costsMs)
    takeTurn(() =>
      queueMicrotask(() => {
        now += cost;
        drawn += 1;
      }),
    );
  const turns: number[] = [];
  while (tasks.length > 0) {
    const before = drawn;
    await runTask();
    turns.push(drawn - before);
  }
  return turns;
}

test.each([
  { costs: [40, 40, 40], turns: [1, 1, 1], why: 'what takes long is drawn alone' },
  { costs: [3, 3, 3, 3], turns: [2, 2], why: 'as many are drawn at once as fit' },
  { costs: Array.from({ length: 20 }, () => 0.1), turns: [16, 4], why: 'there is a bound' },
  { costs: [1, 1, 30, 1, 1], turns: [3, 2], why: 'a heavy one among light ones ends its turn' },
  { costs: [40, 1, 1, 1], turns: [1, 3], why: 'after a heavy one, light ones are drawn together again' },
])('$why', async ({ costs, turns }) => {
  expect(await turnsOf(costs)).toEqual(turns);
});

test('what left the queue is not drawn', async () => {
  const draw = vi.fn();
  takeTurn(draw)();
  await runTask();
  expect(draw).not.toHaveBeenCalled();
});

test('the first of a turn is drawn however slow the machine is', () => {
  expect(fitsAnother(0, 1_000)).toBe(true);
  expect(fitsAnother(1, 5)).toBe(false);
});
