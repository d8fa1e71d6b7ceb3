import { setTimeout as sleep } from 'node:timers/promises';
import { type Figure, round, weakest } from './lib/figure.ts';
import { residentMegabytes } from './lib/process-load.ts';
import { median } from './lib/rounds.ts';
import { startXpert } from './lib/server.ts';
import { scratchDir } from './lib/workspace.ts';

const starts = 5;

/** What a server costs that has nothing to do, and how long people wait for it. Absolute, not against a baseline. */
export const figure: Figure = {
  name: 'idle',
  target: 1,
  better: 'higher',
  async run() {
    const dataDir = scratchDir();
    const first = await startXpert(dataDir);
    await first.stop();
    const seconds: number[] = [];
    for (let n = 0; n < starts - 1; n++) {
      const server = await startXpert(dataDir);
      seconds.push(server.secondsToReady);
      await server.stop();
    }
    const server = await startXpert(dataDir);
    seconds.push(server.secondsToReady);
    await sleep(10_000);
    const megabytes = residentMegabytes(server.pid);
    await server.stop();
    const parts = {
      rssMegabytes: { ratio: round(megabytes), target: 110, better: 'lower' as const },
      secondsToReady: { ratio: round(median(seconds)), target: 0.8, better: 'lower' as const },
    };
    return { ratio: weakest(parts), parts, firstStartSeconds: round(first.secondsToReady), starts: seconds.map(round) };
  },
};
