import { describe, expect, it } from 'vitest';
import { buildSimulation, type PlantedBug, play } from '../simulation/bundle.ts';

/** Of which each core takes half. A seed takes some seconds here: hundreds of them run over SQLite. */
const SEEDS = 24;
const STEPS = 100;

const POSTGRES = ['--store', 'postgres', '--steps', String(STEPS)];

/** What breaks over PostgreSQL alone, and a rule that both engines share. */
const bugs: readonly PlantedBug[] = [
  {
    name: 'a transaction whose commit was not reached stays open',
    file: 'src/storage/postgres/database.ts',
    was: "if (sql === 'COMMIT') this.#inTransaction = true;",
    becomes: '',
  },
  {
    name: 'event ids are not remembered',
    file: 'src/storage/sql/writer/report-intake.ts',
    was: 'if (known === undefined) {',
    becomes: 'if (known !== Number.NaN) {',
  },
];

describe('a simulated ledger over PostgreSQL', () => {
  for (const first of [1, 1 + SEEDS / 2]) {
    const last = first + SEEDS / 2 - 1;
    it.concurrent(`is exact through ${STEPS} steps of seeds ${first} to ${last}`, async () => {
      const args = [...POSTGRES, '--from', String(first), '--seeds', String(SEEDS / 2)];
      const { code, output } = await play(await buildSimulation(), args);
      expect(code, output).toBe(0);
      // Each of them happened.
      for (const what of ['crash on the way', 'struck by disk-full', 'backup']) expect(output).toContain(`"${what}":`);
    }, 400_000);
  }

  for (const bug of bugs) {
    it(`finds a planted bug: ${bug.name}`, async () => {
      const { code, output } = await play(await buildSimulation(bug), [...POSTGRES, '--seeds', '20']);
      expect(code, 'no seed found it').toBe(1);
      expect(output).toMatch(/Again: npm run simulate -- --seed \d+ --steps \d+ --store postgres/);
    }, 400_000);
  }
});
