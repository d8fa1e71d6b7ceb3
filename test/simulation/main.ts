/**
 * `npm run simulate -- [--seeds N] [--first S] [--seed S] [--steps M] [--trace]`: runs seeds one after another and stops at the
 * first one that fails, telling how to play it again. `--trace` writes down everything that happened.
 */
import { parseArgs } from 'node:util';
import { Simulation } from './simulation.ts';

const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '1000' },
    first: { type: 'string', default: '1' },
    seed: { type: 'string' },
    steps: { type: 'string', default: '400' },
    trace: { type: 'boolean', default: false },
  },
});
const steps = Number(values.steps);
const first = Number(values.seed ?? values.first);
const last = values.seed === undefined ? first + Number(values.seeds) - 1 : first;
const happened: Record<string, number> = {};

for (let seed = first; seed <= last; seed++) {
  const simulation = new Simulation(seed);
  try {
    await simulation.run(steps);
  } catch (error) {
    process.stdout.write(
      `${simulation.log.slice(values.trace ? 0 : -12).join('\n')}\n\n${error instanceof Error ? error.stack : error}\n`,
    );
    process.stdout.write(`\nAgain: npm run simulate -- --seed ${seed} --steps ${steps}\n`);
    process.exit(1);
  }
  if (values.trace) process.stdout.write(`${simulation.log.join('\n')}\n`);
  for (const [what, times] of Object.entries(simulation.happened)) happened[what] = (happened[what] ?? 0) + times;
  if (seed % 100 === 0 || seed === last) process.stdout.write(`seed ${seed}: ok\n`);
}
process.stdout.write(`${JSON.stringify(happened, null, 2)}\n`);
