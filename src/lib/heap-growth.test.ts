import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { transformSync } from 'esbuild';
import { expect, it } from 'vitest';

/** Keeps 400,000 objects, and makes others again and again that are old before they are garbage: the largest heap, in MB. */
const WORK = `
  const { getHeapStatistics } = await import('node:v8');
  const fill = (list, count) => { for (let i = 0; i < count; i++) list.push({ i, inner: [i] }); return list; };
  const live = fill([], 400_000);
  let largest = 0;
  for (let round = 0; round < 40; round++) {
    fill([], 150_000);
    largest = Math.max(largest, getHeapStatistics().total_heap_size);
  }
  console.log(Math.round(largest / 1e6), live.length);`;

/** The one in the middle of three: how far a heap is let grow differs from run to run, and between versions of V8. */
function largestHeap(before: string): number {
  const args = ['--input-type=module', '-e', `${before}${WORK}`];
  const run = () => Number.parseInt(execFileSync(process.execPath, args, { encoding: 'utf8' }), 10);
  return [run(), run(), run()].sort((a, b) => a - b)[1] as number;
}

it('a heap that makes much garbage stays near what is in use', () => {
  const source = readFileSync(new URL('./heap-growth.ts', import.meta.url), 'utf8');
  const { code } = transformSync(source, { loader: 'ts' });
  const limited = largestHeap(`${code}limitHeapGrowth();`);
  expect(limited).toBeLessThan(0.85 * largestHeap(''));
}, 60_000);
