/**
 * `npm run simulate -- [--seeds N] [--first S] [--seed S] [--steps M] [--store postgres] [--trace]`: runs seeds one after
 * another and stops at the first one that fails, telling how to play it again. `--trace` writes down everything that happened.
 */
import { parseArgs } from 'node:util';
import { askTogether } from './asked-together.ts';
import type { NewPlace } from './machine.ts';
import { PostgresPlaces } from './postgres-place.ts';
import { Simulation } from './simulation.ts';
import { SqlitePlace } from './sqlite-place.ts';

const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '1000' },
    first: { type: 'string', default: '1' },
    seed: { type: 'string' },
    steps: { type: 'string', default: '400' },
    store: { type: 'string', default: 'sqlite' },
    trace: { type: 'boolean', default: false },
  },
});
const steps = Number(values.steps);
const first = Number(values.seed ?? values.first);
const last = values.seed === undefined ? first + Number(values.seeds) - 1 : first;
const happened: Record<string, number> = {};
const places =
  values.store === 'postgres' ? await PostgresPlaces.start(new URL('socket-worker.mjs', import.meta.url)) : null;
const newPlace: NewPlace = (clock, random, faults) =>
  places === null ? new SqlitePlace(clock, random, faults) : places.newPlace(clock, faults);

for (let seed = first; seed <= last; seed++) {
  // Half of the seeds of SQLite as over PostgreSQL.
  askTogether(places === null && seed % 2 === 0);
  const simulation = new Simulation(seed, newPlace);
  try {
    await simulation.run(steps);
  } catch (error) {
    process.stdout.write(
      `${simulation.log.slice(values.trace ? 0 : -12).join('\n')}\n\n${error instanceof Error ? error.stack : error}\n`,
    );
    const where = places === null ? '' : ' --store postgres';
    process.stdout.write(`\nAgain: npm run simulate -- --seed ${seed} --steps ${steps}${where}\n`);
    await places?.stop();
    process.exit(1);
  }
  if (values.trace) process.stdout.write(`${simulation.log.join('\n')}\n`);
  for (const [what, times] of Object.entries(simulation.happened)) happened[what] = (happened[what] ?? 0) + times;
  if (places !== null || seed % 100 === 0 || seed === last) process.stdout.write(`seed ${seed}: ok\n`);
}
process.stdout.write(`${JSON.stringify(happened, null, 2)}\n`);
await places?.stop();
