import { fork } from 'node:child_process';
import { askTogether } from './asked-together.ts';
import type { NewPlace } from './machine.ts';
import { type Happened, Simulation } from './simulation.ts';
import { SqlitePlace } from './sqlite-place.ts';

/** What came of a seed. */
export interface Played {
  readonly happened: Happened;
  /** The last calls and what differed; null: nothing did. */
  readonly failure: string | null;
  /** Everything that happened, where it was wanted. */
  readonly trace: string;
}

/** Plays one seed after the other. */
export interface Player {
  play(seed: number): Promise<Played>;
  stop(): void;
}

const onSqlite: NewPlace = (parts) => new SqlitePlace(parts);

/** In this process. `newPlace`: where ledgers are kept; null: in files, with every other seed asked together. */
export function playerHere(steps: number, newPlace: NewPlace | null, wantsTrace = false): Player {
  return {
    async play(seed) {
      // Half of the seeds of SQLite as over PostgreSQL.
      askTogether(newPlace === null && seed % 2 === 0);
      const simulation = new Simulation(seed, newPlace ?? onSqlite);
      const last = () => simulation.log(12).join('\n');
      let failure: string | null = null;
      try {
        await simulation.run(steps);
      } catch (error) {
        failure = `${wantsTrace ? '' : last()}\n\n${error instanceof Error ? error.stack : error}`;
      }
      return { happened: simulation.happened, failure, trace: wantsTrace ? simulation.log().join('\n') : '' };
    },
    stop() {},
  };
}

/** In a process of its own, so that several of them use several cores. `main`: the built file that this process runs, too. */
export function playerBeside(main: URL, steps: number): Player {
  const child = fork(main, ['--plays', '--steps', String(steps)]);
  return {
    play: (seed) =>
      new Promise((resolve, reject) => {
        const ended = (code: number | null, signal: string | null) =>
          reject(new Error(`the process that played seed ${seed} ended by ${signal ?? `code ${code}`}`));
        child.once('exit', ended);
        child.once('message', (played) => {
          child.off('exit', ended);
          resolve(played as Played);
        });
        child.send(seed);
      }),
    stop() {
      child.disconnect();
    },
  };
}

/** What such a process does until its parent is gone. */
export function playForParent(steps: number): void {
  const player = playerHere(steps, null);
  process.once('disconnect', () => process.exit());
  process.on('message', async (seed) => {
    const played = await player.play(Number(seed));
    if (process.connected) process.send?.(played);
  });
}
