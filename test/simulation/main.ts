/**
 * `npm run simulate -- [--seeds N] [--from S] [--seed S] [--steps M] [--jobs N] [--go-on] [--store postgres] [--trace]`:
 * plays seeds and stops at the first one that fails, telling how to play it again; with `--go-on` it plays the others, too, and
 * tells of all that failed at the end. `--jobs`: that many processes. `--trace` writes down everything that happened.
 */
import { parseArgs } from 'node:util';
import { type Player, playerBeside, playerHere, playForParent } from './players.ts';
import { PostgresPlaces } from './postgres-place.ts';
import { Run } from './run.ts';

const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '1000' },
    from: { type: 'string', default: '1' },
    seed: { type: 'string' },
    steps: { type: 'string', default: '400' },
    jobs: { type: 'string', default: '1' },
    'go-on': { type: 'boolean', default: false },
    store: { type: 'string', default: 'sqlite' },
    trace: { type: 'boolean', default: false },
    plays: { type: 'boolean', default: false },
  },
});
const [steps, jobs] = [Number(values.steps), Number(values.jobs)];

if (values.plays) playForParent(steps);
else await playSeeds();

async function playSeeds(): Promise<void> {
  const places =
    values.store === 'postgres' ? await PostgresPlaces.start(new URL('socket-worker.mjs', import.meta.url)) : null;
  const newPlayer = (): Player => {
    if (jobs > 1 && places === null) return playerBeside(new URL(import.meta.url), steps);
    return playerHere(
      steps,
      places === null ? null : ({ clock, faults }) => places.newPlace(clock, faults),
      values.trace,
    );
  };
  const first = Number(values.seed ?? values.from);
  const run = new Run({
    first,
    last: values.seed === undefined ? first + Number(values.seeds) - 1 : first,
    again: (seed) => `npm run simulate -- --seed ${seed} --steps ${steps}${places === null ? '' : ' --store postgres'}`,
    goesOn: values['go-on'],
    say: (text) => process.stdout.write(`${text}\n`),
  });
  process.once('SIGTERM', () => run.interrupt());
  process.once('SIGINT', () => run.interrupt());
  try {
    await run.play(Array.from({ length: places === null ? jobs : 1 }, newPlayer));
  } finally {
    await places?.stop();
  }
  process.exitCode = run.failed.length === 0 ? 0 : 1;
}
