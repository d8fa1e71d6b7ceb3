import { beforeAll, describe, expect, it } from 'vitest';
import { buildSimulation, play } from './bundle.ts';

const SEEDS = 100;
const STEPS = 200;

let simulation: string;
beforeAll(async () => {
  simulation = await buildSimulation();
});

describe('a simulated ledger', () => {
  // Two processes at once: the simulation needs no disk, only a core.
  for (const first of [1, 1 + SEEDS]) {
    it.concurrent(`is exact through ${STEPS} steps of seeds ${first} to ${first + SEEDS - 1}`, async () => {
      const args = ['--from', String(first), '--seeds', String(SEEDS), '--steps', String(STEPS)];
      const { code, output } = await play(simulation, args);
      expect(code, output).toBe(0);
    }, 600_000);
  }

  it('plays the same seeds in several processes', async () => {
    const args = ['--from', '3', '--seeds', '6', '--steps', '60'];
    const [one, two] = await Promise.all([play(simulation, args), play(simulation, [...args, '--jobs', '2'])]);
    expect(one.code, one.output).toBe(0);
    expect(two.code, two.output).toBe(0);
    const happenedIn = (output: string) => JSON.parse(output.slice(0, output.indexOf('\n}') + 2)) as object;
    expect(happenedIn(two.output)).toEqual(happenedIn(one.output));
    expect(two.output).toContain('6 seeds played, none failed');
  }, 120_000);

  it('plays a seed the same way every time', async () => {
    const args = ['--seed', '7', '--steps', '150', '--trace'];
    const [once, again] = await Promise.all([play(simulation, args), play(simulation, args)]);
    expect(once.code).toBe(0);
    expect(once.output.length).toBeGreaterThan(1000);
    expect(again.output).toBe(once.output);
  }, 120_000);
});
