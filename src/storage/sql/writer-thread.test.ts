import { expect, it } from 'vitest';
import { startWriterThread } from './writer-thread.ts';

const WAITS = `import { parentPort } from 'node:worker_threads';
  parentPort.postMessage({ kind: 'waiting' });
  setInterval(() => {}, 1_000);`;

it('a writer that was called off before its thread ran does not wait for another process', async () => {
  const worker = new URL(`data:text/javascript,${encodeURIComponent(WAITS)}`);
  const heard: string[] = [];
  const listener = {
    wait: () => void heard.push('waits'),
    receive: () => {},
    lose: () => {},
    fail: () => void heard.push('ended'),
  };
  await expect(startWriterThread(worker, listener, { nowMs: 0 } as never, AbortSignal.abort())).rejects.toThrow(
    /ended/,
  );
  expect(heard).toEqual(['ended']);
});
